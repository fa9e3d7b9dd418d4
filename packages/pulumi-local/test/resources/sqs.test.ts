import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { createRegistry } from "../../src/resources/index.ts";
import { TestResource } from "../../testing/resource.ts";

describe("resources of SQS", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  const thing = (type: string, name?: string) =>
    new TestResource(test.cloud, `aws:sqs/${type[0]!.toLowerCase()}${type.slice(1)}:${type}`, name, { stack: "local" });
  const attributes = async (QueueUrl: unknown) =>
    (
      await test.cloud.call<{ Attributes: Properties }>("sqs", "GetQueueAttributes", {
        QueueUrl,
        AttributeNames: ["All"],
      })
    ).Attributes;

  it("make a queue with its attributes and tags", async () => {
    const dead = await thing("Queue", "dead").create({});
    const queue = thing("Queue", "work");
    const redrivePolicy = JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 });
    const outputs = await queue.create({ visibilityTimeoutSeconds: 60, redrivePolicy, tags: { a: "1" } });
    assert.match(String(outputs.name), /^work-[0-9a-f]{7}$/);
    assert.equal(outputs.url, `${test.origin}/000000000000/${outputs.name}`);
    assert.equal(queue.id, outputs.url);
    assert.equal(outputs.arn, `arn:aws:sqs:us-east-1:000000000000:${outputs.name}`);
    const made = await attributes(outputs.url);
    assert.equal(made.VisibilityTimeout, "60");
    assert.equal(made.RedrivePolicy, redrivePolicy);
    assert.equal((await queue.read())?.outputs.visibilityTimeoutSeconds, 60);

    await queue.update({ delaySeconds: 5 });
    const changed = await attributes(outputs.url);
    assert.equal(changed.VisibilityTimeout, "30");
    assert.equal(changed.DelaySeconds, "5");
    assert.equal(changed.RedrivePolicy || undefined, undefined);
    const get = createRegistry(test.cloud).invokes.get("aws:sqs/getQueue:getQueue");
    const { provider, signal } = queue.context;
    assert.deepEqual((await get?.({ name: outputs.name }, { provider, signal }))?.tags, { stack: "local" });
    await queue.delete();
    assert.equal(await queue.read(), undefined);
    await queue.delete();
  });

  it("name a FIFO queue as one", async () => {
    const queue = thing("Queue", "order");
    assert.match(
      (await queue.failures({ name: "order", fifoQueue: true })).join(),
      /name: is "order"; a FIFO queue's ends with .fifo/,
    );
    assert.match((await queue.failures({ name: "order.fifo" })).join(), /fifoQueue: must be true/);
    assert.match((await queue.failures({ name: "a b" })).join(), /it must match/);
    const { url, name } = await queue.create({ fifoQueue: true, contentBasedDeduplication: true });
    assert.match(String(name), /^order-[0-9a-f]{7}\.fifo$/);
    assert.equal((await attributes(url)).ContentBasedDeduplication, "true");
    await thing("Queue", "plain").create({ contentBasedDeduplication: false });
  });

  it("see that a queue's URL is another since the port changed", async () => {
    const queue = thing("Queue", "moved");
    await queue.create({ name: "moved" });
    queue.outputs = { ...queue.outputs, url: "http://127.0.0.1:1/000000000000/moved" };
    assert.deepEqual(await queue.diff({ name: "moved" }), { changes: ["url"], replaces: [] });
    assert.equal((await queue.update({ name: "moved" })).url, `${test.origin}/000000000000/moved`);
  });

  it("attach policies to queues, and take them away", async () => {
    const { url: queueUrl, arn } = await thing("Queue", "guarded").create({});
    const { url: dead, arn: deadArn } = await thing("Queue", "dead").create({});
    const policy = thing("QueuePolicy", "policy");
    const Statement = {
      Effect: "Deny",
      Principal: "*",
      Action: "sqs:*",
      Resource: arn,
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    await policy.create({ queueUrl, policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    const redrive = thing("RedrivePolicy", "redrive");
    await redrive.create({
      queueUrl,
      redrivePolicy: JSON.stringify({ deadLetterTargetArn: deadArn, maxReceiveCount: 2 }),
    });
    const allow = thing("RedriveAllowPolicy", "allow");
    await allow.create({
      queueUrl: dead,
      redriveAllowPolicy: JSON.stringify({ redrivePermission: "byQueue", sourceQueueArns: [arn] }),
    });
    const made = await attributes(queueUrl);
    assert.ok(made.Policy && made.RedrivePolicy);
    await policy.delete();
    await redrive.delete();
    const left = await attributes(queueUrl);
    assert.equal(left.Policy || left.RedrivePolicy || undefined, undefined);
  });
});
