/** Puts names and values into a parsed expression, and checks what each operator and function takes. */
import { invalid } from "../errors.ts";
import { compareValues } from "../items/compare.ts";
import { type AttributeValue, contentOf, typeOf, type ValueType, valueTypes } from "../items/types.ts";
import { checkOverlap } from "./overlap.ts";
import { parseCondition, parseProjection } from "./parser.ts";
import type { Placeholders } from "./placeholders.ts";
import type { CallSyntax, Syntax } from "./syntax.ts";
import { type Condition, type Operand, type Path, pathText } from "./tree.ts";

/** Functions of conditions, with the number of their operands. */
const functions: Record<string, number> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
  size: 1,
};
const updateFunctions: ReadonlySet<string> = new Set(["if_not_exists", "list_append"]);

/** A condition, or nothing where there is no text. @param title of the expression, in errors. */
export function bindCondition(title: string, text: unknown, placeholders: Placeholders): Condition | undefined {
  if (text === undefined || text === null) return undefined;
  return new Binder(title, placeholders).condition(parseCondition(title, String(text)));
}

/** The paths of a projection. */
export function bindProjection(text: unknown, placeholders: Placeholders): Path[] | undefined {
  if (text === undefined || text === null) return undefined;
  const title = "ProjectionExpression";
  const paths = parseProjection(title, String(text)).map((path) => placeholders.path(title, path));
  checkOverlap(title, paths);
  return paths;
}

class Binder {
  readonly #title: string;
  readonly #placeholders: Placeholders;

  constructor(title: string, placeholders: Placeholders) {
    this.#title = title;
    this.#placeholders = placeholders;
  }

