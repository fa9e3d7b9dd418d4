import assert from "node:assert/strict";
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { Events, queueArn } from "../events/support.ts";

describe("S3 notifications", () => {
  let told: Events;
  before(async () => {
    told = await Events.start();
  });
  after(() => told.cloud.stop());

  it("reach EventBridge in its own shape", async () => {
    const s3 = told.cloud.client(S3Client);
    const { arn, receive } = await told.queue("objects");
    await s3.send(new CreateBucketCommand({ Bucket: "told" }));
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: "told",
        NotificationConfiguration: { EventBridgeConfiguration: {} },
      }),
    );
    await told.rule("objects", { source: ["aws.s3"], detail: { bucket: { name: ["told"] } } }, { Arn: arn });
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
    const s3 = told.cloud.client(S3Client);
    const { arn, receive } = await told.queue("direct", "s3.amazonaws.com");
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
