/** The platforms that run on this machine, as each says in a file of its own while it runs. */
import { readdirSync, readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { Failure } from "./failure.ts";

/** What a platform says of itself. */
export interface RunningPlatform {
  /** `npm start -- --name NAME`, else the stack's. */
  name: string;
  pid: number;
  /** ISO 8601. */
  started: string;
  programDirectory: string;
  stateDirectory: string;
  stack: string;
  region: string;
  aws: string;
  api: string;
}

const folder = (): string =>
  join(process.env.XDG_STATE_HOME || join(homedir(), ".local/state"), "pulumi-local/running");

/** Those whose process is there, the oldest first. */
export function runningPlatforms(): RunningPlatform[] {
  let names: string[];
  try {
    names = readdirSync(folder()).filter((name) => name.endsWith(".json"));
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      try {
        const platform = JSON.parse(readFileSync(join(folder(), name), "utf8")) as RunningPlatform;
        return isAlive(platform.pid) ? [platform] : [];
      } catch {
        return []; // It has ended meanwhile.
      }
    })
    .sort((one, other) => one.started.localeCompare(other.started));
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/**
 * The state folder of the platform that is meant: the named one; else that of LOCAL_STATE_DIR; else the one that runs this
 * folder's program; else `.local`.
 * @throws {Failure} when none has that name, or several run and none is named.
 */
export function stateDirectoryOf(name: string | undefined): string {
  if (name !== undefined) {
    const all = runningPlatforms();
    const found = all.filter((platform) => platform.name === name).at(-1);
    if (found) return found.stateDirectory;
    const others =
      all.length > 0 ? `There are: ${all.map((one) => one.name).join(", ")}` : `Start it: npm start -- --name ${name}`;
    throw new Failure(`No platform "${name}" runs. ${others}`);
  }
  // An empty variable is none.
  if (process.env.LOCAL_STATE_DIR) return process.env.LOCAL_STATE_DIR;
  const here = runningPlatforms().filter(({ programDirectory }) => real(programDirectory) === real("."));
  const [only, another] = here;
  if (!another) return only?.stateDirectory ?? ".local";
  const usual = here.find(({ stateDirectory }) => resolve(stateDirectory) === resolve(".local"));
  if (usual) return usual.stateDirectory;
  throw new Failure(`Several platforms run: ${here.map((one) => one.name).join(", ")}. Say which: --name NAME`);
}

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
