import { Secret } from "./values.ts";

/** A type of Pulumi.yaml: `string`, `integer`, `boolean`, `object`, or `array` of `items`. */
export interface Rule {
  type: string;
  items?: Rule;
}

/** As the Pulumi CLI writes it: `array<array<string>>`. */
export const typeName = ({ type, items }: Rule): string => (items ? `array<${typeName(items)}>` : type);

/** Whether the Pulumi CLI takes a value for one of that type: a number and a truth value may be written as text, too. */
export function isOfType({ type, items }: Rule, given: unknown): boolean {
  const value = given instanceof Secret ? given.value : given;
  switch (type) {
    case "string":
      return typeof value === "string";
    case "integer":
      return typeof value === "bigint" || Number.isInteger(value) || (typeof value === "string" && isInt64(value));
    case "boolean":
      return typeof value === "boolean" || value === "true" || value === "false";
    case "object":
      return value instanceof Map && [...value.keys()].every((key) => typeof key === "string");
    default:
      return Array.isArray(value) && items !== undefined && value.every((item) => isOfType(items, item));
  }
}

const isInt64 = (text: string): boolean =>
  /^[+-]?\d+$/.test(text) && BigInt.asIntN(64, BigInt(text.replace("+", ""))) === BigInt(text.replace("+", ""));
