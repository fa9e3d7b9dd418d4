import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { TestResource } from "../../testing/resource.ts";
import { ask, make, unmake } from "./support/made.ts";

describe("secrets", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
  });
  after(() => test.stop());

  it("have versions, a policy, tags, and are gone while they wait for their deletion", async () => {
    const { cloud } = test;
    const secret = await make(cloud, "secretsmanager.Secret", { namePrefix: "db-", description: "First" });
    assert.match(String(secret.outputs.name), /^db-[0-9a-f]{7}$/);
    assert.equal(secret.id, secret.outputs.arn);
    const secretId = secret.id;
    const version = await make(cloud, "secretsmanager.SecretVersion", { secretId, secretString: "one" });
    assert.equal(version.id, `${secretId}|${version.outputs.versionId}`);
    assert.deepEqual(version.outputs.versionStages, ["AWSCURRENT"]);
    const { secretString, ...rest } = await ask(cloud, "secretsmanager.getSecretVersion", { secretId });
    assert.deepEqual([secretString, rest.versionId], ["one", version.outputs.versionId]);
    assert.deepEqual((await version.diff({ secretId, secretString: "two" })).replaces, ["secretString"]);
    const staged = await version.update({ secretId, secretString: "one", versionStages: ["AWSCURRENT", "blue"] });
    assert.deepEqual((staged.versionStages as string[]).sort(), ["AWSCURRENT", "blue"]);
    assert.match((await version.failures({ secretId }))[0]!, /secretString: or secretBinary must be given/);

    const changed = await secret.update({ namePrefix: "db-", description: "Second", tags: { team: "data" } });
    assert.deepEqual([changed.description, changed.tagsAll], ["Second", { suite: "test", team: "data" }]);
    const Statement = [
      { Effect: "Allow", Principal: { AWS: "*" }, Action: "secretsmanager:GetSecretValue", Resource: "*" },
    ];
    const policy = JSON.stringify({ Version: "2012-10-17", Statement });
    const access = await make(cloud, "secretsmanager.SecretPolicy", { secretArn: secretId, policy });
    const found = await ask(cloud, "secretsmanager.getSecret", { arn: secretId });
    assert.deepEqual([found.policy, found.description], [policy, "Second"]);
    await unmake([access]);
    await secret.delete();
    assert.equal(await secret.read(), undefined);
    const waiting = await cloud.call<Properties>("secretsmanager", "DescribeSecret", { SecretId: secretId });
    assert.ok(waiting.DeletedDate);
    const none = await ask(cloud, "secretsmanager.getSecret", { arn: secretId }).catch(({ message }) => message);
    assert.match(none, /^there is no secret/);
  });

  it("are rotated by a function, and may go at once", async () => {
    const secret = await make(test.cloud, "secretsmanager.Secret", { recoveryWindowInDays: 0 });
    const rotation = new TestResource(test.cloud, "aws:secretsmanager/secretRotation:SecretRotation");
    const { roleArn } = await test.mintRole(undefined, { name: "rotates", trust: "lambda.amazonaws.com" });
    const created = await test.cloud.call<Properties>("lambda", "CreateFunction", {
      FunctionName: "rotate",
      Role: roleArn,
      Runtime: "nodejs22.x",
      Handler: "index.handler",
      Code: { ZipFile: await zipOf("exports.handler = async () => {};") },
    });
    await test.cloud.call("lambda", "AddPermission", {
      ...{ FunctionName: "rotate", StatementId: "secrets", Action: "lambda:InvokeFunction" },
      Principal: "secretsmanager.amazonaws.com",
    });
    const rules = { secretId: secret.id, rotationLambdaArn: created.FunctionArn, rotateImmediately: false };
    const made = await rotation.create({ ...rules, rotationRules: { automaticallyAfterDays: 30 } });
    assert.deepEqual([made.rotationEnabled, made.rotationRules], [true, { automaticallyAfterDays: 30 }]);
    const slower = await rotation.update({ ...rules, rotationRules: { automaticallyAfterDays: 60 } });
    assert.deepEqual(slower.rotationRules, { automaticallyAfterDays: 60 });
    await unmake([secret, rotation]);
  });

  it("may be thrown", async () => {
    const made = await ask(test.cloud, "secretsmanager.getRandomPassword", {
      passwordLength: 12,
      excludePunctuation: true,
    });
    assert.match(String(made.randomPassword), /^[a-zA-Z0-9]{12}$/);
  });
});

async function zipOf(text: string): Promise<Uint8Array> {
  const { strToU8, zipSync } = await import("fflate");
  return zipSync({ "index.js": strToU8(text) });
}
