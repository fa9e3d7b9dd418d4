import assert from "node:assert/strict";
import * as sns from "@aws-sdk/client-sns";
import { servicePrincipal } from "../../../src/service.ts";
import { policy, Topics } from "./support.ts";

describe("topics of SNS", () => {
  let topics: Topics;
  before(async () => {
    topics = await Topics.start();
  });
  after(() => topics.sources.test.stop());

  describe("policies", () => {
    it("let services publish for the source that they name", async () => {
      const topicArn = await topics.make("events");
      const publishAs = (service: string, source: string) =>
        topics.sources.test.cloud.call(
          "sns",
          "Publish",
          { TopicArn: topicArn, Message: "x" },
          servicePrincipal(service, source),
        );
      const rule = "arn:aws:events:us-east-1:000000000000:rule/r";
      await assert.rejects(publishAs("events.amazonaws.com", rule), (error: Error) => error.name === "AccessDenied");
      await publishAs("cloudwatch.amazonaws.com", "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a");
      const Policy = policy({ Service: "events.amazonaws.com" }, "sns:Publish", topicArn, rule);
      await topics.client.send(
        new sns.SetTopicAttributesCommand({ TopicArn: topicArn, AttributeName: "Policy", AttributeValue: Policy }),
      );
      await publishAs("events.amazonaws.com", rule);
      await assert.rejects(
        publishAs("events.amazonaws.com", `${rule}2`),
        (error: Error) => error.name === "AccessDenied",
      );
    });

    it("do not help a service with AWS's own key", async () => {
      const TopicArn = await topics.make("encrypted", { KmsMasterKeyId: "alias/aws/sns" });
      const alarm = servicePrincipal("cloudwatch.amazonaws.com", "arn:aws:cloudwatch:us-east-1:000000000000:alarm:a");
      const call = topics.sources.test.cloud.call("sns", "Publish", { TopicArn, Message: "x" }, alarm);
      await assert.rejects(call, (error: Error) => error.name === "KMSAccessDeniedException");
    });

    it("have a key that whoever publishes must be let use, by SNS", async () => {
      const { test } = topics.sources;
      const { KeyMetadata } = await test.cloud.call<{ KeyMetadata: { Arn: string; KeyId: string } }>(
        "kms",
        "CreateKey",
        {},
      );
      const TopicArn = await topics.make("sealed", { KmsMasterKeyId: KeyMetadata.KeyId });
      const as = async (...rights: object[]) => {
        const publish = { Effect: "Allow", Action: "sns:Publish", Resource: TopicArn };
        const { principal } = await test.mintRole([publish, ...rights]);
        return (service: string, operation: string, input: object) =>
          test.cloud.call(service, operation, input, principal);
      };
      const key = (service: string) => ({
        Effect: "Allow",
        Action: ["kms:Decrypt", "kms:GenerateDataKey"],
        Resource: KeyMetadata.Arn,
        Condition: { StringEquals: { "kms:ViaService": `${service}.us-east-1.amazonaws.com` } },
      });
      const message = { TopicArn, Message: "x" };
      const denied = { code: "KMSAccessDeniedException", message: /not authorized to perform: kms:GenerateDataKey/ };
      await assert.rejects((await as())("sns", "Publish", message), denied);
      await assert.rejects((await as(key("s3")))("sns", "Publish", message), denied);
      const writer = await as(key("sns"));
      await writer("sns", "Publish", message);
      const direct = writer("kms", "GenerateDataKey", { KeyId: KeyMetadata.KeyId, KeySpec: "AES_256" });
      await assert.rejects(direct, { code: "AccessDeniedException" });
      const halfOf = { ...key("sns"), Action: "kms:GenerateDataKey" };
      await assert.rejects((await as(halfOf))("sns", "Publish", message), { message: /perform: kms:Decrypt/ });
      await test.cloud.call("kms", "DisableKey", { KeyId: KeyMetadata.KeyId });
      await assert.rejects(writer("sns", "Publish", message), { code: "KMSDisabledException" });
    });

    it("give a role no right that it does not have itself", async () => {
      const TopicArn = await topics.make("guarded");
      const { credentials } = await topics.sources.test.mintRole();
      const other = topics.sources.test.client(sns.SNSClient, { credentials });
      const command = new sns.PublishCommand({ TopicArn, Message: "x" });
      await assert.rejects(other.send(command), /not authorized to perform: sns:Publish/i);
    });
  });

  it("takes a text for each protocol", async () => {
    const topicArn = await topics.make("texts");
    const queue = await topics.fedBy("texts", topicArn);
    await topics.subscribe(topicArn, "sqs", queue, { RawMessageDelivery: "true" });
    const structure = { MessageStructure: "json" };
    await topics.publish(topicArn, JSON.stringify({ default: "0", sqs: "1" }), structure);
    assert.deepEqual(await topics.sources.messages(queue, 1), [1]);
    await assert.rejects(topics.publish(topicArn, "{}", structure), /No default entry/);
  });

  it("publishes batches entry by entry", async () => {
    const TopicArn = await topics.make("batches");
    const entries = [
      { Id: "a", Message: "1" },
      { Id: "b", Message: "2", Subject: "\n" },
    ];
    const answer = await topics.client.send(
      new sns.PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: entries }),
    );
    assert.deepEqual(
      answer.Successful?.map(({ Id }) => Id),
      ["a"],
    );
    assert.equal(answer.Failed?.[0]?.Code, "InvalidParameter");
    await assert.rejects(
      topics.client.send(new sns.PublishBatchCommand({ TopicArn, PublishBatchRequestEntries: [] })),
      (error: Error) => error.name === "EmptyBatchRequestException",
    );
  });

  it("refuses in AWS's words", async () => {
    await assert.rejects(
      topics.publish("arn:aws:sns:us-east-1:000000000000:none", "x"),
      (error: Error) => error.name === "NotFoundException",
    );
    await assert.rejects(topics.make("no spaces"), /Topic Name must be/);
    const topicArn = await topics.make("refusing");
    await assert.rejects(topics.subscribe(topicArn, "fax", "+100"), /does not deliver over the protocol fax/);
    await assert.rejects(topics.subscribe("topic", "email", "a@b"), /An ARN must have at least 6 elements, not 1/);
    await assert.rejects(
      topics.publish(topicArn, "x", { MessageAttributes: { a: { DataType: "Text", StringValue: "x" } } }),
      (error: Error & { Code?: string }) => error.name === "InvalidParameterValueException",
    );
    const half = "x".repeat(131_073);
    const PublishBatchRequestEntries = ["a", "b"].map((Id) => ({ Id, Message: half }));
    await assert.rejects(
      topics.client.send(new sns.PublishBatchCommand({ TopicArn: topicArn, PublishBatchRequestEntries })),
      (error: Error) => error.name === "BatchRequestTooLongException",
    );
    await assert.rejects(topics.subscribe(topicArn, "email", "nobody"), /Email address/);
    await assert.rejects(topics.subscribe(topicArn, "email", "a@b", { FilterPolicy: "{" }), /FilterPolicy/);
    await assert.rejects(topics.publish(topicArn, "x".repeat(262_145)), /Message too long/);
    await assert.rejects(topics.publish(topicArn, ""), /Empty message/);
  });

  it("has tags, permissions and attributes that stay", async () => {
    const TopicArn = await topics.make("kept", { DisplayName: "Kept" });
    await topics.client.send(new sns.TagResourceCommand({ ResourceArn: TopicArn, Tags: [{ Key: "a", Value: "1" }] }));
    const { Tags } = await topics.client.send(new sns.ListTagsForResourceCommand({ ResourceArn: TopicArn }));
    assert.deepEqual(Tags, [{ Key: "a", Value: "1" }]);
    await topics.client.send(
      new sns.AddPermissionCommand({ TopicArn, Label: "p", AWSAccountId: ["111111111111"], ActionName: ["Publish"] }),
    );
    const { Attributes } = await topics.client.send(new sns.GetTopicAttributesCommand({ TopicArn }));
    assert.equal(Attributes?.DisplayName, "Kept");
    assert.equal(JSON.parse(Attributes.Policy as string).Statement.at(-1).Sid, "p");
  });
});
