import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { CloudWatchLogs, type CreateExportTaskCommandInput } from "@aws-sdk/client-cloudwatch-logs";
import { S3 } from "@aws-sdk/client-s3";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("export tasks of CloudWatch Logs", () => {
  let cloud: TestCloud;
  let logs: CloudWatchLogs;
  let s3: S3;
  const now = Date.now();
  const logGroupName = "/orders";
  before(async () => {
    cloud = await startCloud();
    logs = cloud.client(CloudWatchLogs);
    s3 = cloud.client(S3, { config: { forcePathStyle: true } });
    await logs.createLogGroup({ logGroupName });
    for (const logStreamName of ["2026/01/a", "other"]) {
      await logs.createLogStream({ logGroupName, logStreamName });
      const logEvents = ["one\n", "two"].map((message, index) => ({ timestamp: now + index, message }));
      await logs.putLogEvents({ logGroupName, logStreamName, logEvents });
    }
    for (const Bucket of ["open", "older", "readable", "closed"]) await s3.createBucket({ Bucket });
    const allow = async (Bucket: string, Service: string, Action: string[]) =>
      s3.putBucketPolicy({
        Bucket,
        Policy: JSON.stringify({
          Statement: {
            Effect: "Allow",
            Principal: { Service },
            Action,
            Resource: [`arn:aws:s3:::${Bucket}`, `arn:aws:s3:::${Bucket}/*`],
          },
        }),
      });
    await allow("open", "logs.us-east-1.amazonaws.com", ["s3:GetBucketAcl", "s3:PutObject"]);
    await allow("older", "logs.amazonaws.com", ["s3:GetBucketAcl", "s3:PutObject"]);
    await allow("readable", "logs.us-east-1.amazonaws.com", ["s3:GetBucketAcl"]);
  });
  after(() => cloud.stop());

  const create = async (destination: string, more: Partial<CreateExportTaskCommandInput> = {}) =>
    (await logs.createExportTask({ logGroupName, from: now - 1000, to: now + 1000, destination, ...more })).taskId;
  async function ended(taskId: string | undefined) {
    for (let tries = 0; tries < 200; tries++) {
      const { exportTasks: [task] = [] } = await logs.describeExportTasks({ taskId });
      if (task?.status?.code !== "PENDING" && task?.status?.code !== "RUNNING") return task;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    assert.fail("the task did not end");
  }
  const text = async (Bucket: string, Key: string) =>
    gunzipSync(await (await s3.getObject({ Bucket, Key })).Body!.transformToByteArray()).toString();

  it("write an object for each stream", async () => {
    const taskId = await create("open", { taskName: "all" });
    const task = await ended(taskId);
    assert.deepEqual(
      [task?.taskName, task?.destinationPrefix, task?.status],
      ["all", "exportedlogs", { code: "COMPLETED", message: "Completed successfully" }],
    );
    assert.ok((task?.executionInfo?.completionTime ?? 0) >= (task?.executionInfo?.creationTime ?? Number.NaN));
    const { Contents = [] } = await s3.listObjectsV2({ Bucket: "open" });
    const keys = ["2026-01-a", "other"].map((stream) => `exportedlogs/${taskId}/${stream}/000000.gz`);
    assert.deepEqual(Contents.map(({ Key }) => Key).sort(), ["exportedlogs/aws-logs-write-test", ...keys].sort());
    const time = (index: number) => new Date(now + index).toISOString();
    assert.equal(await text("open", keys[0]!), `${time(0)} one\n${time(1)} two\n`);
    await assert.rejects(logs.cancelExportTask({ taskId }), { name: "InvalidOperationException" });
  });

  it("write some streams and times alone, below a prefix", async () => {
    const given = { destinationPrefix: "mine", logStreamNamePrefix: "other", from: now + 1 };
    const taskId = await create("older", given);
    assert.equal((await ended(taskId))?.status?.code, "COMPLETED");
    const { Contents = [] } = await s3.listObjectsV2({ Bucket: "older", Prefix: `mine/${taskId}/` });
    assert.deepEqual(
      Contents.map(({ Key }) => Key),
      [`mine/${taskId}/other/000000.gz`],
    );
    assert.equal(await text("older", Contents[0]!.Key!), `${new Date(now + 1).toISOString()} two\n`);
    const { exportTasks = [] } = await logs.describeExportTasks({ statusCode: "COMPLETED" });
    assert.ok(exportTasks.some((task) => task.taskId === taskId));
    assert.deepEqual((await logs.describeExportTasks({ statusCode: "FAILED" })).exportTasks, []);
  });

  for (const [why, bucket, more, message] of [
    ["a bucket that is not there", "nowhere", {}, /The given bucket does not exist/],
    ["a bucket that lets nobody in", "closed", {}, /GetBucketAcl call on the given bucket failed/],
    ["a bucket that may not be written to", "readable", {}, /PutObject call on the given bucket failed/],
    ["a group that is not there", "open", { logGroupName: "/nothing" }, /The specified log group does not exist/],
    ["an end before the start", "open", { to: 1 }, /the end must be after the start/],
  ] as const) {
    it(`are refused with ${why}`, () => assert.rejects(create(bucket, more), message));
  }

  it("are found by id or by status, not by both", async () => {
    await assert.rejects(logs.describeExportTasks({ taskId: "a", statusCode: "FAILED" }), /cannot both be given/);
    await assert.rejects(logs.cancelExportTask({ taskId: "a" }), /export task does not exist/);
  });

  it("and groups have a class that there is", () =>
    assert.rejects(
      logs.createLogGroup({ logGroupName: "/cheap", logGroupClass: "CHEAP" as "STANDARD" }),
      /'CHEAP' at 'logGroupClass' failed to satisfy constraint/,
    ));
});
