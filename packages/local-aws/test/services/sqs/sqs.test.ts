import assert from "node:assert/strict";
import * as sqs from "@aws-sdk/client-sqs";
import { servicePrincipal } from "../../../src/service.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

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

  it("gives redrive policies back in few characters, and nothing of what was set to nothing", async () => {
    const attributes = async (QueueUrl: string | undefined) =>
      (await client.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }))).Attributes;
    await client.send(new sqs.CreateQueueCommand({ QueueName: "last" }));
    const RedrivePolicy = `{\n  "maxReceiveCount": "3",\n  "deadLetterTargetArn": "${queueArn("last")}"\n}\n`;
    const RedriveAllowPolicy = '{ "redrivePermission": "denyAll" }';
    const { QueueUrl } = await client.send(
      new sqs.CreateQueueCommand({ QueueName: "redriven", Attributes: { RedrivePolicy, RedriveAllowPolicy } }),
    );
    const given = await attributes(QueueUrl);
    assert.equal(given?.RedrivePolicy, `{"deadLetterTargetArn":"${queueArn("last")}","maxReceiveCount":3}`);
    assert.equal(given?.RedriveAllowPolicy, '{"redrivePermission":"denyAll"}');
    const Attributes = { RedrivePolicy: "", RedriveAllowPolicy: "" };
    await client.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes }));
    const left = await attributes(QueueUrl);
    assert.deepEqual([left?.RedrivePolicy, left?.RedriveAllowPolicy], [undefined, undefined]);
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

  describe("messages", () => {
    const create = async (QueueName: string, Attributes: Record<string, string> = {}) =>
      (await client.send(new sqs.CreateQueueCommand({ QueueName, Attributes }))).QueueUrl as string;
    const send = (QueueUrl: string, MessageBody: string, more: object = {}) =>
      client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody, ...more }));
    const receive = async (QueueUrl: string, more: object = {}) =>
      (await client.send(new sqs.ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ["All"], ...more })))
        .Messages ?? [];

    it("take any character that XML has", async () => {
      const url = await create("characters");
      await send(url, "\u{1F600} \t é");
      assert.equal((await receive(url))[0]?.Body, "\u{1F600} \t é");
      await assert.rejects(send(url, "\u0000"), (error: Error) => error.name === "InvalidMessageContents");
    });

    it("are seen again at once when their invisibility ends, and are counted", async () => {
      const url = await create("visible");
      await send(url, "x");
      const [first] = await receive(url);
      assert.equal((await receive(url)).length, 0);
      await client.send(
        new sqs.ChangeMessageVisibilityCommand({
          QueueUrl: url,
          ReceiptHandle: first?.ReceiptHandle,
          VisibilityTimeout: 0,
        }),
      );
      const [second] = await receive(url);
      assert.equal(second?.Attributes?.ApproximateReceiveCount, "2");
    });

    it("wake who waits for them", async () => {
      const url = await create("polled");
      const waiting = receive(url, { WaitTimeSeconds: 20 });
      await send(url, "now");
      assert.equal((await waiting)[0]?.Body, "now");
    });

    it("bring only the attributes that are asked for", async () => {
      const url = await create("attributes");
      const value = { DataType: "String", StringValue: "1" };
      await send(url, "x", { MessageAttributes: { "a.b": value, c: value } });
      const [message] = await receive(url, {
        MessageAttributeNames: ["a.*"],
        MessageSystemAttributeNames: ["SentTimestamp"],
      });
      assert.deepEqual(Object.keys(message?.MessageAttributes ?? {}), ["a.b"]);
      assert.deepEqual(Object.keys(message?.Attributes ?? {}), ["SentTimestamp"]);
    });

    it("are dead letters after so many receives, and go back by a move task", async () => {
      const dead = await create("dead");
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn("dead"), maxReceiveCount: 1 });
      const alive = await create("alive", { RedrivePolicy, VisibilityTimeout: "0" });
      await send(alive, "poison");
      assert.equal((await receive(alive)).length, 1);
      assert.equal((await receive(alive)).length, 0);
      const [letter] = await receive(dead, { VisibilityTimeout: 0 });
      assert.equal(letter?.Body, "poison");
      assert.equal(letter.Attributes?.DeadLetterQueueSourceArn, queueArn("alive"));
      const { queueUrls } = await client.send(new sqs.ListDeadLetterSourceQueuesCommand({ QueueUrl: dead }));
      assert.deepEqual(queueUrls, [alive]);

      await client.send(new sqs.StartMessageMoveTaskCommand({ SourceArn: queueArn("dead") }));
      const [again] = await receive(alive, { WaitTimeSeconds: 5 });
      assert.equal(again?.Body, "poison");
      const { Results } = await client.send(new sqs.ListMessageMoveTasksCommand({ SourceArn: queueArn("dead") }));
      assert.equal(Results?.[0]?.Status, "COMPLETED");
      assert.equal(Results[0].ApproximateNumberOfMessagesMoved, 1);
    });

    it("keep their order within a group, and are taken once", async () => {
      const url = await create("order.fifo", { FifoQueue: "true", ContentBasedDeduplication: "true" });
      for (const body of ["1", "2", "2", "3"]) await send(url, body, { MessageGroupId: "g" });
      const bodies: (string | undefined)[] = [];
      for (let i = 0; i < 4; i++) {
        for (const { Body, ReceiptHandle } of await receive(url)) {
          bodies.push(Body);
          await client.send(new sqs.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
        }
      }
      assert.deepEqual(bodies, ["1", "2", "3"]);
    });

    it("survive a restart with their receive count", async () => {
      const own = await startCloud();
      const before = own.client(sqs.SQSClient);
      const { QueueUrl } = await before.send(new sqs.CreateQueueCommand({ QueueName: "counted" }));
      await before.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: "x" }));
      const { Messages } = await before.send(new sqs.ReceiveMessageCommand({ QueueUrl }));
      const ReceiptHandle = Messages?.[0]?.ReceiptHandle;
      await before.send(new sqs.ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
      await own.stop({ keep: true });
      const again = await startCloud({ directory: own.directory });
      try {
        const after = again.client(sqs.SQSClient);
        const input = {
          QueueUrl: `${again.origin}/000000000000/counted`,
          MessageSystemAttributeNames: ["All" as const],
        };
        const found = await after.send(new sqs.ReceiveMessageCommand(input));
        assert.equal(found.Messages?.[0]?.Attributes?.ApproximateReceiveCount, "2");
      } finally {
        await again.stop();
      }
    });
  });

  describe("attributes", () => {
    const create = (QueueName: string, Attributes: Record<string, string> = {}) =>
      client.send(new sqs.CreateQueueCommand({ QueueName, Attributes }));

    it("are refused with their name, value and reason", async () => {
      await assert.rejects(create("no spaces"), /Can only include alphanumeric characters/);
      await assert.rejects(create("late", { VisibilityTimeout: "43201" }), /VisibilityTimeout/);
      const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: queueArn("missing"), maxReceiveCount: 3 });
      await assert.rejects(create("redriven", { RedrivePolicy }), /RedrivePolicy is invalid.*does not exist/);
      await create("closed", { RedriveAllowPolicy: JSON.stringify({ redrivePermission: "denyAll" }) });
      const closed = JSON.stringify({ deadLetterTargetArn: queueArn("closed"), maxReceiveCount: 3 });
      await assert.rejects(create("redriven", { RedrivePolicy: closed }), /does not have permission/);
      await assert.rejects(create("open", { Policy: "{}" }), (error: Error) => error.name === "InvalidAttributeValue");
    });

    it("have SQS's own key unless one of KMS takes its place", async () => {
      const { QueueUrl } = await create("keyed", {
        KmsMasterKeyId: "alias/aws/sqs",
        KmsDataKeyReusePeriodSeconds: "600",
      });
      const all = async () =>
        (await client.send(new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["All"] }))).Attributes ?? {};
      const { SqsManagedSseEnabled, KmsDataKeyReusePeriodSeconds } = await all();
      assert.deepEqual([SqsManagedSseEnabled, KmsDataKeyReusePeriodSeconds], ["false", "600"]);
      await client.send(new sqs.SetQueueAttributesCommand({ QueueUrl, Attributes: { KmsMasterKeyId: "" } }));
      assert.equal("KmsDataKeyReusePeriodSeconds" in (await all()), false);
    });

    it("of messages are chosen by a beginning or all at once, with their digest", async () => {
      const { QueueUrl } = await create("chosen", { VisibilityTimeout: "0" });
      const text = (StringValue: string) => ({ DataType: "String", StringValue });
      const some = { color: text("red"), "col.or": text("blue") };
      const MessageAttributes = { ...some, size: text("1") };
      await client.send(new sqs.SendMessageCommand({ QueueUrl, MessageBody: "msg", MessageAttributes }));
      const { QueueUrl: other } = await create("digests");
      const alone = await client.send(
        new sqs.SendMessageCommand({ QueueUrl: other, MessageBody: "msg", MessageAttributes: some }),
      );
      const names = async (...MessageAttributeNames: string[]) => {
        const input = { QueueUrl, MessageAttributeNames, WaitTimeSeconds: 1 };
        const [message] = (await client.send(new sqs.ReceiveMessageCommand(input))).Messages ?? [];
        return [Object.keys(message?.MessageAttributes ?? {}), message?.MD5OfMessageAttributes];
      };
      const [all] = await names("*");
      assert.deepEqual(all, Object.keys(MessageAttributes));
      assert.deepEqual(await names("col.*"), [Object.keys(some), alone.MD5OfMessageAttributes]);
      assert.deepEqual(await names("none"), [[], undefined]);
    });

    it("hold the statements of AddPermission, until they are removed", async () => {
      const { QueueUrl } = await create("permitted");
      const policy = async () => {
        const wanted = new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] });
        return (await client.send(wanted)).Attributes?.Policy;
      };
      const permission = { QueueUrl, Label: "one", AWSAccountIds: ["111111111111"], Actions: ["SendMessage"] };
      await client.send(new sqs.AddPermissionCommand(permission));
      assert.deepEqual(JSON.parse((await policy()) as string).Statement, [
        {
          Sid: "one",
          Effect: "Allow",
          Principal: { AWS: "arn:aws:iam::111111111111:root" },
          Action: "SQS:SendMessage",
          Resource: queueArn("permitted"),
        },
      ]);
      await client.send(new sqs.RemovePermissionCommand({ QueueUrl, Label: "one" }));
      assert.equal((await policy()) || undefined, undefined);
    });
  });
});
