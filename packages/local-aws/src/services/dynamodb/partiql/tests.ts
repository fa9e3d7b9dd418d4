/** What a test in a WHERE takes; refusals are those of expressions, without their name. */
import { invalid } from "../errors.ts";
import type { Condition, Operand } from "../expressions/tree.ts";
import { typeOf, type ValueType } from "../items/types.ts";

/** Functions with the number of their operands. */
const counts: Record<string, number> = {
  attribute_exists: 1,
  attribute_not_exists: 1,
  attribute_type: 2,
  begins_with: 2,
  contains: 2,
};

/** @param name in small letters. @throws AwsError `ValidationException` */
export function called(name: string, operands: Operand[]): Condition {
  if (!Object.hasOwn(counts, name)) throw invalid(`Unrecognized function: ${name}`);
  if (operands.length !== counts[name]) {
    throw invalid(
      `Incorrect number of operands for operator or function; operator or function: ${name}, number of operands: ${operands.length}`,
    );
  }
  const [operand, part] = operands as [Operand, Operand];
  switch (name) {
    case "begins_with":
      return { kind: "begins", operand, part };
    case "contains":
      return { kind: "contains", operand, part };
    case "attribute_type":
      return { kind: "type", operand, type: (part.kind === "value" ? part.value.S : undefined) as ValueType };
    default:
      if (operand.kind !== "path") {
        throw invalid(`Operator or function requires a document path; operator or function: ${name}`);
      }
      return { kind: name === "attribute_exists" ? "exists" : "absent", path: operand.path };
  }
}

/** Only texts, numbers and binary values have an order. @throws AwsError `ValidationException` */
export function checkOrdered(operator: string, ...operands: Operand[]): void {
  for (const operand of operands) {
    const type = operand.kind === "value" ? typeOf(operand.value) : "S";
    if (["S", "N", "B"].includes(type)) continue;
    throw invalid(
      `Incorrect operand type for operator or function; operator or function: ${operator}, operand type: ${type}`,
    );
  }
}
