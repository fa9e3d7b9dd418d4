import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import { type Mail, mailChannel } from "../../../src/mail.ts";
import { policy, Topics } from "./support.ts";

// biome-ignore lint/suspicious/noExplicitAny: messages are read freely.
type Json = any;

describe("deliveries of SNS", () => {
  let topics: Topics;
  before(async () => {
    topics = await Topics.start();
  });
  after(() => topics.sources.test.stop());

  describe("queues", () => {
    it("get a FIFO topic's message once, in queues without groups, too", async () => {
      const topicArn = await topics.make("once.fifo", { FifoTopic: "true" });
      const queue = await topics.fedBy("once", topicArn);
      await topics.subscribe(topicArn, "sqs", queue, { RawMessageDelivery: "true" });
      const same = { MessageGroupId: "g", MessageDeduplicationId: "d" };
      const first = await topics.publish(topicArn, "one", same);
      const again = await topics.publish(topicArn, "another", same);
      assert.deepEqual([again.MessageId, again.SequenceNumber], [first.MessageId, first.SequenceNumber]);
      await topics.publish(topicArn, "two", { ...same, MessageDeduplicationId: "e" });
      const { QueueUrl } = await topics.sources.test.client(sqs.SQS).getQueueUrl({ QueueName: "once" });
      const got: string[] = [];
      while (got.length < 2) {
        const { Messages = [] } = await topics.sources.test
          .client(sqs.SQS)
          .receiveMessage({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 });
        got.push(...Messages.map(({ Body = "" }) => Body));
      }
      assert.deepEqual(got.sort(), ["one", "two"]);
    });

    it("get AWS's envelope", async () => {
      const topicArn = await topics.make("news");
      const queue = await topics.fedBy("news", topicArn);
      await topics.subscribe(topicArn, "sqs", queue);
      const MessageAttributes = { kind: { DataType: "String", StringValue: "a" } };
      const { MessageId } = await topics.publish(topicArn, "hello", { Subject: "Hi", MessageAttributes });
      const [{ Timestamp, SigningCertURL, UnsubscribeURL, Signature, ...envelope }] = await topics.sources.messages(
        queue,
        1,
      );
      assert.deepEqual(envelope, {
        Type: "Notification",
        MessageId,
        TopicArn: topicArn,
        Subject: "Hi",
        Message: "hello",
        SignatureVersion: "1",
        MessageAttributes: { kind: { Type: "String", Value: "a" } },
      });
      assert.match(Timestamp, /^\d{4}-\d\d-\d\dT.*Z$/);
      assert.ok(SigningCertURL && Signature);
      assert.match(
        UnsubscribeURL,
        /\/\?Action=Unsubscribe&SubscriptionArn=arn:aws:sns:us-east-1:000000000000:news:[\w-]+$/,
      );
    });

    it("get the message itself where they ask for it", async () => {
      const topicArn = await topics.make("raw");
      const queue = await topics.fedBy("raw", topicArn);
      await topics.subscribe(topicArn, "sqs", queue, { RawMessageDelivery: "true" });
      await topics.publish(topicArn, '{"a":1}', {
        MessageAttributes: { kind: { DataType: "String", StringValue: "a" } },
      });
      const input = { QueueUrl: topics.sources.url(queue), MessageAttributeNames: ["All"], WaitTimeSeconds: 5 };
      const { Messages } = await topics.sources.sqs.send(new sqs.ReceiveMessageCommand(input));
      assert.equal(Messages?.[0]?.Body, '{"a":1}');
      assert.equal(Messages[0].MessageAttributes?.kind?.StringValue, "a");
    });

    it("get nothing that their policy does not let in; it is a dead letter", async () => {
      const topicArn = await topics.make("unwelcome");
      const closed = await topics.fedBy("closed", `${topicArn}2`);
      const dead = await topics.fedBy("letters", topicArn);
      await topics.subscribe(topicArn, "sqs", closed, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead }) });
      await topics.publish(topicArn, "x");
      assert.equal((await topics.sources.messages(dead, 1))[0].Message, "x");
      const AttributeNames: sqs.QueueAttributeName[] = ["ApproximateNumberOfMessages"];
      const count = await topics.sources.sqs.send(
        new sqs.GetQueueAttributesCommand({ QueueUrl: topics.sources.url(closed), AttributeNames }),
      );
      assert.equal(count.Attributes?.ApproximateNumberOfMessages, "0");
    });

    it("get only what their filter takes, by attributes or by the body", async () => {
      const topicArn = await topics.make("filtered");
      const byAttribute = await topics.fedBy("by-attribute", topicArn);
      const byBody = await topics.fedBy("by-body", topicArn);
      await topics.subscribe(topicArn, "sqs", byAttribute, {
        RawMessageDelivery: "true",
        FilterPolicy: JSON.stringify({ kind: ["a", { prefix: "b" }], n: [{ numeric: [">=", 3] }] }),
      });
      await topics.subscribe(topicArn, "sqs", byBody, {
        RawMessageDelivery: "true",
        FilterPolicyScope: "MessageBody",
        FilterPolicy: JSON.stringify({ item: { state: ["open"] } }),
      });
      const attributes = (kind: string, n: number) => ({
        MessageAttributes: {
          kind: { DataType: "String", StringValue: kind },
          n: { DataType: "Number", StringValue: String(n) },
        },
      });
      await topics.publish(topicArn, "1", attributes("a", 2));
      await topics.publish(topicArn, "2", attributes("bb", 3));
      await topics.publish(topicArn, '{"item":{"state":"shut"}}');
      await topics.publish(topicArn, '{"item":{"state":"open"}}');
      assert.deepEqual(await topics.sources.messages(byAttribute, 1), [2]);
      assert.deepEqual(await topics.sources.messages(byBody, 1), [{ item: { state: "open" } }]);
    });

    it("of FIFO topics keep the order and take each message once", async () => {
      const topicArn = await topics.make("order.fifo", { FifoTopic: "true", ContentBasedDeduplication: "true" });
      const arn = "arn:aws:sqs:us-east-1:000000000000:order.fifo";
      const Policy = policy({ Service: "sns.amazonaws.com" }, "sqs:SendMessage", arn, topicArn);
      const queue = await topics.sources.queue("order.fifo", { FifoQueue: "true", Policy });
      await topics.subscribe(topicArn, "sqs", queue, { RawMessageDelivery: "true" });
      for (const text of ["1", "2", "2", "3"]) await topics.publish(topicArn, text, { MessageGroupId: "g" });
      assert.deepEqual(await topics.sources.messages(queue, 3), [1, 2, 3]);
      await assert.rejects(topics.publish(topicArn, "4"), /MessageGroupId parameter is required/);
    });

    it("of FIFO topics are numbered in their envelopes, which are not signed", async () => {
      const topicArn = await topics.make("numbered.fifo", { FifoTopic: "true", ContentBasedDeduplication: "true" });
      const arn = "arn:aws:sqs:us-east-1:000000000000:numbered.fifo";
      const Policy = policy({ Service: "sns.amazonaws.com" }, "sqs:SendMessage", arn, topicArn);
      const queue = await topics.sources.queue("numbered.fifo", { FifoQueue: "true", Policy });
      await topics.subscribe(topicArn, "sqs", queue);
      const sent: (string | undefined)[] = [];
      for (const text of ["1", "2"])
        sent.push((await topics.publish(topicArn, text, { MessageGroupId: "g" })).SequenceNumber);
      const envelopes = await topics.sources.messages(queue, 2);
      assert.deepEqual(
        envelopes.map(({ SequenceNumber }) => SequenceNumber),
        sent,
      );
      assert.ok(sent[0]!.length === 20 && sent[0]! < sent[1]!);
      assert.ok(!("Signature" in envelopes[0]));
    });
  });

  it("gives functions AWS's event, if their policy lets it in", async () => {
    const topicArn = await topics.make("calls");
    await topics.sources.fn("called", "await tell(event);");
    const Endpoint = "arn:aws:lambda:us-east-1:000000000000:function:called";
    const subscription = await topics.subscribe(topicArn, "lambda", Endpoint);
    await topics.publish(topicArn, "refused");
    await topics.sources.test.cloud.call("lambda", "AddPermission", {
      FunctionName: "called",
      StatementId: "sns",
      Action: "lambda:InvokeFunction",
      Principal: "sns.amazonaws.com",
      SourceArn: topicArn,
    });
    await topics.publish(topicArn, "taken");
    const [event] = await topics.sources.told("called", 1);
    const [record] = event.Records;
    assert.equal(record.EventSource, "aws:sns");
    assert.equal(record.EventSubscriptionArn, subscription);
    assert.equal(record.Sns.Message, "taken");
    assert.equal(record.Sns.Subject, null);
    assert.deepEqual(record.Sns.MessageAttributes, {});
  });

  describe("mail", () => {
    const mails = () => topics.sources.test.cloud.store.collection<Mail>("mail").values();

    it("comes only after the link in the first one was followed, and stops by the link in any", async () => {
      const heard: unknown[] = [];
      const listen = (mail: unknown) => heard.push(mail);
      mailChannel.subscribe(listen);
      const topicArn = await topics.make("approvals", { DisplayName: "Archive" });
      const { SubscriptionArn } = await topics.client.send(
        new sns.SubscribeCommand({ TopicArn: topicArn, Protocol: "email", Endpoint: "a@example.com" }),
      );
      assert.equal(SubscriptionArn, "pending confirmation");
      await topics.publish(topicArn, "too early");
      const [first, ...others] = mails();
      assert.equal(others.length, 0);
      assert.equal(first?.to, "a@example.com");
      assert.ok(first.from.startsWith("Archive <"));
      const list = async () =>
        (await topics.client.send(new sns.ListSubscriptionsByTopicCommand({ TopicArn: topicArn }))).Subscriptions ?? [];
      assert.equal((await list())[0]?.SubscriptionArn, "PendingConfirmation");

      assert.ok((await fetch(first.links[0] as string)).ok);
      await topics.publish(topicArn, "Please look: https://example.com/a?b=c", { Subject: "Approve" });
      const mail = mails().at(-1);
      assert.equal(mail?.subject, "Approve");
      assert.equal(mail.links[0], "https://example.com/a?b=c");
      assert.equal(heard.length, 2);
      assert.ok((await fetch(mail.links[1] as string)).ok);
      assert.deepEqual(await list(), []);
      mailChannel.unsubscribe(listen);
    });

    it("is confirmed and ended by links that show a browser a page, and clients what AWS answers", async () => {
      const topicArn = await topics.make("pages");
      const mails: Mail[] = [];
      const listen = (mail: unknown) => mails.push(mail as Mail);
      mailChannel.subscribe(listen);
      await topics.subscribe(topicArn, "email", "c@example.com");
      const [{ links: [confirm = ""] = [], asks } = {}] = mails;
      assert.equal(asks, "open its link to confirm");
      const open = async (link: string, accept = "text/html,application/xhtml+xml,*/*;q=0.8") => {
        const answer = await fetch(link, { headers: { accept } });
        const [, title = ""] = /<h1>(.*)<\/h1>/.exec(await answer.clone().text()) ?? [];
        return { status: answer.status, type: answer.headers.get("content-type"), title, text: await answer.text() };
      };
      const html = "text/html; charset=utf-8";
      const wrong = await open(confirm.replace(/Token=\w+/, "Token=%3Cb%3E"));
      assert.deepEqual([wrong.status, wrong.type, wrong.title], [400, html, "Nothing is confirmed"]);
      assert.ok(wrong.text.includes("Invalid token") && !wrong.text.includes("<b>"));
      const page = await open(confirm);
      assert.deepEqual([page.status, page.type, page.title], [200, html, "Subscription confirmed"]);
      const raw = await open(confirm, "*/*");
      assert.deepEqual([raw.status, raw.type], [200, "text/xml"]);
      assert.match(raw.text, /<ConfirmSubscriptionResult><SubscriptionArn>/);
      await topics.publish(topicArn, "hello");
      assert.equal((await open(mails.at(-1)?.links.at(-1) ?? "")).title, "Subscription ended");
      mailChannel.unsubscribe(listen);
    });

    it("is not confirmed by a token that was never sent", async () => {
      const TopicArn = await topics.make("tokens");
      await topics.subscribe(TopicArn, "email", "b@example.com");
      const confirm = new sns.ConfirmSubscriptionCommand({ TopicArn, Token: "guessed" });
      await assert.rejects(topics.client.send(confirm), (error: Error) => error.name === "InvalidParameterException");
    });
  });

  it("calls web servers of this machine, again when they fail, and no others", async () => {
    const requests: { headers: IncomingHttpHeaders; body: Json }[] = [];
    const arrived = Promise.withResolvers<void>();
    const server = createServer(async (request, response) => {
      let text = "";
      for await (const chunk of request) text += chunk;
      requests.push({ headers: request.headers, body: JSON.parse(text) });
      response.statusCode = requests.length === 2 ? 500 : 200;
      response.end();
      if (requests.length === 1)
        await fetch(requests[0]?.body.SubscribeURL).then(() => topics.publish(topicArn, "hello"));
      if (requests.length === 3) arrived.resolve();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const topicArn = await topics.make("web");
    try {
      await topics.subscribe(topicArn, "http", url);
      await arrived.promise;
      assert.equal(requests[0]?.headers["x-amz-sns-message-type"], "SubscriptionConfirmation");
      assert.equal(requests[2]?.headers["x-amz-sns-message-type"], "Notification");
      assert.equal(requests[2].body.Message, "hello");
      await assert.rejects(topics.subscribe(topicArn, "https", "https://example.com/"), /not on this machine/);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });
});
