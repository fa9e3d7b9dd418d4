import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { gunzipSync } from "node:zlib";
import { ApplicationAutoScalingClient, DescribeScalableTargetsCommand } from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchClient, ListMetricsCommand } from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from "@aws-sdk/client-cloudwatch-logs";
import { GetObjectCommand, ListObjectVersionsCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { ListEndpointsCommand, SageMakerClient } from "@aws-sdk/client-sagemaker";
import { RecommenderStack, type Status } from "./recommenderStack.ts";

const apiExternalId = "ACME_SFCRole=2_api";
const storageExternalId = "ACME_SFCRole=2_storage";
const batchOf = (...rows: unknown[][]) => JSON.stringify({ data: rows.map((row, index) => [index, ...row]) });

/** From the first `up` to `destroy`: everything that Snowflake does, as Snowflake's role, on real containers. */
describe("the recommender, brought up on this machine", function () {
  this.timeout(120_000);
  let stack: RecommenderStack;
  let storage: S3Client;
  let modelUrl: string;

  before(async () => {
    stack = new RecommenderStack();
    await stack.open();
    await stack.up();
  });
  after(() => stack?.close());

  const upload = (Key: string, Body: string, client = storage) =>
    client.send(new PutObjectCommand({ Bucket: stack.outputs.bucket, Key, Body }));
  const ratings = (users: number) =>
    ["userid,movieid,rating"]
      .concat(Array.from({ length: 20 * users }, (_, at) => `${at % users},${(at * 7) % 31},${1 + (at % 5)}`))
      .join("\n");
  /** User ids of the recommendations that Snowflake would load. */
  const recommended = async (table: string) => {
    const Key = `recommendations/${table}/recommendations.csv.gz`;
    const { Body } = await storage.send(new GetObjectCommand({ Bucket: stack.outputs.bucket, Key }));
    const lines = gunzipSync(await Body!.transformToByteArray())
      .toString()
      .trim()
      .split("\n");
    return lines.slice(1).map((line) => line.split(",")[0]);
  };
  const train = async (input: string, output: string): Promise<Status> => {
    const [job] = await stack.call("train", [[input, output]]);
    return stack.settled(job as string);
  };

  it("is assumed by nobody from outside while the trust is pending", async () => {
    assert.equal(stack.outputs.trust, "pending");
    for (const role of [stack.outputs.externalFunctionRoleArn, stack.outputs.storageRoleArn]) {
      await assert.rejects(stack.assume(role, apiExternalId), { name: "AccessDenied" });
    }
  });

  it("is assumed by Snowflake's user with the integration's own external id, from the second up on", async () => {
    await stack.up({ userArn: stack.snowflakeArn, apiExternalId, storageExternalId });
    const { trust, externalFunctionRoleArn, storageRoleArn } = stack.outputs;
    assert.equal(trust, "established");
    for (const id of [undefined, "ACME_SFCRole=2_other", storageExternalId]) {
      await assert.rejects(stack.assume(externalFunctionRoleArn, id), { name: "AccessDenied" });
    }
    stack.session = await stack.assume(externalFunctionRoleArn, apiExternalId);
    const credentials = await stack.assume(storageRoleArn, storageExternalId);
    storage = stack.cloud.client(S3Client, { credentials });
  });

  it("answers Snowflake's role alone, on its routes alone", async () => {
    const { credentials: other } = await stack.cloud.mintRole([
      { Effect: "Allow", Action: "execute-api:Invoke", Resource: "*" },
    ]);
    const administrator = { accessKeyId: "test", secretAccessKey: "test" };
    for (const as of [null, other, administrator, stack.snowflake]) {
      const { status } = await stack.request("POST", "/status", batchOf(["x"]), { as });
      assert.equal(status, 403, JSON.stringify(as));
    }
    for (const [method, path] of [
      ["DELETE", "/train"],
      ["PUT", "/status"],
      ["POST", "/other"],
      ["GET", "/"],
    ] as const) {
      assert.equal((await stack.request(method, path, undefined)).status, 403, `${method} ${path}`);
    }
    assert.equal((await stack.request("POST", "/status", batchOf(["x"]))).status, 200);
  });

  it("lets the storage integration write what is trained on and read what is recommended, no more", async () => {
    await upload("training/ratings/data.csv", ratings(20));
    for (const key of ["models/forged.tar.gz", "recommendations/forged.csv.gz", "batches/forged.json"]) {
      await assert.rejects(upload(key, "x"), { name: "AccessDenied" });
    }
  });

  it("answers batches that are none with 400, and one of no rows with no rows", async () => {
    for (const body of ["{", "[]", '{"data": 1}', '{"data": [["a"]]}', '{"data": [[0], [0]]}']) {
      const { status, body: said } = await stack.request("POST", "/status", body);
      assert.equal(status, 400, body);
      assert.ok(said.message, body);
    }
    const { status, body } = await stack.request("POST", "/invoke", '{"data": []}');
    assert.deepEqual([status, body], [200, { data: [] }]);
  });

  it("trains, once for each batch id, and has recommendations for every user", async () => {
    const batch = crypto.randomUUID();
    const row = ["ratings", "recommended"];
    const [job] = (await stack.call("train", [row], batch)) as [string];
    assert.match(job, new RegExp(`:training-job/${stack.outputs.namePrefix}-[0-9a-f]{16}$`));
    assert.deepEqual(await stack.call("train", [row], batch), [job]);
    const trained = await stack.settled(job);
    assert.equal(trained.status, "Completed", trained.reason);
    modelUrl = trained.model_url!;
    assert.equal(new Set(await recommended("recommended")).size, 20);
  });

  it("replaces recommendations when it trains again for the same table", async () => {
    await upload("training/ratings/data.csv", ratings(15));
    assert.equal((await train("ratings", "recommended")).status, "Completed");
    assert.equal((await recommended("recommended")).length, 15);
    const s3 = stack.cloud.client(S3Client);
    const listed = { Bucket: stack.outputs.bucket, Prefix: "recommendations/recommended/" };
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand(listed));
    assert.deepEqual([Versions.length, new Set(Versions.map(({ Key }) => Key)).size], [2, 1]);
  });

  it("tells why a training failed, and counts it for the alarm", async () => {
    await upload("training/spoiled/data.csv", "userid,movieid,rating\n1,2,good\n");
    const { status, reason } = await train("spoiled", "recommended");
    assert.equal(status, "Failed");
    assert.match(reason!, /data\.csv:2: rating "good" is not a number/);
    const missing = await train("nothing_here", "recommended");
    assert.match(missing.reason!, /No S3 objects found/);
    const counted = new ListMetricsCommand({ MetricName: "TrainingFailed" });
    while ((await stack.cloud.client(CloudWatchClient).send(counted)).Metrics?.length === 0) await sleep(100);
    assert.equal((await recommended("recommended")).length, 15);
  });

  it("takes names for names: what would be SQL, a path or a command is refused, row by row", async () => {
    const odd = ["a; drop table b", "../models", "$(reboot)", "", null, "é"];
    for (const [name, rows] of [
      ["train", odd.map((value) => [value, "recommended"])],
      ["deploy", odd.map((value) => [value, modelUrl])],
      ["invoke", odd.map((value) => [value, 1, 2])],
      ["undeploy", odd.map((value) => [value])],
    ] as const) {
      for (const value of await stack.call(name, rows as unknown[][])) {
        assert.match((value as { error: string }).error, /^(input_table_name|model_name) is /, name);
      }
    }
    const [outside] = await stack.call("deploy", [["movies", "s3://elsewhere/models/a/model.tar.gz"]]);
    assert.match((outside as { error: string }).error, /^model_url is /);
  });

  it("deploys, scales, and answers 10,000 rows, the bad ones among them with their error", async () => {
    const [arn] = await stack.call("deploy", [["movies", modelUrl]]);
    assert.match(arn as string, new RegExp(`:endpoint/${stack.outputs.namePrefix}-movies$`));
    const rows = Array.from({ length: 10_000 }, (_, row) =>
      row % 1_000 === 7 ? ["movies", null, row % 40] : ["movies", row % 25, row % 40],
    );
    // Before the endpoint is there, the batch waits for it.
    const values = await stack.call("invoke", rows);
    const wrong = values.filter((value) => typeof value !== "number");
    assert.equal(wrong.length, 10, JSON.stringify(wrong[0]));
    for (const value of wrong) assert.match((value as { error: string }).error, /^user_id is null/);
    assert.equal((await stack.settled("movies")).status, "InService");

    const autoscaling = stack.cloud.client(ApplicationAutoScalingClient);
    const described = new DescribeScalableTargetsCommand({ ServiceNamespace: "sagemaker" });
    let targets = (await autoscaling.send(described)).ScalableTargets ?? [];
    while (targets.length === 0) {
      await sleep(100);
      targets = (await autoscaling.send(described)).ScalableTargets ?? [];
    }
    assert.deepEqual(
      targets.map(({ ResourceId, MinCapacity, MaxCapacity }) => [ResourceId, MinCapacity, MaxCapacity]),
      [[`endpoint/${stack.outputs.namePrefix}-movies/variant/variant-1`, 1, 2]],
    );
  });

  it("tells why an endpoint failed, counts it for the alarm, and makes it anew", async () => {
    await stack.call("deploy", [["failing", modelUrl.replace(/[^/]+\/output/, "lost/output")]]);
    const { status, reason } = await stack.settled("failing");
    assert.equal(status, "Failed");
    assert.match(reason!, /^Could not access model data at /);
    const counted = new ListMetricsCommand({ MetricName: "EndpointFailed" });
    while ((await stack.cloud.client(CloudWatchClient).send(counted)).Metrics?.length === 0) await sleep(100);
    await stack.call("deploy", [["failing", modelUrl]]);
    assert.equal((await stack.settled("failing")).status, "InService");
    await stack.call("undeploy", [["failing"]]);
  });

  it("loses no row when an endpoint dies under load, and is back by itself", async () => {
    const rows = Array.from({ length: 500 }, (_, row) => ["movies", row % 25, row % 40]);
    const load = Array.from({ length: 12 }, () => stack.call("invoke", rows));
    for (const pid of stack.servers()) process.kill(pid, "SIGKILL");
    for (const values of await Promise.all(load)) {
      assert.equal(values.length, rows.length);
      for (const value of values) {
        if (typeof value !== "number") {
          assert.deepEqual(value, { error: "the model movies did not answer; try again" });
        }
      }
    }
    while (typeof (await stack.call("invoke", [["movies", 1, 2]]))[0] !== "number") await sleep(100);
  });

  it("undeploys, and asks a model that is gone in vain", async () => {
    assert.deepEqual(await stack.call("undeploy", [["movies"]]), [{ status: "Deleting" }]);
    assert.equal((await stack.settled("movies")).status, "NotDeployed");
    const [answer] = await stack.call("invoke", [["movies", 1, 2]]);
    assert.match((answer as { error: string }).error, /^there is no model movies/);
    while (stack.servers().length > 0) await sleep(50);
    const described = new DescribeScalableTargetsCommand({ ServiceNamespace: "sagemaker" });
    const autoscaling = stack.cloud.client(ApplicationAutoScalingClient);
    while ((await autoscaling.send(described)).ScalableTargets!.length > 0) await sleep(50);
  });

  it("leaves no endpoint behind when the stack is destroyed", async () => {
    await stack.call("deploy", [["left", modelUrl]]);
    await stack.engine.destroy();
    const sagemaker = stack.cloud.client(SageMakerClient);
    const busy = async () => (await sagemaker.send(new ListEndpointsCommand({}))).Endpoints!;
    while ((await busy()).some(({ EndpointStatus }) => EndpointStatus === "Deleting")) await sleep(50);
    assert.deepEqual(await busy(), []);
    assert.deepEqual(stack.servers(), []);
    // Left is what is the account's.
    const { logGroups = [] } = await stack.cloud.client(CloudWatchLogsClient).send(new DescribeLogGroupsCommand({}));
    assert.deepEqual(
      logGroups.map(({ logGroupName }) => logGroupName),
      ["/aws/sagemaker/TrainingJobs"],
    );
  });
});