  condition(syntax: Syntax): Condition {
    switch (syntax.kind) {
      case "and":
      case "or":
        return { kind: syntax.kind, left: this.condition(syntax.left), right: this.condition(syntax.right) };
      case "not":
        return { kind: "not", of: this.condition(syntax.of) };
      case "compare": {
        const left = this.#operand(syntax.left);
        const right = this.#operand(syntax.right);
        this.#checkDistinct(syntax.comparator, left, right);
        if (syntax.comparator !== "=" && syntax.comparator !== "<>") this.#checkOrdered(syntax.comparator, left, right);
        return { kind: "compare", comparator: syntax.comparator, left, right };
      }
      case "between": {
        const [operand, low, high] = syntax.operands.map((one) => this.#operand(one)) as [Operand, Operand, Operand];
        this.#checkOrdered("BETWEEN", operand, low, high);
        this.#checkBounds(low, high);
        return { kind: "between", operand, low, high };
      }
      case "in": {
        const [operand, ...candidates] = syntax.operands.map((one) => this.#operand(one)) as [Operand, ...Operand[]];
        if (candidates.length > 100) {
          throw this.#invalid(
            `Too many operands for operator or function; operator or function: IN, number of operands: ${candidates.length + 1}`,
          );
        }
        for (const one of candidates) this.#checkDistinct("IN", operand, one);
        return { kind: "in", operand, candidates };
      }
      case "call":
        return this.#call(syntax);
      default:
        throw this.#invalid("Syntax error; a condition is expected");
    }
  }

  #call(call: CallSyntax): Condition {
    const { name } = call;
    this.#checkFunction(call);
    const [first, second] = call.operands as [Syntax, Syntax];
    if (name === "size") {
      throw this.#invalid(`The function is not allowed to be used this way in an expression; function: ${name}`);
    }
    if (name === "attribute_exists" || name === "attribute_not_exists") {
      if (first.kind !== "path") {
        throw this.#invalid(`Operator or function requires a document path; operator or function: ${name}`);
      }
      const path = this.#placeholders.path(this.#title, first);
      return { kind: name === "attribute_exists" ? "exists" : "absent", path };
    }
    const operand = this.#operand(first);
    const part = this.#operand(second);
    this.#checkDistinct(name, operand, part);
    if (name === "attribute_type") return { kind: "type", operand, type: this.#type(part) };
    if (name === "begins_with") {
      for (const one of [operand, part]) {
        const type = this.#typeOf(one);
        if (type && type !== "S" && type !== "B") throw this.#wrongType(name, type);
      }
      return { kind: "begins", operand, part };
    }
    if (first.kind === "value" && second.kind === "value" && first.name === second.name) {
      throw this.#notDistinct(name, `[${first.name}]`);
    }
    return { kind: "contains", operand, part };
  }

  #checkFunction({ name, operands }: CallSyntax): void {
    if (!Object.hasOwn(functions, name)) {
      const message = updateFunctions.has(name)
        ? "The function is not allowed in a condition expression"
        : "Invalid function name";
      throw this.#invalid(`${message}; function: ${name}`);
    }
    if (operands.length !== functions[name]) {
      throw this.#invalid(
        `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
      );
    }
  }

  #operand(syntax: Syntax): Operand {
    if (syntax.kind === "path") return { kind: "path", path: this.#placeholders.path(this.#title, syntax) };
    if (syntax.kind === "value") return { kind: "value", value: this.#placeholders.value(this.#title, syntax.name) };
    if (syntax.kind !== "call") throw this.#invalid("Syntax error; an operand is expected");
    this.#checkFunction(syntax);
    if (syntax.name !== "size") {
      throw this.#invalid(`The function is not allowed to be used this way in an expression; function: ${syntax.name}`);
    }
    const of = this.#operand(syntax.operands[0] as Syntax);
    if (of.kind === "value" && ["N", "BOOL", "NULL"].includes(typeOf(of.value))) {
      throw this.#wrongType("size", typeOf(of.value));
    }
    return { kind: "size", of };
  }

  #type(operand: Operand): ValueType {
    const type = this.#typeOf(operand);
    if (operand.kind !== "value" || type !== "S") throw this.#wrongType("attribute_type", type ?? "path");
    const name = operand.value.S;
    if (!valueTypes.has(name))
      throw this.#invalid(
        `Invalid attribute type name found; type: ${name}, valid types: {B,NULL,SS,BOOL,L,BS,N,NS,S,M}`,
      );
    return name as ValueType;
  }

  #typeOf(operand: Operand): ValueType | undefined {
    return operand.kind === "value" ? typeOf(operand.value) : operand.kind === "size" ? "N" : undefined;
  }

  /** Only texts, numbers and binary values have an order. */
  #checkOrdered(operator: string, ...operands: Operand[]): void {
    for (const operand of operands) {
      const type = this.#typeOf(operand);
      if (type && type !== "S" && type !== "N" && type !== "B") throw this.#wrongType(operator, type);
    }
  }

  #checkBounds(low: Operand, high: Operand): void {
    if (low.kind !== "value" || high.kind !== "value") return;
    const order = compareValues(low.value, high.value);
    const bounds = `lower bound operand: AttributeValue: ${shown(low.value)}, upper bound operand: AttributeValue: ${shown(high.value)}`;
    if (order === undefined) {
      throw this.#invalid(`The BETWEEN operator requires same data type for lower and upper bounds; ${bounds}`);
    }
    if (order > 0) {
      throw this.#invalid(
        `The BETWEEN operator requires upper bound to be greater than or equal to lower bound; ${bounds}`,
      );
    }
  }

  #checkDistinct(operator: string, first: Operand, other: Operand): void {
    if (first.kind !== "path" || other.kind !== "path") return;
    if (pathText(first.path) !== pathText(other.path)) return;
    throw this.#notDistinct(operator, pathText(first.path));
  }

  #notDistinct(operator: string, shownOperand: string): Error {
    return this.#invalid(
      `The first operand must be distinct from the remaining operands for this operator or function; operator: ${operator}, first operand: ${shownOperand}`,
    );
  }

  #wrongType(operator: string, type: string): Error {
    return this.#invalid(
      `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
    );
  }

  #invalid(message: string): Error {
    return invalid(`Invalid ${this.#title}: ${message}`);
  }
}

const shown = (value: AttributeValue) => `{${typeOf(value)}:${contentOf(value)}}`;
