import assert from "node:assert/strict";
import fc from "fast-check";

const nested = (depth: number, bracket: "[]" | "{}"): string =>
  bracket === "[]" ? "[".repeat(depth) + "]".repeat(depth) : `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`;

const ownNames = ["__proto__", "constructor", "prototype", "hasOwnProperty", "toString", "valueOf", "toJSON", "then"];
const hostileKey = fc.oneof(fc.constantFrom(...ownNames), fc.string({ maxLength: 20 }));

/** Bodies that somebody may send to a public route: JSON of every kind, with names of prototypes, deep, long, or none at all. */
export const hostileBody = (fields: string[] = []): fc.Arbitrary<string> =>
  fc.oneof(
    fc.json(),
    fc.string({ unit: "binary", maxLength: 300 }),
    fc
      .dictionary(fc.oneof(hostileKey, fc.constantFrom("a", ...fields)), fc.jsonValue())
      .map((one) => JSON.stringify(one)),
    fc.array(fc.tuple(hostileKey, fc.jsonValue({ maxDepth: 1 }))).map(
      // By hand, so that a name of the prototype's arrives as one.
      (entries) => `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(",")}}`,
    ),
    fc
      .tuple(fc.integer({ min: 1, max: 4_000 }), fc.constantFrom<"[]" | "{}">("[]", "{}"))
      .map(([depth, of]) => nested(depth, of)),
    fc
      .tuple(
        fc.constantFrom("a", ...fields),
        fc.constantFrom("1", " ", "1.", "e", "\\u0000"),
        fc.integer({ max: 60_000, min: 0 }),
      )
      .map(([name, unit, times]) => `{"${name}":"${unit.repeat(times)}x"}`),
    fc
      .tuple(fc.constantFrom("a", ...fields), fc.integer({ min: 1, max: 200 }))
      .map(([name, depth]) => `{"${name}":${nested(depth, "[]")}}`),
  );

/** Query strings that somebody may send; of `fields`, what is known of their form beside what is not. */
export const hostileQuery = (fields: Record<string, fc.Arbitrary<string>>): fc.Arbitrary<Record<string, string>> =>
  fc.record<Record<string, string>>(
    Object.fromEntries(
      Object.entries(fields).map(([name, like]) => [
        name,
        fc.oneof(like, fc.string({ unit: "binary", maxLength: 2_000 })),
      ]),
    ),
    { requiredKeys: [] },
  );

/** An answer that says no in words of its own, or yes: nothing failed, and nothing internal is told. */
export function assertPolite({ statusCode, body }: { statusCode: number; body: unknown }, sent: unknown): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  assert.ok(statusCode >= 200 && statusCode < 500, `${statusCode} for ${JSON.stringify(sent)?.slice(0, 200)}: ${text}`);
  assert.doesNotMatch(text, /\n +at |Error:|Exception|node_modules|\/var\/task/);
}
