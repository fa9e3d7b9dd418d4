import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { make, unmake } from "./support/made.ts";

describe("data streams", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
  });
  after(() => test.stop());

  it("have shards, consumers and a policy, and change in place", async () => {
    const { cloud } = test;
    const stream = await make(cloud, "kinesis.Stream", { name: "clicks", shardCount: 1 });
    const streamArn = stream.id;
    assert.equal(streamArn, "arn:aws:kinesis:eu-west-1:000000000000:stream/clicks");
    assert.deepEqual(stream.outputs.streamModeDetails, { streamMode: "PROVISIONED" });
    const wider = { name: "clicks", shardCount: 2, retentionPeriod: 48, tags: { team: "data" } };
    const changed = await stream.update(wider);
    assert.deepEqual([changed.shardCount, changed.retentionPeriod], [2, 48]);
    assert.deepEqual(changed.tagsAll, { suite: "test", team: "data" });
    const asked = { StreamName: "clicks" };
    type Found = { StreamDescriptionSummary: Properties };
    const { StreamDescriptionSummary: found } = await cloud.call<Found>("kinesis", "DescribeStreamSummary", asked);
    assert.deepEqual([found.OpenShardCount, found.RetentionPeriodHours], [2, 48]);
    assert.deepEqual((await stream.diff({ ...wider, name: "views" })).replaces, ["name"]);

    const consumer = await make(cloud, "kinesis.StreamConsumer", { streamArn, name: "reads" }, ["tags", "tagsAll"]);
    assert.match(consumer.id, /^arn:aws:kinesis:.*:stream\/clicks\/consumer\/reads:\d+$/);
    const Principal = { AWS: "arn:aws:iam::000000000000:root" };
    const Statement = [{ Sid: "s", Effect: "Allow", Principal, Action: "kinesis:GetRecords", Resource: streamArn }];
    const policy = JSON.stringify({ Version: "2012-10-17", Statement });
    const access = await make(cloud, "kinesis.ResourcePolicy", { resourceArn: streamArn, policy });
    await unmake([stream, consumer, access]);
  });
});
