/** The command line of the real Terraform, in one root module's folder, where `terraform.log` keeps what it said. */
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Outcome {
  code: number | null;
  /** Both streams, without colours. */
  text: string;
}

/** One resource as the state file has it. */
export interface Resource {
  address: string;
  type: string;
  attributes: Record<string, unknown> & { id: string };
}

/** What is to happen to a resource, as a plan tells it to people. */
export interface Planned {
  address: string;
  action: "created" | "updated in-place" | "replaced" | "destroyed" | "imported";
  /** Names of the top-level attributes and blocks that change. */
  changes: string[];
}

/** Ends every command that runs. */
export const interruption = new AbortController();

export class Terraform {
  readonly folder: string;
  readonly #environment: NodeJS.ProcessEnv;

  constructor(folder: string, environment: NodeJS.ProcessEnv) {
    this.folder = folder;
    this.#environment = environment;
  }

  /** @throws Error with its errors unless it ends with one of these exit codes. */
  async run(args: string[], codes = [0]): Promise<Outcome> {
    const outcome = await this.#spawn([...args, "-no-color"]);
    appendFileSync(join(this.folder, "terraform.log"), `$ terraform ${args.join(" ")}\n${outcome.text}\n`);
    if (codes.includes(outcome.code ?? -1)) return outcome;
    const { code, text } = outcome;
    const errors = text.slice(Math.max(text.indexOf("\nError: "), 0)).trim();
    throw new Error(`terraform ${args.join(" ")} ended with ${code}:\n${errors}`);
  }

  /** Managed resources in the state file. */
  resources(): Resource[] {
    const state = JSON.parse(readFileSync(join(this.folder, "terraform.tfstate"), "utf8"));
    type Stated = { mode: string; type: string; name: string; instances: Instance[] };
    type Instance = { index_key?: number | string; attributes: Resource["attributes"] };
    return (state.resources as Stated[])
      .filter(({ mode }) => mode === "managed")
      .flatMap(({ type, name, instances }) =>
        instances.map(({ index_key: key, attributes }) => ({
          address: `${type}.${name}${key === undefined ? "" : `[${JSON.stringify(key)}]`}`,
          type,
          attributes,
        })),
      );
  }

  #spawn(args: string[]): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>();
    const child = spawn("terraform", args, {
      cwd: this.folder,
      env: this.#environment,
      stdio: ["ignore", "pipe", "pipe"],
      signal: interruption.signal,
    });
    let text = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (text += chunk));
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, text }));
    return promise;
  }
}

const headline = /^ {2}# (\S+) (?:will be|must be|is to be) (created|updated in-place|replaced|destroyed|imported)/;

/** Reads a plan's text. What only is read, or imported as it is, changes nothing. */
export function readPlan(text: string): Planned[] {
  const planned: Planned[] = [];
  for (const line of text.split("\n")) {
    const [, address, action] = headline.exec(line) ?? [];
    if (address) planned.push({ address, action: action as Planned["action"], changes: [] });
    // Attributes of the resource itself, not of a block in it.
    const [, name] = /^ {6}[-+~] (\w+)/.exec(line) ?? [];
    if (name) planned.at(-1)?.changes.push(name);
  }
  return planned;
}
