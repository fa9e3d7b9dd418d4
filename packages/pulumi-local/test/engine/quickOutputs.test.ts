import assert from "node:assert/strict";
import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { sdkModule } from "../../src/engine/sdk.ts";

type Resolver = (value: unknown, isKnown: boolean, isSecret: boolean, dependencies?: unknown[], error?: Error) => void;
interface Rpc {
  transferProperties(onto: object, label: string, properties: object): Record<string, Resolver>;
}

const require = createRequire(import.meta.url);
const fromSdk = createRequire(sdkModule("cmd/run", import.meta.dirname));
const rpc: Rpc = fromSdk("../../runtime/rpc");
const { transferProperties } = rpc;

/** Of a resource with those properties, as the SDK makes it. */
function transfer(...names: string[]) {
  const resource: Record<string, pulumi.Output<unknown>> = {};
  const resolvers = rpc.transferProperties(
    resource,
    "thing",
    Object.fromEntries(names.map((name) => [name, undefined])),
  );
  return { resource, resolvers };
}

const look = (output: pulumi.Output<unknown> | undefined) => {
  const { promise, isKnown, isSecret } = output as unknown as {
    promise(): Promise<unknown>;
    isKnown: Promise<boolean>;
    isSecret: Promise<boolean>;
  };
  return Promise.all([promise(), isKnown, isSecret]);
};

describe("A resource's outputs that are made when they are read", () => {
  before(() => require("../../src/engine/quickOutputs.cjs").useQuickOutputs(fromSdk));
  after(() => {
    rpc.transferProperties = transferProperties;
  });

  it("are what they become, whether they are read before or after", async () => {
    const { resource, resolvers } = transfer("early", "late");
    const early = resource.early?.apply((value) => `${value}!`);
    for (const resolve of Object.values(resolvers)) resolve("there", true, true);
    assert.deepEqual(await look(early), ["there!", true, true]);
    assert.deepEqual(await look(resource.late), ["there", true, true]);
    assert.deepEqual(await look(pulumi.interpolate`${resource.early} and ${resource.late}`), [
      "there and there",
      true,
      true,
    ]);
  });

  it("lift the members of their values", async () => {
    const { resource, resolvers } = transfer("nested");
    const { nested } = resource as unknown as { nested: pulumi.Output<{ list: string[] }> };
    const first = nested.list[0];
    resolvers.nested?.({ list: ["a"] }, true, false);
    assert.deepEqual(await look(first as unknown as pulumi.Output<string>), ["a", true, false]);
  });

  it("are unknown, or fail, where that is what has become of them", async () => {
    const { resource, resolvers } = transfer("unknown", "failed");
    resolvers.unknown?.(undefined, false, false);
    resolvers.failed?.(undefined, true, false, [], new Error("no room"));
    assert.deepEqual(await look(resource.unknown), [undefined, false, false]);
    await assert.rejects(look(resource.failed), /no room/);
  });

  it("depend on their resource, and on what the engine says", async () => {
    const { resource, resolvers } = transfer("one");
    const other = {};
    resolvers.one?.(1, true, false, [other]);
    const { resources, allResources } = resource.one as unknown as {
      resources(): Set<unknown>;
      allResources(): Promise<Set<unknown>>;
    };
    assert.deepEqual([...resources()], [resource]);
    assert.deepEqual(new Set(await allResources()), new Set([resource, other]));
  });

  it("look like any other output", async () => {
    const { resource, resolvers } = transfer("one");
    const { one } = resource;
    assert.ok(pulumi.Output.isInstance(one));
    assert.ok(!pulumi.Resource.isInstance(one));
    assert.equal((one as unknown as { then: unknown }).then, undefined);
    assert.deepEqual(Object.keys(one as object), Object.keys(pulumi.output(1)));
    resolvers.one?.(1, true, false);
    assert.equal(Object.getPrototypeOf(one), Object.getPrototypeOf(pulumi.output(1)));
    await assert.rejects(async () => transferInto({ one }), /'one' is already initialized/);
  });
});

const transferInto = (resource: object) => rpc.transferProperties(resource, "thing", { one: 1 });
