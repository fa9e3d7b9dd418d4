import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import * as lambda from "@aws-sdk/client-lambda";
import { GetObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { eventually, type Sources, startSources } from "../../../../testing/eventsources.ts";

describe("Event source mappings of DynamoDB streams", () => {
  let sources: Sources;
  before(async () => {
    sources = await startSources();
  });
  after(() => sources.test.stop());

  it("give the function AWS's event", async () => {
    const arn = await sources.table("shapes", "NEW_IMAGE");
    await sources.fn("shapes", "await tell(event);");
    await sources.map({ EventSourceArn: arn, FunctionName: "shapes", StartingPosition: "LATEST" });
    await sources.put("shapes", "a", { bytes: { B: new Uint8Array([1]) } });
    const [event] = await sources.told("shapes", 1);
    const [record] = event.Records;
    assert.deepEqual(Object.keys(record).sort(), [
      "awsRegion",
      "dynamodb",
      "eventID",
      "eventName",
      "eventSource",
      "eventSourceARN",
      "eventVersion",
    ]);
    assert.equal(record.eventSourceARN, arn);
    assert.equal(record.eventVersion, "1.1");
    assert.deepEqual(record.dynamodb.NewImage, { id: { S: "a" }, bytes: { B: "AQ==" } });
    assert.equal(typeof record.dynamodb.ApproximateCreationDateTime, "number");
  });

  it("begin at the oldest record, or at the next", async () => {
    const arn = await sources.table("starts");
    await sources.put("starts", "before");
    await sources.fn("oldest", "await tell(ids(event));");
    await sources.fn("latest", "await tell(ids(event));");
    await sources.map({ EventSourceArn: arn, FunctionName: "oldest", StartingPosition: "TRIM_HORIZON" });
    await sources.map({ EventSourceArn: arn, FunctionName: "latest", StartingPosition: "LATEST" });
    await sources.put("starts", "after");
    assert.deepEqual(await sources.told("latest", 1), [["after"]]);
    assert.deepEqual((await sources.told("oldest", 2)).flat(), ["before", "after"]);
  });

  it("gather a batch until it is full or its window has passed", async () => {
    const arn = await sources.table("batches");
    await sources.fn("batches", "await tell(ids(event));");
    await sources.map({
      EventSourceArn: arn,
      FunctionName: "batches",
      StartingPosition: "LATEST",
      BatchSize: 3,
      MaximumBatchingWindowInSeconds: 1,
    });
    for (const id of ["1", "2", "3", "4"]) await sources.put("batches", id);
    assert.deepEqual(await sources.told("batches", 2), [["1", "2", "3"], ["4"]]);
  });

  it("pass by what no filter takes", async () => {
    const arn = await sources.table("filtered");
    await sources.fn("filtered", "await tell(ids(event));");
    const Pattern = JSON.stringify({
      eventName: ["INSERT"],
      dynamodb: { NewImage: { done: { S: [{ exists: false }] } } },
    });
    await sources.map({
      EventSourceArn: arn,
      FunctionName: "filtered",
      StartingPosition: "LATEST",
      FilterCriteria: { Filters: [{ Pattern }] },
    });
    await sources.put("filtered", "done", { done: { S: "yes" } });
    await sources.put("filtered", "open");
    await sources.put("filtered", "open", { done: { S: "yes" } });
    await sources.put("filtered", "last");
    assert.deepEqual((await sources.told("filtered", 2)).flat(), ["open", "last"]);
  });

  it("keep the order of each key with several batches at once", async () => {
    const arn = await sources.table("parallel");
    await sources.fn(
      "parallel",
      `for (const { dynamodb } of event.Records) await tell([dynamodb.Keys.id.S, Number(dynamodb.NewImage.n.N)]);
       await new Promise((done) => setTimeout(done, 20));`,
      { MemorySize: 256 },
    );
    await sources.map({
      EventSourceArn: arn,
      FunctionName: "parallel",
      StartingPosition: "LATEST",
      BatchSize: 2,
      ParallelizationFactor: 4,
    });
    const keys = ["a", "b", "c", "d", "e"];
    for (let n = 0; n < 6; n++) for (const key of keys) await sources.put("parallel", key, { n: { N: String(n) } });
    const told = await sources.told("parallel", 30);
    assert.equal(told.length, 30);
    for (const key of keys) {
      const numbers = told.filter(([id]) => id === key).map(([, n]) => n);
      assert.deepEqual(numbers, [0, 1, 2, 3, 4, 5], key);
    }
  });

  it("go on at the first record that failed", async () => {
    const arn = await sources.table("partial");
    await sources.fn(
      "partial",
      `await tell(ids(event));
       const failed = event.Records.find(({ dynamodb }) => dynamodb.Keys.id.S === "3" && count++ === 0);
       return { batchItemFailures: failed ? [{ itemIdentifier: failed.dynamodb.SequenceNumber }] : [] };`,
    );
    for (const id of ["1", "2", "3", "4"]) await sources.put("partial", id);
    await sources.map({
      EventSourceArn: arn,
      FunctionName: "partial",
      StartingPosition: "TRIM_HORIZON",
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    });
    assert.deepEqual(await sources.told("partial", 2), [
      ["1", "2", "3", "4"],
      ["3", "4"],
    ]);
  });

  it("split a batch until the poison is alone, and send what it was to the failure queue", async () => {
    const arn = await sources.table("poison");
    const failures = await sources.queue("poison-failures");
    await sources.fn("poison", `if (ids(event).includes("bad")) throw new Error("poison"); await tell(ids(event));`);
    for (const id of ["1", "2", "bad", "4", "5"]) await sources.put("poison", id);
    const { UUID } = await sources.map({
      EventSourceArn: arn,
      FunctionName: "poison",
      StartingPosition: "TRIM_HORIZON",
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: failures } },
    });
    assert.deepEqual((await sources.told("poison", 2)).flat(), ["1", "2", "4", "5"]);
    const [envelope] = await sources.messages(failures, 1);
    assert.equal(envelope.requestContext.condition, "RetryAttemptsExhausted");
    assert.equal(envelope.requestContext.functionArn, "arn:aws:lambda:us-east-1:000000000000:function:poison");
    assert.deepEqual(envelope.responseContext, {
      statusCode: 200,
      executedVersion: "$LATEST",
      functionError: "Unhandled",
    });
    const { DDBStreamBatchInfo: info } = envelope;
    assert.equal(info.batchSize, 1);
    assert.equal(info.startSequenceNumber, info.endSequenceNumber);
    assert.match(info.startSequenceNumber, /^0+3$/);
    assert.equal(info.streamArn, arn);
    assert.match(info.shardId, /^shardId-/);
    assert.match(info.approximateArrivalOfFirstRecord, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    // The function tells of its records before the mapping hears that all went well.
    const get = new lambda.GetEventSourceMappingCommand({ UUID });
    while ((await sources.lambda.send(get)).LastProcessingResult !== "OK") await setTimeout(10);
  });

  it("write a batch that was given up to S3 with its records, times as AWS writes them", async () => {
    const arn = await sources.table("stored");
    await sources.test.cloud.call("s3", "CreateBucket", { Bucket: "given-up" });
    await sources.fn("stored", `throw new Error("never");`);
    await sources.put("stored", "x");
    const { UUID } = await sources.map({
      EventSourceArn: arn,
      FunctionName: "stored",
      StartingPosition: "TRIM_HORIZON",
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: "arn:aws:s3:::given-up" } },
    });
    const list = async () =>
      (await sources.test.cloud.call<{ Contents?: { Key: string }[] }>("s3", "ListObjectsV2", { Bucket: "given-up" }))
        .Contents ?? [];
    assert.ok(await eventually(async () => (await list()).length > 0));
    const [{ Key = "" } = {}] = await list();
    assert.ok(Key.startsWith(`aws/lambda/${UUID}/shardId-`), Key);
    const object = await sources.test.client(S3Client).send(new GetObjectCommand({ Bucket: "given-up", Key }));
    const { payload } = JSON.parse((await object.Body?.transformToString()) ?? "");
    assert.match(payload, /"ApproximateCreationDateTime":\d\.\d+E9,/);
  });

  it("try again without end where nothing limits it, and hold back what comes behind", async () => {
    const arn = await sources.table("blocked");
    await sources.fn(
      "blocked",
      `if (ids(event)[0] === "1" && count++ < 3) throw new Error("not yet"); await tell(ids(event));`,
    );
    for (const id of ["1", "2"]) await sources.put("blocked", id);
    await sources.map({ EventSourceArn: arn, FunctionName: "blocked", StartingPosition: "TRIM_HORIZON", BatchSize: 1 });
    assert.deepEqual(await sources.told("blocked", 2), [["1"], ["2"]]);
  });

  it("stop when disabled, and go on where they were", async () => {
    const arn = await sources.table("paused");
    await sources.fn("paused", "await tell(ids(event));");
    const { UUID } = await sources.map({ EventSourceArn: arn, FunctionName: "paused", StartingPosition: "LATEST" });
    const enable = (Enabled: boolean) =>
      sources.lambda.send(new lambda.UpdateEventSourceMappingCommand({ UUID, Enabled }));
    await sources.put("paused", "1");
    await sources.told("paused", 1);
    assert.equal((await enable(false)).State, "Disabling");
    await setTimeout(100);
    await sources.put("paused", "2");
    await setTimeout(200);
    assert.equal((await enable(true)).State, "Enabling");
    assert.deepEqual(await sources.told("paused", 2), [["1"], ["2"]]);
  });

  it("are refused when the role may not read the stream", async () => {
    const arn = await sources.table("closed");
    const { roleArn } = await sources.test.mintRole({
      Effect: "Allow",
      Action: ["dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:DescribeStream"],
      Resource: arn,
    });
    await sources.fn("closed", "", { Role: roleArn });
    await assert.rejects(
      sources.map({ EventSourceArn: arn, FunctionName: "closed", StartingPosition: "LATEST" }),
      (error: Error) => {
        assert.equal(error.name, "InvalidParameterValueException");
        assert.ok(
          error.message.startsWith(`Cannot access stream ${arn}. Please ensure the role can perform the GetRecords`),
        );
        return true;
      },
    );
  });

  it("are refused with settings that AWS refuses", async () => {
    const arn = await sources.table("refused");
    await sources.fn("refused", "");
    const map = (more: object) =>
      sources.map({ EventSourceArn: arn, FunctionName: "refused", StartingPosition: "LATEST", ...more });
    await assert.rejects(map({ StartingPosition: undefined }), /startingPosition/);
    await assert.rejects(map({ BatchSize: 10_001 }), /batchSize.*less than or equal to 10000/);
    await assert.rejects(map({ ParallelizationFactor: 11 }), /parallelizationFactor/);
    await assert.rejects(map({ TumblingWindowInSeconds: 60 }), /TumblingWindowInSeconds/);
    for (const Pattern of ["{no", "null", "[]x"]) {
      await assert.rejects(map({ FilterCriteria: { Filters: [{ Pattern }] } }), /Invalid filter pattern/);
    }
    await assert.rejects(map({ EventSourceArn: arn.replace("refused", "nowhere") }), /not found/);
    await map({});
    await assert.rejects(map({}), (error: Error) => error.name === "ResourceConflictException");
  });

  it("go on after a restart where they were", async () => {
    const own = await startSources();
    const arn = await own.table("kept");
    await own.fn("kept", "await tell(ids(event));");
    await own.map({ EventSourceArn: arn, FunctionName: "kept", StartingPosition: "LATEST" });
    await own.put("kept", "1");
    assert.deepEqual(await own.told("kept", 1), [["1"]]);
    await own.test.stop({ keep: true });

    const again = await startSources(own.test.directory);
    try {
      await again.lambda.send(
        new lambda.UpdateFunctionConfigurationCommand({
          FunctionName: "kept",
          Environment: { Variables: { TOLD: again.url("told-kept.fifo") } },
        }),
      );
      await again.put("kept", "2");
      assert.deepEqual(await again.told("kept", 1), [["2"]]);
    } finally {
      await again.test.stop();
    }
  });
});
