/** A program and all that it starts, as one process group: it ends as a whole, by a call or with its cloud. */
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import type { Readable } from "node:stream";

export interface GroupArgs {
  command: string[];
  workingDirectory: string;
  /** All of it: nothing of this process's own environment is handed on. */
  environment: Record<string, string>;
}

export interface Group {
  stdout: Readable;
  stderr: Readable;
  /** Exit code of the program; 128 and more is a signal's. What it left running has been killed by then. */
  ended: Promise<number>;
  /** SIGTERM to all of them, and after `graceMs` (default 10,000) SIGKILL. */
  stop(graceMs?: number): Promise<void>;
  /** Bytes of memory that they have together, by Linux's account of them; 0 where there is none. */
  memory(): Promise<number>;
}

/**
 * Standard input is open as long as the cloud lives: when it closes, the whole group is killed, whatever ended the cloud. The
 * program itself reads nothing, and gets the signals that the group gets.
 */
const leader = `
exec 3<&0
(trap '' TERM; cat <&3 >/dev/null 2>&1; kill -KILL 0) &
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

/** Starts the program. One that is not there ends at once with 127, and says so on its standard error. */
export function runGroup({ command, workingDirectory, environment }: GroupArgs): Group {
  const child = spawn("/bin/sh", ["-c", leader, "sh", ...command], {
    cwd: workingDirectory,
    env: environment,
    // A session of its own: a terminal's Ctrl+C is the cloud's to act on.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
  });
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
    ended,
    async stop(graceMs = 10_000) {
      signal("SIGTERM");
      const kill = setTimeout(() => signal("SIGKILL"), graceMs);
      await ended;
      clearTimeout(kill);
    },
    memory: () => memoryOf(child.pid),
  };
}

/** https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html */
async function memoryOf(group: number | undefined): Promise<number> {
  if (process.platform !== "linux" || !group) return 0;
  let pages = 0;
  for (const pid of await readdir("/proc")) {
    if (!/^\d+$/.test(pid)) continue;
    // A program's name may have anything in it, parentheses too; what follows it are numbers.
    const stat = await readFile(`/proc/${pid}/stat`, "latin1").catch(() => "");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (Number(fields[2]) === group) pages += Number(fields[21]);
  }
  return pages * pageSize;
}

/** Of x86-64, and of most of arm64. */
const pageSize = 4096;
