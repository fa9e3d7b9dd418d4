import assert from "node:assert/strict";
import { type Queues, startQueues } from "./support.ts";

describe("SQS by the query protocol", () => {
  let queues: Queues;
  before(async () => {
    queues = await startQueues();
  });
  after(() => queues.test.stop());

  const text = (xml: string, element: string) => new RegExp(`<${element}>([^<]*)</${element}>`).exec(xml)?.[1] ?? "";
  const ask = async (action: string, fields: Record<string, string>) => {
    const { status, body } = await queues.query(action, fields);
    assert.equal(status, 200, body);
    return body;
  };

  it("makes a queue, sends, receives and deletes", async () => {
    const made = await ask("CreateQueue", {
      QueueName: "forms",
      "Attribute.1.Name": "DelaySeconds",
      "Attribute.1.Value": "0",
      "Tag.1.Key": "team",
      "Tag.1.Value": "a",
    });
    const QueueUrl = text(made, "QueueUrl");
    assert.equal(QueueUrl, `${queues.test.origin}/000000000000/forms`);
    const attribute = {
      "MessageAttribute.1.Name": "bytes",
      "MessageAttribute.1.Value.DataType": "Binary",
      "MessageAttribute.1.Value.BinaryValue": "AP8=",
    };
    const sent = await ask("SendMessage", { QueueUrl, MessageBody: "a & b", ...attribute });
    const received = await ask("ReceiveMessage", {
      QueueUrl,
      "AttributeName.1": "All",
      "MessageAttributeName.1": "All",
    });
    assert.equal(text(received, "Body"), "a &amp; b");
    assert.equal(text(received, "BinaryValue"), "AP8=");
    assert.equal(text(received, "MD5OfMessageAttributes"), text(sent, "MD5OfMessageAttributes"));
    assert.match(received, /<Attribute><Name>ApproximateReceiveCount<\/Name><Value>1<\/Value><\/Attribute>/);
    await ask("DeleteMessage", { QueueUrl, ReceiptHandle: text(received, "ReceiptHandle") });
    assert.deepEqual(await queues.counts(QueueUrl), [0, 0, 0]);
    assert.deepEqual((await queues.client.listQueueTags({ QueueUrl })).Tags, { team: "a" });
  });

  it("tells of each entry of a batch", async () => {
    const QueueUrl = await queues.create("entries");
    const xml = await ask("SendMessageBatch", {
      QueueUrl,
      "SendMessageBatchRequestEntry.1.Id": "good",
      "SendMessageBatchRequestEntry.1.MessageBody": "x",
      "SendMessageBatchRequestEntry.2.Id": "bad",
      "SendMessageBatchRequestEntry.2.MessageBody": "x",
      "SendMessageBatchRequestEntry.2.DelaySeconds": "901",
    });
    assert.match(xml, /<SendMessageBatchResultEntry><Id>good<\/Id>/);
    assert.match(
      xml,
      /<BatchResultErrorEntry><Id>bad<\/Id><SenderFault>true<\/SenderFault><Code>InvalidParameterValue/,
    );
  });

  it("answers in JSON to who wants that, with names of its own for two lists", async () => {
    const QueueUrl = await queues.create("json");
    await queues.client.sendMessage({ QueueUrl, MessageBody: "x" });
    const json = async (action: string, fields: Record<string, string>) => {
      const { body } = await queues.query(action, fields, "application/json");
      return JSON.parse(body)[`${action}Response`][`${action}Result`];
    };
    assert.deepEqual((await json("ListQueues", { QueueNamePrefix: "json" })).queueUrls, [QueueUrl]);
    assert.equal((await json("ReceiveMessage", { QueueUrl })).messages[0].Body, "x");
  });

  const refused: [action: string, fields: Record<string, string>, status: number, code: string][] = [
    ["GetQueueUrl", { QueueName: "none" }, 400, "AWS.SimpleQueueService.NonExistentQueue"],
    ["DeleteMessage", { QueueName: "q", ReceiptHandle: "x" }, 404, "ReceiptHandleIsInvalid"],
    ["ReceiveMessage", { QueueName: "q", MaxNumberOfMessages: "11" }, 400, "InvalidParameterValue"],
    ["SendMessage", { QueueName: "q", MessageBody: "" }, 400, "MissingParameter"],
    [
      "DeleteMessageBatch",
      {
        QueueName: "q",
        "DeleteMessageBatchRequestEntry.1.Id": "a b",
        "DeleteMessageBatchRequestEntry.1.ReceiptHandle": "x",
      },
      400,
      "AWS.SimpleQueueService.InvalidBatchEntryId",
    ],
  ];
  for (const [action, { QueueName = "", ...fields }, status, code] of refused) {
    it(`has ${action} refused with ${code}`, async () => {
      const QueueUrl = await queues.create("q");
      const answer = await queues.query(action, action === "GetQueueUrl" ? { QueueName } : { QueueUrl, ...fields });
      assert.deepEqual([answer.status, text(answer.body, "Code")], [status, code], answer.body);
    });
  }
});
