import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  CreateApplicationCommand,
  EMRServerlessClient,
  GetJobRunCommand,
  StartJobRunCommand,
} from "@aws-sdk/client-emr-serverless";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { parquetReadObjects } from "hyparquet";
import { missing, startCloud, type TestCloud, toolsFolder } from "local-aws/testing";

const folder = join(import.meta.dirname, "../../jobs");
const Bucket = "platform";

/** The scripts as they are, on Spark where this machine has it, under a role with the rights that the stack gives. */
describe("scripts of jobs", function () {
  this.timeout(600_000);
  let test: TestCloud;
  let s3: S3Client;
  let applicationId: string;
  let executionRoleArn: string;

  before(async function () {
    const reason = missing("spark-submit", "java");
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    test = await startCloud({ region: "eu-west-1", tools: toolsFolder });
    s3 = test.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }));
    const emr = test.client(EMRServerlessClient);
    const application = { name: "jobs", type: "SPARK", releaseLabel: "emr-7.5.0" };
    applicationId = (await emr.send(new CreateApplicationCommand(application))).applicationId!;
    const table = "arn:aws:dynamodb:eu-west-1:000000000000:table/irises";
    const allow = (Action: string[], Resource: string) => ({ Effect: "Allow", Action, Resource });
    const role = await test.mintRole(
      [
        allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], `arn:aws:s3:::${Bucket}/*`),
        allow(["s3:ListBucket"], `arn:aws:s3:::${Bucket}`),
        allow(["dynamodb:Query"], `${table}/index/byTime`),
      ],
      { name: "job", trust: "emr-serverless.amazonaws.com" },
    );
    executionRoleArn = role.roleArn;
  });
  after(() => test?.stop());

  const put = (Key: string, Body: string) => s3.send(new PutObjectCommand({ Bucket, Key, Body }));
  const keys = async (Prefix: string) => {
    const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
    return Contents.map(({ Key }) => Key!);
  };
  const read = async (Key: string) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
    return Buffer.from(await Body!.transformToByteArray());
  };

  /** Runs a script; it must succeed. @returns what it printed. */
  async function run(script: string, ...entryPointArguments: string[]): Promise<string> {
    await put(`scripts/${script}`, readFileSync(join(folder, script), "utf8"));
    const emr = test.client(EMRServerlessClient);
    const { jobRunId } = await emr.send(
      new StartJobRunCommand({
        applicationId,
        executionRoleArn,
        clientToken: crypto.randomUUID(),
        jobDriver: {
          sparkSubmit: {
            entryPoint: `s3://${Bucket}/scripts/${script}`,
            entryPointArguments,
            sparkSubmitParameters: "--driver-memory 600m --conf spark.sql.shuffle.partitions=2",
          },
        },
        configurationOverrides: {
          monitoringConfiguration: { s3MonitoringConfiguration: { logUri: `s3://${Bucket}/logs` } },
        },
      }),
    );
    for (;;) {
      const { jobRun } = await emr.send(new GetJobRunCommand({ applicationId, jobRunId }));
      if (jobRun!.state === "SUCCESS") {
        const log = `logs/applications/${applicationId}/jobs/${jobRunId}/SPARK_DRIVER/stdout.gz`;
        return gunzipSync(await read(log)).toString();
      }
      assert.notEqual(jobRun!.state, "FAILED", jobRun!.stateDetails);
      await sleep(200);
    }
  }

  it("iris_predictions.py: predicted records of whole days as Parquet, the same days again instead", async () => {
    const dynamodb = test.client(DynamoDBClient);
    const keySchema = (partition: string, sort?: string) => [
      { AttributeName: partition, KeyType: "HASH" as const },
      ...(sort ? [{ AttributeName: sort, KeyType: "RANGE" as const }] : []),
    ];
    await dynamodb.send(
      new CreateTableCommand({
        TableName: "irises",
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: ["id", "time_bucket", "time_key"].map((AttributeName) => ({
          AttributeName,
          AttributeType: "S" as const,
        })),
        KeySchema: keySchema("id"),
        GlobalSecondaryIndexes: [
          {
            IndexName: "byTime",
            KeySchema: keySchema("time_bucket", "time_key"),
            Projection: { ProjectionType: "ALL" },
          },
        ],
      }),
    );
    const add = (id: string, created_at: string, shard: number, target?: string) =>
      dynamodb.send(
        new PutItemCommand({
          TableName: "irises",
          Item: {
            ...{ id: { S: id }, created_at: { S: created_at }, time_key: { S: `${created_at}#${id}` } },
            ...{ time_bucket: { S: `${created_at.slice(0, 7)}#${shard}` }, petal_length: { N: "1.4" } },
            ...(target && { pred_target: { S: target }, pred_probability: { N: "0.9" } }),
          },
        }),
      );
    const output = `s3://${Bucket}/data/predictions`;
    const args = ["--table", "irises", "--output", output, "--shards", "2"];
    assert.equal(
      await run("iris_predictions.py", ...args, "--day", "2026-11-28", "--days", "2"),
      "There are no predictions from 2026-11-27 to 2026-11-28: nothing is written\n",
    );
    assert.deepEqual(await keys("data/predictions/"), []);
    await add("before", "2026-11-27T23:59:59.999Z", 0, "setosa");
    await add("first", "2026-11-28T00:00:00.000Z", 0, "setosa");
    await add("last", "2026-11-28T23:59:59.999Z", 1, "virginica");
    await add("waiting", "2026-11-28T12:00:00.000Z", 1);
    await add("after", "2026-11-29T00:00:00.000Z", 1, "setosa");
    const rows = async (day: string) => {
      const [key, ...more] = await keys(`data/predictions/day=${day}/part-`);
      assert.deepEqual(more, []);
      const { buffer, byteOffset, byteLength } = await read(key!);
      const file = buffer.slice(byteOffset, byteOffset + byteLength) as ArrayBuffer;
      return parquetReadObjects({ file });
    };
    await run("iris_predictions.py", ...args, "--day", "2026-11-28");
    const of28 = await rows("2026-11-28");
    assert.deepEqual(of28.map(({ id, pred_target }) => `${id} ${pred_target}`).toSorted(), [
      "first setosa",
      "last virginica",
    ]);
    assert.deepEqual([of28[0]!.petal_length, of28[0]!.pred_probability], [1.4, 0.9]);
    assert.deepEqual(await keys("data/predictions/day=2026-11-29/"), []);
    await run("iris_predictions.py", ...args, "--day", "2026-11-29", "--days", "2");
    assert.deepEqual((await rows("2026-11-28")).length, 2);
    assert.deepEqual(
      (await rows("2026-11-29")).map(({ id }) => id),
      ["after"],
    );
  });

  it("recommender_ratings.py: the last rating, or what was done instead, as the recommender reads it", async () => {
    const at = (hour: number) => `2026-11-28T${String(hour).padStart(2, "0")}:00:00Z`;
    const events = [
      { user: "1", item: "a", event: "view", timestamp: at(1) },
      { user: "1", item: "a", event: "like", timestamp: at(2) },
      { user: "1", item: "b", event: "purchase", timestamp: at(3) },
      { user: "1", item: "b", event: "view", timestamp: at(3) },
      { user: "2", item: "a", event: "rating", rating: 4, timestamp: at(6) },
      { user: "2", item: "a", event: "rating", rating: 2, timestamp: at(5) },
      { user: "2", item: "a", event: "purchase", timestamp: at(7) },
      { user: "2", item: "b", event: "rating", rating: 9, timestamp: at(8) },
      { user: "3", event: "view", timestamp: at(8) },
      { user: "3", item: "a", event: "sneeze", timestamp: at(8) },
      { user: "3", item: "a", event: "view", timestamp: "yesterday" },
    ];
    const ratings = () =>
      run("recommender_ratings.py", "--events", `s3://${Bucket}/events`, "--output", `s3://${Bucket}/training/r`);
    assert.equal(await ratings(), `There are no events in s3://${Bucket}/events: nothing is written\n`);
    assert.deepEqual(await keys("training/"), []);
    await put("events/one.json", `${events.map((event) => JSON.stringify(event)).join("\n")}\nnot JSON\n`);
    assert.match(await ratings(), /^3 ratings from 7 events written to .*\n5 events were left out: /);
    const [key, ...more] = await keys("training/r/");
    assert.deepEqual(more, [], "the recommender reads every file of the folder");
    const seconds = (hour: number) => Date.parse(at(hour)) / 1_000;
    assert.equal(
      (await read(key!)).toString(),
      [
        "userid,movieid,rating,timestamp",
        `1,a,3.5,${seconds(2)}`,
        `1,b,5.0,${seconds(3)}`,
        `2,a,4.0,${seconds(7)}`,
        "",
      ].join("\n"),
    );
  });
});
