import assert from "node:assert/strict";
import { Kinesis } from "@aws-sdk/client-kinesis";
import { statusOf } from "../../../src/services/kinesis/records.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { refuses } from "../../support/refuses.ts";

const bytes = (text: string) => new TextEncoder().encode(text);

describe("Kinesis", () => {
  let test: TestCloud;
  let kinesis: Kinesis;
  before(async () => {
    test = await startCloud();
    kinesis = test.client(Kinesis);
  });
  after(() => test.stop());

  const arn = (name: string) => `arn:aws:kinesis:us-east-1:000000000000:stream/${name}`;
  const ready = async (StreamName: string) => {
    for (;;) {
      const { StreamDescription } = await kinesis.describeStream({ StreamName });
      if (StreamDescription?.StreamStatus === "ACTIVE") return StreamDescription;
    }
  };
  const create = async (StreamName: string, ShardCount = 1) => {
    await kinesis.createStream({ StreamName, ShardCount });
    return ready(StreamName);
  };
  const put = (StreamName: string, PartitionKey: string, text: string, more: object = {}) =>
    kinesis.putRecord({ StreamName, PartitionKey, Data: bytes(text), ...more });
  /** Texts of a shard's records, read to its present end. */
  const read = async (StreamName: string, ShardId: string, where: object = { ShardIteratorType: "TRIM_HORIZON" }) => {
    const asked = { StreamName, ShardId, ShardIteratorType: "LATEST" as const, ...where };
    let { ShardIterator } = await kinesis.getShardIterator(asked);
    const found: string[] = [];
    for (;;) {
      const page = await kinesis.getRecords({ ShardIterator, Limit: 2 });
      found.push(...(page.Records ?? []).map(({ Data }) => Buffer.from(Data!).toString()));
      ShardIterator = page.NextShardIterator;
      if (page.Records?.length === 0 || ShardIterator === undefined) return found;
    }
  };

  it("makes streams, describes and lists them, and deletes them with what is in them", async () => {
    await kinesis.createStream({ StreamName: "made", ShardCount: 2, Tags: { a: "1" } });
    const { StreamCreationTimestamp, Shards = [], ...described } = await ready("made");
    assert.ok(StreamCreationTimestamp instanceof Date);
    assert.deepEqual(described, {
      ...{ StreamName: "made", StreamARN: arn("made"), StreamStatus: "ACTIVE", HasMoreShards: false },
      ...{ RetentionPeriodHours: 24, EncryptionType: "NONE", EnhancedMonitoring: [{ ShardLevelMetrics: [] }] },
      StreamModeDetails: { StreamMode: "PROVISIONED" },
    });
    assert.deepEqual(
      Shards.map(({ ShardId, HashKeyRange }) => [ShardId, HashKeyRange?.StartingHashKey, HashKeyRange?.EndingHashKey]),
      [
        ["shardId-000000000000", "0", "170141183460469231731687303715884105727"],
        ["shardId-000000000001", "170141183460469231731687303715884105728", "340282366920938463463374607431768211455"],
      ],
    );
    const summary = (await kinesis.describeStreamSummary({ StreamARN: arn("made") })).StreamDescriptionSummary;
    assert.deepEqual([summary?.OpenShardCount, summary?.ConsumerCount], [2, 0]);
    await refuses(create("made"), "ResourceInUseException", /made under account 000000000000 already exists/, 400);
    await put("made", "k", "gone");
    await kinesis.deleteStream({ StreamName: "made" });
    await refuses(
      put("made", "k", "x"),
      "ResourceNotFoundException",
      /^Stream made under account .* not found\.$/,
      400,
    );
    await create("made");
    assert.deepEqual(await read("made", "shardId-000000000000"), []);
    // Without a number of shards it is one that has as many as it takes.
    await kinesis.createStream({ StreamName: "growing" });
    assert.equal((await ready("growing")).Shards?.length, 4);
    for (const [input, fault] of [
      [{ StreamName: "a b", ShardCount: 1 }, /streamName/],
      [{ StreamName: "a", StreamModeDetails: { StreamMode: "PROVISIONED" } }, /shardCount/],
    ] as const)
      await refuses(kinesis.createStream(input), "ValidationException", fault, 400);
    const first = await kinesis.listStreams({ Limit: 1 });
    const second = await kinesis.listStreams({ NextToken: first.NextToken });
    assert.deepEqual([first.HasMoreStreams, second.HasMoreStreams], [true, false]);
    assert.deepEqual([...first.StreamNames!, ...second.StreamNames!], ["growing", "made"]);
  });

  it("says for a moment that a stream is being made or changed", () => {
    assert.equal(statusOf({ changed: Date.now(), changing: "CREATING" }), "CREATING");
    assert.equal(statusOf({ changed: Date.now() - 10_000, changing: "CREATING" }), "ACTIVE");
  });

  it("keeps the records of a shard in their order, and gives them from any place", async () => {
    await create("ordered");
    const shard = "shardId-000000000000";
    const numbers: string[] = [];
    for (const text of ["a", "b", "c"]) {
      const { SequenceNumber = "", ShardId } = await put("ordered", "k", text);
      assert.equal(ShardId, shard);
      numbers.push(SequenceNumber);
    }
    assert.deepEqual(numbers, numbers.toSorted());
    assert.match(numbers[0] ?? "", /^\d{56}$/);
    const asked = { StreamName: "ordered", ShardId: shard, ShardIteratorType: "LATEST" as const };
    const { ShardIterator } = await kinesis.getShardIterator(asked);
    assert.deepEqual(await read("ordered", shard), ["a", "b", "c"]);
    const at = (ShardIteratorType: string, n: number) => ({ ShardIteratorType, StartingSequenceNumber: numbers[n] });
    assert.deepEqual(await read("ordered", shard, at("AT_SEQUENCE_NUMBER", 1)), ["b", "c"]);
    assert.deepEqual(await read("ordered", shard, at("AFTER_SEQUENCE_NUMBER", 1)), ["c"]);
    const timed = (Timestamp: Date) => read("ordered", shard, { ShardIteratorType: "AT_TIMESTAMP", Timestamp });
    assert.deepEqual(await timed(new Date(0)), ["a", "b", "c"]);
    assert.deepEqual(await timed(new Date(Date.now() + 60_000)), []);
    await put("ordered", "k", "d");
    const { Records = [], MillisBehindLatest } = await kinesis.getRecords({ ShardIterator });
    const { ApproximateArrivalTimestamp, ...last } = Records[0]!;
    assert.deepEqual([Buffer.from(last.Data!).toString(), last.PartitionKey, MillisBehindLatest], ["d", "k", 0]);
    assert.ok(Math.abs(ApproximateArrivalTimestamp!.getTime() - Date.now()) < 60_000);
    const invalid = { ...asked, ShardIteratorType: "AT_SEQUENCE_NUMBER" as const, StartingSequenceNumber: "12" };
    await refuses(kinesis.getShardIterator(invalid), "InvalidArgumentException", /12 used in .* is invalid/, 400);
    await refuses(kinesis.getRecords({ ShardIterator: "x" }), "InvalidArgumentException", /Invalid ShardIterator/, 400);
    const nowhere = { ...asked, ShardId: "shardId-000000000009" };
    await refuses(kinesis.getShardIterator(nowhere), "ResourceNotFoundException", /does not exist/, 400);
  });

  it("puts a record where its key, or its hash, belongs", async () => {
    await create("hashed", 2);
    // MD5 of "a" begins with 0c, that of "b" with 92.
    const { Records = [] } = await kinesis.putRecords({
      StreamName: "hashed",
      Records: ["a", "b"].map((PartitionKey) => ({ PartitionKey, Data: bytes(PartitionKey) })),
    });
    const shards = ["shardId-000000000000", "shardId-000000000001"];
    assert.deepEqual(
      Records.map(({ ShardId }) => ShardId),
      shards,
    );
    const explicit = await put("hashed", "a", "x", { ExplicitHashKey: String(2n ** 128n - 1n) });
    assert.equal(explicit.ShardId, shards[1]);
    const outside = put("hashed", "a", "x", { ExplicitHashKey: String(2n ** 128n) });
    await refuses(outside, "InvalidArgumentException", /must be in the range/, 400);
    await refuses(
      put("hashed", "a", "x".repeat(1_048_577)),
      "ValidationException",
      /less than or equal to 1048576/,
      400,
    );
    await refuses(put("hashed", "", "x"), "ValidationException", /partitionKey/, 400);
  });

  it("splits, merges and rescales shards: the closed ones are read to their end, then their children", async () => {
    await create("split");
    await put("split", "b", "before");
    const half = String(2n ** 127n);
    await kinesis.splitShard({ StreamName: "split", ShardToSplit: "shardId-000000000000", NewStartingHashKey: half });
    const shards = (await ready("split")).Shards ?? [];
    assert.deepEqual(
      shards.map(({ ParentShardId, SequenceNumberRange }) => [
        ParentShardId,
        Boolean(SequenceNumberRange?.EndingSequenceNumber),
      ]),
      [
        [undefined, true],
        ["shardId-000000000000", false],
        ["shardId-000000000000", false],
      ],
    );
    assert.equal((await put("split", "b", "after")).ShardId, "shardId-000000000002");
    const { ShardIterator } = await kinesis.getShardIterator({
      ...{ StreamName: "split", ShardId: "shardId-000000000000", ShardIteratorType: "TRIM_HORIZON" },
    });
    const { NextShardIterator, ChildShards = [], Records = [] } = await kinesis.getRecords({ ShardIterator });
    assert.deepEqual([Records.length, NextShardIterator], [1, undefined]);
    assert.deepEqual(
      ChildShards.map(({ ShardId }) => ShardId),
      ["shardId-000000000001", "shardId-000000000002"],
    );
    const again = kinesis.splitShard({
      StreamName: "split",
      ShardToSplit: "shardId-000000000000",
      NewStartingHashKey: half,
    });
    await refuses(again, "InvalidArgumentException", /not currently open/, 400);
    await kinesis.mergeShards({
      ...{ StreamName: "split", ShardToMerge: "shardId-000000000002", AdjacentShardToMerge: "shardId-000000000001" },
    });
    await ready("split");
    const open = async () =>
      (await kinesis.listShards({ StreamName: "split", ShardFilter: { Type: "AT_LATEST" } })).Shards?.map(
        ({ ShardId, HashKeyRange }) => [ShardId, HashKeyRange?.StartingHashKey, HashKeyRange?.EndingHashKey],
      );
    assert.deepEqual(await open(), [["shardId-000000000003", "0", String(2n ** 128n - 1n)]]);
    const scaled = await kinesis.updateShardCount({
      ...{ StreamName: "split", TargetShardCount: 2, ScalingType: "UNIFORM_SCALING" },
    });
    assert.deepEqual([scaled.CurrentShardCount, scaled.TargetShardCount], [1, 2]);
    await ready("split");
    assert.deepEqual(
      (await open())?.map(([id]) => id),
      ["shardId-000000000004", "shardId-000000000005"],
    );
    const page = await kinesis.listShards({ StreamName: "split", MaxResults: 4 });
    const rest = await kinesis.listShards({ NextToken: page.NextToken });
    assert.deepEqual([page.Shards?.length, rest.Shards?.length, rest.NextToken], [4, 2, undefined]);
  });

  it("keeps settings, tags, a policy and consumers", async () => {
    const { StreamARN } = await create("set");
    const StreamName = "set";
    await kinesis.increaseStreamRetentionPeriod({ StreamName, RetentionPeriodHours: 48 });
    await ready(StreamName);
    const shorter = kinesis.increaseStreamRetentionPeriod({ StreamName, RetentionPeriodHours: 24 });
    await refuses(shorter, "InvalidArgumentException", /can not be shorter than existing retention/, 400);
    await kinesis.startStreamEncryption({ StreamName, EncryptionType: "KMS", KeyId: "alias/aws/kinesis" });
    const { RetentionPeriodHours, EncryptionType, KeyId } = await ready(StreamName);
    assert.deepEqual([RetentionPeriodHours, EncryptionType, KeyId], [48, "KMS", "alias/aws/kinesis"]);
    await kinesis.stopStreamEncryption({ StreamName, EncryptionType: "KMS", KeyId });
    assert.equal((await ready(StreamName)).EncryptionType, "NONE");
    await kinesis.addTagsToStream({ StreamName, Tags: { a: "1", b: "2" } });
    await kinesis.removeTagsFromStream({ StreamName, TagKeys: ["a"] });
    const tags = await kinesis.listTagsForStream({ StreamName });
    assert.deepEqual([tags.Tags, tags.HasMoreTags], [[{ Key: "b", Value: "2" }], false]);
    const { Consumer } = await kinesis.registerStreamConsumer({ StreamARN, ConsumerName: "reader" });
    assert.match(Consumer?.ConsumerARN ?? "", new RegExp(`^${StreamARN}/consumer/reader:\\d{10}$`));
    const { ConsumerARN } = Consumer!;
    const described = (await kinesis.describeStreamConsumer({ ConsumerARN })).ConsumerDescription;
    assert.deepEqual([described?.ConsumerStatus, described?.StreamARN], ["ACTIVE", StreamARN]);
    assert.equal((await kinesis.listStreamConsumers({ StreamARN })).Consumers?.length, 1);
    await refuses(kinesis.deleteStream({ StreamName }), "ResourceInUseException", /has registered consumers/, 400);
    await kinesis.deregisterStreamConsumer({ ConsumerARN });
    await kinesis.deleteStream({ StreamName });
  });

  it("lets in whom IAM lets, by the stream, its tags, or its own policy", async () => {
    const { StreamARN: ResourceARN } = await create("guarded");
    await kinesis.tagResource({ ResourceARN, Tags: { team: "iris" } });
    const allow = async (...Statement: object[]) =>
      test.client(Kinesis, { credentials: (await test.mintRole(Statement)).credentials });
    const condition = { StringEquals: { "aws:ResourceTag/team": "iris" } };
    const writer = await allow({
      Effect: "Allow",
      Action: "kinesis:PutRecord",
      Resource: ResourceARN,
      Condition: condition,
    });
    const given = { StreamName: "guarded", PartitionKey: "k", Data: bytes("x") };
    await writer.putRecord(given);
    const { ShardIterator } = await kinesis.getShardIterator({
      ...{ StreamName: "guarded", ShardId: "shardId-000000000000", ShardIteratorType: "TRIM_HORIZON" },
    });
    const denied = {
      name: "AccessDeniedException",
      message: new RegExp(`kinesis:GetRecords on resource: ${ResourceARN}`),
    };
    await assert.rejects(writer.getRecords({ ShardIterator }), denied);
    await create("other");
    await assert.rejects(writer.putRecord({ ...given, StreamName: "other" }), { name: "AccessDeniedException" });
    const { roleArn, credentials } = await test.mintRole([]);
    const reader = test.client(Kinesis, { credentials });
    await assert.rejects(reader.getRecords({ ShardIterator }), denied);
    const Statement = {
      Effect: "Allow",
      Principal: { AWS: roleArn },
      Action: "kinesis:GetRecords",
      Resource: ResourceARN,
    };
    await kinesis.putResourcePolicy({ ResourceARN, Policy: JSON.stringify({ Version: "2012-10-17", Statement }) });
    assert.equal((await reader.getRecords({ ShardIterator })).Records?.length, 1);
    await kinesis.deleteResourcePolicy({ ResourceARN });
    await assert.rejects(reader.getRecords({ ShardIterator }), denied);
  });

  it("remembers everything over a restart", async () => {
    const own = await startCloud();
    const before = own.client(Kinesis);
    await before.createStream({ StreamName: "kept", ShardCount: 1 });
    const { SequenceNumber } = await before.putRecord({ StreamName: "kept", PartitionKey: "k", Data: bytes("first") });
    await own.stop({ keep: true });
    const again = await startCloud({ directory: own.directory });
    const after = again.client(Kinesis);
    const next = await after.putRecord({ StreamName: "kept", PartitionKey: "k", Data: bytes("second") });
    assert.ok(next.SequenceNumber! > SequenceNumber!);
    await again.stop();
  });
});
