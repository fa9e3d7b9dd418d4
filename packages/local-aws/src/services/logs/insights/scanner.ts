/** The text of a query, read from left to right. Whether `/` divides or begins an expression, only the parser knows. */
import { RE2JS } from "re2js";
import { AwsError } from "../../../service.ts";

/** What was read, and between which characters. */
export interface Token {
  kind: "word" | "quotedName" | "text" | "number" | "duration" | "sign" | "end";
  value: string;
  start: number;
  end: number;
}

const blank = /(?:\s+|#[^\n]*)+/y;
const kinds: [kind: Token["kind"], pattern: RegExp][] = [
  ["duration", /\d+(?:ms|mo|s|m|h|d|w|q|y)\b/y],
  ["number", /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y],
  ["word", /[A-Za-z_@$][\w@$]*(?:\.[\w@$]+|\[\d+\])*/y],
  ["quotedName", /`(?:[^`\\]|\\.)*`/y],
  ["text", /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/y],
  ["sign", /=~|!=|<=|>=|==|[=<>+\-*/%^(),[\]|]/y],
];

export class Scanner {
  readonly text: string;
  #at = 0;
  #next: Token;

  constructor(text: string) {
    this.text = text;
    this.#next = this.#read();
  }

  get next(): Token {
    return this.#next;
  }

  get ended(): boolean {
    return this.#next.kind === "end";
  }

  take(): Token {
    const token = this.#next;
    this.#next = this.#read();
    return token;
  }

  /** Takes a sign or a word, whatever its case; tells whether it was there. */
  skip(wanted: string): boolean {
    const { kind, value } = this.#next;
    if ((kind !== "sign" && kind !== "word") || value.toLowerCase() !== wanted) return false;
    this.take();
    return true;
  }

  expect(wanted: string): void {
    if (!this.skip(wanted)) throw this.wrong(`"${wanted}" is expected`);
  }

  /** The expression between `/` and `/` that comes next, compiled; `undefined` where none does. */
  regular(): RE2JS | undefined {
    if (this.#next.value !== "/" || this.#next.kind !== "sign") return undefined;
    const pattern = /\/((?:[^/\\\n]|\\.)+)\/(i?)/y;
    pattern.lastIndex = this.#next.start;
    const match = pattern.exec(this.text);
    if (!match) throw this.wrong("the regular expression has no end");
    const [whole, source = "", flags] = match;
    try {
      const compiled = RE2JS.compile(`${flags ? "(?i)" : ""}${source.replaceAll("\\/", "/")}`);
      this.#at = pattern.lastIndex;
      this.#next = this.#read();
      return compiled;
    } catch {
      throw this.wrong(`${whole} is no regular expression`);
    }
  }

  /** @param at where; default: what comes next. */
  wrong(why: string, at: Pick<Token, "start" | "end"> = this.#next): AwsError {
    const found = this.text.slice(at.start, at.end);
    const message = `${why}, ${found === "" ? "the query ends" : `found ${JSON.stringify(found)}`} at position ${at.start + 1}`;
    const location = { startCharOffset: at.start, endCharOffset: at.end };
    return new AwsError("MalformedQueryException", message, 400, { queryCompileError: { location, message } });
  }

  #read(): Token {
    const { text } = this;
    blank.lastIndex = this.#at;
    if (blank.test(text)) this.#at = blank.lastIndex;
    const start = this.#at;
    if (start >= text.length) return { kind: "end", value: "", start, end: start };
    for (const [kind, pattern] of kinds) {
      pattern.lastIndex = start;
      const value = pattern.exec(text)?.[0];
      if (value === undefined) continue;
      this.#at = start + value.length;
      const isQuoted = kind === "text" || kind === "quotedName";
      return { kind, value: isQuoted ? unquoted(value) : value, start, end: this.#at };
    }
    throw this.wrong("a command, a field or a value is expected", { start, end: start + 1 });
  }
}

const escapes: Record<string, string> = { n: "\n", t: "\t", r: "\r" };
const unquoted = (value: string): string =>
  value.slice(1, -1).replace(/\\(.)/gs, (whole, one: string) => (/["'`\\]/.test(one) ? one : (escapes[one] ?? whole)));
