import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Group, TestStack, Thing } from "./support/stack.ts";

describe("The engine's names", () => {
  let stack: TestStack;
  beforeEach(async () => {
    stack = await TestStack.open();
  });
  afterEach(() => stack.close());

  const urns = () => stack.state.list().map(({ urn }) => urn.split("::").slice(2).join("::"));

  it("are qualified by the types of the parents", async () => {
    await stack.up(() => {
      const outer = new Group("outer");
      const inner = new Group("inner", { parent: outer });
      new Thing("a", {}, { parent: inner });
    });
    assert.equal(urns().at(-1), "test:index:Group$test:index:Group$test:index:Thing::a");
  });

  it("change with an alias, and nothing else does", async () => {
    await stack.up(() => {
      const a = new Thing("a");
      new Thing("b", { link: a.id });
      new Thing("c");
    });
    stack.things.news();
    const renamed = () => {
      const group = new Group("group");
      const a = new Thing("a2", {}, { parent: group, aliases: [{ name: "a", parent: pulumi.rootStackResource }] });
      new Thing("b", { link: a.id });
      new Thing("c2", {}, { aliases: ["urn:pulumi:dev::tests::test:index:Thing::c"] });
    };
    await stack.preview(renamed);
    assert.deepEqual(stack.steps().sort(), ["create Group group", "same Thing a2", "same Thing b", "same Thing c2"]);
    await stack.up(renamed);
    assert.deepEqual(stack.things.news(), []);
    await stack.up(renamed);
    assert.deepEqual(stack.things.news(), []);
    assert.deepEqual(urns().slice(1).sort(), [
      "test:index:Group$test:index:Thing::a2",
      "test:index:Group::group",
      "test:index:Thing::b",
      "test:index:Thing::c2",
    ]);
    const b = stack.state.list().find(({ id }) => id === "b-1")!;
    assert.ok(b.dependencies.includes("urn:pulumi:dev::tests::test:index:Group$test:index:Thing::a2"));
  });

  it("of children change with their parent's", async () => {
    const program = (name: string, child: string, aliases: pulumi.Alias[], childAliases: pulumi.Alias[]) => () => {
      const group = new Group(name, { aliases });
      new Thing(`${name}-first`, {}, { parent: group });
      new Thing(child, {}, { parent: group, aliases: childAliases });
    };
    await stack.up(program("old", "second", [], []));
    stack.things.news();
    await stack.up(program("new", "other", [{ name: "old" }], [{ name: "second" }]));
    assert.deepEqual(stack.things.news(), []);
    assert.deepEqual(stack.steps().sort(), ["same Group new", "same Thing new-first", "same Thing other"]);
  });

  it("may be given to another once they are free", async () => {
    const group = (name: string, aliases: pulumi.Alias[] = []) =>
      new Thing(`${name}-a`, {}, { parent: new Group(name, { aliases }) });
    await stack.up(() => group("old"));
    await stack.up(() => group("new", [{ name: "old" }]));
    stack.things.news();
    await stack.up(() => [group("new", [{ name: "old" }]), group("old")]);
    assert.deepEqual(stack.things.news(), ["create old-a"]);
  });

  it("get transforms: the resource's, its parents', the stack's", async () => {
    const add =
      (mark: string): pulumi.ResourceTransform =>
      ({ props, opts, type }) => {
        if (type !== "test:index:Thing") return undefined;
        return { props: { ...props, link: [...((props.link as string[]) ?? []), mark] }, opts };
      };
    await stack.up(async () => {
      pulumi.runtime.registerStackTransform(add("stack"));
      const group = new Group("group", { transforms: [add("parent")] });
      new Thing("a", {}, { parent: group, transforms: [add("own")] });
      new Thing(
        "b",
        {},
        { transforms: [async (args) => ({ props: args.props, opts: { ...args.opts, protect: true } })] },
      );
    });
    assert.deepEqual(stack.things.alive.get("a-1")?.link, ["own", "parent", "stack"]);
    assert.equal(stack.state.list().find(({ urn }) => urn.endsWith("::b"))?.protect, true);
  });

  it("of functions get transforms too, and a failing transform names itself", async () => {
    const { outputs } = await stack.up(() => {
      pulumi.runtime.registerInvokeTransform(({ args, opts }) => ({ args: { ...args, value: 21 }, opts }));
      return { result: pulumi.runtime.invokeOutput("test:index:double", { value: 1 }) };
    });
    assert.deepEqual(outputs.result, { result: 42 });
    const failing = () => {
      throw new Error("no such rule");
    };
    await assert.rejects(
      stack.up(() => new Thing("a", {}, { transforms: [failing] })),
      /transform failed: Error: no such rule/,
    );
  });
});
