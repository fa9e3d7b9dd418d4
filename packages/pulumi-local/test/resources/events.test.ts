import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { EventBridgeClient, ListTargetsByRuleCommand, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, ReceiveMessageCommand, SetQueueAttributesCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

const ruleType = "aws:cloudwatch/eventRule:EventRule";
const targetType = "aws:cloudwatch/eventTarget:EventTarget";

describe("resources of EventBridge", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  it("makes a rule that sends what matches to its target, changes both, and takes them away", async () => {
    const sqs = test.client(SQSClient);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "events" }));
    const queueArn = "arn:aws:sqs:us-east-1:000000000000:events";
    const rule = new TestResource(test.cloud, ruleType, "orders", { owner: "me" });
    const made = await rule.create({ eventPattern: JSON.stringify({ source: ["shop"] }) });
    assert.match(made.name as string, /^orders-[0-9a-f]{7}$/);
    assert.equal(made.arn, `arn:aws:events:us-east-1:000000000000:rule/${made.name}`);
    const Policy = JSON.stringify({
      Statement: {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: queueArn,
        Condition: { ArnEquals: { "aws:SourceArn": made.arn } },
      },
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
    const target = new TestResource(test.cloud, targetType, "orders-target");
    await target.create({ rule: made.name, arn: queueArn, inputPath: "$.detail" });

    const client = test.client(EventBridgeClient);
    const send = (Source: string, n: number) =>
      client.send(new PutEventsCommand({ Entries: [{ Source, DetailType: "Order", Detail: JSON.stringify({ n }) }] }));
    await send("other", 1);
    await send("shop", 2);
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    assert.deepEqual(
      Messages?.map(({ Body }) => Body),
      ['{"n":2}'],
    );

    await rule.update({ eventPattern: JSON.stringify({ source: ["shop"] }), state: "DISABLED" });
    assert.equal((await rule.read())?.outputs.state, "DISABLED");
    await target.update({ rule: made.name, arn: queueArn, input: '"fixed"' });
    assert.equal((await target.read())?.outputs.input, '"fixed"');
    await send("shop", 3);
    await sleep(50);
    const later = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
    assert.deepEqual(later.Messages ?? [], []);

    await target.delete();
    const { Targets } = await client.send(new ListTargetsByRuleCommand({ Rule: made.name as string }));
    assert.deepEqual(Targets, []);
    await rule.delete();
    assert.equal(await rule.read(), undefined);
    assert.equal(await target.read(), undefined);
    await rule.delete();
  });

  it("refuses a rule without a pattern or a schedule, and a state that does not exist", async () => {
    const rule = new TestResource(test.cloud, ruleType);
    assert.deepEqual(await rule.failures({}), [
      "eventPattern: is missing; a rule has an eventPattern, a scheduleExpression, or both",
    ]);
    assert.match((await rule.failures({ scheduleExpression: "rate(1 day)", state: "ON" })).join(), /state/);
    const target = new TestResource(test.cloud, targetType);
    assert.match((await target.failures({ rule: "r" })).join(), /arn/);
  });
});
