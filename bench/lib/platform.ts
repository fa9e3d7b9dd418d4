import { readFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Background, startInBackground } from "../../scripts/lib/background.ts";
import { unthrottled } from "../../scripts/lib/unthrottled.ts";

export { commandLine, processTree, pssMegabytes } from "../../scripts/lib/processes.ts";

export const root = join(import.meta.dirname, "../..");

/** A platform that `npm start` brought up in a folder of its own. */
export interface Platform extends Background {
  stateDirectory: string;
  outputs: Record<string, unknown>;
}

/** Runs `npm start` on free ports until it says `ready`. Ending it leaves the state, for a second start. */
export async function startPlatform(
  options: { stateDirectory?: string; environment?: NodeJS.ProcessEnv; arguments?: string[] } = {},
): Promise<Platform> {
  const stateDirectory = options.stateDirectory ?? (await temporaryFolder());
  const flags = [...unthrottled, ...(options.arguments ?? [])];
  const background = await startInBackground(root, "packages/pulumi-local/src/main.ts", flags, {
    LOCAL_STATE_DIR: stateDirectory,
    LOCAL_API_PORT: "0",
    LOCAL_AWS_PORT: "0",
    ...options.environment,
  });
  const outputs = JSON.parse(readFileSync(join(stateDirectory, "outputs.json"), "utf8"));
  return { ...background, stateDirectory, outputs };
}

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), "bench-"));
export const removeFolder = (folder: string): Promise<void> => rm(folder, { recursive: true, force: true });

/** Processor time until now, in milliseconds, of these processes and of those below them that have ended. */
export function cpuMilliseconds(pids: number[]): number {
  return pids.reduce((sum, pid) => {
    try {
      // The second field may hold spaces; times are in hundredths of a second.
      const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)?.split(" ") ?? [];
      return sum + 10 * fields.slice(11, 15).reduce((ticks, field) => ticks + Number(field), 0);
    } catch {
      return sum;
    }
  }, 0);
}
