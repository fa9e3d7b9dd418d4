import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { TestStack, Thing } from "./support/stack.ts";

describe("The engine's preview", () => {
  let stack: TestStack;
  beforeEach(async () => {
    stack = await TestStack.open();
  });
  afterEach(() => stack.close());

  it("says what a run would do, and does nothing", async () => {
    await stack.up(() => [new Thing("kept", { zone: "north" }), new Thing("gone"), new Thing("changed")]);
    const before = stack.state.list();
    stack.things.news();
    await stack.preview(() => [
      new Thing("kept", { zone: "south" }),
      new Thing("changed", { size: 2 }),
      new Thing("new"),
    ]);
    assert.deepEqual(stack.steps().sort(), [
      "create Thing new",
      "delete Thing gone",
      "replace Thing kept [zone]",
      "update Thing changed [size]",
    ]);
    assert.deepEqual(stack.things.news(), []);
    assert.deepEqual(stack.state.list(), before);
  });

  it("knows what it cannot know: outputs of what is not there yet", async () => {
    let ran = 0;
    const program = () => {
      const a = new Thing("a");
      const length = a.id.apply((id) => {
        ran += 1;
        return id.length;
      });
      // `size` may not be a text; an unknown is no text.
      const b = new Thing("b", { size: length, zone: a.label });
      return { size: b.size, label: b.label };
    };
    const deployment = await stack.preview(program);
    assert.equal(ran, 0);
    assert.deepEqual(stack.steps().sort(), ["create Thing a", "create Thing b"]);
    assert.deepEqual(Object.values(deployment.outputs).map(String), ["Symbol(unknown)", "Symbol(unknown)"]);
    assert.deepEqual((await stack.up(program)).outputs, { size: 3, label: "size 3" });
  });

  it("shows that a replacement reaches what depends on it", async () => {
    const program = (zone: string) => () => {
      const a = new Thing("a", { zone });
      new Thing("b", { zone: a.id });
      new Thing("c", { link: a.id });
    };
    await stack.up(program("north"));
    await stack.preview(program("south"));
    assert.deepEqual(stack.steps().sort(), [
      "replace Thing a [zone]",
      "replace Thing b [zone]",
      "update Thing c [link]",
    ]);
  });

  it("does not know the outputs that an update changes", async () => {
    const program = (size: number) => () => {
      const a = new Thing("a", { size });
      new Thing("b", { link: a.label });
    };
    await stack.up(program(1));
    await stack.preview(program(2));
    assert.deepEqual(stack.steps(), ["update Thing a [size]", "update Thing b [link]"]);
  });

  it("has no answer to functions that need what is not there yet", async () => {
    const program = () => {
      const a = new Thing("a");
      const output = pulumi.runtime.invokeOutput("test:index:double", { value: 2 }, { dependsOn: [a] });
      return { output };
    };
    assert.equal(String((await stack.preview(program)).outputs.output), "Symbol(unknown)");
    assert.deepEqual((await stack.up(program)).outputs, { output: { result: 4 } });
  });
});
