/** What expressions of a state see. */
import { evaluatePath, PathError } from "../../../jsonPath/evaluate.ts";
import { parsePath } from "../../../jsonPath/read.ts";

/** Variables of an execution, those of branches and iterations apart from those around them. */
export class Variables {
  readonly #own = new Map<string, unknown>();
  readonly #outer: Variables | undefined;

  constructor(outer?: Variables) {
    this.#outer = outer;
  }

  has(name: string): boolean {
    return this.#own.has(name) || this.#outer?.has(name) === true;
  }

  get(name: string): unknown {
    return this.#own.has(name) ? this.#own.get(name) : this.#outer?.get(name);
  }

  set(name: string, value: unknown): void {
    this.#own.set(name, value);
  }

  all(): Record<string, unknown> {
    return { ...this.#outer?.all(), ...Object.fromEntries(this.#own) };
  }
}

/** The roots of paths: `$`, `$$` and the names of variables. */
export interface Scope {
  /** `$` */
  input: unknown;
  /** `$$` */
  context: Record<string, unknown>;
  variables: Variables;
}

/** `$name.rest`: the name, and the path into its value. */
const variablePath = /^\$([A-Za-z_]\w*)(.*)$/s;

/** @throws PathError where it leads to nothing. @throws SyntaxError where it is no path. */
export function readPath(text: string, { input, context, variables }: Scope): unknown {
  if (text.startsWith("$$")) return evaluatePath(parsePath(text.slice(1)), context);
  const [, name, rest] = variablePath.exec(text) ?? [];
  if (name === undefined) return evaluatePath(parsePath(text), input);
  if (!variables.has(name)) throw new PathError(`The variable ${name} is not defined`);
  return evaluatePath(parsePath(`$${rest}`), variables.get(name));
}
