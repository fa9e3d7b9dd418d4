import assert from "node:assert/strict";
import {
  type MessageAttributeValue,
  type SendMessageBatchRequestEntry,
  type SendMessageRequest,
  SQS,
} from "@aws-sdk/client-sqs";
import { type Queues, startQueues } from "../support.ts";

describe("messages sent to SQS", () => {
  let queues: Queues;
  let url: string;
  let fifo: string;
  before(async () => {
    queues = await startQueues();
    url = await queues.create("sent", { MaximumMessageSize: "1024" });
    fifo = await queues.create("sent.fifo");
  });
  after(() => queues.test.stop());

  const text = (StringValue: string, DataType = "String") => ({ DataType, StringValue });
  const attribute = (name: string, value: MessageAttributeValue) => ({ MessageAttributes: { [name]: value } });
  const many = Object.fromEntries(Array.from({ length: 11 }, (_, n) => [`a${n}`, text("x")]));

  const refused: [what: string, input: Partial<SendMessageRequest>, code: string, message: RegExp][] = [
    ["no body", { MessageBody: "" }, "MissingParameter", /must contain the parameter MessageBody/],
    ["a character that XML has not", { MessageBody: "\u0000" }, "InvalidMessageContents", /Invalid characters/],
    ["half a character", { MessageBody: "\ud800" }, "InvalidMessageContents", /Invalid characters/],
    ["too long a delay", { DelaySeconds: 901 }, "InvalidParameterValue", /Value 901 for parameter DelaySeconds/],
    ["too long a body", { MessageBody: "x".repeat(1025) }, "InvalidParameterValue", /shorter than 1024 bytes/],
    [
      "an id of duplicates",
      { MessageDeduplicationId: "id" },
      "InvalidParameterValue",
      /MessageDeduplicationId is invalid.*not valid for this queue type/,
    ],
    ["a group with a blank", { MessageGroupId: "a b" }, "InvalidParameterValue", /MessageGroupId can only/],
    ["too many attributes", { MessageAttributes: many }, "InvalidParameterValue", /\[11\] exceeds/],
    ["a name of AWS's", attribute("AWS.x", text("x")), "InvalidParameterValue", /'AWS.x' is invalid/],
    ["a name with two periods", attribute("a..b", text("x")), "InvalidParameterValue", /'a..b' is invalid/],
    ["no type", attribute("a", text("x", "")), "InvalidParameterValue", /non-empty message attribute type/],
    ["an unknown type", attribute("a", text("x", "Date")), "InvalidParameterValue", /Binary, Number, String/],
    ["no value", attribute("a", text("")), "InvalidParameterValue", /non-empty message attribute value/],
    ["a value that XML has not", attribute("a", text("\u0001")), "InvalidParameterValue", /'a' has invalid characters/],
    ["text for a number", attribute("a", text("x", "Number")), "InvalidParameterValue", /to a number/],
    ["text for bytes", attribute("a", text("x", "Binary")), "InvalidParameterValue", /type 'Binary'/],
    [
      "an unknown system attribute",
      { MessageSystemAttributes: { Other: text("x") } as never },
      "InvalidParameterValue",
      /'Other' is invalid/,
    ],
  ];
  for (const [what, input, code, message] of refused) {
    it(`are refused with ${what}`, () =>
      assert.rejects(queues.client.sendMessage({ QueueUrl: url, MessageBody: "x", ...input }), {
        name: code,
        message,
      }));
  }

  it("may be as long as the queue says, attributes included", async () => {
    const MessageAttributes = { name: text("value") };
    const long = { QueueUrl: url, MessageAttributes, MessageBody: "x".repeat(1024 - "nameStringvalue".length) };
    await queues.client.sendMessage(long);
    await assert.rejects(queues.client.sendMessage({ ...long, MessageBody: `${long.MessageBody}x` }), /1024 bytes/);
  });

  it("to a FIFO queue need a group", async () => {
    const message = { QueueUrl: fifo, MessageBody: "x", MessageDeduplicationId: "id" };
    await assert.rejects(queues.client.sendMessage(message), { name: "MissingParameter" });
    const punctuation = { MessageGroupId: "a-Z_9!~[]", MessageDeduplicationId: "x".repeat(128) };
    await queues.client.sendMessage({ ...message, ...punctuation });
    await assert.rejects(queues.client.sendMessage({ ...message, MessageGroupId: "x".repeat(129) }), /1 to 128/);
  });

  it("arrive with attributes of every type, which clients find unchanged", async () => {
    const MessageAttributes = {
      "a.b-c_1": text("é\u{1F600}"),
      number: text("-1.5e3", "Number.float"),
      bytes: { DataType: "Binary.png", BinaryValue: new Uint8Array([0, 255]) },
    };
    const QueueUrl = await queues.create("attributes");
    const { MD5OfMessageAttributes } = await queues.client.sendMessage({
      QueueUrl,
      MessageBody: "x",
      MessageAttributes,
    });
    const [message] = await queues.receive(QueueUrl);
    assert.deepEqual(message?.MessageAttributes, MessageAttributes);
    assert.equal(message?.MD5OfMessageAttributes, MD5OfMessageAttributes);
  });

  it("say who sent them, in which group of a standard queue, and with which trace", async () => {
    const QueueUrl = await queues.create("said");
    const trace = "Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1";
    const { credentials } = await queues.test.mintRole({ Effect: "Allow", Action: "sqs:SendMessage", Resource: "*" });
    const sender = queues.test.client(SQS, { credentials });
    const sent = await sender.sendMessage({
      QueueUrl,
      MessageBody: "x",
      MessageGroupId: "tenant",
      MessageSystemAttributes: { AWSTraceHeader: text(trace) },
    });
    assert.match(sent.MD5OfMessageSystemAttributes ?? "", /^[0-9a-f]{32}$/);
    const [{ Attributes = {} } = {}] = await queues.receive(QueueUrl);
    assert.match(Attributes.SenderId ?? "", /^AROA.*:test-session$/);
    assert.deepEqual([Attributes.MessageGroupId, Attributes.AWSTraceHeader], ["tenant", trace]);
    assert.equal(Attributes.SequenceNumber, undefined);
  });

  it("wait for their own delay, or the queue's", async () => {
    const QueueUrl = await queues.create("delays", { DelaySeconds: "900" });
    await queues.client.sendMessage({ QueueUrl, MessageBody: "later" });
    await queues.client.sendMessage({ QueueUrl, MessageBody: "soon", DelaySeconds: 1 });
    await queues.client.sendMessage({ QueueUrl, MessageBody: "now", DelaySeconds: 0 });
    assert.deepEqual(await queues.counts(QueueUrl), [1, 0, 2]);
    assert.deepEqual(await queues.bodies(QueueUrl, { MaxNumberOfMessages: 10 }), ["now"]);
    assert.deepEqual(await queues.bodies(QueueUrl, { WaitTimeSeconds: 10 }), ["soon"]);
  });

  describe("in a batch", () => {
    const batch = (QueueUrl: string, ...Entries: SendMessageBatchRequestEntry[]) =>
      queues.client.sendMessageBatch({ QueueUrl, Entries });
    const entry = (Id: string, more: object = {}) => ({ Id, MessageBody: Id, ...more });

    it("succeed or fail each by itself", async () => {
      const QueueUrl = await queues.create("batch");
      const { Successful = [], Failed = [] } = await batch(
        QueueUrl,
        entry("good", { MessageAttributes: { a: text("x") } }),
        entry("characters", { MessageBody: "\u0001" }),
        entry("delay", { DelaySeconds: -1 }),
        entry("attribute", { MessageAttributes: { a: text("x", "Date") } }),
        entry("fine"),
      );
      assert.deepEqual(
        Successful.map(({ Id }) => Id),
        ["good", "fine"],
      );
      assert.deepEqual(
        Failed.map(({ Id, Code, SenderFault }) => [Id, Code, SenderFault]),
        [
          ["characters", "InvalidMessageContents", true],
          ["delay", "InvalidParameterValue", true],
          ["attribute", "InvalidParameterValue", true],
        ],
      );
      assert.deepEqual(await queues.bodies(QueueUrl, { MaxNumberOfMessages: 10 }), ["good", "fine"]);
    });

    const whole: [what: string, entries: () => SendMessageBatchRequestEntry[], code: string, message: RegExp][] = [
      ["none", () => [], "EmptyBatchRequest", /at least one SendMessageBatchRequestEntry/],
      [
        "eleven",
        () => Array.from({ length: 11 }, (_, n) => entry(String(n))),
        "TooManyEntriesInBatchRequest",
        /per request are 10. You have sent 11/,
      ],
      ["an id with a blank", () => [entry("a b")], "InvalidBatchEntryId", /at most 80/],
      ["too long an id", () => [entry("x".repeat(81))], "InvalidBatchEntryId", /at most 80/],
      ["an id twice", () => [entry("a"), entry("a")], "BatchEntryIdsNotDistinct", /Id a repeated/],
      [
        "more than a mebibyte",
        () => [entry("a", { MessageBody: "x".repeat(1_048_576) }), entry("b")],
        "BatchRequestTooLong",
        /longer than 1048576 bytes. You have sent 1048577/,
      ],
    ];
    for (const [what, entries, code, message] of whole) {
      it(`are refused all together: ${what}`, async () => {
        const QueueUrl = await queues.create("whole");
        await assert.rejects(batch(QueueUrl, ...entries()), { name: code, message });
        assert.deepEqual(await queues.counts(QueueUrl), [0, 0, 0]);
      });
    }

    it("to a FIFO queue all need a group, and an id if their bodies are none", async () => {
      const entries = [entry("a", { MessageGroupId: "g", MessageDeduplicationId: "1" }), entry("b")];
      await assert.rejects(batch(fifo, ...entries), /must contain the parameter MessageGroupId/);
      const alone = [
        entry("a", { MessageGroupId: "g", MessageDeduplicationId: "2" }),
        entry("b", { MessageGroupId: "g" }),
      ];
      await assert.rejects(batch(fifo, ...alone), /MessageDeduplicationId provided explicitly/);
    });
  });
});
