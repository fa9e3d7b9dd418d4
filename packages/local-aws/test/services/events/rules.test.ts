import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-eventbridge";
import { Kinesis } from "@aws-sdk/client-kinesis";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startCloud } from "../../../testing/cloud.ts";
import { Events, queueArn } from "./support.ts";

const { EventBridgeClient } = sdk;

describe("EventBridge", () => {
  let told: Events;
  before(async () => {
    told = await Events.start();
  });
  after(() => told.cloud.stop());

  const put = (Detail: object, more: Partial<sdk.PutEventsRequestEntry> = {}) =>
    told.client.send(
      new sdk.PutEventsCommand({
        Entries: [{ Source: "shop", DetailType: "Order", Detail: JSON.stringify(Detail), ...more }],
      }),
    );
  const fails = (command: unknown, name: string, message?: RegExp) =>
    assert.rejects(
      (told.client as unknown as { send(command: unknown): Promise<unknown> }).send(command),
      (error: Error) => {
        assert.equal(error.name, name);
        if (message) assert.match(error.message, message);
        return true;
      },
    );

  it("lets others put events on a bus by a permission, whose condition is the organization alone", async () => {
    const EventBusName = "shared";
    await told.client.send(new sdk.CreateEventBusCommand({ Name: EventBusName }));
    const permission = { EventBusName, StatementId: "org", Action: "events:PutEvents", Principal: "*" };
    const permit = (Type: string, Key: string) =>
      new sdk.PutPermissionCommand({ ...permission, Condition: { Type, Key, Value: "o-1" } });
    await fails(permit("toString", "aws:PrincipalOrgID"), "ValidationException", /Type must be StringEquals/);
    await fails(permit("StringEquals", "aws:SourceIp"), "ValidationException", /Key aws:PrincipalOrgID/);
    await told.client.send(permit("StringEquals", "aws:PrincipalOrgID") as sdk.PutPermissionCommand);
    const { Policy, Arn } = await told.client.send(new sdk.DescribeEventBusCommand({ Name: EventBusName }));
    assert.deepEqual(JSON.parse(Policy as string).Statement, [
      {
        Sid: "org",
        Effect: "Allow",
        Principal: "*",
        Action: "events:PutEvents",
        Resource: Arn,
        Condition: { StringEquals: { "aws:PrincipalOrgID": "o-1" } },
      },
    ]);
    await put({}, { EventBusName });
    await told.client.send(new sdk.RemovePermissionCommand({ EventBusName, StatementId: "org" }));
    await told.client.send(new sdk.DeleteEventBusCommand({ Name: EventBusName }));
  });

  it("delivers what a rule's pattern selects, in AWS's envelope", async () => {
    const { arn, receive } = await told.queue("selected");
    await told.rule("selected", { source: ["shop"], detail: { price: [{ numeric: [">", 10] }] } }, { Arn: arn });
    await put({ price: 5 });
    const { Entries } = await put({ price: 50 }, { Resources: ["r"], Time: new Date("2026-01-01T00:00:00.5Z") });
    const { id, ...event } = JSON.parse((await receive()).body);
    assert.equal(id, Entries?.[0]?.EventId);
    assert.deepEqual(event, {
      version: "0",
      "detail-type": "Order",
      source: "shop",
      account: "000000000000",
      time: "2026-01-01T00:00:00Z",
      region: "us-east-1",
      resources: ["r"],
      detail: { price: 50 },
    });
  });

  it("puts events into a Kinesis stream as the target's role, by a key out of the event", async () => {
    const kinesis = told.cloud.client(Kinesis);
    await kinesis.createStream({ StreamName: "events", ShardCount: 1 });
    const Arn = "arn:aws:kinesis:us-east-1:000000000000:stream/events";
    const allow = { Effect: "Allow", Action: "kinesis:PutRecord", Resource: Arn };
    const { roleArn: RoleArn } = await told.cloud.mintRole([allow], { trust: "events.amazonaws.com" });
    const target = { Arn, RoleArn, InputPath: "$.detail", KinesisParameters: { PartitionKeyPath: "$.detail.id" } };
    await told.rule("keyed", { source: ["keyed"] }, target);
    await fails(
      new sdk.PutTargetsCommand({ Rule: "keyed", Targets: [{ Id: "x", Arn }] }),
      "ValidationException",
      /RoleArn/,
    );
    const other = { ...target, Id: "x", KinesisParameters: { PartitionKeyPath: "detail" } };
    const wrong = new sdk.PutTargetsCommand({ Rule: "keyed", Targets: [other] });
    await fails(wrong, "ValidationException", /PartitionKeyPath is not valid/);
    await put({ id: "k-1" }, { Source: "keyed" });
    const asked = { StreamName: "events", ShardId: "shardId-000000000000", ShardIteratorType: "TRIM_HORIZON" as const };
    for (;;) {
      const { ShardIterator } = await kinesis.getShardIterator(asked);
      const { Records: [record] = [] } = await kinesis.getRecords({ ShardIterator });
      if (!record) continue;
      assert.deepEqual([record.PartitionKey, Buffer.from(record.Data!).toString()], ["k-1", '{"id":"k-1"}']);
      break;
    }
  });

  it("shapes what a target gets", async () => {
    const cases: [shape: Partial<sdk.Target>, body: string][] = [
      [{ Input: '{"constant":true}' }, '{"constant":true}'],
      [{ InputPath: "$.detail.item" }, '{"name":"a \\"b\\""}'],
      [
        {
          InputTransformer: {
            InputPathsMap: { n: "$.detail.item.name", p: "$.detail.price" },
            InputTemplate: '{"name":<n>,"text":"<n> at <p>","rule":"<aws.events.rule-name>"}',
          },
        },
        '{"name":"a \\"b\\"","text":"a \\"b\\" at 7","rule":"shaped-2"}',
      ],
      [{ InputTransformer: { InputPathsMap: { p: "$.detail.price" }, InputTemplate: '"price <p>"' } }, '"price 7"'],
    ];
    for (const [index, [shape, body]] of cases.entries()) {
      const { arn, receive } = await told.queue(`shaped-${index}`);
      await told.rule(`shaped-${index}`, { source: [`shaped-${index}`] }, { Arn: arn, ...shape });
      await put({ price: 7, item: { name: 'a "b"' } }, { Source: `shaped-${index}` });
      assert.equal((await receive()).body, body);
    }
  });

  it("reports entries that are none, beside those that are", async () => {
    const { FailedEntryCount, Entries } = await told.client.send(
      new sdk.PutEventsCommand({
        Entries: [
          { Source: "a", DetailType: "b", Detail: "{}" },
          { Source: "a", DetailType: "b", Detail: "no json" },
          { Source: "a", Detail: "{}" },
          { Source: "aws.s3", DetailType: "b", Detail: "{}" },
        ],
      }),
    );
    assert.equal(FailedEntryCount, 3);
    assert.deepEqual(
      Entries?.map(({ ErrorCode }) => ErrorCode),
      [undefined, "MalformedDetail", "InvalidArgument", "NotAuthorizedForSourceException"],
    );
    await fails(
      new sdk.PutEventsCommand({
        Entries: Array.from({ length: 11 }, () => ({ Source: "a", DetailType: "b", Detail: "{}" })),
      }),
      "ValidationException",
    );
  });

  it("refuses rules and targets that are none", async () => {
    await fails(new sdk.PutRuleCommand({ Name: "x" }), "ValidationException", /EventPattern or ScheduleExpression/);
    await fails(
      new sdk.PutRuleCommand({ Name: "x", EventPattern: '{"a":"b"}' }),
      "InvalidEventPatternException",
      /"a" must be an object or an array/,
    );
    await fails(
      new sdk.PutRuleCommand({ Name: "x", ScheduleExpression: "rate(1 minutes)" }),
      "ValidationException",
      /ScheduleExpression is not valid/,
    );
    await fails(new sdk.PutRuleCommand({ Name: "a b", ScheduleExpression: "rate(1 minute)" }), "ValidationException");
    await fails(
      new sdk.DescribeRuleCommand({ Name: "nothing" }),
      "ResourceNotFoundException",
      /Rule nothing does not exist on EventBus default/,
    );
    await told.client.send(new sdk.PutRuleCommand({ Name: "x", EventPattern: '{"a":["b"]}' }));
    const target = (Arn: string, more: object = {}) =>
      new sdk.PutTargetsCommand({ Rule: "x", Targets: [{ Id: "1", Arn, ...more }] });
    await fails(
      target("arn:aws:states:us-east-1:000000000000:stateMachine:m"),
      "ValidationException",
      /RoleArn is required/,
    );
    await fails(target("nonsense"), "ValidationException");
    await fails(target(queueArn("q"), { Input: "{" }), "ValidationException");
    await fails(target(queueArn("q"), { Input: "{}", InputPath: "$" }), "ValidationException", /Only one/);
    await told.client.send(target(queueArn("q")));
    await fails(new sdk.DeleteRuleCommand({ Name: "x" }), "ValidationException", /targets/);
    await told.client.send(new sdk.RemoveTargetsCommand({ Rule: "x", Ids: ["1"] }));
    await told.client.send(new sdk.DeleteRuleCommand({ Name: "x" }));
  });

  it("tries patterns", async () => {
    const Event = JSON.stringify({
      id: "1",
      account: "1",
      source: "a",
      time: "2026-01-01T00:00:00Z",
      region: "r",
      "detail-type": "d",
    });
    const test = (EventPattern: string) => told.client.send(new sdk.TestEventPatternCommand({ Event, EventPattern }));
    assert.equal((await test('{"source":["a"]}')).Result, true);
    assert.equal((await test('{"source":["b"]}')).Result, false);
  });

  it("keeps buses apart", async () => {
    const { arn, receive } = await told.queue("own-bus");
    await told.client.send(new sdk.CreateEventBusCommand({ Name: "own" }));
    await told.rule("own", { source: ["shop"] }, { Arn: arn }, "own");
    await put({ on: "own" }, { EventBusName: "own" });
    assert.deepEqual(JSON.parse((await receive()).body).detail, { on: "own" });
    await fails(new sdk.DeleteEventBusCommand({ Name: "own" }), "ValidationException");
    const { EventBuses } = await told.client.send(new sdk.ListEventBusesCommand({}));
    assert.deepEqual(
      EventBuses?.map(({ Name }) => Name),
      ["default", "own"],
    );
    await fails(new sdk.CreateEventBusCommand({ Name: "own" }), "ResourceAlreadyExistsException");
  });

  it("sends what cannot be delivered to the dead-letter queue, with the reason", async () => {
    const dead = await told.queue("dead");
    await told.sqs.send(new CreateQueueCommand({ QueueName: "closed" }));
    await told.rule("closed", { source: ["closed"] }, { Arn: queueArn("closed"), DeadLetterConfig: { Arn: dead.arn } });
    await put({ lost: true }, { Source: "closed" });
    const { body, attributes } = await dead.receive();
    assert.deepEqual(JSON.parse(body).detail, { lost: true });
    assert.match(attributes?.ERROR_CODE?.StringValue ?? "", /AccessDenied/);
    assert.equal(attributes?.RULE_ARN?.StringValue, "arn:aws:events:us-east-1:000000000000:rule/closed");
  });

  it("asks who puts events", async () => {
    const { credentials } = await told.cloud.mintRole({
      Effect: "Allow",
      Action: "events:PutEvents",
      Resource: "*",
      Condition: { StringEquals: { "events:source": "mine" } },
    });
    const mine = told.cloud.client(EventBridgeClient, { credentials });
    const entry = (Source: string) =>
      new sdk.PutEventsCommand({ Entries: [{ Source, DetailType: "d", Detail: "{}" }] });
    await mine.send(entry("mine"));
    await assert.rejects(mine.send(entry("other")), { name: "AccessDeniedException" });
  });

  it("loses nothing by a restart", async () => {
    const first = await startCloud();
    const call = first.cloud.call;
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: "*", Action: "sqs:*", Resource: "*" }],
    });
    await call("events", "PutRule", { Name: "r", EventPattern: '{"source":["s"]}' });
    await call("events", "PutTargets", { Rule: "r", Targets: [{ Id: "1", Arn: queueArn("late") }] });
    await call("sqs", "CreateQueue", { QueueName: "late", Attributes: { Policy } });
    const Entries = Array.from({ length: 10 }, (_, n) => ({
      Source: "s",
      DetailType: "d",
      Detail: JSON.stringify({ n }),
    }));
    await call("events", "PutEvents", { Entries });
    await first.stop({ keep: true });
    const second = await startCloud({ directory: first.directory });
    const client = second.client(SQSClient);
    const { QueueUrl } = await second.cloud.call<{ QueueUrl: string }>("sqs", "GetQueueUrl", { QueueName: "late" });
    const seen = new Set<number>();
    for (let tries = 0; seen.size < 10 && tries < 20; tries++) {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1 }),
      );
      for (const { Body = "" } of Messages) seen.add(JSON.parse(Body).detail.n);
    }
    assert.equal(seen.size, 10);
    await second.stop();
  });
});
