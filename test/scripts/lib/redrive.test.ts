import assert from "node:assert/strict";
import { CreateQueueCommand, ReceiveMessageCommand, SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startCloud, type TestCloud } from "local-aws/testing";
import { type Redriven, redrive } from "../../../scripts/lib/redrive.ts";

/** Of pipelines with a queue; those with a table's stream are tested end to end. */
describe("redrive", () => {
  let test: TestCloud;
  let sqs: SQSClient;
  let failures: string;
  let records: string;
  before(async () => {
    test = await startCloud();
    sqs = test.client(SQSClient);
    const queue = async (QueueName: string) => (await sqs.send(new CreateQueueCommand({ QueueName }))).QueueUrl!;
    failures = await queue("failures");
    records = await queue("records");
  });
  after(() => test.stop());

  const run = async (): Promise<Redriven[]> => {
    const client = {
      region: "us-east-1",
      endpoint: test.origin,
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    };
    const outputs = { wineFailureQueueUrl: failures, wineRecordQueueUrl: records };
    const all: Redriven[] = [];
    for await (const one of redrive({ name: "local", outputs, client }, "wine")) all.push(one);
    return all;
  };
  const send = (body: unknown) =>
    sqs.send(new SendMessageCommand({ QueueUrl: failures, MessageBody: JSON.stringify(body) }));
  const drain = async (QueueUrl: string) => {
    const bodies: unknown[] = [];
    for (;;) {
      const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }));
      if (Messages.length === 0) return bodies;
      bodies.push(...Messages.map(({ Body }) => JSON.parse(Body!)));
    }
  };

  it("of an empty queue does nothing", async () => assert.deepEqual(await run(), []));

  it("puts records back into their queue, and keeps messages that are none", async () => {
    await send({ key: { id: "a" }, body: { x: 1 }, reason: "r" });
    await send({ key: { id: "b" }, reason: "too large" });
    await send({ id: "c", record: { x: 3 }, created_at: "2026-11-01T00:00:00.000Z" });
    await send({ key: { messageId: "m" }, body: "?", reason: "The message is not a record" });
    const outcomes = await run();
    const kept = outcomes.filter(({ outcome }) => outcome === "kept");
    assert.deepEqual(
      kept.map(({ reason }) => reason),
      ["The message is not a record"],
    );
    assert.deepEqual(
      outcomes
        .filter(({ outcome }) => outcome === "put back")
        .map(({ id }) => id)
        .sort(),
      ["a", "b", "c"],
    );
    const back = (await drain(records)).map((one) => JSON.stringify(one)).sort();
    assert.deepEqual(back, [
      '{"id":"a","record":{"x":1}}',
      '{"id":"b"}',
      '{"id":"c","record":{"x":3},"created_at":"2026-11-01T00:00:00.000Z"}',
    ]);
    assert.equal((await drain(failures)).length, 1);
  });

  it("says which output the stack lacks", async () => {
    const client = { region: "us-east-1", endpoint: test.origin };
    await assert.rejects(
      redrive({ name: "local", outputs: {}, client }, "rose").next(),
      /Stack "local" has no output "roseFailureQueueUrl"/,
    );
  });
});
