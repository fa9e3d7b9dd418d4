import type { NormalizedSchema } from "@smithy/core/schema";
import fc from "fast-check";
import { requiredMembers } from "../../src/wire/sdkInternals.ts";

/** Text that every protocol can carry; in the path and headers it may not be empty or begin or end with a space. */
const text = fc.string({
  unit: fc.constantFrom("a", "Z", "0", "-", "_", "é", "日", "&", "<", '"', "'", "/", "%", "+", " ", "$", ","),
  maxLength: 12,
});
const token = fc.string({
  unit: fc.constantFrom("a", "Z", "0", "-", "_", "/", "%", "+", ":", "$"),
  minLength: 1,
  maxLength: 12,
});
const seconds = fc.integer({ min: 0, max: 4_000_000_000 }).map((value) => new Date(value * 1000));

/** Any value of a schema. Lists and maps have entries and structures a member, as not every protocol tells empty from absent. */
export function arbitraryOf(schema: NormalizedSchema, depth = 0): fc.Arbitrary<unknown> {
  const traits = schema.getMergedTraits() as Record<string, unknown>;
  const bound = traits.httpLabel || traits.httpHeader || traits.httpQuery || traits.httpPrefixHeaders;
  if (schema.isStructSchema()) return structureOf(schema, depth);
  if (schema.isListSchema())
    return fc
      .array(arbitraryOf(schema.getValueSchema(), depth + 1), { minLength: 1, maxLength: 3 })
      .map((list) =>
        bound ? list.map((item) => (typeof item === "string" ? `x${item.replace(/[^a-z]/gi, "")}` : item)) : list,
      );
  if (schema.isMapSchema()) {
    const key = traits.httpPrefixHeaders === undefined ? token : fc.stringMatching(/^[a-z]{1,5}$/);
    return fc.dictionary(key, bound ? token : arbitraryOf(schema.getValueSchema(), depth + 1), {
      minKeys: 1,
      maxKeys: 3,
      noNullPrototype: true,
    });
  }
  if (schema.isTimestampSchema()) return seconds;
  if (schema.isBlobSchema()) return fc.uint8Array({ minLength: 1, maxLength: 20 });
  if (schema.isBooleanSchema()) return fc.boolean();
  if (schema.isBigIntegerSchema()) return fc.bigInt();
  if (traits.httpResponseCode) return fc.integer({ min: 200, max: 299 });
  if (schema.isNumericSchema()) return fc.integer();
  if (schema.isDocumentSchema()) return fc.constant({ any: ["thing"] });
  if (traits.mediaType !== undefined) return fc.constant('{"a":1}');
  return bound ? token : text;
}

/** Labels cannot be left out; a token that is left out is made up by the SDK. */
const always = (member: NormalizedSchema): boolean =>
  Boolean(member.getMergedTraits().httpLabel || member.isIdempotencyToken());

function structureOf(schema: NormalizedSchema, depth: number): fc.Arbitrary<unknown> {
  const members = [...schema.structIterator()].filter(
    ([, member]) => !(member.isStreaming() && member.isStructSchema()),
  );
  if (members.length === 0) return fc.constant({});
  if (schema.isUnionSchema()) {
    return fc.oneof(
      ...members
        .slice(0, 6)
        .map(([name, member]) => arbitraryOf(member, depth + 1).map((value) => ({ [name]: value }))),
    );
  }
  const required = requiredMembers(schema);
  const kept = members.filter(
    ([, member], index) => index < Math.max(required, 1) || always(member) || (depth < 3 && index < 12),
  );
  const must = kept
    .filter(([, member], index) => index < Math.max(required, 1) || always(member))
    .map(([name]) => name);
  const model = Object.fromEntries(kept.map(([name, member]) => [name, arbitraryOf(member, depth + 1)]));
  return fc.record(model, { requiredKeys: must, noNullPrototype: true } as never);
}
