import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { createRegistry } from "../../src/resources/index.ts";
import { TestResource } from "../../testing/resource.ts";

describe("resources of SNS", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  const thing = (type: string, name?: string) =>
    new TestResource(test.cloud, `aws:sns/${type[0]!.toLowerCase()}${type.slice(1)}:${type}`, name, { stack: "local" });
  const attributes = async (TopicArn: unknown) =>
    (await test.cloud.call<{ Attributes: Properties }>("sns", "GetTopicAttributes", { TopicArn })).Attributes;

  it("make a topic with a policy, change and delete it", async () => {
    const topic = thing("Topic", "alarms");
    const { arn, name, owner } = await topic.create({ displayName: "Alarms", tags: { a: "1" } });
    assert.match(String(name), /^alarms-[0-9a-f]{7}$/);
    assert.equal(arn, `arn:aws:sns:us-east-1:000000000000:${name}`);
    assert.equal(owner, "000000000000");
    const policy = thing("TopicPolicy", "policy");
    const Statement = {
      Effect: "Allow",
      Principal: { Service: "cloudwatch.amazonaws.com" },
      Action: "sns:Publish",
      Resource: arn,
    };
    await policy.create({ arn, policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    assert.match(String((await attributes(arn)).Policy), /cloudwatch/);
    await policy.delete();
    assert.match(String((await attributes(arn)).Policy), /__default_policy_ID/);

    await topic.update({ kmsMasterKeyId: "alias/own" });
    const changed = await attributes(arn);
    assert.equal(changed.DisplayName, "");
    assert.equal(changed.KmsMasterKeyId, "alias/own");
    const get = createRegistry(test.cloud).invokes.get("aws:sns/getTopic:getTopic");
    const { provider, signal } = topic.context;
    assert.deepEqual((await get?.({ name }, { provider, signal }))?.tags, { stack: "local" });
    await topic.delete();
    assert.equal(await topic.read(), undefined);
    await topic.delete();
  });

  it("subscribe a queue, and a mailbox that has to confirm", async () => {
    const { arn } = await thing("Topic", "news").create({});
    const queue = new TestResource(test.cloud, "aws:sqs/queue:Queue", "reader");
    const { arn: endpoint } = await queue.create({});
    const subscription = thing("TopicSubscription", "queue");
    const inputs = { topic: arn, protocol: "sqs", endpoint };
    const filterPolicy = JSON.stringify({ kind: ["a"] });
    const outputs = await subscription.create({ ...inputs, rawMessageDelivery: true, filterPolicy });
    assert.equal(outputs.pendingConfirmation, false);
    assert.equal(outputs.filterPolicyScope, "MessageAttributes");
    await subscription.update(inputs);
    const { Attributes } = await test.cloud.call<{ Attributes: Properties }>("sns", "GetSubscriptionAttributes", {
      SubscriptionArn: subscription.id,
    });
    assert.equal(Attributes.RawMessageDelivery, "false");
    assert.equal(Attributes.FilterPolicy, undefined);
    assert.deepEqual((await subscription.diff({ ...inputs, protocol: "email" })).replaces, ["protocol"]);

    const mail = thing("TopicSubscription", "mail");
    assert.equal((await mail.create({ topic: arn, protocol: "email", endpoint: "a@b" })).pendingConfirmation, true);
    await mail.delete();
    assert.equal(await mail.read(), undefined);
  });

  it("refuse what SNS refuses", async () => {
    assert.match((await thing("Topic").failures({ name: "x.fifo" })).join(), /fifoTopic: must be true/);
    assert.match((await thing("Topic").failures({ contentBasedDeduplication: true })).join(), /only for FIFO topics/);
    const sms = { topic: "t", protocol: "sms", endpoint: "+1" };
    assert.match((await thing("TopicSubscription").failures(sms)).join(), /protocol: is "sms"; allowed are sqs/);
  });
});
