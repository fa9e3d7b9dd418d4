/** Expressions of Logs Insights: arithmetic, comparisons, functions, and within `stats` functions of a group. */
import { aggregates } from "./aggregates.ts";
import { durationOf, functions } from "./functions.ts";
import type { Row } from "./row.ts";
import type { Scanner, Token } from "./scanner.ts";
import { compare, Instant, isTrue, numberOf, textOf, type Value } from "./values.ts";

/** @param results of the functions of the row's group, within `stats`. */
export type Evaluate = (row: Row, results: Value[]) => Value;

/** One use of a function of a group. */
export interface Use {
  name: string;
  /** Its first argument; of `count(*)` and `count()` any row counts. */
  value: Evaluate;
  more: Evaluate[];
}

/** Nesting of parentheses, functions and signs before a value. */
const deepest = 100;

export class ExpressionParser {
  readonly #scanner: Scanner;
  /** Where functions of a group are allowed: those that were found. */
  readonly uses: Use[] | undefined;
  #depth = 0;

  constructor(scanner: Scanner, uses?: Use[]) {
    this.#scanner = scanner;
    this.uses = uses;
  }

  /** @throws AwsError `MalformedQueryException` */
  parse(): Evaluate {
    return this.#deeper(() => this.#or());
  }

  #deeper<T>(read: () => T): T {
    if (++this.#depth > deepest) throw this.#scanner.wrong("the expression is nested too deeply");
    const result = read();
    this.#depth--;
    return result;
  }

  #or(): Evaluate {
    let left = this.#and();
    while (this.#scanner.skip("or")) {
      const [one, other] = [left, this.#and()];
      left = (row, results) => isTrue(one(row, results)) || isTrue(other(row, results));
    }
    return left;
  }

  #and(): Evaluate {
    let left = this.#not();
    while (this.#scanner.skip("and")) {
      const [one, other] = [left, this.#not()];
      left = (row, results) => isTrue(one(row, results)) && isTrue(other(row, results));
    }
    return left;
  }

  #not(): Evaluate {
    if (!this.#scanner.skip("not")) return this.#comparison();
    const inner = this.#deeper(() => this.#not());
    return (row, results) => !isTrue(inner(row, results));
  }

  #comparison(): Evaluate {
    const left = this.#sum();
    const { next } = this.#scanner;
    const isNot = this.#scanner.skip("not");
    if (this.#scanner.skip("like")) return this.#like(left, isNot);
    if (this.#scanner.skip("in")) return this.#in(left, isNot);
    if (isNot) throw this.#scanner.wrong('"like" or "in" is expected');
    if (this.#scanner.skip("=~")) return this.#like(left, false);
    const test = next.kind === "sign" && Object.hasOwn(tests, next.value) ? tests[next.value] : undefined;
    if (!test) return left;
    this.#scanner.take();
    const right = this.#sum();
    return (row, results) => {
      const [a, b] = [left(row, results), right(row, results)];
      return a !== undefined && b !== undefined && test(compare(a, b));
    };
  }

  #like(left: Evaluate, isNot: boolean): Evaluate {
    const matches = this.#pattern();
    return (row, results) => {
      const value = left(row, results);
      return value === undefined ? isNot : matches(textOf(value)) !== isNot;
    };
  }

  #pattern(): (text: string) => boolean {
    const at = this.#scanner.next;
    const regular = this.#scanner.regular();
    if (regular) return (text) => regular.matcher(text).find();
    if (at.kind !== "text") throw this.#scanner.wrong("a text or a regular expression is expected");
    this.#scanner.take();
    return (text) => text.includes(at.value);
  }

