import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import {
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateStateMachineCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startCloud, type TestCloud } from "../../testing/cloud.ts";
import { startFaults, stopFaults } from "../support/faults.ts";

/** What services tell each other: a throttle or a fault between them delays it, and loses none. */
describe("Deliveries under faults", function () {
  this.timeout(60_000);
  let test: TestCloud;
  let sqs: SQSClient;
  const arnOf = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

  before(async () => {
    test = await startCloud();
    sqs = test.client(SQSClient);
  });
  afterEach(async () => {
    const { said } = await stopFaults(test);
    assert.ok(
      said.rules.some(({ faults }) => faults > 0),
      "nothing went wrong",
    );
  });
  after(() => test.stop());

  /** A queue that any service may send to. */
  async function queue(QueueName: string): Promise<string> {
    const Statement = {
      ...{ Effect: "Allow", Principal: { Service: ["events.amazonaws.com", "sns.amazonaws.com", "s3.amazonaws.com"] } },
      ...{ Action: "sqs:SendMessage", Resource: arnOf(QueueName) },
    };
    const Attributes = { Policy: JSON.stringify({ Version: "2012-10-17", Statement }) };
    return (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl as string;
  }

  async function received(QueueUrl: string, count: number): Promise<string[]> {
    const bodies: string[] = [];
    while (bodies.length < count) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      bodies.push(...Messages.map(({ Body = "" }) => Body));
      await sleep(20);
    }
    return bodies;
  }

  async function rule(name: string, source: string): Promise<string> {
    const QueueUrl = await queue(name);
    const events = test.client(EventBridgeClient);
    await events.send(new PutRuleCommand({ Name: name, EventPattern: JSON.stringify({ source: [source] }) }));
    await events.send(new PutTargetsCommand({ Rule: name, Targets: [{ Id: "queue", Arn: arnOf(name) }] }));
    return QueueUrl;
  }

  /** Most of what is asked of the service fails, in either way. */
  const often = (service: string, operation: string) => [
    { kind: "throttle", probability: 0.5, service, operation },
    { kind: "error", probability: 0.3, service, operation },
  ];

  it("of a bucket's events to EventBridge arrive", async () => {
    const s3 = test.client(S3Client, { config: { forcePathStyle: true } });
    const url = await rule("drops", "aws.s3");
    await s3.send(new CreateBucketCommand({ Bucket: "drops" }));
    const NotificationConfiguration = { EventBridgeConfiguration: {} };
    await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket: "drops", NotificationConfiguration }));
    await startFaults(test, ...often("events", "PutEvents"));
    for (const Key of ["a", "b", "c", "d"]) await s3.send(new PutObjectCommand({ Bucket: "drops", Key, Body: "x" }));
    const keys = (await received(url, 4)).map((body) => JSON.parse(body).detail.object.key);
    assert.deepEqual(new Set(keys), new Set(["a", "b", "c", "d"]));
  });

  it("of executions' ends to EventBridge arrive", async () => {
    const sfn = test.client(SFNClient, { config: { disableHostPrefix: true } });
    const url = await rule("ends", "aws.states");
    const { roleArn } = await test.mintRole([], { trust: "states.amazonaws.com" });
    const definition = JSON.stringify({ StartAt: "A", States: { A: { Type: "Pass", End: true } } });
    const { stateMachineArn } = await sfn.send(new CreateStateMachineCommand({ name: "ends", definition, roleArn }));
    await startFaults(test, ...often("events", "PutEvents"));
    for (const name of ["a", "b", "c"]) await sfn.send(new StartExecutionCommand({ stateMachineArn, name }));
    const names = (await received(url, 3)).map((body) => JSON.parse(body).detail.name);
    assert.deepEqual(new Set(names), new Set(["a", "b", "c"]));
  });

  it("of a topic to a queue arrive", async () => {
    const sns = test.client(SNSClient);
    const url = await queue("readers");
    const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: "news" }));
    const RawMessageDelivery = { Attributes: { RawMessageDelivery: "true" } };
    await sns.send(
      new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: arnOf("readers"), ...RawMessageDelivery }),
    );
    await startFaults(test, ...often("sqs", "SendMessage"));
    for (const Message of ["a", "b", "c"]) await sns.send(new PublishCommand({ TopicArn, Message }));
    await stopFaults(test);
    assert.deepEqual(new Set(await received(url, 3)), new Set(["a", "b", "c"]));
  });
});
