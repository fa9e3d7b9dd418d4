import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { State } from "../../src/engine/state.ts";
import { Secret } from "../../src/engine/values.ts";
import { resource } from "./support/resource.ts";
import { TestStack, Thing } from "./support/stack.ts";

class Pair extends pulumi.ComponentResource {
  declare readonly leftId: pulumi.Output<string>;
  declare readonly left: pulumi.Output<Thing>;
  declare readonly sizes: pulumi.Output<number[]>;
  constructor(name: string, size: number, type = "test:index:Pair", options: pulumi.ComponentResourceOptions = {}) {
    super(type, name, { size, leftId: undefined, left: undefined, sizes: undefined }, options, true);
  }
}

class TestProvider extends pulumi.ProviderResource {
  constructor(name: string, args: Record<string, unknown>) {
    super("test", name, args);
  }
}

describe("The engine's answers", () => {
  let stack: TestStack;
  beforeEach(async () => {
    stack = await TestStack.open();
  });
  afterEach(() => stack.close());

  it("to functions: results, secrets of their arguments, refusals that the program may handle", async () => {
    const { outputs } = await stack.up(async () => {
      const refused = await pulumi.runtime.invoke("test:index:refuse", {}).catch((error: Error) => error.message);
      const plain = await pulumi.runtime.invoke("test:index:double", { value: 4 });
      return { refused, plain };
    });
    assert.match(String(outputs.refused), /this is refused/);
    assert.deepEqual(outputs.plain, { result: 8 });
    async function unhandled() {
      await pulumi.runtime.invoke("test:index:unheard", {});
    }
    await assert.rejects(stack.up(unhandled), /does not model function test:index:unheard/);
  });

  it("with the settings of the stack, or of an explicit provider, in a preview too", async () => {
    stack.config = { "test:region": "eu-north-1", "test:defaultTags": '{"tags":{"owner":"all"}}' };
    const seen: unknown[] = [];
    stack.things.before = (_verb, _name, { provider }) => void seen.push([provider.region, provider.defaultTags.owner]);
    const program = () => {
      const provider = new TestProvider("elsewhere", { region: "sa-east-1", defaultTags: '{"tags":{"owner":"me"}}' });
      const bare = new TestProvider("bare", { region: "sa-east-1" });
      const a = new Thing("a", {}, { provider });
      new Thing("b", {}, { dependsOn: a });
      const ask = (options: pulumi.InvokeOptions) => pulumi.runtime.invokeOutput("test:index:settings", {}, options);
      // The stack's configuration is the default provider's alone.
      return { common: ask({}), own: ask({ provider }), bare: ask({ provider: bare }) };
    };
    const answers = {
      common: { region: "eu-north-1", owner: "all" },
      own: { region: "sa-east-1", owner: "me" },
      bare: { region: "sa-east-1", owner: "nobody" },
    };
    assert.deepEqual((await stack.preview(program)).outputs, answers);
    assert.deepEqual((await stack.up(program)).outputs, answers);
    await stack.destroy();
    assert.deepEqual(seen, [
      ["sa-east-1", "me"],
      ["eu-north-1", "all"],
      ["eu-north-1", "all"],
      ["sa-east-1", "me"],
    ]);
  });

  it("to providers: their settings are looked at before anything is made with them, once in a run", async () => {
    stack.config = { "test:region": "eu-north-1" };
    const asked: string[] = [];
    stack.things.configure = async (name, { region, config }) => {
      asked.push(`${name} ${region}`);
      if (config.role === "nobody") throw new Error("nobody cannot be assumed");
    };
    const using = (role: pulumi.Input<string>) => () => {
      const provider = new TestProvider("elsewhere", { region: "sa-east-1", role });
      return [new Thing("a", {}, { provider }), new Thing("b"), new Thing("c")];
    };
    await stack.up(using("somebody"));
    assert.deepEqual(asked.splice(0).sort(), ["test eu-north-1", "test sa-east-1"]);
    await assert.rejects(
      stack.up(() => new TestProvider("unused", { role: "nobody" })),
      ({ message, urn }: Error & { urn?: string }) =>
        message === "nobody cannot be assumed" && /::unused$/.test(urn ?? ""),
    );
    await stack.destroy();
    stack.things.news();
    asked.length = 0;
    // In a preview the role of a provider may be one that is still to be made.
    await stack.preview(() => {
      const label = new Thing("role").label;
      const provider = new TestProvider("later", { region: "sa-east-1", role: label });
      new Thing("a", {}, { provider });
      return { settings: pulumi.runtime.invokeOutput("test:index:settings", {}, { provider }) };
    });
    assert.deepEqual(asked, ["test eu-north-1"]);
    await stack.up(
      () => new Pair("pair", 1, undefined, { providers: { test: new TestProvider("pairs", { region: "sa-east-1" }) } }),
    );
    assert.deepEqual(new Set(asked), new Set(["test eu-north-1", "test sa-east-1"]));
    const children = stack.state.list().filter(({ type }) => type === "test:index:Thing");
    assert.deepEqual(
      children.map(({ provider }) => provider?.split("::").at(-2)),
      ["pairs", "pairs"],
    );
  });

  it("to get: what belongs to somebody else is read and never deleted", async () => {
    stack.things.alive.set("theirs", { size: 7 });
    const { outputs } = await stack.up(() => ({ label: Thing.get("a", "theirs").label }));
    assert.equal(outputs.label, "size 7");
    assert.deepEqual(stack.steps(), ["read Thing a"]);
    await stack.up(() => ({}));
    assert.deepEqual(stack.steps(), ["discard Thing a"]);
    assert.equal(stack.things.alive.has("theirs"), true);
    await assert.rejects(
      stack.up(() => Thing.get("a", "nobody's")),
      /there is no test:index:Thing with id "nobody's" to get/,
    );
  });

  it("to import: what exists is taken over when the program says the same of it", async () => {
    stack.things.alive.set("theirs", { size: 7, colour: "grey" });
    const program = (size: number) => () => new Thing("a", { size }, { import: "theirs" });
    await assert.rejects(stack.up(program(8)), /what exists as "theirs" differs in size/);
    await stack.up(program(7));
    assert.deepEqual(stack.steps(), ["import Thing a"]);
    await stack.up(program(7));
    assert.deepEqual(stack.steps(), ["same Thing a"]);
    await stack.up(() => new Thing("a", { size: 9 }));
    assert.deepEqual(stack.steps(), ["update Thing a [size]"]);
    await stack.destroy();
    assert.equal(stack.things.alive.size, 0);
    await assert.rejects(stack.up(program(7)), /with id "theirs" to import/);
  });

  it("to components of packages: children, outputs, and order on deletion", async () => {
    const program = () => {
      const pair = new Pair("pair", 5);
      new Thing("user", { link: pair.leftId });
      return { id: pair.leftId, sizes: pair.sizes, label: pair.left.apply((left) => left.label) };
    };
    pulumi.runtime.registerResourceModule("test", "index", {
      version: "1.0.0",
      construct: (name, _type, urn) => new Thing(name, {}, { urn } as pulumi.CustomResourceOptions),
    });
    await stack.preview(program);
    assert.equal(stack.things.alive.size, 0);
    const { outputs } = await stack.up(program);
    assert.deepEqual(outputs, { id: "pair-left-1", sizes: [5, 5], label: "size 5" });
    await stack.up(program);
    assert.deepEqual(new Set(stack.steps().map((step) => step.split(" ")[0])), new Set(["same"]));
    stack.things.news();
    await stack.up(() => ({}));
    assert.deepEqual(stack.things.news(), ["delete user", "delete pair-right", "delete pair-left"]);
    await assert.rejects(
      stack.up(() => new Pair("pair", 1, "test:index:Unheard")),
      /does not model component test:index:Unheard/,
    );
  });

  it("to stack references: stacks of this machine, else their names", async () => {
    const company = new State(stack.directory, { project: "company", stack: "dev" });
    const urn = "urn:pulumi:dev::company::pulumi:pulumi:Stack::company-dev";
    company.put(
      resource("company-dev", { urn, type: "pulumi:pulumi:Stack", outputs: { name: "ours", token: new Secret("t") } }),
    );
    company.close();
    await stack.up(() => ({ answer: 42 }));
    const { outputs } = await stack.up(() => {
      const answerOf = (name: string) => new pulumi.StackReference(name).getOutput("answer");
      const other = new pulumi.StackReference("other", { name: "organization/company/dev" });
      const [token, names] = [other.getOutput("token"), other.secretOutputNames];
      const own = ["dev", "organization/dev", "organization/tests/dev", "//dev"].map(answerOf);
      return { answer: own[0], own, other: other.getOutput("name"), token, names, none: other.getOutput("none") };
    });
    const { token, ...rest } = outputs;
    assert.deepEqual(rest, { answer: 42, own: [42, 42, 42, 42], other: "ours", names: ["token"] });
    assert.deepEqual(token, new Secret("t"));

    // Recorded of Pulumi's CLI 3.274.1 with its state in files.
    for (const [name, says] of [
      ["organization/tests/production", 'unknown stack "organization/tests/production"'],
      ["organization/nobody/dev", 'unknown stack "organization/nobody/dev"'],
      ["company/dev", "organization name must be 'organization'"],
      ["acme/company/dev", "organization name must be 'organization'"],
      ["organization/a b/dev", "project names may only contain alphanumerics, hyphens, underscores, and periods"],
      ["organization/company/", "a stack name may not be empty"],
      ["a/b/c/d", "a stack name may not be empty"],
      [
        "organization/company/a b",
        "a stack name may only contain alphanumeric, hyphens, underscores, or periods: invalid character ' ' at position 1",
      ],
    ] as const) {
      await assert.rejects(
        stack.up(() => new pulumi.StackReference(name)),
        ({ message }: Error) => {
          const known = "; on this machine there is organization/company/dev, organization/tests/dev";
          assert.equal(message, says.startsWith("unknown") ? says + known : says);
          return true;
        },
      );
    }
  });

  it("to resources that have been passed around: by their URN", async () => {
    const { outputs } = await stack.up(async () => {
      const a = new Thing("a", { size: 3 });
      const urn = await new Promise<string>((resolve) => a.urn.apply(resolve));
      return { label: new Thing("again", {}, { urn } as pulumi.CustomResourceOptions).label };
    });
    assert.equal(outputs.label, "size 3");
  });
});