  #in(left: Evaluate, isNot: boolean): Evaluate {
    this.#scanner.expect("[");
    const members = this.#list("]");
    return (row, results) => {
      const value = left(row, results);
      if (value === undefined) return isNot;
      return members.some((member) => compare(member(row, results), value) === 0) !== isNot;
    };
  }

  #sum(): Evaluate {
    return this.#chain(() => this.#chain(() => this.#chain(() => this.#unary(), "^"), "*", "/", "%"), "+", "-");
  }

  #chain(operand: () => Evaluate, ...signs: string[]): Evaluate {
    let left = operand();
    for (;;) {
      const { kind, value } = this.#scanner.next;
      if (kind !== "sign" || !signs.includes(value)) return left;
      this.#scanner.take();
      const [one, other, apply] = [left, operand(), arithmetic[value] as (a: number, b: number) => number];
      left = (row, results) => {
        const [a, b] = [numberOf(one(row, results)), numberOf(other(row, results))];
        const result = a === undefined || b === undefined ? Number.NaN : apply(a, b);
        return Number.isFinite(result) ? result : undefined;
      };
    }
  }

  #unary(): Evaluate {
    if (!this.#scanner.skip("-")) return this.#primary();
    const inner = this.#deeper(() => this.#unary());
    return (row, results) => {
      const number = numberOf(inner(row, results));
      return number === undefined ? undefined : -number;
    };
  }

  #primary(): Evaluate {
    const token = this.#scanner.next;
    if (this.#scanner.skip("(")) {
      const inner = this.parse();
      this.#scanner.expect(")");
      return inner;
    }
    this.#scanner.take();
    const { kind, value } = token;
    if (kind === "text") return () => value;
    if (kind === "number") return () => Number(value);
    if (kind === "duration") {
      const ms = durationOf(value);
      if (ms === undefined) throw this.#scanner.wrong("the local cloud has periods of ms, s, m, h, d and w", token);
      return () => ms;
    }
    if (kind === "quotedName") return (row) => row.get(value);
    if (kind !== "word") throw this.#scanner.wrong("a field or a value is expected", token);
    if (this.#scanner.skip("(")) return this.#call(token);
    if (/^(true|false)$/i.test(value)) return () => value.toLowerCase() === "true";
    return (row) => row.get(value);
  }

  #call(token: Token): Evaluate {
    const name = token.value.toLowerCase();
    if (name === "count" && this.#scanner.skip("*")) {
      this.#scanner.expect(")");
      return this.#use(token, [() => 1]);
    }
    const given = this.#list(")");
    if (Object.hasOwn(aggregates, name)) return this.#use(token, given);
    if (name === "bin") {
      this.#counted(token, given.length, [1, 1]);
      const floor = functions.datefloor!.apply;
      return (row, results) => floor(row.get("@timestamp"), given[0]!(row, results));
    }
    const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
    if (!known) throw this.#scanner.wrong(`the local cloud has no function ${token.value}`, token);
    this.#counted(token, given.length, known.count);
    return (row, results) => known.apply(...given.map((one) => one(row, results)));
  }

  #use(token: Token, given: Evaluate[]): Evaluate {
    const name = token.value.toLowerCase();
    if (!this.uses) throw this.#scanner.wrong(`${token.value} is a function of groups, which stats alone has`, token);
    this.#counted(token, given.length, aggregates[name]!.count);
    const [value = () => 1, ...more] = given;
    const index = this.uses.push({ name, value, more }) - 1;
    return (_row, results) => results[index];
  }

  #counted(token: Token, count: number, [least, most]: [number, number]): void {
    if (count >= least && count <= most) return;
    const wanted =
      least === most ? `${least}` : `${least} to ${most === Number.POSITIVE_INFINITY ? "any number of" : most}`;
    throw this.#scanner.wrong(`${token.value} has ${wanted} arguments, ${count} are given`, token);
  }

  #list(closing: string): Evaluate[] {
    const members: Evaluate[] = [];
    if (this.#scanner.skip(closing)) return members;
    do members.push(this.parse());
    while (this.#scanner.skip(","));
    this.#scanner.expect(closing);
    return members;
  }
}

const tests: Record<string, (order: number) => boolean> = {
  "=": (order) => order === 0,
  "==": (order) => order === 0,
  "!=": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

const arithmetic: Record<string, (a: number, b: number) => number> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
  "%": (a, b) => a % b,
  "^": (a, b) => a ** b,
};

/** Of a row, in milliseconds since 1970. */
export function timeOf(row: Row): number | undefined {
  const time = row.get("@timestamp");
  return time instanceof Instant ? time.ms : undefined;
}
