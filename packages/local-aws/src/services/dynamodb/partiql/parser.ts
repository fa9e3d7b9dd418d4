/** Parses statements of PartiQL; conditions and updates become those that expressions make. */
import { invalid } from "../errors.ts";
import type { Comparator } from "../expressions/syntax.ts";
import { type Action, type Assigned, type Condition, type Operand, type Path, pathText } from "../expressions/tree.ts";
import { typeOf, type ValueType } from "../items/types.ts";
import { malformed, tokenize } from "./lexer.ts";
import type { Delete, Exists, Insert, Returning, Select, Statement, Update } from "./statement.ts";
import { called, checkOrdered } from "./tests.ts";
import { Values } from "./values.ts";

const comparators: Record<string, Comparator> = {
  "=": "=",
  "<>": "<>",
  "!=": "<>",
  "<": "<",
  "<=": "<=",
  ">": ">",
  ">=": ">=",
};
const typeNames: Record<string, ValueType> = {
  STRING: "S",
  NUMBER: "N",
  BINARY: "B",
  LIST: "L",
  MAP: "M",
  BOOLEAN: "BOOL",
  BOOL: "BOOL",
  NULL: "NULL",
  STRING_SET: "SS",
  NUMBER_SET: "NS",
  BINARY_SET: "BS",
};
/** @param parameters for the question marks, in their order. @throws AwsError `ValidationException` */
export function parseStatement(text: string, parameters: unknown[] = []): Statement {
  const parser = new Parser(tokenize(text), parameters);
  return parser.statement();
}

class Parser extends Values {
  statement(): Statement {
    const found = this.#any();
    this.checkEnd();
    return found;
  }

