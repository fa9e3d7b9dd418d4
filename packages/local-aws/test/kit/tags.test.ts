import assert from "node:assert/strict";
import fc from "fast-check";
import { tagList, tagMap, withoutTags } from "../../src/kit/tags.ts";

const tags = fc.dictionary(fc.string(), fc.string(), { noNullPrototype: true });

describe("tags", () => {
  it("are the same as a map and as a list, in every spelling", () => {
    fc.assert(
      fc.property(tags, (map) => {
        const list = tagList(map);
        assert.deepEqual(tagMap(list), map);
        assert.deepEqual(tagMap(list.map(({ Key: key, Value: value }) => ({ key, value }))), map);
        assert.deepEqual(tagMap(list.map(({ Key: TagKey, Value: TagValue }) => ({ TagKey, TagValue }))), map);
      }),
    );
  });

  it("are taken away by their keys alone", () => {
    fc.assert(
      fc.property(tags, fc.array(fc.string()), (map, keys) => {
        const left = withoutTags(map, keys);
        for (const [key, value] of Object.entries(map)) assert.equal(left[key], keys.includes(key) ? undefined : value);
      }),
    );
  });

  it("without a value have an empty one", () => {
    assert.deepEqual(tagMap([{ Key: "a" }]), { a: "" });
    assert.deepEqual(tagMap(undefined), {});
  });
});
