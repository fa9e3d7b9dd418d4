import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

interface Sent {
  messageType: string;
  logGroup: string;
  logStream: string;
  logEvents: { message: string }[];
}

describe("Kinesis streams that log groups are subscribed to", () => {
  let cloud: TestCloud;
  let logs: CloudWatchLogs;
  let roleArn: string;
  const group = { logGroupName: "/app" };
  const arn = (service: string, name: string) => `arn:aws:${service}:us-east-1:000000000000:${name}`;
  const streamArn = arn("kinesis", "stream/events");
  const destinationArn = arn("logs", "destination:central");
  before(async () => {
    cloud = await startCloud();
    logs = cloud.client(CloudWatchLogs);
    await cloud.cloud.call("kinesis", "CreateStream", { StreamName: "events", ShardCount: 1 });
    ({ roleArn } = await cloud.mintRole(
      { Effect: "Allow", Action: "kinesis:PutRecord", Resource: streamArn },
      { trust: "logs.amazonaws.com" },
    ));
    await logs.createLogGroup(group);
    await logs.createLogStream({ ...group, logStreamName: "s" });
  });
  after(() => cloud.stop());

  /** What the stream has got, with the keys of its records. */
  async function sent(): Promise<[Sent, key: string][]> {
    const { cloud: call } = cloud;
    const { ShardIterator } = await call.call<{ ShardIterator: string }>("kinesis", "GetShardIterator", {
      ...{ StreamName: "events", ShardId: "shardId-000000000000", ShardIteratorType: "TRIM_HORIZON" },
    });
    const { Records } = await call.call<{ Records: { Data: Uint8Array; PartitionKey: string }[] }>(
      "kinesis",
      "GetRecords",
      { ShardIterator },
    );
    return Records.map(({ Data, PartitionKey }) => [JSON.parse(gunzipSync(Data).toString()), PartitionKey]);
  }
  async function data(least: number) {
    for (let tries = 0; tries < 100; tries++) {
      const found = (await sent()).filter(([{ messageType }]) => messageType === "DATA_MESSAGE");
      if (found.length >= least) return found;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    assert.fail("nothing was sent");
  }
  const subscribe = (more: object) =>
    logs.putSubscriptionFilter({
      ...group,
      filterName: "f",
      filterPattern: "ERROR",
      destinationArn: streamArn,
      ...more,
    });
  const write = (...messages: string[]) =>
    logs.putLogEvents({
      ...{ ...group, logStreamName: "s" },
      logEvents: messages.map((message) => ({ timestamp: Date.now(), message })),
    });

  it("are asked whether they may be written to, and get what matches", async () => {
    await subscribe({ roleArn });
    const [[control]] = (await sent()) as [[Sent, string]];
    assert.equal(control.messageType, "CONTROL_MESSAGE");
    assert.match(control.logEvents[0]?.message ?? "", /Checking health of destination Kinesis stream/);
    await write("ERROR one", "fine");
    const [[message, key]] = (await data(1)) as [[Sent, string]];
    assert.deepEqual(
      [message.logGroup, message.logStream, message.logEvents.map((event) => event.message), key],
      ["/app", "s", ["ERROR one"], "s"],
    );
  });

  it("are reached through a destination", async () => {
    const { destination } = await logs.putDestination({ destinationName: "central", targetArn: streamArn, roleArn });
    assert.equal(destination?.arn, destinationArn);
    const Statement = {
      Effect: "Allow",
      Principal: "*",
      Action: "logs:PutSubscriptionFilter",
      Resource: destinationArn,
    };
    const accessPolicy = JSON.stringify({ Statement });
    await logs.putDestinationPolicy({ destinationName: "central", accessPolicy });
    const { destinations } = await logs.describeDestinations({ DestinationNamePrefix: "cent" });
    assert.deepEqual(destinations, [{ ...destination, accessPolicy }]);
    await subscribe({ destinationArn, filterPattern: "DEBUG" });
    await write("DEBUG two");
    assert.deepEqual(
      (await data(2)).at(-1)?.[0].logEvents.map(({ message }) => message),
      ["DEBUG two"],
    );
  });

  it("take a role that may write, and a right to subscribe", async () => {
    const wrong = { name: "InvalidParameterException", message: /Could not deliver test message to specified/ };
    const other = await cloud.mintRole(undefined, { trust: "logs.amazonaws.com" });
    await assert.rejects(subscribe({ roleArn: other.roleArn }), wrong);
    await assert.rejects(subscribe({ roleArn, destinationArn: arn("kinesis", "stream/none") }), wrong);
    await assert.rejects(subscribe({}), /requires roleArn/);
    await assert.rejects(subscribe({ destinationArn: arn("logs", "destination:none") }), /destination does not exist/);
    await assert.rejects(subscribe({ destinationArn: arn("sqs", "q") }), /functions, Kinesis streams and destinations/);
    const target = { destinationName: "d", roleArn, targetArn: arn("kinesis", "stream/none") };
    await assert.rejects(logs.putDestination(target), wrong);
    await assert.rejects(logs.putDestination({ ...target, targetArn: arn("sqs", "q") }), /that are Kinesis streams/);
    await assert.rejects(
      logs.putDestinationPolicy({ destinationName: "central", accessPolicy: "{}" }),
      /policy document is invalid/,
    );

    const guest = await cloud.mintRole({
      Effect: "Allow",
      Action: "logs:PutSubscriptionFilter",
      Resource: arn("logs", "log-group:/app:*"),
    });
    const theirs = cloud.client(CloudWatchLogs, guest);
    const filter = { ...group, filterName: "g", filterPattern: "", destinationArn };
    await theirs.putSubscriptionFilter(filter);
    const Statement = { Effect: "Deny", Principal: "*", Action: "*", Resource: destinationArn };
    await logs.putDestinationPolicy({ destinationName: "central", accessPolicy: JSON.stringify({ Statement }) });
    await assert.rejects(theirs.putSubscriptionFilter(filter), { name: "AccessDeniedException" });
  });

  it("are gone with their destination", async () => {
    await logs.deleteDestination({ destinationName: "central" });
    assert.deepEqual((await logs.describeDestinations({})).destinations, []);
    await assert.rejects(logs.deleteDestination({ destinationName: "central" }), { name: "ResourceNotFoundException" });
    await write("ERROR after", "DEBUG after");
  });
});