  #any(): Statement {
    if (this.word("SELECT")) return this.#select();
    if (this.word("INSERT")) return this.#insert();
    if (this.word("UPDATE")) return this.#update();
    if (this.word("DELETE")) return this.#delete();
    if (this.word("EXISTS")) return this.#exists();
    return this.fail();
  }

  #select(): Select {
    const paths = this.symbol("*") ? undefined : this.list(() => this.path());
    this.need("FROM");
    const clauses = ["WHERE", "ORDER"];
    const table = this.table(...clauses);
    const index = this.symbol(".") ? this.table(...clauses) : undefined;
    const where = this.word("WHERE") ? this.#or() : undefined;
    const order = this.word("ORDER") ? this.#order() : undefined;
    return {
      kind: "select",
      table,
      ...(index !== undefined && { index }),
      ...(paths && { paths }),
      ...(where && { where }),
      ...(order && { order }),
    };
  }

  #order() {
    this.need("BY");
    return this.list(() => {
      const name = this.name();
      const down = this.word("DESC");
      if (!down) this.word("ASC");
      return { name, down };
    });
  }

  #insert(): Insert {
    this.need("INTO");
    const table = this.name();
    if (!this.word("VALUE")) throw malformed("Unexpected token after expression");
    const value = this.value();
    if (!value.M) throw invalid("The VALUE of an INSERT must be a map");
    return { kind: "insert", table, item: value.M };
  }

  #update(): Update {
    const table = this.table("SET", "REMOVE", "WHERE");
    const actions: Action[] = [];
    for (;;) {
      if (this.word("SET")) actions.push(...this.list(() => this.#set()));
      else if (this.word("REMOVE")) actions.push(...this.list((): Action => ({ kind: "remove", path: this.path() })));
      else break;
    }
    if (actions.length === 0) this.fail();
    this.need("WHERE");
    const where = this.#or();
    const returning = this.#returning();
    return { kind: "update", table, actions, where, ...(returning && { returning }) };
  }

  #set(): Action {
    const path = this.path();
    if (!this.symbol("=")) this.fail();
    const call = this.call("set_add", "set_delete");
    if (call) return this.#members(call, path);
    return { kind: "set", path, to: this.#assigned() };
  }

  /** `SET a = set_add(a, <<1>>)` */
  #members(call: string, path: Path): Action {
    const name = call.toUpperCase();
    const [set, value, ...more] = this.until(")", () => this.#operand());
    if (!set || !value || more.length > 0) throw invalid(`${name} must have exactly two arguments`);
    if (set.kind !== "path" || pathText(set.path) !== pathText(path)) {
      throw invalid(`The first argument to ${name} must equal the assignment value`);
    }
    if (value.kind !== "value" || !/^[SNB]S$/.test(typeOf(value.value))) {
      throw invalid(`The second argument to ${name} must be a value with type SET`);
    }
    return { kind: call === "set_add" ? "add" : "delete", path, value: value.value };
  }

  #assigned(): Assigned {
    const left = this.#term();
    for (const [symbol, sign] of [
      ["+", 1],
      ["-", -1],
    ] as const) {
      if (this.symbol(symbol)) return { kind: "sum", sign, left, right: this.#term() };
    }
    return left;
  }

  #term(): Assigned {
    const call = this.call();
    if (call) {
      const first = this.#assigned();
      if (!this.symbol(",")) this.fail();
      const second = this.#assigned();
      if (!this.symbol(")")) this.fail();
      if (call === "list_append") return { kind: "append", left: first, right: second };
      if (call === "if_not_exists" && first.kind === "path")
        return { kind: "ifAbsent", path: first.path, otherwise: second };
      throw invalid(`Unsupported function: ${call}`);
    }
    return this.startsPath() ? { kind: "path", path: this.path() } : { kind: "value", value: this.value() };
  }

  #delete(): Delete {
    this.need("FROM");
    const table = this.table("WHERE");
    this.need("WHERE");
    const where = this.#or();
    const returning = this.#returning();
    return { kind: "delete", table, where, ...(returning && { returning }) };
  }

  #exists(): Exists {
    if (!this.symbol("(")) this.fail();
    this.need("SELECT");
    const { table, where } = this.#select();
    if (!this.symbol(")") || !where) this.fail();
    return { kind: "exists", table, where };
  }

  #returning(): Returning | undefined {
    if (!this.word("RETURNING")) return undefined;
    const all = this.word("ALL");
    if (!all) this.need("MODIFIED");
    const old = this.word("OLD");
    if (!old) this.need("NEW");
    if (!this.symbol("*")) this.fail();
    return `${all ? "ALL" : "UPDATED"}_${old ? "OLD" : "NEW"}`;
  }

  #or(): Condition {
    let left = this.#and();
    while (this.word("OR")) left = { kind: "or", left, right: this.#and() };
    return left;
  }

  #and(): Condition {
    let left = this.#not();
    while (this.word("AND")) left = { kind: "and", left, right: this.#not() };
    return left;
  }

  #not(): Condition {
    return this.nested(() => {
      if (this.word("NOT")) return { kind: "not", of: this.#not() };
      if (!this.symbol("(")) return this.#test();
      const found = this.#or();
      if (!this.symbol(")")) this.fail();
      return found;
    });
  }

  #test(): Condition {
    const call = this.token.text.toLowerCase() === "size" ? undefined : this.call();
    if (call) {
      const operands = this.until(")", () => this.#operand());
      return this.#truth(called(call, operands));
    }
    const operand = this.#operand();
    if (this.word("BETWEEN")) {
      const low = this.#operand();
      this.need("AND");
      const high = this.#operand();
      checkOrdered("BETWEEN", operand, low, high);
      return { kind: "between", operand, low, high };
    }
    if (this.word("IN")) return { kind: "in", operand, candidates: this.#candidates() };
    if (this.word("IS")) return this.#is(operand);
    const comparator = comparators[this.token.text];
    if (this.token.kind !== "symbol" || !comparator) return this.fail();
    this.next();
    const right = this.#operand();
    if (comparator !== "=" && comparator !== "<>") checkOrdered(comparator, operand, right);
    return { kind: "compare", comparator, left: operand, right };
  }

  /** `attribute_exists(a) = true` */
  #truth(test: Condition): Condition {
    if (!this.symbol("=")) return test;
    const { BOOL: isTrue } = this.value();
    if (isTrue === undefined) this.fail();
    return isTrue ? test : { kind: "not", of: test };
  }

  #candidates(): Operand[] {
    const close = this.symbol("[") ? "]" : this.symbol("(") ? ")" : this.fail();
    const found = this.list(() => this.#operand());
    if (!this.symbol(close)) this.fail();
    return found;
  }

  #is(operand: Operand): Condition {
    const isNot = this.word("NOT");
    const word = this.next().text.toUpperCase();
    let test: Condition;
    if (word === "MISSING" && operand.kind === "path") test = { kind: "absent", path: operand.path };
    else if (Object.hasOwn(typeNames, word)) test = { kind: "type", operand, type: typeNames[word] as ValueType };
    else return this.fail();
    return isNot ? { kind: "not", of: test } : test;
  }

  #operand(): Operand {
    if (this.call("size")) {
      const of: Operand = { kind: "path", path: this.path() };
      if (!this.symbol(")")) this.fail();
      return { kind: "size", of };
    }
    return this.startsPath() ? { kind: "path", path: this.path() } : { kind: "value", value: this.value() };
  }
}
