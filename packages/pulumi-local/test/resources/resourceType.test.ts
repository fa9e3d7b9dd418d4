import assert from "node:assert/strict";
import type { Properties, ResourceContext } from "../../src/engine/provider.ts";
import { type ResourceType, resourceProvider } from "../../src/resources/resourceType.ts";

const made: Properties[] = [];
const existing = new Map<string, Properties>();
const type: ResourceType = {
  type: "aws:test/box:Box",
  docs: "https://docs.aws.amazon.com/",
  properties: ["size", "place", "kind"],
  inert: ["kmsKeyId"],
  required: ["size"],
  enums: { kind: ["round", "square"] },
  replaces: ["place", "name"],
  autoname: { property: "name", max: 20, pattern: /^[a-z0-9-]+$/ },
  taggable: true,
  changesWith: { version: ["size", "place"], other: ["size"] },
  async create(inputs) {
    made.push(inputs);
    return { id: String(inputs.name), outputs: inputs };
  },
  update: async (id, _before, inputs) => ({ id, outputs: { ...inputs, updated: true } }),
  async delete() {},
  async read(id) {
    const found = existing.get(id);
    return found && { id, outputs: found };
  },
};
const provider = resourceProvider(type);
const context = (rest: Partial<ResourceContext> = {}): ResourceContext => ({
  urn: "urn:pulumi:dev::shop::aws:test/box:Box::box",
  type: type.type,
  name: "box",
  project: "shop",
  stack: "dev",
  provider: { region: "eu-west-1", defaultTags: { owner: "me" }, config: {} },
  log() {},
  signal: new AbortController().signal,
  ...rest,
});

describe("A resource type's facts", () => {
  beforeEach(() => {
    made.length = 0;
    existing.clear();
  });

  it("validate inputs, and name the property", async () => {
    const { failures } = await provider.check({ kind: "flat", colour: "red", kmsKeyId: "k" }, context());
    assert.deepEqual(failures, [
      {
        property: "colour",
        reason: 'the local cloud does not model aws:test/box:Box\'s property "colour"',
      },
      { property: "size", reason: "is required and was not given" },
      { property: "kind", reason: 'is "flat"; allowed are round, square' },
    ]);
    const named = async (name: string) => (await provider.check({ size: 1, name }, context())).failures[0]?.reason;
    assert.match((await named("x".repeat(21))) ?? "", /21 characters; at most 20 are allowed/);
    assert.match((await named("Box")) ?? "", /is "Box"; it must match/);
  });

  it("name it once, tag it, and know a generated name from a given one", async () => {
    const first = await provider.check({ size: 1, tags: { a: "b" } }, context());
    assert.match(String(first.inputs.name), /^box-[0-9a-f]{7}$/);
    assert.deepEqual(first.inputs.tagsAll, { owner: "me", a: "b" });
    const previous = { id: "x", inputs: first.inputs, outputs: first.inputs };
    const second = await provider.check({ size: 1, place: "b", tags: { a: "b" } }, context({ previous }));
    assert.equal(second.inputs.name, first.inputs.name);
    assert.deepEqual(await provider.diff(first.inputs, second.inputs, context()), {
      changes: ["place"],
      replaces: ["place"],
      deleteBeforeReplace: false,
      unknownOutputs: ["version"],
    });
    const given = { size: 1, name: "fixed" };
    const diff = await provider.diff({ ...given, place: "a" }, { ...given, place: "b" }, context());
    assert.equal(diff.deleteBeforeReplace, true);
  });

  it("keep a generated name when the program renames the resource, and no name that was given", async () => {
    const first = await provider.check({ size: 1 }, context());
    const nameAfter = async (before: Properties, inputs: Properties = {}) => {
      const previous = { id: "x", inputs: before, outputs: before };
      const checked = await provider.check({ size: 1, ...inputs }, context({ previous, name: "crate" }));
      return String(checked.inputs.name);
    };
    assert.equal(await nameAfter(first.inputs), first.inputs.name);
    assert.match(await nameAfter({ size: 1, name: "box-fixed" }), /^crate-[0-9a-f]{7}$/);
    assert.match(await nameAfter(first.inputs, { namePrefix: "big-" }), /^big-[0-9a-f]{7}$/);
  });

  it("take over what a killed run has made, and make what it has not", async () => {
    const inputs = { size: 1, name: "box-1234567", __defaults: ["name"] };
    const interrupted = context({ previous: { id: "", inputs, outputs: {} } });
    assert.equal((await provider.check({ size: 1 }, interrupted)).inputs.name, "box-1234567");
    await provider.create(inputs, interrupted);
    assert.deepEqual(made, [inputs]);
    existing.set("box-1234567", inputs);
    assert.deepEqual(await provider.create(inputs, interrupted), {
      id: "box-1234567",
      outputs: { ...inputs, updated: true },
    });
    // Somebody else's thing of that name is not ours to take.
    await provider.create(inputs, context());
    assert.equal(made.length, 2);
  });
});
