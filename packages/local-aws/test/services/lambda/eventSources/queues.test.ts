import assert from "node:assert/strict";
import * as lambda from "@aws-sdk/client-lambda";
import * as sqs from "@aws-sdk/client-sqs";
import { eventually, type Sources, startSources } from "../../../../testing/eventsources.ts";

describe("Event source mappings of SQS queues", () => {
  let sources: Sources;
  before(async () => {
    sources = await startSources();
  });
  after(() => sources.test.stop());

  const send = (arn: string, MessageBody: string, more: object = {}) =>
    sources.sqs.send(new sqs.SendMessageCommand({ QueueUrl: sources.url(arn), MessageBody, ...more }));
  const left = async (arn: string) => {
    const AttributeNames: sqs.QueueAttributeName[] = [
      "ApproximateNumberOfMessages",
      "ApproximateNumberOfMessagesNotVisible",
    ];
    const input = { QueueUrl: sources.url(arn), AttributeNames };
    const { Attributes = {} } = await sources.sqs.send(new sqs.GetQueueAttributesCommand(input));
    return Object.values(Attributes).reduce((sum, value) => sum + Number(value), 0);
  };

  it("give the function AWS's event, and delete what is done", async () => {
    const arn = await sources.queue("shapes");
    await sources.fn("shapes", "await tell(event);");
    await sources.map({ EventSourceArn: arn, FunctionName: "shapes" });
    const MessageAttributes = {
      text: { DataType: "String", StringValue: "1" },
      bytes: { DataType: "Binary", BinaryValue: new Uint8Array([1]) },
    };
    const { MessageId } = await send(arn, "hello", { MessageAttributes });
    const [event] = await sources.told("shapes", 1);
    const [{ receiptHandle, attributes, md5OfMessageAttributes, ...record }] = event.Records;
    assert.deepEqual(record, {
      messageId: MessageId,
      body: "hello",
      messageAttributes: {
        text: { stringValue: "1", stringListValues: [], binaryListValues: [], dataType: "String" },
        bytes: { binaryValue: "AQ==", stringListValues: [], binaryListValues: [], dataType: "Binary" },
      },
      md5OfBody: "5d41402abc4b2a76b9719d911017c592",
      eventSource: "aws:sqs",
      eventSourceARN: arn,
      awsRegion: "us-east-1",
    });
    assert.ok(receiptHandle);
    assert.match(md5OfMessageAttributes, /^[0-9a-f]{32}$/);
    assert.deepEqual(Object.keys(attributes).sort(), [
      "ApproximateFirstReceiveTimestamp",
      "ApproximateReceiveCount",
      "SenderId",
      "SentTimestamp",
    ]);
    assert.ok(await eventually(async () => (await left(arn)) === 0));
  });

  it("have tags", async () => {
    const queue = await sources.queue("tagged");
    await sources.fn("tagged", "");
    const input = { EventSourceArn: queue, FunctionName: "tagged", Tags: { a: "1" } };
    const { EventSourceMappingArn: Resource = "", UUID = "" } = await sources.map(input);
    assert.equal(Resource, `arn:aws:lambda:us-east-1:000000000000:event-source-mapping:${UUID}`);
    const tags = async (of: string) => (await sources.lambda.send(new lambda.ListTagsCommand({ Resource: of }))).Tags;
    assert.deepEqual(await tags(Resource), { a: "1" });
    await sources.lambda.send(new lambda.TagResourceCommand({ Resource, Tags: { b: "2" } }));
    await sources.lambda.send(new lambda.UntagResourceCommand({ Resource, TagKeys: ["a"] }));
    assert.deepEqual(await tags(Resource), { b: "2" });
    await assert.rejects(tags(Resource.replace(UUID, "00000000-0000-4000-8000-000000000000")), {
      name: "ResourceNotFoundException",
      message: "The resource you requested does not exist.",
    });
  });

  it("lose the settings that an update gives empty", async () => {
    const queue = await sources.queue("emptied");
    await sources.fn("emptied", "");
    const FilterCriteria = { Filters: [{ Pattern: '{"body":["x"]}' }] };
    const ScalingConfig = { MaximumConcurrency: 2 };
    const input = { EventSourceArn: queue, FunctionName: "emptied", Enabled: false };
    const { UUID } = await sources.map({ ...input, FilterCriteria, ScalingConfig });
    const empty = { UUID, FilterCriteria: {}, ScalingConfig: {} };
    await sources.lambda.send(new lambda.UpdateEventSourceMappingCommand(empty));
    const left = await sources.lambda.send(new lambda.GetEventSourceMappingCommand({ UUID }));
    assert.deepEqual([left.FilterCriteria, left.ScalingConfig, left.BatchSize], [undefined, undefined, 10]);
  });

  it("keep the messages that failed, until they are dead letters", async () => {
    const dead = await sources.queue("dead");
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: dead, maxReceiveCount: 2 });
    // Longer than a busy machine takes to delete what went well: nothing of that comes again.
    const arn = await sources.queue("partial", { VisibilityTimeout: "4", RedrivePolicy });
    await sources.fn(
      "partial",
      `await tell(ids(event));
       return { batchItemFailures: event.Records.filter(({ body }) => body === '"bad"').map(({ messageId }) => ({ itemIdentifier: messageId })) };`,
      { Timeout: 1 },
    );
    for (const body of ['"good"', '"bad"']) await send(arn, body);
    await sources.map({
      EventSourceArn: arn,
      FunctionName: "partial",
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
    assert.deepEqual(await sources.messages(dead, 1), ["bad"]);
    const told = (await sources.told("partial", 2)).flat();
    assert.deepEqual(told.filter((body: string) => body === '"good"').length, 1);
    assert.deepEqual(told.filter((body: string) => body === '"bad"').length, 2);
  });

  it("gather more than ten within a window", async () => {
    const arn = await sources.queue("window");
    await sources.fn("window", "await tell(event.Records.length);");
    for (let i = 0; i < 12; i++) await send(arn, String(i));
    await sources.map({
      EventSourceArn: arn,
      FunctionName: "window",
      BatchSize: 100,
      MaximumBatchingWindowInSeconds: 1,
    });
    assert.deepEqual(await sources.told("window", 1), [12]);
  });

  it("divide what no request could hold", async () => {
    const arn = await sources.queue("large");
    await sources.fn("large", "await tell(event.Records.length);", { MemorySize: 512 });
    for (let i = 0; i < 7; i++) await send(arn, "x".repeat(1_000_000));
    await sources.map({ EventSourceArn: arn, FunctionName: "large", BatchSize: 10 });
    assert.deepEqual((await sources.told("large", 2)).sort(), [1, 6]);
  });

  it("run no more batches at once than they may", async () => {
    const arn = await sources.queue("limited");
    await sources.fn(
      "limited",
      `const began = Date.now(); await new Promise((done) => setTimeout(done, 100)); await tell([began, Date.now()]);`,
    );
    for (let i = 0; i < 8; i++) await send(arn, String(i));
    await sources.map({
      EventSourceArn: arn,
      FunctionName: "limited",
      BatchSize: 1,
      ScalingConfig: { MaximumConcurrency: 2 },
    });
    const told: [number, number][] = await sources.told("limited", 8);
    assert.equal(told.length, 8);
    for (const [began] of told) {
      assert.ok(told.filter(([from, to]) => from <= began && began < to).length <= 2);
    }
  });

  it("delete what no filter takes: JSON by its fields, text by itself", async () => {
    const arn = await sources.queue("filtered");
    await sources.fn("filtered", "await tell(ids(event));");
    const filter = (pattern: object) => ({ Pattern: JSON.stringify(pattern) });
    await sources.map({
      EventSourceArn: arn,
      FunctionName: "filtered",
      FilterCriteria: {
        Filters: [filter({ body: { n: [{ numeric: [">", 5] }] } }), filter({ body: [{ prefix: "go" }] })],
      },
    });
    for (const body of ['{"n":3}', "stop", '{"n":7}', "go on"]) await send(arn, body);
    assert.deepEqual((await sources.told("filtered", 2)).flat().sort(), ["go on", '{"n":7}']);
    assert.ok(await eventually(async () => (await left(arn)) === 0));
  });

  it("keep a FIFO queue's order within its groups", async () => {
    const arn = await sources.queue("order.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
    await sources.fn("order", "for (const id of ids(event)) await tell(id);");
    await sources.map({ EventSourceArn: arn, FunctionName: "order" });
    for (let n = 0; n < 5; n++)
      for (const group of ["a", "b"]) await send(arn, `${group}${n}`, { MessageGroupId: group });
    const told: string[] = await sources.told("order", 10);
    for (const group of ["a", "b"]) {
      assert.deepEqual(
        told.filter((body) => body.startsWith(group)),
        [0, 1, 2, 3, 4].map((n) => `${group}${n}`),
      );
    }
  });

  it("are refused in AWS's words", async () => {
    const arn = await sources.queue("refused", { VisibilityTimeout: "5" });
    await sources.fn("refused", "");
    const map = (more: object = {}) => sources.map({ EventSourceArn: arn, FunctionName: "refused", ...more });
    await assert.rejects(map(), /Queue visibility timeout: 5 seconds is less than Function timeout: 10 seconds/);
    await assert.rejects(map({ BatchSize: 11 }), /Maximum batch window in seconds must be greater than 0/);
    await assert.rejects(map({ BisectBatchOnFunctionError: true }), /Unsupported BisectBatchOnFunctionError/);
    await assert.rejects(map({ ScalingConfig: { MaximumConcurrency: 1 } }), /maximumConcurrency/);
    await assert.rejects(map({ EventSourceArn: `${arn}2` }), /does not exist/);
    await assert.rejects(
      map({ EventSourceArn: "arn:aws:kafka:us-east-1:000000000000:cluster/x/y" }),
      /DynamoDB streams, Kinesis streams and SQS queues/,
    );

    const { roleArn } = await sources.test.mintRole({ Effect: "Allow", Action: "sqs:ReceiveMessage", Resource: arn });
    const Statement = { Effect: "Allow", Principal: { AWS: roleArn }, Action: "sqs:*", Resource: arn };
    await sources.fn("unable", "", { Role: roleArn, Timeout: 3 });
    await assert.rejects(
      map({ FunctionName: "unable" }),
      /The provided execution role does not have permissions to call DeleteMessage on SQS/,
    );
    const Attributes = { Policy: JSON.stringify({ Version: "2012-10-17", Statement }) };
    await sources.sqs.send(new sqs.SetQueueAttributesCommand({ QueueUrl: sources.url(arn), Attributes }));
    assert.ok((await map({ FunctionName: "unable" })).UUID, "the queue's own policy lets the role in");
  });
});
