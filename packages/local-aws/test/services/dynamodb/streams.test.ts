import assert from "node:assert/strict";
import { join } from "node:path";
import * as dynamodb from "@aws-sdk/client-dynamodb";
import * as streams from "@aws-sdk/client-dynamodb-streams";
import type { DynamoDb } from "../../../src/services/dynamodb/index.ts";
import { Database } from "../../../src/services/dynamodb/storage/database.ts";
import { Streams } from "../../../src/services/dynamodb/streams/streams.ts";
import type { TestCloud } from "../../../testing/cloud.ts";
import { createTable, region, startTables, type Tables } from "./support.ts";

async function readAll(client: streams.DynamoDBStreamsClient, StreamArn: string) {
  const { StreamDescription } = await client.send(new streams.DescribeStreamCommand({ StreamArn }));
  const [shard] = StreamDescription?.Shards ?? [];
  const { ShardIterator } = await client.send(
    new streams.GetShardIteratorCommand({ StreamArn, ShardId: shard?.ShardId, ShardIteratorType: "TRIM_HORIZON" }),
  );
  const { Records = [] } = await client.send(new streams.GetRecordsCommand({ ShardIterator }));
  return { shard, ShardIterator, Records };
}

describe("DynamoDB streams", () => {
  let test: TestCloud;
  let client: dynamodb.DynamoDBClient;
  let service: DynamoDb;
  let put: Tables["put"];

  before(async () => {
    ({ test, client, service, put } = await startTables());
  });
  after(() => test.stop());

  describe("streams", () => {
    let reader: streams.DynamoDBStreamsClient;
    before(() => {
      reader = test.client(streams.DynamoDBStreamsClient);
    });

    it("holds inserts, changes and removals with the images of its view type", async () => {
      const { LatestStreamArn = "" } = await createTable(client, "streamed", {
        StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_IMAGE" },
      });
      await put("streamed", { id: { S: "1" }, n: { N: "1" } });
      await put("streamed", { id: { S: "1" }, n: { N: "2" } });
      await put("streamed", { id: { S: "1" }, n: { N: "2.0" } });
      await client.send(new dynamodb.DeleteItemCommand({ TableName: "streamed", Key: { id: { S: "1" } } }));
      const { Records, shard, ShardIterator } = await readAll(reader, LatestStreamArn);

      assert.deepEqual(
        Records.map(({ eventName }) => eventName),
        ["INSERT", "MODIFY", "REMOVE"],
        "what changed nothing leaves no record",
      );
      assert.ok(ShardIterator?.startsWith(`${LatestStreamArn}|`));
      assert.equal(shard?.SequenceNumberRange?.EndingSequenceNumber, undefined);
      const [first, second, third] = Records;
      assert.match(String(first?.eventID), /^[0-9a-f]{32}$/);
      assert.equal(first?.awsRegion, region);
      assert.deepEqual(first.dynamodb?.NewImage, { id: { S: "1" }, n: { N: "1" } });
      assert.match(String(first.dynamodb?.SequenceNumber), /^\d{21}$/);
      assert.equal(first.dynamodb?.SizeBytes, 3 + 3 + 1 + 2);
      assert.equal(second?.dynamodb?.OldImage, undefined);
      assert.equal(third?.dynamodb?.NewImage, undefined);
      assert.equal(third?.userIdentity, undefined);

      const { ShardIterator: later } = await reader.send(
        new streams.GetShardIteratorCommand({
          StreamArn: LatestStreamArn,
          ShardId: shard?.ShardId,
          ShardIteratorType: "AFTER_SEQUENCE_NUMBER",
          SequenceNumber: second?.dynamodb?.SequenceNumber,
        }),
      );
      const { Records: rest } = await reader.send(new streams.GetRecordsCommand({ ShardIterator: later }));
      assert.deepEqual(
        rest?.map(({ eventID }) => eventID),
        [third?.eventID],
      );
    });

    it("forget records after a day, and count on", async () => {
      const { LatestStreamArn = "" } = await createTable(client, "aging", {
        StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
      });
      for (const id of ["1", "2", "3"]) await put("aging", { id: { S: id } });
      const file = new Database(join(test.cloud.directory, "tables.sqlite"));
      new Streams(file).trim(Date.now() + 25 * 3600 * 1000);
      file.close();
      await put("aging", { id: { S: "4" } });
      const { Records } = await readAll(reader, LatestStreamArn);
      assert.deepEqual(
        Records.map(({ dynamodb: change }) => [change?.Keys?.id?.S, Number(change?.SequenceNumber)]),
        [["4", 4]],
      );
    });

    it("are read only with the right to that stream", async () => {
      const { LatestStreamArn = "" } = await createTable(client, "guarded", {
        StreamSpecification: { StreamEnabled: true, StreamViewType: "KEYS_ONLY" },
      });
      const { credentials } = await test.mintRole({
        Effect: "Allow",
        Action: ["dynamodb:DescribeStream", "dynamodb:GetShardIterator"],
        Resource: LatestStreamArn,
      });
      const other = test.client(streams.DynamoDBStreamsClient, { credentials });
      await assert.rejects(readAll(other, LatestStreamArn), (error: Error) => {
        assert.ok(error.message.includes(`dynamodb:GetRecords on resource: ${LatestStreamArn}`), error.message);
        return true;
      });
    });
  });

  describe("time to live", () => {
    it("deletes what has passed, and says in the stream that it was the service", async () => {
      const { LatestStreamArn = "" } = await createTable(client, "mortal", {
        StreamSpecification: { StreamEnabled: true, StreamViewType: "OLD_IMAGE" },
      });
      await client.send(
        new dynamodb.UpdateTimeToLiveCommand({
          TableName: "mortal",
          TimeToLiveSpecification: { Enabled: true, AttributeName: "until" },
        }),
      );
      const now = Math.floor(Date.now() / 1000);
      await put("mortal", { id: { S: "past" }, until: { N: String(now - 10) } });
      await put("mortal", { id: { S: "future" }, until: { N: String(now + 1000) } });
      await put("mortal", { id: { S: "text" }, until: { S: "yesterday" } });
      await put("mortal", { id: { S: "ancient" }, until: { N: "1" } });
      await service.sweep();
      const { Items = [] } = await client.send(new dynamodb.ScanCommand({ TableName: "mortal" }));
      assert.deepEqual(Items.map(({ id }) => id?.S).sort(), ["ancient", "future", "text"]);
      const { Records } = await readAll(test.client(streams.DynamoDBStreamsClient), LatestStreamArn);
      const removed = Records.find(({ eventName }) => eventName === "REMOVE");
      assert.deepEqual(removed?.userIdentity, { Type: "Service", PrincipalId: "dynamodb.amazonaws.com" });
      assert.deepEqual(removed?.dynamodb?.Keys, { id: { S: "past" } });
    });
  });
});
