/** Reads paths, their filters included. */
import { calls, evaluatePath, type Filter, type Path, type Step } from "./evaluate.ts";

/** Reads the text of a path, a character at a time. */
export class PathReader {
  readonly text: string;
  at: number;

  constructor(text: string, at = 0) {
    this.text = text;
    this.at = at;
  }

  get next(): string {
    return this.text.charAt(this.at);
  }

  /** @throws SyntaxError */
  fail(what: string): never {
    throw new SyntaxError(`${what} at position ${this.at} of ${this.text}`);
  }

  skip(text: string): boolean {
    if (!this.text.startsWith(text, this.at)) return false;
    this.at += text.length;
    return true;
  }

  match(pattern: RegExp): string | undefined {
    const sticky = new RegExp(pattern.source, "y");
    sticky.lastIndex = this.at;
    const found = sticky.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  space(): void {
    this.match(/\s*/);
  }

  /** In one or two quotes, with a backslash before a quote or backslash of the text. */
  quoted(): string {
    const quote = this.next;
    let value = "";
    for (this.at++; this.next !== quote; this.at++) {
      if (this.at >= this.text.length) this.fail("a quote is missing");
      if (this.next === "\\" && [quote, "\\"].includes(this.text.charAt(this.at + 1))) this.at++;
      value += this.next;
    }
    this.at++;
    return value;
  }

  /** Steps, as far as the text has some. */
  steps(): Step[] {
    const steps: Step[] = [];
    for (;;) {
      if (this.skip("..")) {
        steps.push({ kind: "descend" });
        if (this.next !== "[") steps.push(this.#named());
      } else if (this.skip(".")) steps.push(this.#named());
      else if (this.skip("[")) steps.push(this.#bracket());
      else return steps;
    }
  }

  #named(): Step {
    if (this.skip("*")) return { kind: "wildcard" };
    const name = this.match(/[^.[\](),\s=<>!&|~'"@?*]+/) ?? this.fail("a name is missing");
    if (name in calls && this.skip("()")) return { kind: "call", name };
    return { kind: "names", names: [name] };
  }

  #bracket(): Step {
    this.space();
    const step = this.#inBracket();
    this.space();
    if (!this.skip("]")) this.fail("] is missing");
    return step;
  }

  #inBracket(): Step {
    if (this.skip("*")) return { kind: "wildcard" };
    if (this.skip("?")) {
      this.space();
      if (!this.skip("(")) this.fail("( is missing");
      const test = parseFilter(this);
      if (!this.skip(")")) this.fail(") is missing");
      return { kind: "filter", test };
    }
    if (this.next === "'" || this.next === '"') {
      return { kind: "names", names: this.#separated(() => this.quoted()) };
    }
    const first = this.match(/-?\d+/);
    if (this.skip(":")) {
      const to = this.match(/-?\d+/);
      return {
        kind: "slice",
        ...(first !== undefined && { from: Number(first) }),
        ...(to !== undefined && { to: Number(to) }),
      };
    }
    if (first === undefined) this.fail("an index is missing");
    const rest = this.skip(",")
      ? this.#separated(() => Number(this.match(/\s*-?\d+/) ?? this.fail("an index is missing")))
      : [];
    return { kind: "indices", indices: [Number(first), ...rest] };
  }

  #separated<T>(read: () => T): T[] {
    const items = [read()];
    for (;;) {
      this.space();
      if (!this.skip(",")) return items;
      this.space();
      items.push(read());
    }
  }
}

const isDefinite = (steps: Step[]): boolean =>
  steps.every(
    (step) => step.kind === "names" || step.kind === "call" || (step.kind === "indices" && step.indices.length === 1),
  );

const cache = new Map<string, Path>();

/**
 * @param text from `$` on. @throws SyntaxError
 */
export function parsePath(text: string): Path {
  let path = cache.get(text);
  if (path) return path;
  const reader = new PathReader(text);
  if (!reader.skip("$")) reader.fail("$ is missing");
  const steps = reader.steps();
  if (reader.at < text.length) reader.fail("a path cannot go on");
  path = { steps, definite: isDefinite(steps) };
  if (cache.size >= 2_000) cache.clear();
  cache.set(text, path);
  return path;
}

type Operand = (item: unknown, root: unknown) => unknown;

/** What a path in a filter leads to when it leads nowhere: equal to nothing. */
const nothing = Symbol("nothing");

/** @throws SyntaxError */
function parseFilter(reader: PathReader): Filter {
  const terms = [parseAnd(reader)];
  while (reader.skip("||")) terms.push(parseAnd(reader));
  return (item, root) => terms.some((term) => term(item, root));
}

function parseAnd(reader: PathReader): Filter {
  const terms = [parseOne(reader)];
  while (reader.skip("&&")) terms.push(parseOne(reader));
  return (item, root) => terms.every((term) => term(item, root));
}

function parseOne(reader: PathReader): Filter {
  reader.space();
  let test: Filter;
  if (reader.next === "!" && reader.skip("!")) {
    const inner = parseOne(reader);
    test = (item, root) => !inner(item, root);
  } else if (reader.skip("(")) {
    test = parseFilter(reader);
    if (!reader.skip(")")) reader.fail(") is missing");
  } else test = parseComparison(reader);
  reader.space();
  return test;
}

const ordered = (compare: (order: number) => boolean) => (a: unknown, b: unknown) => {
  if (typeof a !== typeof b || (typeof a !== "number" && typeof a !== "string")) return false;
  return compare(a < (b as typeof a) ? -1 : a > (b as typeof a) ? 1 : 0);
};
const equal = (a: unknown, b: unknown) => a !== nothing && b !== nothing && JSON.stringify(a) === JSON.stringify(b);
const within = (a: unknown, b: unknown) => Array.isArray(b) && b.some((one) => equal(a, one));

const operators: [string, (a: unknown, b: unknown) => boolean][] = [
  ["==", equal],
  ["!=", (a, b) => !equal(a, b)],
  ["<=", ordered((order) => order <= 0)],
  [">=", ordered((order) => order >= 0)],
  ["<", ordered((order) => order < 0)],
  [">", ordered((order) => order > 0)],
  ["in ", within],
  ["nin ", (a, b) => !within(a, b)],
  ["contains ", (a, b) => (typeof a === "string" ? a.includes(String(b)) : within(b, a))],
];

function parseComparison(reader: PathReader): Filter {
  const left = parseOperand(reader);
  reader.space();
  const operator = operators.find(([text]) => reader.skip(text));
  if (!operator) return (item, root) => left(item, root) !== nothing;
  reader.space();
  const right = parseOperand(reader);
  return (item, root) => operator[1](left(item, root), right(item, root));
}

function parseOperand(reader: PathReader): Operand {
  const start = reader.next;
  if (start === "@" || start === "$") {
    reader.at++;
    const steps = reader.steps();
    const definite = steps.every(({ kind }) => kind === "names" || kind === "indices" || kind === "call");
    const path: Path = { steps, definite };
    return (item, root) => {
      try {
        return evaluatePath(path, start === "@" ? item : root);
      } catch {
        return nothing;
      }
    };
  }
  if (start === "'" || start === '"') {
    const text = reader.quoted();
    return () => text;
  }
  const literal = reader.match(/-?\d+(\.\d+)?([eE][+-]?\d+)?|true|false|null|\[[^\]]*\]/);
  if (literal === undefined) reader.fail("a value is missing");
  const value: unknown = JSON.parse(literal.replaceAll("'", '"'));
  return () => value;
}
