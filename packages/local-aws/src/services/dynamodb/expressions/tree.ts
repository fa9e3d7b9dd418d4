/** An expression with its names and values in it: what is evaluated, however a request spelled it. */
import type { AttributeValue, ValueType } from "../items/types.ts";
import type { Comparator } from "./syntax.ts";

/** Names of attributes and of members of maps, and indexes of lists. */
export type Path = [string, ...(string | number)[]];

export type Operand =
  | { kind: "path"; path: Path }
  | { kind: "value"; value: AttributeValue }
  | { kind: "size"; of: Operand };

export type Condition =
  | { kind: "and" | "or"; left: Condition; right: Condition }
  | { kind: "not"; of: Condition }
  | { kind: "compare"; comparator: Comparator; left: Operand; right: Operand }
  | { kind: "between"; operand: Operand; low: Operand; high: Operand }
  | { kind: "in"; operand: Operand; candidates: Operand[] }
  | { kind: "exists" | "absent"; path: Path }
  | { kind: "type"; operand: Operand; type: ValueType }
  | { kind: "begins" | "contains"; operand: Operand; part: Operand };

/** What SET gives to an attribute. */
export type Assigned =
  | { kind: "path"; path: Path }
  | { kind: "value"; value: AttributeValue }
  | { kind: "sum"; sign: 1 | -1; left: Assigned; right: Assigned }
  | { kind: "ifAbsent"; path: Path; otherwise: Assigned }
  | { kind: "append"; left: Assigned; right: Assigned };

export type Action =
  | { kind: "set"; path: Path; to: Assigned }
  | { kind: "remove"; path: Path }
  | { kind: "add" | "delete"; path: Path; value: AttributeValue };

/** As AWS shows a path in messages: `[a, b, [0]]`. */
export const pathText = (path: Path): string =>
  `[${path.map((part) => (typeof part === "number" ? `[${part}]` : part)).join(", ")}]`;

/** Every path of a condition. */
export function* pathsOf(condition: Condition): Iterable<Path> {
  switch (condition.kind) {
    case "and":
    case "or":
      yield* pathsOf(condition.left);
      yield* pathsOf(condition.right);
      break;
    case "not":
      yield* pathsOf(condition.of);
      break;
    case "exists":
    case "absent":
      yield condition.path;
      break;
    default:
      for (const operand of operandsOf(condition)) {
        const inner = operand.kind === "size" ? operand.of : operand;
        if (inner.kind === "path") yield inner.path;
      }
  }
}

function operandsOf(condition: Condition): Operand[] {
  switch (condition.kind) {
    case "compare":
      return [condition.left, condition.right];
    case "between":
      return [condition.operand, condition.low, condition.high];
    case "in":
      return [condition.operand, ...condition.candidates];
    case "type":
      return [condition.operand];
    case "begins":
    case "contains":
      return [condition.operand, condition.part];
    default:
      return [];
  }
}
