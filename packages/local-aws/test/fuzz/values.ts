import type { NormalizedSchema } from "@smithy/core/schema";
import fc from "fast-check";

const deep = (levels: number) => `${'{"a":['.repeat(levels)}1${"]}".repeat(levels)}`;
const everyone = { Effect: "Allow", Principal: "*", Action: "*", Resource: "*" };

/** Texts that some parser of the local cloud reads, or should refuse. */
const texts = [
  "",
  " ",
  "a",
  "*",
  "?",
  "..",
  "../../etc/passwd",
  "$LATEST",
  "$.a[?(@.b)]",
  "$context.requestId",
  "__proto__",
  "constructor",
  "toString",
  "null",
  "undefined",
  "true",
  "0",
  "-1",
  "1e400",
  "NaN",
  "9007199254740993",
  "{}",
  "[]",
  '"x"',
  "[null]",
  '{"a":null}',
  "{",
  "é😀\u202e",
  "\u0000",
  "a\nb",
  "<a>&amp;</a>",
  "%00%zz",
  "2026-02-30",
  "2026-01-31T00:00:00Z",
  "rate(0 minutes)",
  "rate(5 minutes)",
  "cron(* * * * ? *)",
  "at(2999-12-31T23:59:59)",
  "arn:aws:iam::000000000000:role/none",
  "arn:aws:lambda:us-east-1:000000000000:function:none",
  "arn:aws:sqs:eu-west-1:123456789012:none",
  "arn:",
  "arn:aws:s3:::",
  "s3://none/none",
  "http://127.0.0.1:1/none",
  "https://example.com/none",
  "file:///etc/passwd",
  "x".repeat(300),
  "*a".repeat(40),
  "(a+)+$",
  deep(40),
  deep(3_000),
  JSON.stringify({ Version: "2012-10-17", Statement: everyone }),
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ ...everyone, Condition: { StringLike: { "aws:x": [{}] } } }, null],
  }),
  JSON.stringify({ StartAt: "A", States: { A: { Type: "Succeed" } } }),
  JSON.stringify({ StartAt: "A", States: { A: { Type: "Map", ItemProcessor: null, End: true } } }),
  JSON.stringify({ StartAt: "A", States: { A: { Type: "Choice", Choices: [null] } } }),
  JSON.stringify({ source: ["x"], detail: { a: [{ wildcard: "*a*b" }, { numeric: [">", 1] }, { exists: true }] } }),
  JSON.stringify({ source: [{ prefix: null }], $or: [{}, null] }),
  JSON.stringify({ openapi: "3.0.1", info: { title: "x", version: "1" }, paths: { "/a": null, b: { get: [] } } }),
  JSON.stringify({ deadLetterTargetArn: "arn:aws:sqs:us-east-1:000000000000:none", maxReceiveCount: "x" }),
];

const numbers = [0, 1, -1, 2, 5, 10, 100, 900, 43_200, 1e6, 2 ** 31, 2 ** 53, -(2 ** 31), 0.5];

/** Members that make a request wait, as they are meant to: the second, for bytes that the client never sends. */
const waits = /^(WaitTimeSeconds|ContentLength)$/;

/**
 * Inputs of a shape: the right types, hostile values.
 * @param known names of what exists, which half of the texts are.
 */
export function arbitraryOf(schema: NormalizedSchema, known: readonly string[], depth = 0): fc.Arbitrary<unknown> {
  if (schema.isStructSchema()) {
    const members: Record<string, fc.Arbitrary<unknown>> = {};
    for (const [name, member] of schema.structIterator()) {
      // Of shapes that hold themselves a few levels are enough.
      if (depth < 4 && !waits.test(name)) members[name] = arbitraryOf(member, known, depth + 1);
    }
    if (schema.isUnionSchema()) return oneOf(Object.entries(members));
    return fc.record(members, { requiredKeys: [], noNullPrototype: true });
  }
  if (schema.isListSchema()) return fc.array(arbitraryOf(schema.getValueSchema(), known, depth + 1), { maxLength: 3 });
  if (schema.isMapSchema()) {
    const value = arbitraryOf(schema.getValueSchema(), known, depth + 1);
    return fc.dictionary(fc.constantFrom(...known, ...texts), value, { maxKeys: 3, noNullPrototype: true });
  }
  if (schema.isBlobSchema()) {
    return fc.oneof(
      fc.constantFrom(...texts).map((text) => Buffer.from(text)),
      fc.uint8Array({ maxLength: 40 }),
    );
  }
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isNumericSchema()) return fc.constantFrom(...numbers);
  if (schema.isTimestampSchema()) return fc.constantFrom(0, 1e12, 4e12, -1e12).map((time) => new Date(time));
  return fc.oneof(fc.constantFrom(...known), fc.constantFrom(...texts));
}

function oneOf(members: [string, fc.Arbitrary<unknown>][]): fc.Arbitrary<unknown> {
  if (members.length === 0) return fc.constant({});
  return fc.oneof(...members.map(([name, value]) => value.map((one) => ({ [name]: one }))));
}

/** JSON that fits no shape, by the names that the shape has. */
export function untyped(schema: NormalizedSchema): fc.Arbitrary<string> {
  const names = schema.isStructSchema() ? [...schema.structIterator()].map(([name]) => name) : [];
  const value: fc.Arbitrary<unknown> = fc.oneof(
    fc.constantFrom<unknown>(null, true, ...numbers, ...texts, [], {}, [null], [[]], { a: {} }, { toString: 1 }, [
      { toString: 1 },
    ]),
    fc.jsonValue(),
  );
  return fc.oneof(
    fc.constantFrom(deep(40), deep(3_000), "null", "[]", "1", '"x"', "{", ""),
    fc
      .dictionary(fc.constantFrom("x", ...names), value, { maxKeys: 4, noNullPrototype: true })
      .map((body) => JSON.stringify(body)),
  );
}
