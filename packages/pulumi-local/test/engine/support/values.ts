import fc from "fast-check";
import type { Archive, Asset, Properties } from "../../../src/engine/provider.ts";
import { Reference, Secret } from "../../../src/engine/values.ts";

const plain = { noNullPrototype: true } as const;
const text = fc.string();
const hash = fc.stringMatching(/^[0-9a-f]{64}$/);
const name = fc.string().filter((key) => key !== "__proto__" && key !== "kind");

const asset: fc.Arbitrary<Asset> = fc.record({ kind: fc.constant("asset" as const), text, hash }, plain);
const archive: fc.Arbitrary<Archive> = fc.record(
  { kind: fc.constant("archive" as const), assets: fc.dictionary(name, asset, { maxKeys: 2, ...plain }), hash },
  plain,
);

/** Values as the engine keeps them: JSON, and secrets, references, assets and archives anywhere in it. */
export const anyValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 3 }),
    fc.dictionary(name, tie("value"), { maxKeys: 3, ...plain }),
    tie("value").map((value) => (value instanceof Secret ? value : new Secret(value))),
    fc.record({ urn: text, id: text }).map(({ urn, id }) => new Reference(urn, id)),
    asset,
    archive,
  ),
})).value;

export const anyProperties: fc.Arbitrary<Properties> = fc.dictionary(name, anyValue, {
  maxKeys: 4,
  ...plain,
});
