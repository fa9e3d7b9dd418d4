/** Literals, parameters and paths of PartiQL, token by token. */
import { AwsError, invalid } from "../errors.ts";
import type { Path } from "../expressions/tree.ts";
import { type AttributeValue, type Item, setAttribute } from "../items/types.ts";
import { checkItem, checkValue } from "../items/value.ts";
import { malformed, type Token } from "./lexer.ts";

/** Levels of parentheses, lists and maps. */
const deepest = 100;

export class Values {
  readonly #tokens: Token[];
  readonly #parameters: unknown[];
  #at = 0;
  #used = 0;
  #depth = 0;

  constructor(tokens: Token[], parameters: unknown[]) {
    this.#tokens = tokens;
    this.#parameters = parameters;
  }

  protected startsPath(): boolean {
    const { kind, text } = this.token;
    return kind === "name" || (kind === "word" && !["true", "false", "null", "missing"].includes(text.toLowerCase()));
  }

  protected path(): Path {
    const path: Path = [this.name()];
    for (;;) {
      if (this.symbol(".")) path.push(this.name());
      else if (this.symbol("[")) {
        const { kind, text } = this.token;
        if (kind !== "number" && kind !== "text") this.fail();
        this.#at++;
        path.push(kind === "number" ? Number(text) : text);
        if (!this.symbol("]")) this.fail();
      } else return path;
    }
  }

  /** A literal or a parameter. @param path of it within the value, in errors. */
  protected value(path = ""): AttributeValue {
    return this.nested(() => {
      const { kind, text } = this.token;
      this.#at++;
      if (kind === "text") return { S: text };
      if (kind === "number") return number(text, path);
      if (kind === "word" && /^(true|false)$/i.test(text)) return { BOOL: text.toLowerCase() === "true" };
      if (kind === "word" && /^null$/i.test(text)) return { NULL: true };
      if (kind === "symbol") {
        if (text === "?") return this.#parameter();
        if (text === "-" && this.token.kind === "number") return number(`-${this.#tokens[this.#at++]?.text}`, path);
        if (text === "[") {
          let index = 0;
          return { L: this.until("]", () => this.value(`${path}[${index++}]`)) };
        }
        if (text === "<<") return setOf(this.until(">>", () => this.value(path)));
        if (text === "{") return { M: this.#map(path) };
      }
      this.#at--;
      return this.fail();
    });
  }

  #parameter(): AttributeValue {
    const given = this.#parameters[this.#used++];
    if (given === undefined) throw invalid("Number of parameters in request and statement don't match.");
    return checkValue(given);
  }

  #map(path: string): Item {
    const item: Item = {};
    this.until("}", () => {
      const { kind, text } = this.token;
      if (kind !== "text" && kind !== "name") this.fail();
      this.#at++;
      if (!this.symbol(":")) this.fail();
      setAttribute(item, text, this.value(`${path}.${text}`));
    });
    return checkItem(item);
  }

  /** Parts up to the symbol that closes them. */
  protected until<T>(close: string, part: () => T): T[] {
    if (this.symbol(close)) return [];
    const found = this.list(part);
    if (!this.symbol(close)) this.fail();
    return found;
  }

  protected list<T>(part: () => T): T[] {
    const found = [part()];
    while (this.symbol(",")) found.push(part());
    return found;
  }

  protected nested<T>(parse: () => T): T {
    if (++this.#depth > deepest) throw invalid("Statement is nested too deeply");
    const found = parse();
    this.#depth--;
    return found;
  }

  /** A table's name, which nothing else may stand for. */
  protected table(...next: string[]): string {
    const name = this.name();
    const { kind, text } = this.token;
    if (kind === "name" || (kind === "word" && !next.includes(text.toUpperCase())))
      throw invalid("Aliasing is not supported");
    return name;
  }

  protected name(): string {
    const { kind, text } = this.token;
    if (kind !== "word" && kind !== "name") this.fail();
    this.#at++;
    return text;
  }

  protected get token(): Token {
    return this.#tokens[this.#at] as Token;
  }

  /** Takes a token, whatever it is. */
  protected next(): Token {
    return this.#tokens[this.#at++] as Token;
  }

  /** A function's name, in small letters, where one begins; it and its parenthesis are taken. */
  protected call(...names: string[]): string | undefined {
    const name = this.token.text.toLowerCase();
    const isCall = this.token.kind === "word" && this.#tokens[this.#at + 1]?.text === "(";
    if (!isCall || (names.length > 0 && !names.includes(name))) return undefined;
    this.#at += 2;
    return name;
  }

  /** What is left over. */
  protected checkEnd(): void {
    this.symbol(";");
    if (this.token.kind !== "end") throw malformed("Unexpected token after expression");
    if (this.#used === this.#parameters.length) return;
    throw invalid("Number of parameters in request and statement don't match.");
  }

  protected symbol(symbol: string): boolean {
    if (this.token.kind !== "symbol" || this.token.text !== symbol) return false;
    this.#at++;
    return true;
  }

  protected word(word: string): boolean {
    if (this.token.kind !== "word" || this.token.text.toUpperCase() !== word) return false;
    this.#at++;
    return true;
  }

  protected need(word: string): void {
    if (!this.word(word)) this.fail();
  }

  protected fail(): never {
    throw malformed(`Unexpected token: ${this.token.text}`);
  }
}

function number(text: string, path: string): AttributeValue {
  // The parser itself knows exponents, and places behind the point, of 32 bits.
  const [, fraction = "", power = "0"] = /(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const scale = BigInt(fraction.length) - BigInt(power);
  if ([BigInt(power), scale].some((one) => BigInt.asIntN(32, one) !== one)) throw malformed("");
  try {
    return checkValue({ N: text });
  } catch (error) {
    throw error instanceof AwsError ? invalid(`${error.message} under root${path}`) : error;
  }
}

/** `<<1, 2>>` */
function setOf(members: AttributeValue[]): AttributeValue {
  if (members.length === 0) throw invalid("Empty bags are not supported");
  const [type] = Object.keys(members[0] ?? {});
  if (!type || !["S", "N", "B"].includes(type) || members.some((one) => Object.keys(one)[0] !== type)) {
    throw invalid("A set must have members of one type: texts, numbers or binary values");
  }
  return checkValue({ [`${type}S`]: members.map((one) => one[type as "S" | "N" | "B"]) });
}
