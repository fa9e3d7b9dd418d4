import assert from "node:assert/strict";
import type { Cloud } from "local-aws/service";
import type { Made, Properties, ResourceContext, ResourceProvider } from "../src/engine/provider.ts";
import { createRegistry } from "../src/resources/index.ts";

/** One resource, made and changed as the engine does it: check, then create or update or replace. */
export class TestResource {
  readonly provider: ResourceProvider;
  readonly context: ResourceContext;
  id = "";
  inputs: Properties = {};
  outputs: Properties = {};

  constructor(cloud: Cloud, type: string, name = "thing", defaultTags: Record<string, string> = {}) {
    const provider = createRegistry(cloud).resources.get(type);
    assert.ok(provider, `no resource type ${type}`);
    this.provider = provider;
    this.context = {
      urn: `urn:pulumi:local::test::${type}::${name}`,
      type,
      name,
      project: "test",
      stack: "local",
      provider: { region: cloud.region, defaultTags, config: {} },
      log() {},
      signal: new AbortController().signal,
    };
  }

  /** Inputs as `check` completes them. @throws AssertionError with its sentences when it refuses them. */
  async check(given: Properties): Promise<Properties> {
    const { inputs, failures } = await this.provider.check(given, this.#context());
    assert.deepEqual(failures, []);
    return inputs;
  }

  /** What `check` says against the inputs: `property: reason`. */
  async failures(given: Properties): Promise<string[]> {
    const { failures } = await this.provider.check(given, this.#context());
    return failures.map(({ property, reason }) => `${property}: ${reason}`);
  }

  async create(given: Properties): Promise<Properties> {
    const inputs = await this.check(given);
    return this.#keep(inputs, await this.provider.create(inputs, this.#context()));
  }

  /** @throws AssertionError when the change would replace the resource, or leads to something else than is expected of it. */
  async update(given: Properties): Promise<Properties> {
    const inputs = await this.check(given);
    const { replaces, expectedOutputs = {} } = await this.provider.diff(this.inputs, inputs, this.#context());
    assert.deepEqual(replaces, []);
    const outputs = this.#keep(inputs, await this.provider.update(this.id, this.inputs, inputs, this.#context()));
    for (const [key, expected] of Object.entries(expectedOutputs)) assert.deepEqual(outputs[key], expected, key);
    return outputs;
  }

  /** Outputs as they are expected to be after an update. */
  async expected(given: Properties): Promise<Properties> {
    const after = await this.check(given);
    return (await this.provider.diff(this.inputs, after, this.#context())).expectedOutputs ?? {};
  }

  /** Properties that differ, and those that replace. */
  async diff(given: Properties): Promise<{ changes: string[]; replaces: string[] }> {
    const after = await this.check(given);
    const { changes, replaces } = await this.provider.diff(this.inputs, after, this.#context());
    return { changes, replaces };
  }

  read(id = this.id): Promise<Made | undefined> {
    assert.ok(this.provider.read, "the type cannot be read");
    return this.provider.read(id, this.#context());
  }

  delete(): Promise<void> {
    return this.provider.delete(this.id, this.outputs, this.#context());
  }

  #context(): ResourceContext {
    if (!this.id) return this.context;
    return { ...this.context, previous: { id: this.id, inputs: this.inputs, outputs: this.outputs } };
  }

  #keep(inputs: Properties, made: Made): Properties {
    this.id = made.id;
    this.inputs = inputs;
    this.outputs = made.outputs;
    return made.outputs;
  }
}
