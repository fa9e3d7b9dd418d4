import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { Failure } from "./failure.ts";

/** The Pulumi CLI on this machine. */
export interface Cli {
  path: string;
  /** Whether it comes from the project's npm package, which downloads the CLI at its first use. */
  packaged: boolean;
}

/** Where npm puts what packages bring along, which it and `scripts/run.sh` put first on PATH. */
const packages = join("node_modules", ".bin");

/** PATH without what npm and `scripts/run.sh` put on it: as the user's shell has it. */
export const ownPath = ({ PATH = "" }: NodeJS.ProcessEnv = process.env): string[] =>
  PATH.split(delimiter).filter((folder) => folder !== "" && !folder.endsWith(packages));

/** The first executable of that name in those folders. */
export function findExecutable(name: string, folders: string[]): string | undefined {
  return folders
    .map((folder) => join(folder, name))
    .find((path) => {
      try {
        accessSync(path, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/** The CLI that the user has on PATH, else the one of the npm package; undefined where there is neither. */
export function findCli(): Cli | undefined {
  const own = findExecutable("pulumi", ownPath());
  if (own) return { path: own, packaged: false };
  const path = findExecutable("pulumi", (process.env.PATH ?? "").split(delimiter));
  return path ? { path, packaged: true } : undefined;
}

/** How the user calls it: `pulumi`, or `npx pulumi` where only the npm package has it. */
export const pulumiCommand = (): string => (findCli()?.packaged === false ? "pulumi" : "npx pulumi");

/** The npm package's, by path: whether it is downloaded. */
const downloads = new Map<string, Promise<void>>();

/**
 * The CLI, once it can be used: the npm package says once that it is used, and downloads it.
 * @throws {Failure} where there is none, or none can be had.
 */
async function openCli(): Promise<string> {
  const cli = findCli();
  if (!cli) throw new Failure("The Pulumi CLI was not found. Install it: https://www.pulumi.com/docs/install/");
  if (cli.packaged) {
    if (!downloads.has(cli.path)) downloads.set(cli.path, download(cli.path));
    await downloads.get(cli.path);
  }
  return cli.path;
}

async function download(path: string): Promise<void> {
  console.error("There is no pulumi on PATH: the project's npm package runs it, and downloads it at its first use.");
  // It reports the download on standard output, where answers are expected later.
  const child = spawn(path, ["version"], { stdio: ["ignore", "ignore", "inherit"] });
  const [code] = await once(child, "exit");
  if (code !== 0) {
    throw new Failure("The Pulumi CLI could not be downloaded. Install it: https://www.pulumi.com/docs/install/");
  }
}

/**
 * Asks the CLI something.
 * @returns what it prints on standard output.
 * @throws {Failure} in its words, or better ones where it is known what to do.
 */
export async function askPulumi(args: string[], stack: string): Promise<string> {
  const path = await openCli();
  try {
    const { stdout } = await promisify(execFile)(path, ["--non-interactive", ...args], { maxBuffer: 64 << 20 });
    return stdout;
  } catch (error) {
    const { stderr = "", message } = error as { stderr?: string; message: string };
    throw refusal(stderr.trim() || message, args, stack);
  }
}

/**
 * Runs the CLI with the user watching.
 * @throws {Failure} when it ends with anything but 0.
 */
export async function runPulumi(args: string[]): Promise<void> {
  const path = await openCli();
  const child = spawn(path, args, { stdio: "inherit" });
  const [code, signal] = await once(child, "exit");
  if (code !== 0) throw new Failure(`pulumi ${args.join(" ")} ended with ${code ?? signal}`);
}

/** What the CLI says, and what to do about it. */
const remedies: [RegExp, (stack: string, found: RegExpMatchArray) => string][] = [
  [
    /no stack named/,
    (stack) =>
      `There is no stack named "${stack}". Those that there are: ${pulumiCommand()} stack ls; ` +
      `a new one: ${pulumiCommand()} stack init ${stack}`,
  ],
  [
    /PULUMI_ACCESS_TOKEN must be set/,
    () => `The Pulumi CLI is not logged in. Run: ${pulumiCommand()} login 's3://BUCKET?region=REGION' (or --local)`,
  ],
  [
    /operation error S3.*(?:Invalid region|MissingRegion)/s,
    () =>
      "The bucket of Pulumi's state was named without its region. " +
      `Log in again: ${pulumiCommand()} login 's3://BUCKET?region=REGION'`,
  ],
  [
    /operation error S3.*get credentials/s,
    () => "No AWS credentials were found for the bucket of Pulumi's state. Sign in (aws sso login) or set AWS_PROFILE.",
  ],
  [
    /passphrase must be set/,
    () => "The stack's secrets have a passphrase. Set PULUMI_CONFIG_PASSPHRASE or PULUMI_CONFIG_PASSPHRASE_FILE.",
  ],
  [
    /lookup (\S+)(?: on \S+)?: no such host/,
    (_stack, [, host]) => `There is no host ${host}, where Pulumi's state is to be. Check its name and the network.`,
  ],
];

function refusal(text: string, args: string[], stack: string): Failure {
  for (const [pattern, say] of remedies) {
    const found = text.match(pattern);
    if (found) return new Failure(say(stack, found));
  }
  return new Failure(`pulumi ${args.join(" ")}: ${text.replace(/^error: /, "")}`);
}
