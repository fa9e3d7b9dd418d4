import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { Failure } from "../lib/failure.ts";
import { type Change, type EngineEvent, Events } from "./events.ts";

/** What one command of the CLI did. */
export interface Outcome {
  /** Of the command as a user would run it, the CLI's own start included. */
  seconds: number;
  changes: Change[];
  /** Violations of a policy pack, as `rule: message`. */
  violations: string[];
  /** What it says at the end of a command that fails; empty for one that does not. */
  errors: string[];
}

/** Commands until now: their logs are numbered. */
let commands = 0;

interface PulumiOptions {
  folder: string;
  stack: string;
  environment: NodeJS.ProcessEnv;
  logs: string;
}

/** The CLI in one project's folder, on one stack. Each command leaves its log in the folder of logs. */
export class Pulumi {
  readonly #options: PulumiOptions;

  constructor(options: PulumiOptions) {
    this.#options = options;
  }

  get stack(): string {
    return this.#options.stack;
  }

  /**
   * The CLI in the same folder for somebody else.
   * @param variables of the environment to set, or to take away where undefined.
   * @param stack default: the same name.
   */
  as(variables: NodeJS.ProcessEnv, stack = this.#options.stack): Pulumi {
    return new Pulumi({ ...this.#options, stack, environment: { ...this.#options.environment, ...variables } });
  }

  /**
   * Runs an operation on the stack.
   * @throws {Failure} with the CLI's own errors, when it fails.
   */
  async run(command: "preview" | "up" | "refresh" | "destroy", ...args: string[]): Promise<Outcome> {
    const outcome = await this.attempt(command, ...args);
    if (outcome.errors.length > 0) throw new Failure(`pulumi ${command}: ${outcome.errors.join("\n")}`);
    return outcome;
  }

  /** The same, where an error is an answer as well. */
  async attempt(command: "preview" | "up" | "refresh" | "destroy", ...args: string[]): Promise<Outcome> {
    const apply = command === "preview" ? [] : ["--yes", "--skip-preview"];
    const events = new Events();
    const started = performance.now();
    const { code, stderr } = await this.#spawn([command, ...apply, "--json", ...args], (line) => {
      if (line.startsWith("{")) events.take(JSON.parse(line) as EngineEvent);
    });
    const seconds = (performance.now() - started) / 1000;
    const { changes, violations, errors } = events;
    if (code === 0) return { seconds, changes, violations, errors: [] };
    const said = errors.length > 0 ? errors : [stderr.trim() || `ended with ${code}`];
    return { seconds, changes, violations, errors: said };
  }

  /** Runs any other command. @returns what it prints. @throws {Failure} when it fails. */
  async text(...args: string[]): Promise<string> {
    const lines: string[] = [];
    const { code, stderr } = await this.#spawn(args, (line) => lines.push(line));
    if (code !== 0) throw new Failure(`pulumi ${args.join(" ")}: ${stderr.trim() || `ended with ${code}`}`);
    return lines.join("\n");
  }

  async #spawn(args: string[], onLine: (line: string) => void): Promise<{ code: number; stderr: string }> {
    const { folder, stack, environment, logs } = this.#options;
    const all = [...args, "--stack", stack, "--non-interactive", "--color", "never"];
    const log = createWriteStream(join(logs, `${++commands}-${stack}-${args[0]}.log`));
    log.write(`pulumi ${all.join(" ")}\n`);
    const child = spawn("pulumi", all, { cwd: folder, env: environment, stdio: ["ignore", "pipe", "pipe"] });
    let stderr = "";
    child.stderr.on("data", (chunk) => {
      stderr += chunk;
      log.write(chunk);
    });
    const lines = createInterface({ input: child.stdout }).on("line", (line) => {
      log.write(`${line}\n`);
      onLine(line);
    });
    const [[code]] = await Promise.all([once(child, "close"), once(lines, "close")]);
    log.end();
    return { code, stderr };
  }
}
