/** The platforms that run on this machine, as each says in a file of its own while it runs. */
import { existsSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative, resolve } from "node:path";
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

/** Which platform of this machine a command means; none of the two: see {@link stateDirectoryOf}. */
export interface Choice {
  /** `--name` */
  name?: string | undefined;
  /** `--state-dir`, as `npm start` takes it. */
  stateDir?: string | undefined;
}

/**
 * The state folder of the platform that is meant: the given one; else the named one's, whether it runs or has run; else that
 * of LOCAL_STATE_DIR; else of the one that runs this folder's program; else `.local`.
 * @throws {Failure} when none has that name, or several run and none is named.
 */
export function stateDirectoryOf({ name, stateDir }: Choice): string {
  if (stateDir) return stateDir;
  if (name !== undefined) return directoryOfNamed(name);
  // An empty variable is none.
  if (process.env.LOCAL_STATE_DIR) return process.env.LOCAL_STATE_DIR;
  const here = runningHere();
  const [only, another] = here;
  if (!another) return only?.stateDirectory ?? usual();
  const first = here.find(({ stateDirectory }) => resolve(stateDirectory) === resolve(usual()));
  if (first) return first.stateDirectory;
  throw new Failure(`Several platforms run: ${listOf(here)}. Say which: ${howToSay(here)}`);
}

function directoryOfNamed(name: string): string {
  const all = runningPlatforms();
  const named = all.filter((platform) => platform.name === name);
  const here = named.filter(isHere);
  const [found, another] = here.length > 0 ? here : named;
  if (another)
    throw new Failure(`Several platforms are called "${name}": ${listOf(named)}. Say which: --state-dir DIR`);
  if (found) return found.stateDirectory;
  // One that has ended has its state still.
  if (existsSync(join(usual(name), "endpoint.json"))) return usual(name);
  const others = all.length > 0 ? `There are: ${listOf(all)}` : `Start it: npm start -- --name ${name}`;
  throw new Failure(`No platform "${name}" runs. ${others}`);
}

/** Platforms that run this folder's program. */
export const runningHere = (): RunningPlatform[] => runningPlatforms().filter(isHere);

const isHere = ({ programDirectory }: RunningPlatform): boolean => real(programDirectory) === real(".");

/** Where `npm start` keeps state that is not told where. */
const usual = (name?: string): string => (name === undefined ? ".local" : `.local-${name}`);

/** Names; with their state folders where names alone do not tell them apart. */
function listOf(platforms: RunningPlatform[]): string {
  const alike = new Set(platforms.map(({ name }) => name)).size < platforms.length;
  return platforms.map(({ name, stateDirectory }) => (alike ? `${name} (${stateDirectory})` : name)).join(", ");
}

const howToSay = (platforms: RunningPlatform[]): string =>
  new Set(platforms.map(({ name }) => name)).size < platforms.length ? "--state-dir DIR" : "--name NAME";

/** The command that starts what keeps its state there. */
export function startCommand(stateDirectory: string): string {
  if (resolve(stateDirectory) === resolve(usual())) return "npm start";
  const [, name] = /^\.local-([\w-]{1,40})$/.exec(relative(resolve("."), resolve(stateDirectory))) ?? [];
  return `npm start -- ${name === undefined ? `--state-dir ${quoted(stateDirectory)}` : `--name ${name}`}`;
}

/** As a shell takes it. */
export const quoted = (path: string): string => (/^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`);

function real(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
