/**
 * The one parser of DynamoDB's expressions: conditions (of writes, filters and keys), updates and projections.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
import { invalid } from "../errors.ts";
import { syntaxError, type Token, tokenize } from "./lexer.ts";
import type { ActionSyntax, Comparator, PathSyntax, Section, Syntax } from "./syntax.ts";

const comparators: ReadonlySet<string> = new Set(["=", "<>", "<", "<=", ">", ">="]);
const sections: ReadonlySet<string> = new Set(["SET", "REMOVE", "ADD", "DELETE"]);
/** Levels of parentheses and calls; AWS bounds an expression to 300 operators and 4 KB. */
const deepest = 150;

class Parser {
  readonly #title: string;
  readonly #text: string;
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(title: string, text: string) {
    this.#title = title;
    this.#text = text;
    if (Buffer.byteLength(text) > 4096) {
      throw invalid(
        `Invalid ${title}: Expression size has exceeded the maximum allowed size; expression size: ${Buffer.byteLength(text)}`,
      );
    }
    this.#tokens = tokenize(title, text);
  }

  condition(): Syntax {
    const found = this.#or();
    if (isOperand(found)) this.#fail();
    this.#end();
    return found;
  }

  projection(): PathSyntax[] {
    const paths = [this.#path()];
    while (this.#take(",")) paths.push(this.#path());
    this.#end();
    return paths;
  }

  update(): ActionSyntax[] {
    const actions: ActionSyntax[] = [];
    const seen = new Set<string>();
    while (this.#token.kind !== "end") {
      const section = this.#token.text.toUpperCase() as Section;
      if (this.#token.kind !== "name" || !sections.has(section)) this.#fail();
      if (seen.has(section)) {
        throw this.#invalid(`The "${section}" section can only be used once in an update expression;`);
      }
      seen.add(section);
      this.#at++;
      do actions.push(this.#action(section));
      while (this.#take(","));
    }
    return actions;
  }

  #action(section: Section): ActionSyntax {
    const path = this.#path();
    if (section === "REMOVE") return { section, path };
    if (section !== "SET") {
      if (this.#token.kind !== "value") this.#fail();
      const operand = this.#operand();
      return { section, path, operand };
    }
    if (!this.#take("=")) this.#fail();
    return { section, path, operand: this.#sum() };
  }

  #sum(): Syntax {
    const left = this.#nested(() => this.#term());
    const operator = this.#token.text;
    if (operator !== "+" && operator !== "-") return left;
    this.#at++;
    return { kind: "sum", operator, left, right: this.#nested(() => this.#term()) };
  }

  #term(): Syntax {
    if (!this.#take("(")) return this.#operand();
    const found = this.#sum();
    if (!this.#take(")")) this.#fail();
    return found;
  }

  #or(): Syntax {
    let left = this.#and();
    while (this.#joins("OR", left)) left = { kind: "or", left, right: this.#logical(this.#and()) };
    return left;
  }

  #and(): Syntax {
    let left = this.#not();
    while (this.#joins("AND", left)) left = { kind: "and", left, right: this.#logical(this.#not()) };
    return left;
  }

  #not(): Syntax {
    return this.#nested(() =>
      this.#word("NOT") ? { kind: "not", of: this.#logical(this.#not()) } : this.#comparison(),
    );
  }

  #comparison(): Syntax {
    const left = this.#primary();
    const { text } = this.#token;
    if (comparators.has(text)) {
      if (!isOperand(left)) this.#fail();
      this.#at++;
      return { kind: "compare", comparator: text as Comparator, left, right: this.#operandOrParens() };
    }
    if (isOperand(left) && this.#word("BETWEEN")) {
      const low = this.#operandOrParens();
      if (!this.#word("AND")) this.#fail();
      return { kind: "between", operands: [left, low, this.#operandOrParens()] };
    }
    if (isOperand(left) && this.#word("IN")) {
      if (!this.#take("(")) this.#fail();
      const operands = [left];
      do operands.push(this.#operandOrParens());
      while (this.#take(","));
      if (!this.#take(")")) this.#fail();
      return { kind: "in", operands };
    }
    return left;
  }

  #primary(): Syntax {
    if (!this.#take("(")) return this.#operand();
    const doubled = this.#token.text === "(";
    const found = this.#or();
    if (doubled && this.#token.text === ")" && this.#tokens[this.#at - 1]?.text === ")" && this.#closesFirst()) {
      throw this.#invalid("The expression has redundant parentheses;");
    }
    if (!this.#take(")")) this.#fail();
    return found;
  }

  /** Whether the parenthesis before this token closes the one that stands right behind the one this token closes. */
  #closesFirst(): boolean {
    let depth = 0;
    for (let i = this.#at - 1; i >= 0; i--) {
      if (this.#tokens[i]?.text === ")") depth++;
      if (this.#tokens[i]?.text === "(" && --depth === 0)
        return this.#tokens[i - 1]?.text === "(" && !this.#isCall(i - 1);
    }
    return false;
  }

  #isCall(parenthesis: number): boolean {
    const before = this.#tokens[parenthesis - 1];
    return before?.kind === "name" && !["and", "or", "not", "between", "in"].includes(before.text.toLowerCase());
  }

  #operandOrParens(): Syntax {
    if (!this.#take("(")) return this.#operand();
    const found = this.#nested(() => this.#operandOrParens());
    if (!this.#take(")")) this.#fail();
    return found;
  }

  /** A path, a value, or a function of such. */
  #operand(): Syntax {
    const token = this.#token;
    if (token.kind === "value") {
      this.#at++;
      return { kind: "value", name: token.text };
    }
    if (token.kind === "name" && this.#tokens[this.#at + 1]?.text === "(") {
      this.#at += 2;
      const operands: Syntax[] = [];
      do operands.push(this.#nested(() => this.#operand()));
      while (this.#take(","));
      if (!this.#take(")")) this.#fail();
      return { kind: "call", name: token.text, operands };
    }
    return this.#path();
  }

  #path(): PathSyntax {
    const parts: (string | number)[] = [this.#name()];
    for (;;) {
      if (this.#take(".")) parts.push(this.#name());
      else if (this.#take("[")) {
        const index = this.#token;
        if (index.kind !== "number") this.#fail();
        this.#at++;
        if (!this.#take("]")) this.#fail();
        parts.push(Number(index.text));
      } else return { kind: "path", parts };
    }
  }

  #name(): string {
    const { kind, text } = this.#token;
    if (kind !== "name" && kind !== "placeholder") this.#fail();
    this.#at++;
    return text;
  }

  /** Whether a condition goes on with that word. */
  #joins(word: string, left: Syntax): boolean {
    if (this.#token.kind === "name" && this.#token.text.toUpperCase() === word) this.#logical(left);
    return this.#word(word);
  }

  #logical(found: Syntax): Syntax {
    if (isOperand(found)) this.#fail();
    return found;
  }

  #nested<T>(parse: () => T): T {
    if (++this.#depth > deepest) throw this.#invalid("The expression is nested too deeply;");
    const found = parse();
    this.#depth--;
    return found;
  }

  get #token(): Token {
    return this.#tokens[this.#at] as Token;
  }

  #take(symbol: string): boolean {
    if (this.#token.kind !== "symbol" || this.#token.text !== symbol) return false;
    this.#at++;
    return true;
  }

  #word(word: string): boolean {
    if (this.#token.kind !== "name" || this.#token.text.toUpperCase() !== word) return false;
    this.#at++;
    return true;
  }

  #end(): void {
    if (this.#token.kind !== "end") this.#fail();
  }

  #fail(): never {
    const before = this.#tokens.slice(0, this.#at);
    throw syntaxError(this.#title, this.#text, before, this.#token, this.#tokens[this.#at + 1]);
  }

  #invalid(message: string): Error {
    return invalid(`Invalid ${this.#title}: ${message}`);
  }
}

/** What has a value, and is no condition by itself; a call may be either. */
const isOperand = ({ kind, ...rest }: Syntax): boolean =>
  kind === "path" || kind === "value" || (kind === "call" && (rest as { name: string }).name === "size");

/** Expressions that were parsed lately: programs send few, again and again. */
class Parsed<T> {
  readonly #parse: (title: string, text: string) => T;
  readonly #known = new Map<string, T>();

  constructor(parse: (title: string, text: string) => T) {
    this.#parse = parse;
  }

  get(title: string, text: string): T {
    const found = this.#known.get(text);
    if (found !== undefined) return found;
    const parsed = this.#parse(title, text);
    if (this.#known.size >= 500) this.#known.clear();
    this.#known.set(text, parsed);
    return parsed;
  }
}

const conditions = new Parsed((title, text) => new Parser(title, text).condition());
const updates = new Parsed((title, text) => new Parser(title, text).update());
const projections = new Parsed((title, text) => new Parser(title, text).projection());

/** @param title of the expression, in errors. @throws AwsError `ValidationException` */
export const parseCondition = (title: string, text: string): Syntax => conditions.get(title, text);
/** As {@link parseCondition}. */
export const parseUpdate = (title: string, text: string): ActionSyntax[] => updates.get(title, text);
/** As {@link parseCondition}. */
export const parseProjection = (title: string, text: string): PathSyntax[] => projections.get(title, text);
