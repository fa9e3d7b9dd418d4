import assert from "node:assert/strict";
import { TestStack, Thing } from "./support/stack.ts";

describe("The engine's steps", () => {
  let stack: TestStack;
  beforeEach(async () => {
    stack = await TestStack.open();
  });
  afterEach(() => stack.close());

  it("creates, leaves, updates and deletes", async () => {
    const { outputs } = await stack.up(() => ({ label: new Thing("a", { size: 2 }).label, b: new Thing("b").id }));
    assert.deepEqual(outputs, { label: "size 2", b: "b-2" });
    assert.deepEqual(stack.steps().sort(), ["create Thing a", "create Thing b"]);

    await stack.up(() => void [new Thing("a", { size: 2 }), new Thing("b")]);
    assert.deepEqual(stack.steps().sort(), ["same Thing a", "same Thing b"]);

    await stack.up(() => void new Thing("a", { size: 3 }));
    assert.deepEqual(stack.steps(), ["update Thing a [size]", "delete Thing b"]);
    assert.deepEqual(
      [...stack.things.alive.values()].map(({ size }) => size),
      [3],
    );
  });
});
