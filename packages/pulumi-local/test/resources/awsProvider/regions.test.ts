import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { ProviderSettings } from "../../../src/engine/provider.ts";
import { createRegistry } from "../../../src/resources/index.ts";
import { isRegional } from "../../../src/resources/resourceType.ts";
import { TestResource } from "../../../testing/resource.ts";

const types = join(import.meta.dirname, "../../../../../node_modules/@pulumi/aws");
const signal = new AbortController().signal;

describe("The region of a resource", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  const settings = (region: string): ProviderSettings => ({ region, defaultTags: {}, config: { region } });
  const queue = (region = "us-east-1") => {
    const made = new TestResource(test.cloud, "aws:sqs/queue:Queue");
    made.context.provider = settings(region);
    return made;
  };
  const arn = (region: string, name: string) => `arn:aws:sqs:${region}:000000000000:${name}`;
  const queuesIn = async (region: string): Promise<string[]> => {
    const { QueueUrls = [] } = await test.cloud.in(region).call<{ QueueUrls?: string[] }>("sqs", "ListQueues", {});
    return QueueUrls.map((url) => url.split("/").at(-1)!);
  };

  it("is the one that it names, else its provider's: one name in three regions is three things", async () => {
    const [here, there, elsewhere] = [queue(), queue(), queue("eu-central-1")];
    await here.create({ name: "same" });
    await there.create({ name: "same", region: "sa-east-1" });
    await elsewhere.create({ name: "same" });
    const made = [here, there, elsewhere].map(({ outputs }) => [outputs.arn, outputs.region]);
    assert.deepEqual(
      made,
      ["us-east-1", "sa-east-1", "eu-central-1"].map((region) => [arn(region, "same"), region]),
    );
    await there.update({ name: "same", region: "sa-east-1", visibilityTimeoutSeconds: 5 });
    const attributes = { QueueUrl: there.id, AttributeNames: ["VisibilityTimeout"] };
    for (const [region, expected] of [
      ["sa-east-1", "5"],
      ["us-east-1", "30"],
    ] as const) {
      const { Attributes } = await test.cloud
        .in(region)
        .call<{ Attributes: Record<string, string> }>("sqs", "GetQueueAttributes", attributes);
      assert.equal(Attributes.VisibilityTimeout, expected);
    }
    await there.delete();
    assert.deepEqual(
      [await queuesIn("sa-east-1"), await queuesIn("us-east-1"), await queuesIn("eu-central-1")],
      [[], ["same"], ["same"]],
    );
    await Promise.all([here.delete(), elsewhere.delete()]);
  });

  it("that changes replaces it; one that is only said where it was meant does not", async () => {
    const moved = queue();
    await moved.create({ name: "moved" });
    assert.deepEqual(await moved.diff({ name: "moved", region: "us-east-1" }), { changes: [], replaces: [] });
    const replaced = { changes: ["region"], replaces: ["region"] };
    assert.deepEqual(await moved.diff({ name: "moved", region: "eu-central-1" }), replaced);
    moved.context.provider = settings("eu-central-1");
    assert.deepEqual(await moved.diff({ name: "moved" }), replaced);
    assert.deepEqual(await moved.diff({ name: "moved", region: "us-east-1" }), { changes: [], replaces: [] });
    // Version 0.1 made everything in the region of the stack, whatever was said, and some types did not record it.
    delete moved.outputs.region;
    assert.deepEqual(await moved.diff({ name: "moved", region: "sa-east-1" }), replaced);
    await moved.delete();
    assert.deepEqual(await queuesIn("us-east-1"), []);
  });

  it("must be one of AWS", async () => {
    const reason = 'region: is "mars"; allowed is a region of AWS, such as eu-west-1';
    assert.deepEqual(await queue().failures({ name: "a", region: "mars" }), [reason]);
    const get = createRegistry(test.cloud).invokes.get("aws:sqs/getQueue:getQueue")!;
    const provider = settings("us-east-1");
    await assert.rejects(
      get({ name: "a", region: "mars" }, { provider, signal }),
      /region is "mars"; allowed is a region/,
    );
  });

  it("is that of what is imported or asked for, too", async () => {
    const there = queue("eu-north-1");
    await there.create({ name: "asked" });
    const read = await queue().read(`${there.id}@eu-north-1`);
    assert.deepEqual(
      [read?.id, read?.outputs.arn, read?.outputs.region],
      [there.id, arn("eu-north-1", "asked"), "eu-north-1"],
    );
    assert.equal(await queue().read(there.id), undefined);
    const get = createRegistry(test.cloud).invokes.get("aws:sqs/getQueue:getQueue")!;
    const ask = (args: object, region: string) =>
      get({ name: "asked", ...args }, { provider: settings(region), signal });
    assert.equal((await ask({}, "eu-north-1")).arn, arn("eu-north-1", "asked"));
    assert.equal((await ask({ region: "eu-north-1" }, "us-east-1")).arn, arn("eu-north-1", "asked"));
    await assert.rejects(ask({}, "us-east-1"), /does not exist/);
    await there.delete();
  });

  it("of a bucket is one, and its name is no other's in all regions", async () => {
    const bucket = (region: string) => {
      const made = new TestResource(test.cloud, "aws:s3/bucket:Bucket");
      made.context.provider = settings(region);
      return made;
    };
    const there = bucket("eu-west-1");
    const { region, arn: bucketArn } = await there.create({ bucket: "one-of-all" });
    assert.deepEqual([region, bucketArn], ["eu-west-1", "arn:aws:s3:::one-of-all"]);
    const { LocationConstraint } = await test.cloud.call("s3", "GetBucketLocation", { Bucket: "one-of-all" });
    assert.equal(LocationConstraint, "eu-west-1");
    await assert.rejects(bucket("us-west-2").create({ bucket: "one-of-all" }), { name: /^BucketAlready/ });
    await there.delete();
  });

  it("is an input of the same types as in Pulumi's SDK", () => {
    const differ = [...createRegistry(test.cloud).resources.keys()].filter((token) => {
      const [, service, file, name] = /^aws:(\w+)\/(\w+):(\w+)$/.exec(token) ?? [];
      if (!name) return false;
      const text = readFileSync(join(types, service!, `${file}.d.ts`), "utf8");
      const args = text.slice(text.indexOf(`export interface ${name}Args`));
      return /\n {4}region\?: /.test(args) !== isRegional(token);
    });
    assert.deepEqual(differ, []);
  });
});
