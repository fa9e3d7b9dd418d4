import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-eventbridge";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startCloud, type TestCloud } from "../../support/cloud.ts";

describe("S3 notifications", () => {
  let cloud: TestCloud;
  let events: sdk.EventBridgeClient;
  let sqs: SQSClient;

  before(async () => {
    cloud = await startCloud();
    events = cloud.client(sdk.EventBridgeClient);
    sqs = cloud.client(SQSClient);
  });
  after(() => cloud.stop());

  const queueArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

  /** A queue into which EventBridge (or S3) may write. */
  async function queue(name: string, service = "events.amazonaws.com") {
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [
        { Effect: "Allow", Principal: { Service: service }, Action: "sqs:SendMessage", Resource: queueArn(name) },
      ],
    });
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy } }));
    return {
      arn: queueArn(name),
      async receive() {
        const { Messages = [] } = await sqs.send(
          new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MessageAttributeNames: ["All"] }),
        );
        assert.ok(Messages[0], `nothing in ${name}`);
        return { body: Messages[0].Body ?? "", attributes: Messages[0].MessageAttributes };
      },
    };
  }

  async function rule(Name: string, pattern: object, target: Omit<sdk.Target, "Id">, EventBusName?: string) {
    await events.send(new sdk.PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern), EventBusName }));
    await events.send(
      new sdk.PutTargetsCommand({ Rule: Name, EventBusName, Targets: [{ Id: "t", ...target } as sdk.Target] }),
    );
  }

  it("reach EventBridge in its own shape", async () => {
    const s3 = cloud.client(S3Client);
    const { arn, receive } = await queue("objects");
    await s3.send(new CreateBucketCommand({ Bucket: "told" }));
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: "told",
        NotificationConfiguration: { EventBridgeConfiguration: {} },
      }),
    );
    await rule("objects", { source: ["aws.s3"], detail: { bucket: { name: ["told"] } } }, { Arn: arn });
    await s3.send(new PutObjectCommand({ Bucket: "told", Key: "a b+ü", Body: "12345" }));
    const made = JSON.parse((await receive()).body);
    assert.deepEqual([made["detail-type"], made.resources], ["Object Created", ["arn:aws:s3:::told"]]);
    const { sequencer, ...object } = made.detail.object;
    assert.match(sequencer, /^[0-9A-F]{18}$/);
    assert.deepEqual(object, { key: "a b+ü", size: 5, etag: "827ccb0eea8a706c4c34a16891f84e7b" });
    assert.deepEqual(
      [made.detail.reason, made.detail.requester, made.detail.version],
      ["PutObject", "000000000000", "0"],
    );
    await s3.send(new DeleteObjectCommand({ Bucket: "told", Key: "a b+ü" }));
    const gone = JSON.parse((await receive()).body);
    assert.deepEqual(
      [gone["detail-type"], gone.detail["deletion-type"], gone.detail.reason],
      ["Object Deleted", "Permanently Deleted", "DeleteObject"],
    );
  });

  it("reach a queue without it, by suffix", async () => {
    const s3 = cloud.client(S3Client);
    const { arn, receive } = await queue("direct", "s3.amazonaws.com");
    await s3.send(new CreateBucketCommand({ Bucket: "direct" }));
    const configure = (QueueArn: string) =>
      s3.send(
        new PutBucketNotificationConfigurationCommand({
          Bucket: "direct",
          NotificationConfiguration: {
            QueueConfigurations: [
              {
                QueueArn,
                Events: ["s3:ObjectCreated:*"],
                Filter: { Key: { FilterRules: [{ Name: "suffix", Value: ".csv" }] } },
              },
            ],
          },
        }),
      );
    await assert.rejects(configure(queueArn("nowhere")), { name: "InvalidArgument" });
    await configure(arn);
    assert.equal(JSON.parse((await receive()).body).Event, "s3:TestEvent");
    await s3.send(new PutObjectCommand({ Bucket: "direct", Key: "a.txt", Body: "1" }));
    await s3.send(new PutObjectCommand({ Bucket: "direct", Key: "a b.csv", Body: "1" }));
    const [record] = JSON.parse((await receive()).body).Records;
    assert.deepEqual(
      [record.eventName, record.s3.object.key, record.s3.bucket.name],
      ["ObjectCreated:Put", "a+b.csv", "direct"],
    );
  });
});
