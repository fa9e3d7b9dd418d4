/** The whole platform, as `npm start` brings it up, in a state folder of its own. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Background, startInBackground } from "../lib/background.ts";
import { commandLine, processTree, pssMegabytes } from "../lib/processes.ts";
import type { Stack } from "../lib/stack.ts";
import { unthrottled } from "../lib/unthrottled.ts";

/** A call that IAM has refused. */
export interface Denied {
  principal: string;
  action: string;
  resource: string;
}

/** A function that has failed by itself. */
interface Failed {
  function: string;
  error: { type: string; message: string };
}

const root = join(import.meta.dirname, "../..");
/** What a container that serves a model is run as. */
const serving = /containers\/recommender\/main\.ts serve/;
const ownFaults = /^(TypeError|ReferenceError|RangeError|SyntaxError)/;

export class SoakPlatform {
  readonly stack: Stack;
  readonly denied: Denied[] = [];
  /** What the cloud or a function has done wrong by itself: an error that is a mistake in a program, a stack trace. */
  readonly mistakes: string[] = [];
  readonly #running: Background;
  readonly #folder: string;

  /**
   * @param config of the program, `KEY=VALUE`.
   * @throws {Failure} with the last of what it said, when it does not come up.
   */
  static async start(config: string[]): Promise<SoakPlatform> {
    const folder = mkdtempSync(join(tmpdir(), "soak-"));
    const options = ["--json", "--api-port", "0", "--aws-port", "0", "--watch", "off", "--state-dir", folder];
    const settings = [...unthrottled, ...config.flatMap((one) => ["--config", one])];
    const args = [...options, ...settings];
    try {
      const script = "packages/pulumi-local/src/main.ts";
      return new SoakPlatform(await startInBackground(root, script, args, {}, /^\{"kind":"ready"/m), folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(running: Background, folder: string) {
    this.#running = running;
    this.#folder = folder;
    const { stdout, stderr } = running.process;
    createInterface({ input: stdout! }).on("line", (line) => this.#hear(line));
    createInterface({ input: stderr! }).on("line", (line) => this.mistakes.push(line));
    const { aws, region } = JSON.parse(readFileSync(join(folder, "endpoint.json"), "utf8"));
    this.stack = {
      // Not `local`, whose Snowflake is a user of another account: the trust is pending, and the own account may.
      name: "soak",
      outputs: JSON.parse(readFileSync(join(folder, "outputs.json"), "utf8")),
      client: { region, endpoint: aws, credentials: { accessKeyId: "test", secretAccessKey: "test" } },
    };
  }

  get runs(): boolean {
    const { exitCode, signalCode } = this.#running.process;
    return exitCode === null && signalCode === null;
  }

  /** MB of the cloud itself, and with all that it runs; undefined where the machine does not say. */
  memory(): { cloud: number; all: number } | undefined {
    const { pid } = this.#running.process;
    if (process.platform !== "linux" || !pid) return undefined;
    return { cloud: pssMegabytes([pid]), all: pssMegabytes(processTree(pid)) };
  }

  /** SIGKILL to a container that serves a model, as the kernel does when memory is short. @returns whether there was one. */
  killContainer(choose: <T>(of: T[]) => T): boolean {
    const { pid: first } = this.#running.process;
    if (process.platform !== "linux" || !first) return false;
    const found = processTree(first).filter((pid) => serving.test(safely(() => commandLine(pid)) ?? ""));
    if (found.length === 0) return false;
    safely(() => process.kill(choose(found), "SIGKILL"));
    return true;
  }

  /** @returns where the state is, if it is kept. */
  async stop(keep: boolean): Promise<string | undefined> {
    await this.#running.stop();
    if (keep) return this.#folder;
    rmSync(this.#folder, { recursive: true, force: true });
    return undefined;
  }

  #hear(line: string): void {
    const event = safely(() => JSON.parse(line) as { kind: string });
    if (!event) return;
    if (event.kind === "denied") this.denied.push(event as never);
    const { function: name, error } = event as unknown as Partial<Failed>;
    if (event.kind === "invocation" && error && ownFaults.test(error.type)) {
      this.mistakes.push(`${name?.split(":").at(-1)}: ${error.type}: ${error.message}`);
    }
  }
}

function safely<T>(attempt: () => T): T | undefined {
  try {
    return attempt();
  } catch {
    return undefined; // It has ended meanwhile, or is no JSON.
  }
}
