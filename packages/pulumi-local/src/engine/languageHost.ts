import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { StackConfig } from "./config.ts";
import type { Project } from "./project.ts";
import { sdkModule } from "./sdk.ts";

/** What a process is started with, and keeps. */
export interface HostOptions extends Pick<Project, "programDirectory" | "nodeArguments" | "typescript" | "tsconfig"> {
  /** When the program's packages were installed, and what it is compiled by was written: a process does not notice another. */
  packages: string;
  /** Folder of the sockets that the program's SDK opens. */
  sockets: string;
  environment: NodeJS.ProcessEnv;
  /** What the program and the SDK log for debugging is told, too. */
  verbose: boolean;
}

/** One run of the program. */
export interface Run
  extends Pick<Project, "project" | "programDirectory" | "main" | "typescript" | "tsconfig">,
    Pick<StackConfig, "config" | "secretKeys"> {
  /** Folder of `Pulumi.yaml`. */
  root: string;
  /** Where the resource monitor and engine answer, as gRPC names it. */
  address: string;
  stack: string;
  preview: boolean;
  /** Gets what the program prints. */
  print(text: string): void;
}

/** Characters of a program's output that are kept to explain its end. */
const keptOutput = 20_000;

/** What the process says when the program has ended well (`runs.cjs`). */
export interface Ended {
  /** Paths of the program's own modules. */
  modules: string[];
  /** The program has asked whether it runs in a preview: in a run it may do something else. */
  asked: boolean;
  /** The process can do another run. */
  again: boolean;
}

/**
 * A process that runs Pulumi's own language host, started as the CLI starts it, but for two things: before it is told to begin
 * it has Pulumi's SDK and the transpiler loaded already; and when its program has ended well it stays, with the packages that
 * the program has loaded, for another run.
 */
export class LanguageHost {
  readonly #options: HostOptions;
  readonly #child: ChildProcess;
  readonly #exit: Promise<number>;
  #ended = Promise.withResolvers<Ended | undefined>();
  #print: (text: string) => void = () => {};
  #output = "";

  /** Starts a process that waits. */
  constructor(options: HostOptions) {
    this.#options = options;
    const { programDirectory, nodeArguments, environment, sockets, verbose } = options;
    const child = spawn(
      process.execPath,
      [
        // A run makes much that is soon of no use.
        "--max-semi-space-size=32",
        // What Pulumi's and TypeScript's packages use of Node is not the user's to mend.
        "--disable-warning=DeprecationWarning",
        // Outputs that fail late are waited for later still: the program's error says what is wrong.
        "--disable-warning=PromiseRejectionHandledWarning",
        ...nodeArguments,
        join(import.meta.dirname, "waitingHost.cjs"),
        sdkModule("cmd/run", programDirectory),
      ],
      {
        cwd: programDirectory,
        stdio: ["pipe", "pipe", "pipe", "pipe"],
        env: {
          ...environment,
          PULUMI_NODEJS_TRANSPILE_ONLY: "true",
          PULUMI_LOCAL_SOCKETS: sockets,
          ...(verbose && { PULUMI_LOCAL_VERBOSE: "true" }),
        },
      },
    );
    child.stdin?.on("error", () => {}); // It died before it was told to begin: `exit` says so.
    const read = (chunk: Buffer) => {
      this.#output = (this.#output + chunk).slice(-keptOutput);
      this.#print(String(chunk));
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    createInterface({ input: child.stdio[3] as Readable }).on("line", (line) => this.#ended.resolve(JSON.parse(line)));
    this.#child = child;
    this.#exit = once(child, "close").then(([code]) => (code as number | null) ?? 1);
    this.#exit.then(() => this.#ended.resolve(undefined));
  }

  /** Lets the program begin. The standard input stays open: its end tells the process that the engine is gone. */
  begin(run: Run): void {
    this.#ended = Promise.withResolvers();
    this.#exit.then(() => this.#ended.resolve(undefined));
    this.#output = "";
    this.#print = run.print;
    this.#child.stdin?.write(`${JSON.stringify({ environment: environmentOf(run), arguments: argumentsOf(run) })}\n`);
  }

  /** The exit code, once the process has ended: 0, or 32 when the program's error has been logged already. */
  get exit(): Promise<number> {
    return this.#exit;
  }

  /** What the program printed last. */
  get output(): string {
    return this.#output;
  }

  /** What is known of a run that has ended well; `undefined` when the process does not say. */
  get ended(): Promise<Ended | undefined> {
    return this.#ended.promise;
  }

  /** Whether it was started with these. */
  fits(options: HostOptions): boolean {
    return JSON.stringify(options) === JSON.stringify(this.#options);
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exit;
  }
}

const argumentsOf = (run: Run): string[] => [
  `--monitor=${run.address}`,
  `--engine=${run.address}`,
  "--organization=organization",
  `--project=${run.project}`,
  `--root-directory=${run.root}`,
  `--stack=${run.stack}`,
  "--parallel=64",
  ...(run.preview ? ["--dry-run"] : []),
  `--pwd=${run.programDirectory}`,
  run.main,
];

/** What the SDK reads of its environment, part of it before the arguments. */
const environmentOf = (run: Run): NodeJS.ProcessEnv => ({
  PULUMI_CONFIG: JSON.stringify(run.config),
  PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(run.secretKeys),
  PULUMI_NODEJS_TYPESCRIPT: String(run.typescript),
  ...(run.tsconfig !== undefined && { PULUMI_NODEJS_TSCONFIG_PATH: run.tsconfig }),
  PULUMI_NODEJS_ORGANIZATION: "organization",
  PULUMI_NODEJS_PROJECT: run.project,
  PULUMI_NODEJS_ROOT_DIRECTORY: run.root,
  PULUMI_NODEJS_STACK: run.stack,
  PULUMI_NODEJS_DRY_RUN: run.preview ? "true" : "",
  PULUMI_NODEJS_PARALLEL: "64",
  PULUMI_NODEJS_MONITOR: run.address,
  PULUMI_NODEJS_ENGINE: run.address,
  PULUMI_NODEJS_SYNC: "",
});
