/** The whole platform, as `npm start` brings it up, in a state folder of its own. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Failure } from "../lib/failure.ts";
import { commandLine, processTree, pssMegabytes } from "../lib/processes.ts";
import type { Stack } from "../lib/stack.ts";

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
/** Load is what is tried, not how it is turned away. */
const unthrottled = [
  "throttleRate=10000",
  "throttleBurst=5000",
  "publicThrottleRate=10000",
  "publicThrottleBurst=5000",
];
/** What a container that serves a model is run as. */
const serving = /containers\/recommender\/main\.ts serve/;
const ownFaults = /^(TypeError|ReferenceError|RangeError|SyntaxError)/;

export class SoakPlatform {
  readonly stack: Stack;
  readonly denied: Denied[] = [];
  /** What the cloud or a function has done wrong by itself: an error that is a mistake in a program, a stack trace. */
  readonly mistakes: string[] = [];
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #events = new Map<string, number>();

  /**
   * @param config of the program, `KEY=VALUE`.
   * @throws {Failure} with the last of what it said, when it does not come up.
   */
  static async start(config: string[]): Promise<SoakPlatform> {
    const folder = mkdtempSync(join(tmpdir(), "soak-"));
    const options = ["--json", "--api-port", "0", "--aws-port", "0", "--watch", "off", "--state-dir", folder];
    const script = ["scripts/run.sh", "packages/pulumi-local/src/main.ts"];
    const child = spawn(
      "sh",
      [...script, ...options, ...[...unthrottled, ...config].flatMap((limit) => ["--config", limit])],
      {
        cwd: root,
        env: { ...process.env, NO_COLOR: "1" },
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const last: string[] = [];
    let ready = () => {};
    const up = new Promise<void>((resolve) => (ready = resolve));
    const said: { event(line: string): void; error(line: string): void } = { event() {}, error() {} };
    createInterface({ input: child.stdout }).on("line", (line) => {
      last.push(line);
      if (last.length > 20) last.shift();
      if (line.startsWith('{"kind":"ready"')) ready();
      said.event(line);
    });
    createInterface({ input: child.stderr }).on("line", (line) => {
      last.push(line);
      said.error(line);
    });
    const ended = once(child, "close").then(([code]) => {
      throw new Failure(`npm start ended with ${code} before it was ready:\n${last.join("\n")}`);
    });
    ended.catch(() => {});
    await Promise.race([up, ended]);
    const platform = new SoakPlatform(child, folder);
    said.event = (line) => platform.#hear(line);
    said.error = (line) => platform.mistakes.push(line);
    return platform;
  }

  private constructor(child: ChildProcess, folder: string) {
    this.#child = child;
    this.#folder = folder;
    const { aws, region } = JSON.parse(readFileSync(join(folder, "endpoint.json"), "utf8"));
    this.stack = {
      // Not `local`, whose Snowflake is a user of another account: the trust is pending, and the own account may.
      name: "soak",
      outputs: JSON.parse(readFileSync(join(folder, "outputs.json"), "utf8")),
      client: { region, endpoint: aws, credentials: { accessKeyId: "test", secretAccessKey: "test" } },
    };
  }

  /** How many events of that kind there were: `request`, `invocation`, `fault`. */
  count(kind: string): number {
    return this.#events.get(kind) ?? 0;
  }

  get runs(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  /** MB of the cloud itself, and with all that it runs; undefined where the machine does not say. */
  memory(): { cloud: number; all: number } | undefined {
    const { pid } = this.#child;
    if (process.platform !== "linux" || !pid) return undefined;
    return { cloud: pssMegabytes([pid]), all: pssMegabytes(processTree(pid)) };
  }

  /** SIGKILL to a container that serves a model, as the kernel does when memory is short. @returns whether there was one. */
  killContainer(choose: <T>(of: T[]) => T): boolean {
    if (process.platform !== "linux" || !this.#child.pid) return false;
    const found = processTree(this.#child.pid).filter((pid) => serving.test(safely(() => commandLine(pid)) ?? ""));
    if (found.length === 0) return false;
    safely(() => process.kill(choose(found), "SIGKILL"));
    return true;
  }

  /** @returns where the state is, if it is kept. */
  async stop(keep: boolean): Promise<string | undefined> {
    if (this.runs) {
      const ended = once(this.#child, "close");
      this.#child.kill("SIGTERM");
      await ended;
    }
    if (keep) return this.#folder;
    rmSync(this.#folder, { recursive: true, force: true });
    return undefined;
  }

  #hear(line: string): void {
    const event = safely(() => JSON.parse(line) as { kind: string });
    if (!event) return;
    this.#events.set(event.kind, (this.#events.get(event.kind) ?? 0) + 1);
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
