import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { TestStack, Thing } from "./support/stack.ts";

describe("The engine's resource hooks", () => {
  let stack: TestStack;
  let told: string[];
  beforeEach(async () => {
    stack = await TestStack.open();
    told = [];
  });
  afterEach(() => stack.close());

  const tell = (name: string) =>
    new pulumi.ResourceHook(name, ({ oldInputs, newInputs, newOutputs }) => {
      told.push(`${name} ${oldInputs?.size ?? "-"} ${newInputs?.size ?? "-"} ${newOutputs?.label ?? "-"}`);
    });
  const hooked = (size: number, zone = "north") =>
    function program() {
      const hooks = {
        beforeCreate: [tell("beforeCreate")],
        afterCreate: [tell("afterCreate")],
        beforeUpdate: [tell("beforeUpdate")],
        afterUpdate: [tell("afterUpdate")],
        beforeDelete: [tell("beforeDelete")],
        afterDelete: [tell("afterDelete")],
      };
      new Thing("a", { size, zone }, { hooks });
    };

  it("run around what is done, and know old and new", async () => {
    await stack.up(hooked(1));
    await stack.up(hooked(1));
    await stack.up(hooked(2));
    assert.deepEqual(told.splice(0), [
      "beforeCreate - 1 -",
      "afterCreate - 1 size 1",
      "beforeUpdate 1 2 -",
      "afterUpdate 1 2 size 2",
    ]);
    await stack.up(hooked(2, "south"));
    assert.deepEqual(told.splice(0), [
      "beforeCreate - 2 -",
      "afterCreate - 2 size 2",
      "beforeDelete 2 - -",
      "afterDelete 2 - -",
    ]);
    await stack.preview(hooked(3));
    assert.deepEqual(told, []);
  });

  it("need the program for a deletion", async () => {
    await stack.up(hooked(1));
    await assert.rejects(stack.destroy(), /beforeDelete hook "beforeDelete" is not registered by the program/);
    assert.equal(stack.things.alive.size, 1);
    told = [];
    await stack.destroy(hooked(1));
    assert.deepEqual(told, ["beforeDelete 1 - -", "afterDelete 1 - -"]);
    assert.equal(stack.things.alive.size, 0);
  });

  it("before something stop it when they fail; those after it only warn", async () => {
    const failing = () => {
      throw new Error("not on a Friday");
    };
    await assert.rejects(
      stack.up(() => new Thing("a", {}, { hooks: { beforeCreate: [failing] } })),
      /beforeCreate hook ".*": not on a Friday/,
    );
    assert.equal(stack.things.alive.size, 0);
    await stack.up(() => new Thing("a", {}, { hooks: { afterCreate: [failing] } }));
    assert.match(stack.messages().join("\n"), /afterCreate hook ".*": not on a Friday/);
    await stack.up(() => {
      const lenient = new pulumi.ResourceHook("lenient", failing, { ignoreErrors: true });
      new Thing("b", {}, { hooks: { beforeCreate: [lenient] } });
    });
    assert.match(stack.messages().join("\n"), /beforeCreate hook "lenient": not on a Friday/);
  });

  it("after an error say whether to try again", async () => {
    let failures = 2;
    stack.things.before = () => {
      if (failures-- > 0) throw new Error(`failure ${failures}`);
    };
    const asked: string[][] = [];
    const program = () => {
      const again = new pulumi.ErrorHook("again", ({ errors, failedOperation }) => {
        asked.push([failedOperation, ...errors]);
        return true;
      });
      new Thing("a", {}, { hooks: { onError: [again] } });
    };
    await stack.up(program);
    assert.deepEqual(asked, [
      ["create", "failure 1"],
      ["create", "failure 0", "failure 1"],
    ]);
    assert.equal(stack.things.alive.size, 1);
  });
});
