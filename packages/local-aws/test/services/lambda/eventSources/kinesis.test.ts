import assert from "node:assert/strict";
import { Kinesis } from "@aws-sdk/client-kinesis";
import { CreateEventSourceMappingCommand, UpdateEventSourceMappingCommand } from "@aws-sdk/client-lambda";
import { eventually, type Sources, startSources } from "../../../../testing/eventsources.ts";
import { refuses } from "../../../support/refuses.ts";

/** What the records of an event say: functions of these tests tell it. */
const texts = `const texts = event.Records.map(({ kinesis }) => Buffer.from(kinesis.data, "base64").toString());`;

describe("Event source mappings of Kinesis streams", () => {
  let sources: Sources;
  let kinesis: Kinesis;
  before(async () => {
    sources = await startSources();
    kinesis = sources.test.client(Kinesis);
  });
  after(() => sources.test.stop());

  const ready = (StreamName: string) =>
    eventually(async () => (await kinesis.describeStream({ StreamName })).StreamDescription?.StreamStatus === "ACTIVE");
  /** @returns the stream's ARN. */
  async function stream(StreamName: string, ShardCount = 1): Promise<string> {
    await kinesis.createStream({ StreamName, ShardCount });
    await ready(StreamName);
    return `arn:aws:kinesis:us-east-1:000000000000:stream/${StreamName}`;
  }
  const put = async (StreamName: string, ...all: string[]) => {
    for (const text of all)
      await kinesis.putRecord({ StreamName, PartitionKey: text.slice(0, 1), Data: new TextEncoder().encode(text) });
  };
  const map = (EventSourceArn: string, more: object = {}) => {
    const FunctionName = EventSourceArn.split("/")[1];
    return sources.map({ EventSourceArn, FunctionName, StartingPosition: "TRIM_HORIZON", ...more });
  };

  it("give the function AWS's event, and are shown with AWS's defaults", async () => {
    const arn = await stream("shapes");
    await sources.fn("shapes", "await tell(event);");
    const made = await sources.lambda.send(
      new CreateEventSourceMappingCommand({ EventSourceArn: arn, FunctionName: "shapes", StartingPosition: "LATEST" }),
    );
    assert.deepEqual(
      [made.BatchSize, made.MaximumRetryAttempts, made.ParallelizationFactor, made.StateTransitionReason],
      [100, -1, 1, "User action"],
    );
    await put("shapes", "hello");
    const [{ Records: [record] = [] } = {}] = await sources.told("shapes", 1);
    const { kinesis: own, invokeIdentityArn, ...rest } = record;
    assert.deepEqual(rest, {
      ...{ eventSource: "aws:kinesis", eventVersion: "1.0", eventName: "aws:kinesis:record", awsRegion: "us-east-1" },
      ...{ eventID: `shardId-000000000000:${own.sequenceNumber}`, eventSourceARN: arn },
    });
    assert.match(invokeIdentityArn, /^arn:aws:iam::000000000000:role\//);
    const { sequenceNumber, approximateArrivalTimestamp, ...data } = own;
    assert.match(sequenceNumber, /^\d{56}$/);
    assert.ok(Math.abs(approximateArrivalTimestamp * 1000 - Date.now()) < 60_000);
    assert.deepEqual(data, { kinesisSchemaVersion: "1.0", partitionKey: "h", data: "aGVsbG8=" });
  });

  it("begin at the oldest record, at a time, or at the next, and go on where they were", async () => {
    const arn = await stream("begin");
    await put("begin", "before");
    for (const name of ["oldest", "timed", "latest"]) await sources.fn(name, `${texts} await tell(texts);`);
    await map(arn, { FunctionName: "oldest" });
    await map(arn, { FunctionName: "timed", StartingPosition: "AT_TIMESTAMP", StartingPositionTimestamp: new Date(0) });
    const { UUID } = await map(arn, { FunctionName: "latest", StartingPosition: "LATEST" });
    assert.deepEqual(await sources.told("oldest", 1), [["before"]]);
    assert.deepEqual(await sources.told("timed", 1), [["before"]]);
    await sources.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: false }));
    await put("begin", "while it was away");
    await sources.lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled: true }));
    await put("begin", "after");
    assert.deepEqual((await sources.told("latest", 2)).flat(), ["while it was away", "after"]);
  });

  it("read every shard, and those that one is split into after it, each key in its order", async () => {
    const arn = await stream("split");
    await sources.fn("split", `${texts} for (const text of texts) await tell(text);`);
    await put("split", "a1", "b1", "a2", "b2");
    const half = String(2n ** 127n);
    await kinesis.splitShard({ StreamName: "split", ShardToSplit: "shardId-000000000000", NewStartingHashKey: half });
    await ready("split");
    await put("split", "a3", "b3");
    await map(arn, { StartingPosition: "TRIM_HORIZON" });
    await put("split", "a4", "b4");
    const told = await sources.told("split", 8);
    const of = (key: string) => told.filter((text: string) => text.startsWith(key));
    assert.deepEqual(
      [of("a"), of("b")],
      [
        ["a1", "a2", "a3", "a4"],
        ["b1", "b2", "b3", "b4"],
      ],
    );
  });

  it("pass by what no filter takes, by the data as they were put", async () => {
    const arn = await stream("filtered");
    await sources.fn("filtered", `${texts} await tell(texts);`);
    const Pattern = JSON.stringify({ partitionKey: ["{"], data: { kind: ["wanted"] } });
    await map(arn, { FilterCriteria: { Filters: [{ Pattern }] } });
    await put("filtered", '{"kind":"other"}', "text", '{"kind":"wanted"}');
    assert.deepEqual((await sources.told("filtered", 1)).flat(), ['{"kind":"wanted"}']);
  });

  it("tell a queue which batch was given up", async () => {
    const arn = await stream("failing");
    const queue = await sources.queue("failed");
    await sources.fn("failing", `throw new Error("never");`);
    await put("failing", "x");
    await map(arn, { MaximumRetryAttempts: 1, DestinationConfig: { OnFailure: { Destination: queue } } });
    const [{ KinesisBatchInfo, DDBStreamBatchInfo, requestContext } = {}] = await sources.messages(queue, 1);
    assert.equal(DDBStreamBatchInfo, undefined);
    assert.deepEqual(
      [KinesisBatchInfo.shardId, KinesisBatchInfo.batchSize, KinesisBatchInfo.streamArn],
      ["shardId-000000000000", 1, arn],
    );
    assert.deepEqual([requestContext.condition, requestContext.approximateInvokeCount], ["RetryAttemptsExhausted", 2]);
  });

  it("are refused without a place to begin, without a stream, and without the role's rights", async () => {
    const arn = await stream("refused");
    await sources.fn("refused", "");
    const start = { StartingPosition: undefined };
    await refuses(map(arn, start), "InvalidParameterValueException", /startingPosition/, 400);
    const timed = map(arn, { StartingPosition: "AT_TIMESTAMP" });
    await refuses(timed, "InvalidParameterValueException", /StartingPositionTimestamp must be given/, 400);
    const many = map(arn, { ScalingConfig: { MaximumConcurrency: 2 } });
    await refuses(many, "InvalidParameterValueException", /not supported for Kinesis event sources/, 400);
    const nowhere = map(`${arn}-not`, { FunctionName: "refused" });
    await refuses(nowhere, "ResourceNotFoundException", /not found/, 404);
    const { roleArn } = await sources.test.mintRole([], { source: "arn:aws:lambda:us-east-1:000000000000:function:*" });
    await sources.fn("powerless", "", { Role: roleArn });
    const powerless = map(arn, { FunctionName: "powerless" });
    await refuses(
      powerless,
      "InvalidParameterValueException",
      /Cannot access stream .*\. Please ensure the role can perform/,
      400,
    );
  });
});
