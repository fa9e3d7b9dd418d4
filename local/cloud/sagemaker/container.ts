import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Cloud, RoleSession } from "../service.ts";

export interface ContainerArgs {
  command: string[];
  /** SageMaker's argument. */
  mode: "train" | "serve";
  /** Folder that stands for `/opt/ml`. */
  root: string;
  /** Folder in which commands are run: the program's. */
  workingDirectory: string;
  /** Whose rights the container has. */
  session: RoleSession;
  environment: Record<string, string>;
  onLine(line: string): void;
}

/** A container's process; it ends with its cloud. */
export interface Container {
  /** Exit code; a signal's is 128 and more. */
  ended: Promise<number>;
  /** SIGTERM, and after `graceMs` (default 10,000) SIGKILL. */
  stop(graceMs?: number): Promise<void>;
}

/** Runs an image's entry point as a process of this machine. It sees the local AWS alone, as its role. */
export function runContainer(cloud: Cloud, args: ContainerArgs): Container {
  const [program = "", ...given] = args.command;
  const { credentials } = args.session;
  const child = spawn(program === "node" ? process.execPath : program, [...given, args.mode], {
    cwd: args.workingDirectory,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      PATH: process.env.PATH,
      TZ: "UTC",
      NODE_OPTIONS: "--disable-warning=ExperimentalWarning",
      SM_ROOT: args.root,
      AWS_ENDPOINT_URL: cloud.origin,
      AWS_REGION: cloud.region,
      AWS_DEFAULT_REGION: cloud.region,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_SESSION_TOKEN: credentials.sessionToken,
      ...args.environment,
    },
  });
  for (const stream of [child.stdout, child.stderr]) createInterface({ input: stream }).on("line", args.onLine);
  const ended = new Promise<number>((end) => {
    child.once("error", (error) => {
      args.onLine(error.message);
      end(127);
    });
    child.once("close", (code, signal) => end(code ?? (signal === "SIGKILL" ? 137 : 143)));
  });
  return { ended, stop: (graceMs = 10_000) => stop(child, ended, graceMs) };
}

async function stop(child: ChildProcess, ended: Promise<number>, graceMs: number): Promise<void> {
  child.kill("SIGTERM");
  const kill = setTimeout(() => child.kill("SIGKILL"), graceMs);
  await ended;
  clearTimeout(kill);
}
