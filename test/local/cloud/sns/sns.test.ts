import assert from "node:assert/strict";
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import * as sns from "@aws-sdk/client-sns";
import * as sqs from "@aws-sdk/client-sqs";
import { type Mail, mailChannel } from "../../../../local/cloud/mail.ts";
import { servicePrincipal } from "../../../../local/cloud/service.ts";
import { type Sources, startSources } from "../eventsources/support.ts";

// biome-ignore lint/suspicious/noExplicitAny: messages are read freely.
type Json = any;

describe("SNS", () => {
  let sources: Sources;
  let client: sns.SNSClient;

  before(async () => {
    sources = await startSources();
    client = sources.test.client(sns.SNSClient);
  });
  after(() => sources.test.stop());

  const topic = async (Name: string, Attributes: Record<string, string> = {}) =>
    (await client.send(new sns.CreateTopicCommand({ Name, Attributes }))).TopicArn as string;
  const subscribe = async (
    TopicArn: string,
    Protocol: string,
    Endpoint: string,
    Attributes: Record<string, string> = {},
  ) =>
    (
      await client.send(
        new sns.SubscribeCommand({ TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn: true }),
      )
    ).SubscriptionArn as string;
  const publish = (TopicArn: string, Message: string, more: object = {}) =>
    client.send(new sns.PublishCommand({ TopicArn, Message, ...more }));
  const policy = (Principal: object, Action: string, Resource: string, source?: string) =>
    JSON.stringify({
      Version: "2012-10-17",
      Statement: {
        Effect: "Allow",
        Principal,
        Action,
        Resource,
        ...(source && { Condition: { ArnEquals: { "aws:SourceArn": source } } }),
      },
    });
  /** A queue that takes the messages of a topic. */
  const fedBy = async (name: string, topicArn: string) => {
    const arn = `arn:aws:sqs:us-east-1:000000000000:${name}`;
    return sources.queue(name, { Policy: policy({ Service: "sns.amazonaws.com" }, "sqs:SendMessage", arn, topicArn) });
  };

  describe("queues", () => {
    it("get AWS's envelope", async () => {
      const topicArn = await topic("news");
      const queue = await fedBy("news", topicArn);
      await subscribe(topicArn, "sqs", queue);
      const MessageAttributes = { kind: { DataType: "String", StringValue: "a" } };
      const { MessageId } = await publish(topicArn, "hello", { Subject: "Hi", MessageAttributes });
      const [{ Timestamp, SigningCertURL, UnsubscribeURL, Signature, ...envelope }] = await sources.messages(queue, 1);
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
      assert.ok(SigningCertURL && UnsubscribeURL && Signature);
    });

    it("get the message itself where they ask for it", async () => {
      const topicArn = await topic("raw");
      const queue = await fedBy("raw", topicArn);
      await subscribe(topicArn, "sqs", queue, { RawMessageDelivery: "true" });
      await publish(topicArn, '{"a":1}', { MessageAttributes: { kind: { DataType: "String", StringValue: "a" } } });
      const input = { QueueUrl: sources.url(queue), MessageAttributeNames: ["All"], WaitTimeSeconds: 5 };
      const { Messages } = await sources.sqs.send(new sqs.ReceiveMessageCommand(input));
      assert.equal(Messages?.[0]?.Body, '{"a":1}');
      assert.equal(Messages[0].MessageAttributes?.kind?.StringValue, "a");
    });

    it("get nothing that their policy does not let in; it is a dead letter", async () => {
      const topicArn = await topic("unwelcome");
      const closed = await fedBy("closed", `${topicArn}2`);
      const dead = await fedBy("letters", topicArn);
      await subscribe(topicArn, "sqs", closed, { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead }) });
      await publish(topicArn, "x");
      assert.equal((await sources.messages(dead, 1))[0].Message, "x");
      const AttributeNames: sqs.QueueAttributeName[] = ["ApproximateNumberOfMessages"];
      const count = await sources.sqs.send(
        new sqs.GetQueueAttributesCommand({ QueueUrl: sources.url(closed), AttributeNames }),
      );
      assert.equal(count.Attributes?.ApproximateNumberOfMessages, "0");
    });

    it("get only what their filter takes, by attributes or by the body", async () => {
      const topicArn = await topic("filtered");
      const byAttribute = await fedBy("by-attribute", topicArn);
      const byBody = await fedBy("by-body", topicArn);
      await subscribe(topicArn, "sqs", byAttribute, {
        RawMessageDelivery: "true",
        FilterPolicy: JSON.stringify({ kind: ["a", { prefix: "b" }], n: [{ numeric: [">=", 3] }] }),
      });
      await subscribe(topicArn, "sqs", byBody, {
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
      await publish(topicArn, "1", attributes("a", 2));
      await publish(topicArn, "2", attributes("bb", 3));
      await publish(topicArn, '{"item":{"state":"shut"}}');
      await publish(topicArn, '{"item":{"state":"open"}}');
      assert.deepEqual(await sources.messages(byAttribute, 1), [2]);
      assert.deepEqual(await sources.messages(byBody, 1), [{ item: { state: "open" } }]);
    });

    it("of FIFO topics keep the order and take each message once", async () => {
      const topicArn = await topic("order.fifo", { FifoTopic: "true", ContentBasedDeduplication: "true" });
      const arn = "arn:aws:sqs:us-east-1:000000000000:order.fifo";
      const Policy = policy({ Service: "sns.amazonaws.com" }, "sqs:SendMessage", arn, topicArn);
      const queue = await sources.queue("order.fifo", { FifoQueue: "true", Policy });
      await subscribe(topicArn, "sqs", queue, { RawMessageDelivery: "true" });
      for (const text of ["1", "2", "2", "3"]) await publish(topicArn, text, { MessageGroupId: "g" });
      assert.deepEqual(await sources.messages(queue, 3), [1, 2, 3]);
      await assert.rejects(publish(topicArn, "4"), /MessageGroupId parameter is required/);
    });
  });

  it("gives functions AWS's event, if their policy lets it in", async () => {
    const topicArn = await topic("calls");
    await sources.fn("called", "await tell(event);");
    const Endpoint = "arn:aws:lambda:us-east-1:000000000000:function:called";
    const subscription = await subscribe(topicArn, "lambda", Endpoint);
    await publish(topicArn, "refused");
    await sources.test.cloud.call("lambda", "AddPermission", {
      FunctionName: "called",
      StatementId: "sns",
      Action: "lambda:InvokeFunction",
      Principal: "sns.amazonaws.com",
      SourceArn: topicArn,
    });
    await publish(topicArn, "taken");
    const [event] = await sources.told("called", 1);
    const [record] = event.Records;
    assert.equal(record.EventSource, "aws:sns");
    assert.equal(record.EventSubscriptionArn, subscription);
    assert.equal(record.Sns.Message, "taken");
    assert.equal(record.Sns.Subject, null);
    assert.deepEqual(record.Sns.MessageAttributes, {});
  });

  describe("mail", () => {
    const mails = () => sources.test.cloud.store.collection<Mail>("mail").values();

    it("comes only after the link in the first one was followed, and stops by the link in any", async () => {
      const heard: unknown[] = [];
      const listen = (mail: unknown) => heard.push(mail);
      mailChannel.subscribe(listen);
      const topicArn = await topic("approvals", { DisplayName: "Archive" });
      const { SubscriptionArn } = await client.send(
        new sns.SubscribeCommand({ TopicArn: topicArn, Protocol: "email", Endpoint: "a@example.com" }),
      );
      assert.equal(SubscriptionArn, "pending confirmation");
      await publish(topicArn, "too early");
      const [first, ...others] = mails();
      assert.equal(others.length, 0);
      assert.equal(first?.to, "a@example.com");
      assert.ok(first.from.startsWith("Archive <"));
      const list = async () =>
        (await client.send(new sns.ListSubscriptionsByTopicCommand({ TopicArn: topicArn }))).Subscriptions ?? [];
      assert.equal((await list())[0]?.SubscriptionArn, "PendingConfirmation");

      assert.ok((await fetch(first.links[0] as string)).ok);
      await publish(topicArn, "Please look: https://example.com/a?b=c", { Subject: "Approve" });
      const mail = mails().at(-1);
      assert.equal(mail?.subject, "Approve");
      assert.equal(mail.links[0], "https://example.com/a?b=c");
      assert.equal(heard.length, 2);
      assert.ok((await fetch(mail.links[1] as string)).ok);
      assert.deepEqual(await list(), []);
      mailChannel.unsubscribe(listen);
    });

    it("is not confirmed by a token that was never sent", async () => {
      const TopicArn = await topic("tokens");
      await subscribe(TopicArn, "email", "b@example.com");
      const confirm = new sns.ConfirmSubscriptionCommand({ TopicArn, Token: "guessed" });
      await assert.rejects(client.send(confirm), (error: Error) => error.name === "InvalidParameterException");
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
      if (requests.length === 1) await fetch(requests[0]?.body.SubscribeURL).then(() => publish(topicArn, "hello"));
      if (requests.length === 3) arrived.resolve();
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const topicArn = await topic("web");
    try {
      await subscribe(topicArn, "http", url);
      await arrived.promise;
      assert.equal(requests[0]?.headers["x-amz-sns-message-type"], "SubscriptionConfirmation");
      assert.equal(requests[2]?.headers["x-amz-sns-message-type"], "Notification");
      assert.equal(requests[2].body.Message, "hello");
      await assert.rejects(subscribe(topicArn, "https", "https://example.com/"), /not on this machine/);
    } finally {
      server.close();
      server.closeAllConnections();
    }
  });

  describe("policies", () => {
    it("let services publish for the source that they name", async () => {
      const topicArn = await topic("events");
      const publishAs = (service: string, source: string) =>
        sources.test.cloud.call(
          "sns",
          "Publish",
          { TopicArn: topicArn, Message: "x" },
          servicePrincipal(service, source),
        );
      const rule = "arn:aws:events:us-east-1:000000000000:rule/r";
      await assert.rejects(publishAs("events.amazonaws.com", rule), (error: Error) => error.name === "AccessDenied");
      await publishAs("cloudwatch.amazonaws.com", "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a");
      const Policy = policy({ Service: "events.amazonaws.com" }, "sns:Publish", topicArn, rule);
      await client.send(
        new sns.SetTopicAttributesCommand({ TopicArn: topicArn, AttributeName: "Policy", AttributeValue: Policy }),
      );
      await publishAs("events.amazonaws.com", rule);
      await assert.rejects(
        publishAs("events.amazonaws.com", `${rule}2`),
        (error: Error) => error.name === "AccessDenied",
      );
    });

    it("do not help a service with AWS's own key", async () => {
      const TopicArn = await topic("encrypted", { KmsMasterKeyId: "alias/aws/sns" });
      const alarm = servicePrincipal("cloudwatch.amazonaws.com", "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a");
      const call = sources.test.cloud.call("sns", "Publish", { TopicArn, Message: "x" }, alarm);
      await assert.rejects(call, (error: Error) => error.name === "KMSAccessDeniedException");
    });

    it("give a role no right that it does not have itself", async () => {
      const TopicArn = await topic("guarded");
      const { credentials } = await sources.test.mintRole();
      const other = sources.test.client(sns.SNSClient, { credentials });
      const command = new sns.PublishCommand({ TopicArn, Message: "x" });
      await assert.rejects(other.send(command), /not authorized to perform: sns:Publish/i);
    });
  });

  it("takes a text for each protocol", async () => {
    const topicArn = await topic("texts");
    const queue = await fedBy("texts", topicArn);
    await subscribe(topicArn, "sqs", queue, { RawMessageDelivery: "true" });
    const structure = { MessageStructure: "json" };
    await publish(topicArn, JSON.stringify({ default: "0", sqs: "1" }), structure);
    assert.deepEqual(await sources.messages(queue, 1), [1]);
    await assert.rejects(publish(topicArn, "{}", structure), /No default entry/);
  });

  it("publishes batches entry by entry", async () => {
    const TopicArn = await topic("batches");
    const entries = [
      { Id: "a", Message: "1" },
      { Id: "b", Message: "2", Subject: "\n" },
    ];
    const answer = await client.send(new sns.PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }));
    assert.deepEqual(
      answer.Successful?.map(({ Id }) => Id),
      ["a"],
    );
    assert.equal(answer.Failed?.[0]?.Code, "InvalidParameter");
    await assert.rejects(
      client.send(new sns.PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [] })),
      (error: Error) => error.name === "EmptyBatchRequestException",
    );
  });

  it("refuses in AWS's words", async () => {
    await assert.rejects(
      publish("arn:aws:sns:us-east-1:000000000000:none", "x"),
      (error: Error) => error.name === "NotFoundException",
    );
    await assert.rejects(topic("no spaces"), /Topic Name must be/);
    const topicArn = await topic("refusing");
    await assert.rejects(subscribe(topicArn, "sms", "+100"), /does not deliver by the protocol sms/);
    await assert.rejects(subscribe(topicArn, "email", "nobody"), /Email address/);
    await assert.rejects(subscribe(topicArn, "email", "a@b", { FilterPolicy: "{" }), /FilterPolicy/);
    await assert.rejects(publish(topicArn, "x".repeat(262_145)), /Message too long/);
    await assert.rejects(publish(topicArn, ""), /Empty message/);
  });

  it("has tags, permissions and attributes that stay", async () => {
    const TopicArn = await topic("kept", { DisplayName: "Kept" });
    await client.send(new sns.TagResourceCommand({ ResourceArn: TopicArn, Tags: [{ Key: "a", Value: "1" }] }));
    const { Tags } = await client.send(new sns.ListTagsForResourceCommand({ ResourceArn: TopicArn }));
    assert.deepEqual(Tags, [{ Key: "a", Value: "1" }]);
    await client.send(
      new sns.AddPermissionCommand({ TopicArn, Label: "p", AWSAccountId: ["111111111111"], ActionName: ["Publish"] }),
    );
    const { Attributes } = await client.send(new sns.GetTopicAttributesCommand({ TopicArn }));
    assert.equal(Attributes?.DisplayName, "Kept");
    assert.equal(JSON.parse(Attributes.Policy as string).Statement.at(-1).Sid, "p");
  });
});
