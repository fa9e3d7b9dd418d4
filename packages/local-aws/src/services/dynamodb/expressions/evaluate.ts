/** The one evaluator of conditions. */
import { areEqual, compareValues } from "../items/compare.ts";
import { binarySize } from "../items/size.ts";
import { type AttributeValue, contentOf, type Item, typeOf } from "../items/types.ts";
import { valueAt } from "./paths.ts";
import type { Condition, Operand } from "./tree.ts";

/** Whether an item fulfils a condition; one that is not there is `{}`. */
export function holds(condition: Condition, item: Item): boolean {
  switch (condition.kind) {
    case "and":
      return holds(condition.left, item) && holds(condition.right, item);
    case "or":
      return holds(condition.left, item) || holds(condition.right, item);
    case "not":
      return !holds(condition.of, item);
    case "exists":
      return valueAt(item, condition.path) !== undefined;
    case "absent":
      return valueAt(item, condition.path) === undefined;
    case "compare":
      return compares(condition.comparator, operandOf(condition.left, item), operandOf(condition.right, item));
    case "between": {
      const value = operandOf(condition.operand, item);
      return (
        compares(">=", value, operandOf(condition.low, item)) && compares("<=", value, operandOf(condition.high, item))
      );
    }
    case "in": {
      const value = operandOf(condition.operand, item);
      return condition.candidates.some((one) => compares("=", value, operandOf(one, item)));
    }
    case "type": {
      const value = operandOf(condition.operand, item);
      return value !== undefined && typeOf(value) === condition.type;
    }
    case "begins":
      return begins(operandOf(condition.operand, item), operandOf(condition.part, item));
    case "contains":
      return contains(operandOf(condition.operand, item), operandOf(condition.part, item));
  }
}

function operandOf(operand: Operand, item: Item): AttributeValue | undefined {
  if (operand.kind === "path") return valueAt(item, operand.path);
  if (operand.kind === "value") return operand.value;
  const value = operandOf(operand.of, item);
  const size = value && lengthOf(value);
  return size === undefined ? undefined : { N: String(size) };
}

/** `size()`: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html */
function lengthOf(value: AttributeValue): number | undefined {
  if (value.S !== undefined) return value.S.length;
  if (value.B !== undefined) return binarySize(value.B);
  const content = contentOf(value);
  if (Array.isArray(content)) return content.length;
  return value.M && Object.keys(value.M).length;
}

function compares(comparator: string, a: AttributeValue | undefined, b: AttributeValue | undefined): boolean {
  // What is not there equals nothing.
  if (comparator === "<>") return a === undefined || b === undefined || !areEqual(a, b);
  if (a === undefined || b === undefined) return false;
  if (comparator === "=") return areEqual(a, b);
  const order = compareValues(a, b);
  if (order === undefined) return false;
  switch (comparator) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    default:
      return order >= 0;
  }
}

function begins(value: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (value?.S !== undefined && part?.S !== undefined) return value.S.startsWith(part.S);
  if (value?.B === undefined || part?.B === undefined) return false;
  const bytes = Buffer.from(part.B, "base64");
  return Buffer.from(value.B, "base64").subarray(0, bytes.length).equals(bytes);
}

function contains(value: AttributeValue | undefined, part: AttributeValue | undefined): boolean {
  if (!value || !part) return false;
  switch (typeOf(value)) {
    case "S":
      return part.S !== undefined && (value.S as string).includes(part.S);
    case "B":
      return part.B !== undefined && Buffer.from(value.B as string, "base64").includes(Buffer.from(part.B, "base64"));
    case "SS":
      return part.S !== undefined && (value.SS as string[]).includes(part.S);
    case "NS":
      return part.N !== undefined && (value.NS as string[]).includes(part.N);
    case "BS":
      return part.B !== undefined && (value.BS as string[]).includes(part.B);
    case "L":
      return (value.L as AttributeValue[]).some((one) => areEqual(one, part));
    default:
      return false;
  }
}
