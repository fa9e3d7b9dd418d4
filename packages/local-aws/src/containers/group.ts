/** A program and all that it starts, as one process group: it ends as a whole, by a call or with its cloud. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { Readable } from "node:stream";
import { residentBytes } from "./processTree.ts";

export interface GroupArgs {
  command: string[];
  workingDirectory: string;
  /** The whole environment: nothing of this process's own is passed on. */
  environment: Record<string, string>;
  /** Whether it may write to a further stream, its file descriptor 4. Default: no. */
  channel?: boolean;
}

export interface Group {
  stdout: Readable;
  stderr: Readable;
  /** What it writes to file descriptor 4, if that was requested. */
  channel: Readable | undefined;
  /** Exit code of the program; 128 and more is a signal's. What it left running has been killed by then. */
  ended: Promise<number>;
  /** SIGTERM to all of them, and after `graceMs` (default 10,000) SIGKILL. */
  stop(graceMs?: number): Promise<void>;
  /** SIGKILL to all of them, immediately. */
  kill(): void;
  /** Bytes of memory that they use together; 0 when they have ended. */
  memory(): Promise<number>;
}

/**
 * Standard input is open as long as the cloud lives: when it closes, the whole group is killed, whatever ended the cloud. The
 * program itself reads nothing, and gets the signals that the group gets.
 */
const leader = `
exec 3<&0
(trap '' TERM; cat <&3 >/dev/null 2>&1 4>&-; kill -KILL 0) &
trap 'told=1' TERM
"$@" </dev/null 3<&- &
child=$!
told=1; code=
while [ "$told" ]; do
  told=
  wait "$child"; now=$?
  # A signal ends a wait, not the program; one that came too late finds nothing more to wait for.
  if [ -z "$code" ] || [ "$now" != 127 ]; then code=$now; fi
done
exit "$code"
`;

/** Starts the program. A missing one ends at once with 127 and a message on its standard error. */
export function runGroup({ command, workingDirectory, environment, channel = false }: GroupArgs): Group {
  const child = spawn("/bin/sh", ["-c", leader, "sh", ...command], {
    cwd: workingDirectory,
    env: environment,
    // In its own session: the cloud handles a terminal's Ctrl+C.
    detached: true,
    stdio: ["pipe", "pipe", "pipe", ...(channel ? (["ignore", "pipe"] as const) : [])],
  }) as ChildProcessWithoutNullStreams;
  child.stdin.on("error", () => {});
  const signal = (name: NodeJS.Signals) => {
    try {
      if (child.pid) process.kill(-child.pid, name);
    } catch {
      // They are gone.
    }
  };
  const ended = new Promise<number>((end) => {
    let code = 127;
    child.once("exit", (exit, by) => {
      code = exit ?? (by === "SIGKILL" ? 137 : 143);
      signal("SIGKILL");
    });
    child.once("error", () => end(127));
    child.once("close", () => end(code));
  });
  return {
    stdout: child.stdout,
    stderr: child.stderr,
    channel: (child.stdio[4] as Readable | null) ?? undefined,
    ended,
    kill: () => signal("SIGKILL"),
    async stop(graceMs = 10_000) {
      signal("SIGTERM");
      const kill = setTimeout(() => signal("SIGKILL"), graceMs);
      await ended;
      clearTimeout(kill);
    },
    memory: () => residentBytes(child.pid),
  };
}
