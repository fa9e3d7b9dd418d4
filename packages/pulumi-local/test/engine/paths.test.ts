import assert from "node:assert/strict";
import fc from "fast-check";
import { parseDuration } from "../../src/engine/duration.ts";
import { copyAt, differsAt, parsePath } from "../../src/engine/paths.ts";
import { Secret } from "../../src/engine/values.ts";

describe("Property paths", () => {
  it("are read as Pulumi writes them", () => {
    assert.deepEqual(parsePath("tags.owner"), ["tags", "owner"]);
    assert.deepEqual(parsePath("rules[0].id"), ["rules", 0, "id"]);
    assert.deepEqual(parsePath('environment["a.b"].c'), ["environment", "a.b", "c"]);
    assert.deepEqual(parsePath('a["say \\"hi\\""]'), ["a", 'say "hi"']);
    assert.deepEqual(parsePath("containers[*].image"), ["containers", "*", "image"]);
  });

  it("take over what was there, and take away what was not", () => {
    const before = { tags: { owner: "me", old: 1 }, list: [{ id: 1 }, { id: 2 }] };
    const now = { tags: { owner: "you", new: 2 }, list: [{ id: 8 }, { id: 9 }, { id: 10 }], other: 1 };
    assert.deepEqual(copyAt(now, before, parsePath("tags.owner")), { ...now, tags: { owner: "me", new: 2 } });
    assert.deepEqual(copyAt(now, before, parsePath("tags.new")), { ...now, tags: { owner: "you" } });
    assert.deepEqual(copyAt(now, before, parsePath("tags.*")), { ...now, tags: { owner: "me", old: 1 } });
    assert.deepEqual(copyAt(now, before, parsePath("list[1].id")), {
      ...now,
      list: [{ id: 8 }, { id: 2 }, { id: 10 }],
    });
    assert.deepEqual(copyAt(now, before, parsePath("missing.deep")), now);
    assert.deepEqual(copyAt(now, before, parsePath("*")), before);
    assert.deepEqual(copyAt({ a: new Secret({ b: 1, c: 2 }) }, { a: { b: 3 } }, ["a", "b"]), {
      a: new Secret({ b: 3, c: 2 }),
    });
    assert.deepEqual(now.tags, { owner: "you", new: 2 });
  });

  it("are equal after a copy, whatever the values", () => {
    const keys = fc.constantFrom("a", "b", "c");
    const { value } = fc.letrec((tie) => ({
      value: fc.dictionary(keys, fc.oneof({ maxDepth: 2 }, fc.integer(), tie("value")), { noNullPrototype: true }),
    }));
    fc.assert(
      fc.property(value, value, fc.array(keys, { minLength: 1, maxLength: 3 }), (target, source, path) => {
        fc.pre(!differsAt(target, source, path) || (source as Record<string, unknown>)[path[0]!] !== undefined);
        assert.equal(differsAt(copyAt(target, source, path), source, path), false);
      }),
    );
  });
});

describe("Durations", () => {
  it("are Go's", () => {
    assert.equal(parseDuration("90s"), 90_000);
    assert.equal(parseDuration("1h30m"), 5_400_000);
    assert.equal(parseDuration("1.5m"), 90_000);
    assert.equal(parseDuration("250ms"), 250);
    for (const none of ["", "5", "5 m", "m", "-5s", "5x"]) assert.equal(parseDuration(none), undefined, none);
  });
});
