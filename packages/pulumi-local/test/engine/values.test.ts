import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { fromState, Secret, toStruct, unknown } from "../../src/engine/values.ts";
import { Group, TestStack, Thing } from "./support/stack.ts";
import { anyValue } from "./support/values.ts";

describe("The engine's values", () => {
  let stack: TestStack;
  beforeEach(async () => {
    stack = await TestStack.open();
  });
  afterEach(() => stack.close());

  it("keeps secrets secret: to the program, in the state, in events", async () => {
    const program = () => {
      const a = new Thing("a", { secret: pulumi.secret("hunter2"), link: { nested: [pulumi.secret("hunter2")] } });
      const b = new Thing("b", { link: a.secret });
      const isSecret = pulumi.all([pulumi.isSecret(a.secret), pulumi.isSecret(a.label), pulumi.isSecret(b.size)]);
      return { isSecret, password: a.secret };
    };
    const { outputs } = await stack.up(program);
    assert.deepEqual(outputs.isSecret, [true, false, false]);
    assert.deepEqual(outputs.password, new Secret("hunter2"));
    assert.deepEqual(stack.things.alive.get("a-1")?.link, { nested: ["hunter2"] });
    assert.deepEqual(
      stack.events.filter((event) => JSON.stringify(event).includes("hunter2")),
      [],
    );
    const files = readdirSync(stack.directory, { encoding: "utf8", recursive: true }).filter((file) =>
      file.includes("sqlite"),
    );
    assert.ok(files.length > 0);
    for (const file of files) assert.equal(readFileSync(join(stack.directory, file)).includes("hunter2"), false, file);

    stack.reopen();
    await stack.up(program);
    assert.deepEqual(stack.steps().sort(), ["same Thing a", "same Thing b"]);
  });

  it("makes outputs secret that the program says are", async () => {
    const program = () => {
      const a = new Thing("a", {}, { additionalSecretOutputs: ["label"] });
      return { label: a.label };
    };
    await stack.up(() => new Thing("a"));
    assert.deepEqual((await stack.up(program)).outputs.label, new Secret("size 1"));
  });

  it("compares assets and archives by what they hold", async () => {
    const file = join(stack.directory, "handler.mjs");
    const folder = join(stack.directory, "folder");
    mkdirSync(folder);
    writeFileSync(file, "one");
    writeFileSync(join(folder, "a.txt"), "one");
    const program = () => {
      const code = new pulumi.asset.AssetArchive({
        "handler.mjs": new pulumi.asset.FileAsset(file),
        "config.json": new pulumi.asset.StringAsset("{}"),
      });
      new Thing("a", { link: code });
      new Thing("b", { link: new pulumi.asset.FileArchive(folder) });
    };
    await stack.up(program);
    const archive = stack.things.alive.get("a-1")?.link as { assets: Record<string, { hash: string }> };
    assert.deepEqual(Object.keys(archive.assets).sort(), ["config.json", "handler.mjs"]);
    stack.reopen();
    await stack.up(program);
    assert.deepEqual(stack.steps().sort(), ["same Thing a", "same Thing b"]);
    writeFileSync(file, "two");
    await stack.up(program);
    assert.deepEqual(stack.steps().sort(), ["same Thing b", "update Thing a [link]"]);
    writeFileSync(join(folder, "b.txt"), "two");
    await stack.up(program);
    assert.deepEqual(stack.steps().sort(), ["same Thing a", "update Thing b [link]"]);
  });

  it("names a file that is not there", async () => {
    await assert.rejects(
      stack.up(() => new Thing("a", { link: new pulumi.asset.FileAsset("missing.txt") })),
      { message: /the asset missing\.txt does not exist/, urn: /::a$/ },
    );
  });

  it("passes resources as values", async () => {
    await stack.up(() => {
      const group = new Group("group");
      const a = new Thing("a");
      new Thing("b", { link: { thing: a, group } });
    });
    const urn = "urn:pulumi:dev::tests::test:index:Group::group";
    assert.deepEqual(stack.things.alive.get("b-1")?.link, { thing: "a-1", group: urn });
    const b = stack.state.list().find(({ id }) => id === "b-1")!;
    assert.deepEqual(b.dependencies.map((one) => one.split("::").at(-1)).sort(), ["a", "tests-dev"]);
  });

  it("reads from the wire what it has written to it", () => {
    const value = fc.oneof(anyValue, fc.constant(unknown), fc.constant([{ deep: unknown }]));
    fc.assert(
      fc.property(value, (written) => {
        const wire = toStruct({ written }).toJavaScript();
        assert.deepEqual(fromState(wire), { written });
      }),
    );
  });
});
