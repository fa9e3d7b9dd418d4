import { createHash } from "node:crypto";
import * as z from "zod/mini";

/** What a record is predicted from: values in the order of the features' names. */
interface Measurement {
  features: readonly string[];
  values: number[];
}

const NUMERIC = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
/** Characters of a number that is spelled: 17 digits say all that a number of JavaScript's has. */
const LONGEST = 64;
/** DynamoDB's own range: a larger number cannot be stored. */
const LARGEST = 9.99e125;

/** A number, or a string that spells one; finite either way. */
function numberOf(value: unknown): number {
  const spelled = typeof value === "string" && value.length <= LONGEST && NUMERIC.test(value.trim());
  const number = spelled ? Number(value) : value;
  return typeof number === "number" && Math.abs(number) <= LARGEST ? number + 0 : Number.NaN;
}

const numeric = z.pipe(
  z.custom((value) => !Number.isNaN(numberOf(value)), {
    error: ({ input }) => (input === undefined ? "is missing" : "is not a number"),
  }),
  z.transform(numberOf),
);

/**
 * The schema of a record that has these features; its other attributes are not looked at.
 * @example parse({ petal_width: "0.2" }, recordSchema(["petal_width"])) // { petal_width: 0.2 }
 */
export const recordSchema = (features: readonly string[]) =>
  z.object(Object.fromEntries(features.map((feature) => [feature, numeric]))) as z.ZodMiniType<Record<string, number>>;

export const measurementOf = (features: readonly string[], record: Record<string, number>): Measurement => ({
  features,
  values: features.map((feature) => record[feature]!),
});

/**
 * The canonical id of a measurement: the same numbers have the same id, however they are spelled and whatever the order
 * of the keys. 32 hex digits of a SHA-256 over names and values, which are told apart by JSON.
 */
export function measurementId({ features, values }: Measurement): string {
  const content = features.map((feature, index) => [feature, values[index]]).sort(([a], [b]) => (a! < b! ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(content)).digest("hex").slice(0, 32);
}
