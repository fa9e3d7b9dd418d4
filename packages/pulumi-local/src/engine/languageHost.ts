import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import type { Project } from "./project.ts";
import { sdkModule } from "./sdk.ts";

interface LanguageHostOptions
  extends Pick<Project, "project" | "programDirectory" | "main" | "nodeArguments" | "typescript" | "tsconfig"> {
  /** Folder of `Pulumi.yaml`. */
  root: string;
  /** `127.0.0.1:port` of the resource monitor and engine. */
  address: string;
  /** Folder of the sockets that the program's SDK opens. */
  sockets: string;
  stack: string;
  preview: boolean;
  config: Record<string, string>;
  secretKeys: string[];
  /** It says what it has loaded ({@link LanguageHost.modules}). Default: false. */
  studied?: boolean;
  environment: NodeJS.ProcessEnv;
}

/** Characters of a program's output that are kept to explain its end. */
const keptOutput = 20_000;

/**
 * Pulumi's own language host, started as the CLI starts it. One that waits ({@link prepare}) has Pulumi's SDK and the
 * transpiler loaded already and needs only the word to begin.
 */
export class LanguageHost {
  readonly #child: ChildProcess;
  readonly #exit: Promise<number>;
  readonly #modules: Promise<string>;
  #output = "";

  private constructor(child: ChildProcess, onOutput: (text: string) => void) {
    this.#child = child;
    const read = (chunk: Buffer) => {
      this.#output = (this.#output + chunk).slice(-keptOutput);
      onOutput(String(chunk));
    };
    child.stdout?.on("data", read);
    child.stderr?.on("data", read);
    this.#modules = text(child.stdio[3] as Readable).catch(() => "");
    this.#exit = once(child, "close").then(([code]) => (code as number | null) ?? 1);
  }

  /**
   * Starts a host that waits.
   * @param onOutput gets what the program prints.
   */
  static prepare(options: LanguageHostOptions, onOutput: (text: string) => void): LanguageHost {
    const child = spawn(
      process.execPath,
      [
        // What Pulumi's and TypeScript's packages use of Node is not the user's to mend.
        "--disable-warning=DeprecationWarning",
        // Outputs that fail late are waited for later still: the program's error says what is wrong.
        "--disable-warning=PromiseRejectionHandledWarning",
        ...options.nodeArguments,
        join(import.meta.dirname, "waitingHost.cjs"),
        sdkModule("cmd/run", options.programDirectory),
        `--monitor=${options.address}`,
        `--engine=${options.address}`,
        "--organization=organization",
        `--project=${options.project}`,
        `--root-directory=${options.root}`,
        `--stack=${options.stack}`,
        "--parallel=64",
        ...(options.preview ? ["--dry-run"] : []),
        `--pwd=${options.programDirectory}`,
        options.main,
      ],
      {
        cwd: options.programDirectory,
        stdio: ["pipe", "pipe", "pipe", "pipe"],
        env: {
          ...options.environment,
          ...(options.studied && { PULUMI_LOCAL_STUDIED: "true" }),
          PULUMI_CONFIG: JSON.stringify(options.config),
          PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(options.secretKeys),
          PULUMI_NODEJS_TYPESCRIPT: String(options.typescript),
          ...(options.tsconfig !== undefined && { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
          PULUMI_NODEJS_TRANSPILE_ONLY: "true",
          // The SDK reads these when it is loaded, which in a waiting host is before its arguments are read.
          PULUMI_NODEJS_ORGANIZATION: "organization",
          PULUMI_NODEJS_PROJECT: options.project,
          PULUMI_NODEJS_ROOT_DIRECTORY: options.root,
          PULUMI_NODEJS_STACK: options.stack,
          PULUMI_NODEJS_DRY_RUN: options.preview ? "true" : "",
          PULUMI_NODEJS_PARALLEL: "64",
          PULUMI_NODEJS_MONITOR: options.address,
          PULUMI_NODEJS_ENGINE: options.address,
          PULUMI_NODEJS_SYNC: "",
          PULUMI_LOCAL_SOCKETS: options.sockets,
        },
      },
    );
    child.stdin?.on("error", () => {}); // It died before it was told to begin: `exit` says so.
    return new LanguageHost(child, onOutput);
  }

  /** Lets the program begin. Its standard input stays open: its end tells the host that the engine is gone. */
  begin(): void {
    this.#child.stdin?.write("go\n");
  }

  /** The exit code, once it has ended: 0, or 32 when the program's error has been logged already. */
  get exit(): Promise<number> {
    return this.#exit;
  }

  /** What it printed last. */
  get output(): string {
    return this.#output;
  }

  /** Paths of the program's own modules, once it has ended by itself; none when it does not say. */
  async modules(): Promise<string[] | undefined> {
    await this.#exit;
    try {
      return JSON.parse(await this.#modules) as string[];
    } catch {
      return undefined;
    }
  }

  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exit;
  }
}
