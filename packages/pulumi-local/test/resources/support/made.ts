import assert from "node:assert/strict";
import type { Cloud } from "local-aws/service";
import type { Invoke, Properties } from "../../../src/engine/provider.ts";
import { createRegistry } from "../../../src/resources/index.ts";
import { TestResource } from "../../../testing/resource.ts";
import { missingOutputs } from "./outputs.ts";

/** A resource that has all outputs that the provider declares, and is found as it was made. @param name `apigatewayv2.Api` */
export async function make(
  cloud: Cloud,
  name: string,
  inputs: Properties,
  absent: string[] = [],
): Promise<TestResource> {
  const [module, kind = ""] = name.split(".");
  const type = `aws:${module}/${kind[0]!.toLowerCase()}${kind.slice(1)}:${kind}`;
  const resource = new TestResource(cloud, type, "thing", { suite: "test" });
  const outputs = await resource.create(inputs);
  assert.deepEqual(missingOutputs(type, outputs), absent, type);
  assert.ok(resource.id);
  const found = await resource.read();
  assert.ok(found, `${type} is not found`);
  const { region: _, ...others } = outputs;
  for (const [output, value] of Object.entries(others)) {
    if (output in found.outputs) assert.deepEqual(found.outputs[output], value, `${type}: ${output}`);
  }
  return resource;
}

/** Deletes them, the last one first, and asserts that each is gone. */
export async function unmake(resources: TestResource[]): Promise<void> {
  for (const resource of resources.toReversed()) {
    await resource.delete();
    assert.equal(await resource.read(), undefined, `${resource.context.type} is still there`);
    await resource.delete();
  }
}

/** A function of the provider. @param name `secretsmanager.getSecret` */
export function ask(cloud: Cloud, name: string, args: Properties): ReturnType<Invoke> {
  const [module, kind] = name.split(".");
  const provider = { region: cloud.region, defaultTags: {}, config: {} };
  const invoke = createRegistry(cloud).invokes.get(`aws:${module}/${kind}:${kind}`);
  assert.ok(invoke, `no function ${name}`);
  return invoke(args, { provider, signal: new AbortController().signal });
}
