import assert from "node:assert/strict";
import { DynamoDB } from "@aws-sdk/client-dynamodb";
import { ECR } from "@aws-sdk/client-ecr";
import { Lambda } from "@aws-sdk/client-lambda";
import { S3 } from "@aws-sdk/client-s3";
import { startCloud, type TestCloud, zip } from "local-aws/testing";
import { lookAt, phases, takeDown } from "../../../scripts/teardown/index.ts";
import { type Doomed, readDoomed, type Standing } from "../../../scripts/teardown/stack.ts";

const resource = (type: string, id: string, more: Partial<Standing> = {}): Standing => ({
  urn: `urn:pulumi:prod::shop::${type}::${id}`,
  type,
  id,
  inputs: {},
  outputs: {},
  ...more,
});

/** A production stack, in a real cloud; of Pulumi's CLI only what it is asked. */
describe("a stack that is taken down", function () {
  this.timeout(30_000);
  let test: TestCloud;
  let stack: Doomed;
  let asked: string[];
  const tags = { project: "shop", stack: "prod" };
  const s3 = () => test.client(S3, { config: { forcePathStyle: true } });

  beforeEach(async () => {
    test = await startCloud();
    const { roleArn } = await test.mintRole();
    await s3().createBucket({ Bucket: "orders" });
    await s3().putBucketVersioning({ Bucket: "orders", VersioningConfiguration: { Status: "Enabled" } });
    await s3().putObject({ Bucket: "orders", Key: "a", Body: "1" });
    await s3().putObject({ Bucket: "orders", Key: "a", Body: "2" });
    await s3().deleteObject({ Bucket: "orders", Key: "a" });
    await s3().createMultipartUpload({ Bucket: "orders", Key: "half" });
    await test.client(DynamoDB).createTable({
      TableName: "carts",
      BillingMode: "PAY_PER_REQUEST",
      DeletionProtectionEnabled: true,
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    });
    const ecr = test.client(ECR);
    await ecr.createRepository({ repositoryName: "models" });
    const imageManifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.docker.distribution.manifest.v2+json",
      config: {
        mediaType: "application/vnd.docker.container.image.v1+json",
        size: 0,
        digest: `sha256:${"0".repeat(64)}`,
      },
      layers: [],
    });
    await ecr.putImage({ repositoryName: "models", imageManifest, imageTag: "1" }).catch(() => {});
    await test.client(Lambda).createFunction({
      FunctionName: "sweep",
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Role: roleArn,
      Code: {
        ZipFile: zip({
          "index.mjs":
            'export const handler = async (e) => { if (e.tf?.action !== "delete" || process.env.FAIL) throw new Error("not now"); };',
        }),
      },
    });
    asked = [];
    const exported = JSON.stringify({
      deployment: {
        resources: [
          resource("pulumi:pulumi:Stack", ""),
          resource("aws:s3/bucket:Bucket", "orders", { protect: true }),
          resource("aws:dynamodb/table:Table", "carts", { protect: true, outputs: { tagsAll: tags } }),
          resource("aws:ecr/repository:Repository", "models"),
          resource("aws:lambda/invocation:Invocation", "sweep-on-destroy", {
            inputs: { functionName: "sweep", lifecycleScope: "CRUD" },
          }),
        ],
      },
    });
    stack = await readDoomed(
      "prod",
      {
        region: test.cloud.region,
        endpoint: test.origin,
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      },
      {
        ask: async (...args) => {
          asked.push(args.join(" "));
          return args[0] === "stack" ? exported : "";
        },
        destroy: async () => {
          await s3().deleteBucket({ Bucket: "orders" });
          asked.push("destroy");
        },
      },
    );
  });
  afterEach(() => test.stop());

  it("is looked at, and nothing of it is touched", async () => {
    const found = await lookAt(stack);
    assert.deepEqual(
      found.map(({ phase, lines }) => `${phase}: ${lines.length}`),
      [
        "stop deployments: 0",
        "remove what handlers have made: 1",
        "lift protection: 3",
        "empty buckets: 1",
        `empty repositories: ${found[4]!.lines.length}`,
        "destroy: 1",
      ],
    );
    assert.deepEqual(found[3]?.lines, ["orders: 3 versions of objects"]);
    assert.deepEqual(asked, ["stack export"]);
  });

  it("goes with old versions, half uploads and protection, and what is left is listed", async () => {
    const told: string[] = [];
    const left = await takeDown(stack, (phase) => told.push(phase));
    assert.deepEqual(
      told,
      phases.map(({ name }) => name),
    );
    assert.deepEqual(asked, ["stack export", "state unprotect --all --yes", "destroy"]);
    const { Table } = await test.client(DynamoDB).describeTable({ TableName: "carts" });
    assert.equal(Table?.DeletionProtectionEnabled, false);
    assert.deepEqual((await test.client(ECR).listImages({ repositoryName: "models" })).imageIds, []);
    // The table here is in nobody's destroy.
    assert.deepEqual(left, [Table?.TableArn]);
  });

  for (const [at, phase] of phases.entries()) {
    it(`goes on after it was killed in "${phase.name}"`, async () => {
      for (const { run } of phases.slice(0, at)) await run(stack);
      await takeDown(stack, () => {});
      assert.equal(asked.at(-1), "destroy");
      await assert.rejects(s3().headBucket({ Bucket: "orders" }));
    });
  }

  it("is destroyed once more where that itself leaves something in a bucket", async () => {
    const { destroy } = stack.cli;
    let times = 0;
    stack.cli.destroy = async () => {
      // As the provider does with an object that was there before its bucket kept versions.
      if (times++ === 0) await s3().deleteObject({ Bucket: "orders", Key: "gone" });
      await destroy();
    };
    await takeDown(stack, () => {});
    assert.equal(times, 2);
    await assert.rejects(s3().headBucket({ Bucket: "orders" }));
  });

  it("says what destroying it says, where no bucket is in the way", async () => {
    stack.cli.destroy = async () => {
      throw new Error("the role is gone");
    };
    await assert.rejects(
      takeDown(stack, () => {}),
      /the role is gone/,
    );
  });

  it("stays whole where what handlers have made cannot be removed", async () => {
    await test
      .client(Lambda)
      .updateFunctionConfiguration({ FunctionName: "sweep", Environment: { Variables: { FAIL: "1" } } });
    await assert.rejects(
      takeDown(stack, () => {}),
      /^Failure: sweep could not remove what was made: not now$/,
    );
    assert.deepEqual(asked, ["stack export"]);
    assert.equal((await s3().listObjectVersions({ Bucket: "orders" })).Versions?.length, 2);
  });
});
