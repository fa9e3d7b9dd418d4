import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Group, TestStack, Thing } from "./support/stack.ts";

class Unheard extends pulumi.CustomResource {}

describe("The engine's plan", () => {
  let stack: TestStack;
  beforeEach(async () => {
    stack = await TestStack.open();
  });
  afterEach(() => stack.close());

  it("creates, leaves, updates and deletes", async () => {
    const { outputs } = await stack.up(() => ({ label: new Thing("a", { size: 2 }).label, b: new Thing("b").id }));
    assert.deepEqual(outputs, { label: "size 2", b: "b-1" });
    assert.deepEqual(stack.steps().sort(), ["create Thing a", "create Thing b"]);

    await stack.up(() => [new Thing("a", { size: 2 }), new Thing("b")]);
    assert.deepEqual(stack.steps().sort(), ["same Thing a", "same Thing b"]);

    await stack.up(() => new Thing("a", { size: 3 }));
    assert.deepEqual(stack.steps(), ["update Thing a [size]", "delete Thing b"]);
    assert.deepEqual([...stack.things.alive], [["a-1", { colour: "grey", size: 3 }]]);
  });

  it("replaces: the new one first, the old one once the program has succeeded", async () => {
    const program = (zone: string) => () => {
      const a = new Thing("a", { zone });
      new Thing("user", { link: a.id });
    };
    await stack.up(program("north"));
    stack.things.news();
    await stack.up(program("south"));
    assert.deepEqual(stack.steps(), ["replace Thing a [zone]", "update Thing user [link]", "delete-replaced Thing a"]);
    assert.deepEqual(stack.things.news(), ["create a", "update user", "delete a"]);
  });

  it("replaces the old one first when its name is given, and what cannot live without it before that", async () => {
    const program = (zone: string) => () => {
      const a = new Thing("a", { name: "fixed", zone });
      const user = new Thing("user", { zone: pulumi.interpolate`beside ${a.id}` });
      new Thing("updatable", { link: user.id });
    };
    await stack.up(program("north"));
    stack.things.news();
    await stack.up(program("south"));
    assert.deepEqual(stack.things.news(), ["delete user", "delete a", "create a", "create user", "update updatable"]);
    assert.deepEqual(
      stack.steps().filter((step) => step.startsWith("replace")),
      ["replace Thing a [zone]", "replace Thing user"],
    );
  });

  it("follows deleteBeforeReplace, replaceOnChanges, replaceWith and replacementTrigger", async () => {
    const program = (size: number, trigger: string) => () => {
      const options = { deleteBeforeReplace: true, replaceOnChanges: ["size"] };
      const a = new Thing("a", { size }, options);
      new Thing("b", {}, { replaceWith: [a] });
      new Thing("c", {}, { replacementTrigger: trigger });
    };
    await stack.up(program(1, "x"));
    stack.things.news();
    await stack.up(program(2, "x"));
    assert.deepEqual(stack.things.news(), ["delete a", "create a", "create b", "delete b"]);
    await stack.up(program(2, "y"));
    assert.deepEqual(stack.things.news(), ["create c", "delete c"]);
    await stack.up(program(2, "y"));
    assert.deepEqual(stack.things.news(), []);
  });

  it("ignores the changes that the program says to ignore", async () => {
    const program = (link: object) => () => new Thing("a", { link }, { ignoreChanges: ["link.owner", "link.list[0]"] });
    await stack.up(program({ owner: "me", list: [1, 2], other: 1 }));
    await stack.up(program({ owner: "you", list: [9, 2], other: 1 }));
    assert.deepEqual(stack.steps(), ["same Thing a"]);
    await stack.up(program({ owner: "you", list: [9, 3], other: 1 }));
    assert.deepEqual(stack.steps(), ["update Thing a [link]"]);
    assert.deepEqual(stack.things.alive.get("a-1")?.link, { owner: "me", list: [1, 3], other: 1 });
  });

  it("keeps what is protected, and says so with nothing deleted", async () => {
    await stack.up(() => [new Thing("a", { zone: "north" }, { protect: true }), new Thing("b")]);
    const protectedA = /it is protected and would be/;
    await assert.rejects(
      stack.up(() => new Thing("a", { zone: "south" }, { protect: true })),
      protectedA,
    );
    await assert.rejects(
      stack.up(() => ({})),
      protectedA,
    );
    await assert.rejects(stack.destroy(), protectedA);
    assert.equal(stack.things.alive.size, 2);
    await stack.up(() => [new Thing("a", { zone: "north" }), new Thing("b")]);
    await stack.destroy();
    assert.equal(stack.things.alive.size, 0);
  });

  it("leaves alone what is retained, and what goes with its container", async () => {
    await stack.up(() => {
      new Thing("kept", {}, { retainOnDelete: true });
      const container = new Thing("container");
      new Thing("content", {}, { deletedWith: container });
    });
    stack.things.news();
    await stack.up(() => ({}));
    assert.deepEqual(stack.things.news(), ["delete container"]);
    assert.deepEqual(stack.steps().sort(), ["delete Thing container", "delete Thing content", "discard Thing kept"]);
  });

  it("makes independent things at the same time and dependent ones in order; deletes in reverse", async () => {
    const together = Promise.withResolvers<void>();
    const waiting = new Set<string>();
    stack.things.before = (verb, name) => {
      if (!["left", "right"].includes(name)) return undefined;
      waiting.add(name);
      if (waiting.size === 2) together.resolve();
      return verb === "create" ? together.promise : undefined;
    };
    await stack.up(() => {
      const group = new Group("group");
      const left = new Thing("left", {}, { parent: group });
      const right = new Thing("right", {}, { parent: group });
      const last = new Thing("last", { link: [left.id, right.id] });
      new Thing("afterwards", {}, { dependsOn: [last, group] });
    });
    assert.deepEqual(stack.things.news().slice(2), ["create last", "create afterwards"]);
    await stack.destroy();
    assert.deepEqual(stack.things.news().slice(0, 2), ["delete afterwards", "delete last"]);
    assert.deepEqual(stack.state.list(), []);
  });

  it("refuses two resources of one name, inputs that are wrong, and types it does not know", async () => {
    await assert.rejects(
      stack.up(() => [new Thing("a"), new Thing("a")]),
      /two resources have this URN/,
    );
    function tooBig() {
      return new Thing("a", { size: "big" });
    }
    const failed = await stack.up(tooBig).catch((error) => error);
    assert.equal(failed.message, 'size is "big"; it must be a number');
    assert.equal(failed.urn, "urn:pulumi:dev::tests::test:index:Thing::a");
    assert.match(failed.position, /^steps\.test\.ts:\d+$/);
    await assert.rejects(
      stack.up(() => new Unheard("test:index:Unheard", "a")),
      /does not model resource type test:index:Unheard/,
    );
  });

  it("begins what is asked for in the same breath as a refusal: the next run finds it there", async () => {
    stack.things.before = (_verb, name) => {
      if (name === "told" && ![...stack.things.alive.keys()].includes("may-1")) throw new Error("it may not be told");
    };
    const program = () => {
      const first = new Thing("first");
      new Thing("told", { link: first.label });
      // The program does not say that it is needed.
      new Thing("may", {
        link: first.label.apply((label) => new Promise((resolve) => setTimeout(resolve, 20, label))),
      });
    };
    await assert.rejects(stack.up(program), /it may not be told/);
    assert.deepEqual(stack.things.news(), ["create first", "create may"]);
    await stack.up(program);
    assert.deepEqual(stack.things.news(), ["create told"]);
  });

  it("has deleted nothing when a step fails, and the next run retries", async () => {
    await stack.up(() => [new Thing("old"), new Thing("b")]);
    stack.things.before = (verb, name) => {
      if (verb === "create" && name === "c") throw Object.assign(new Error("no room"), { name: "Full", code: "Full" });
    };
    const program = () => [new Thing("b", { size: 2 }), new Thing("c")];
    await assert.rejects(stack.up(program), { message: "Full: no room", urn: /::c$/ });
    assert.ok(stack.steps().includes("failed: create Thing c"));
    assert.equal(stack.things.alive.has("old-1"), true);

    stack.things.before = () => {};
    stack.reopen();
    await stack.up(program);
    assert.deepEqual(stack.steps().sort(), ["create Thing c", "delete Thing old", "same Thing b"]);
  });

  it("says which resource a defect of the local cloud hit", async () => {
    stack.things.provider.diff = () => {
      throw new TypeError("x is undefined");
    };
    await stack.up(() => new Thing("a"));
    await assert.rejects(
      stack.up(() => new Thing("a")),
      { urn: /::a$/, message: /^the local cloud failed: TypeError: x is undefined/ },
    );
  });

  it("remembers what came up broken, and updates it in the next run", async () => {
    await assert.rejects(
      stack.up(() => new Thing("a", { broken: true })),
      /it came up broken/,
    );
    stack.reopen();
    await stack.up(() => new Thing("a", { broken: true }));
    assert.deepEqual(stack.steps(), ["update Thing a"]);
    await stack.up(() => new Thing("a", { broken: true }));
    assert.deepEqual(stack.steps(), ["same Thing a"]);
  });

  it("keeps to customTimeouts", async () => {
    stack.things.before = (_verb, name, { signal }) =>
      name === "slow" ? new Promise((_, reject) => signal.addEventListener("abort", reject)) : undefined;
    const program = (create: string) => () => new Thing("slow", {}, { customTimeouts: { create } });
    await assert.rejects(stack.up(program("20ms")), /create did not end within 20ms \(customTimeouts.create\)/);
    await assert.rejects(stack.up(program("soon")), /customTimeouts.create is "soon"; it must be a duration/);
  });

  it("is interrupted: what was under way is told to end", async () => {
    stack.things.before = (_verb, _name, { signal }) => {
      queueMicrotask(() => stack.interrupt());
      return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("stopped"))));
    };
    await assert.rejects(
      stack.up(() => new Thing("a")),
      /interrupted|stopped/,
    );
    assert.deepEqual(stack.state.interrupted("urn:pulumi:dev::tests::test:index:Thing::a"), {
      colour: "grey",
      size: 1,
    });
  });
});
