import assert from "node:assert/strict";
import * as sqs from "@aws-sdk/client-sqs";
import { servicePrincipal } from "../../../local/cloud/service.ts";
import { startCloud, type TestCloud } from "../support/cloud.ts";

describe("SQS", () => {
  let test: TestCloud;
  let client: sqs.SQSClient;
  const queueArn = (name: string) => `arn:aws:sqs:${test.cloud.region}:000000000000:${name}`;

  before(async () => {
    test = await startCloud();
    client = test.client(sqs.SQSClient);
  });
  after(() => test.stop());

  it("sends, receives and deletes, at a URL of the endpoint itself", async () => {
    const { QueueUrl } = await client.send(new sqs.CreateQueueCommand({ QueueName: "plain" }));
    assert.equal(QueueUrl, `${test.origin}/000000000000/plain`);
    await client.send(
      new sqs.SendMessageCommand({
        QueueUrl,
        MessageBody: "hello",
        MessageAttributes: { blob: { DataType: "Binary", BinaryValue: new Uint8Array([0, 255]) } },
      }),
    );
    const { Messages } = await client.send(new sqs.ReceiveMessageCommand({ QueueUrl, MessageAttributeNames: ["All"] }));
    assert.equal(Messages?.[0]?.Body, "hello");
    assert.deepEqual(Messages[0].MessageAttributes?.blob?.BinaryValue, new Uint8Array([0, 255]));
    await client.send(new sqs.DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0].ReceiptHandle }));
  });

  it("answers in AWS's words for a queue that is not there", async () => {
    await assert.rejects(
      client.send(new sqs.GetQueueUrlCommand({ QueueName: "nowhere" })),
      (error: Error) => error.name === "QueueDoesNotExist",
    );
  });

  it("asks IAM for the single action of a batch", async () => {
    const { QueueUrl } = await client.send(new sqs.CreateQueueCommand({ QueueName: "guarded" }));
    const allowed = { Effect: "Allow", Action: "sqs:SendMessage", Resource: queueArn("guarded") };
    const { credentials } = await test.mintRole(allowed);
    const sender = test.client(sqs.SQSClient, { credentials });
    const Entries = [{ Id: "a", MessageBody: "x" }];
    const { Successful } = await sender.send(new sqs.SendMessageBatchCommand({ QueueUrl, Entries }));
    assert.equal(Successful?.length, 1);
    await assert.rejects(sender.send(new sqs.ReceiveMessageCommand({ QueueUrl })), (error: Error) =>
      /not authorized to perform: sqs:ReceiveMessage/i.test(error.message),
    );
  });

  it("lets a service in by the queue's policy, for the source that it names, and nobody else", async () => {
    const source = "arn:aws:sns:us-east-1:000000000000:news";
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        {
          Effect: "Allow",
          Principal: { Service: "sns.amazonaws.com" },
          Action: "sqs:SendMessage",
          Resource: queueArn("fed"),
          Condition: { ArnEquals: { "aws:SourceArn": source } },
        },
      ],
    });
    const { QueueUrl } = await client.send(new sqs.CreateQueueCommand({ QueueName: "fed", Attributes: { Policy } }));
    const send = (from: string) =>
      test.cloud.call(
        "sqs",
        "SendMessage",
        { QueueUrl, MessageBody: "x" },
        servicePrincipal("sns.amazonaws.com", from),
      );
    await send(source);
    await assert.rejects(send(`${source}2`), (error: Error) => /AccessDenied/.test(error.name));
  });

  it("keeps messages over a restart, and its URLs follow the port", async () => {
    const own = await startCloud();
    const before = own.client(sqs.SQSClient);
    const { QueueUrl } = await before.send(new sqs.CreateQueueCommand({ QueueName: "kept" }));
    await before.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: "still here" }));
    await own.stop({ keep: true });

    const again = await startCloud({ directory: own.directory });
    try {
      const after = again.client(sqs.SQSClient);
      const { QueueUrl: url } = await after.send(new sqs.GetQueueUrlCommand({ QueueName: "kept" }));
      assert.equal(url, `${again.origin}/000000000000/kept`);
      const { Messages } = await after.send(new sqs.ReceiveMessageCommand({ QueueUrl: url }));
      assert.equal(Messages?.[0]?.Body, "still here");
    } finally {
      await again.stop();
    }
  });
});
