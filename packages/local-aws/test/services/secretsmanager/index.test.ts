import assert from "node:assert/strict";
import * as lambda from "@aws-sdk/client-lambda";
import { SecretsManager } from "@aws-sdk/client-secrets-manager";
import { type Functions, startFunctions } from "../../../testing/lambda.ts";

describe("Secrets Manager", () => {
  let functions: Functions;
  let client: SecretsManager;
  before(async () => {
    functions = await startFunctions();
    client = functions.test.client(SecretsManager);
  });
  after(() => functions.test.stop());

  const stagesOf = async (SecretId: string) => {
    const { Versions = [] } = await client.listSecretVersionIds({ SecretId });
    return Object.fromEntries(Versions.map(({ VersionId, VersionStages }) => [VersionId, VersionStages]));
  };

  it("keeps values by version, which stages name: what was current is the previous one", async () => {
    const { ARN, VersionId: first } = await client.createSecret({ Name: "db/password", SecretString: "one" });
    assert.match(ARN!, /:secret:db\/password-[A-Za-z0-9]{6}$/);
    const { VersionId: second } = await client.putSecretValue({ SecretId: ARN, SecretBinary: Buffer.from("two") });
    assert.deepEqual(await stagesOf("db/password"), { [first!]: ["AWSPREVIOUS"], [second!]: ["AWSCURRENT"] });
    assert.equal(
      Buffer.from((await client.getSecretValue({ SecretId: "db/password" })).SecretBinary!).toString(),
      "two",
    );
    const previous = await client.getSecretValue({ SecretId: ARN!.slice(0, -7), VersionStage: "AWSPREVIOUS" });
    assert.deepEqual([previous.SecretString, previous.VersionId], ["one", first]);
    await client.updateSecretVersionStage({
      SecretId: ARN,
      VersionStage: "AWSCURRENT",
      MoveToVersionId: first,
      RemoveFromVersionId: second,
    });
    assert.deepEqual(await stagesOf(ARN!), { [first!]: ["AWSCURRENT"], [second!]: ["AWSPREVIOUS"] });
  });

  it("takes a value once under a token", async () => {
    const ClientRequestToken = "11111111-2222-3333-4444-555555555555";
    await client.createSecret({ Name: "once", SecretString: "a" });
    const put = (SecretString: string) => client.putSecretValue({ SecretId: "once", SecretString, ClientRequestToken });
    assert.equal((await put("b")).VersionId, (await put("b")).VersionId);
    await assert.rejects(put("c"), { name: "ResourceExistsException" });
  });

  it("is deleted after its window, restored before, and at once where that is asked for", async () => {
    await client.createSecret({ Name: "gone", SecretString: "a", Tags: [{ Key: "k", Value: "v" }] });
    await client.deleteSecret({ SecretId: "gone", RecoveryWindowInDays: 7 });
    await assert.rejects(client.getSecretValue({ SecretId: "gone" }), { name: "InvalidRequestException" });
    await assert.rejects(client.createSecret({ Name: "gone" }), { name: "InvalidRequestException" });
    await client.restoreSecret({ SecretId: "gone" });
    const { SecretList = [] } = await client.listSecrets({ Filters: [{ Key: "tag-key", Values: ["k"] }] });
    assert.deepEqual(
      SecretList.map(({ Name }) => Name),
      ["gone"],
    );
    await client.deleteSecret({ SecretId: "gone", ForceDeleteWithoutRecovery: true });
    await assert.rejects(client.describeSecret({ SecretId: "gone" }), { name: "ResourceNotFoundException" });
  });

  it("is read by whom its policy names, or a role's", async () => {
    const { ARN } = await client.createSecret({ Name: "guarded", SecretString: "s" });
    const { roleArn, credentials } = await functions.test.mintRole([], { name: "reader" });
    const reader = functions.test.client(SecretsManager, { credentials });
    await assert.rejects(reader.getSecretValue({ SecretId: ARN }), { name: "AccessDeniedException" });
    const Statement = {
      Effect: "Allow",
      Principal: { AWS: roleArn },
      Action: "secretsmanager:GetSecretValue",
      Resource: "*",
    };
    await client.putResourcePolicy({
      SecretId: ARN,
      ResourcePolicy: JSON.stringify({ Version: "2012-10-17", Statement }),
    });
    assert.equal((await reader.getSecretValue({ SecretId: ARN })).SecretString, "s");
  });

  it("is rotated by a function in four steps, which only Secrets Manager may invoke", async () => {
    await functions.create(
      "rotate",
      `export const handler = async ({ Step, SecretId, ClientRequestToken }) => { console.log("STEP " + Step + " " + ClientRequestToken); }`,
    );
    const { ARN } = await client.createSecret({ Name: "rotated", SecretString: "s" });
    const { Configuration } = await functions.lambda.send(new lambda.GetFunctionCommand({ FunctionName: "rotate" }));
    const RotationLambdaARN = Configuration!.FunctionArn!;
    const rules = { RotationRules: { AutomaticallyAfterDays: 5 }, RotationLambdaARN };
    await assert.rejects(client.rotateSecret({ SecretId: ARN, ...rules }), { name: "AccessDeniedException" });
    await functions.lambda.send(
      new lambda.AddPermissionCommand({
        FunctionName: "rotate",
        StatementId: "secrets",
        Action: "lambda:InvokeFunction",
        Principal: "secretsmanager.amazonaws.com",
      }),
    );
    await client.rotateSecret({ SecretId: ARN, ...rules });
    let described = await client.describeSecret({ SecretId: ARN });
    for (let look = 0; look < 250 && !described.LastRotatedDate; look++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      described = await client.describeSecret({ SecretId: ARN });
    }
    assert.ok(described.LastRotatedDate);
    assert.equal(described.NextRotationDate!.getTime() - described.LastRotatedDate.getTime(), 5 * 86_400_000);
    let steps: (string | undefined)[] = [];
    for (let look = 0; look < 250 && steps.length < 4; look++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      const of = { logGroupName: "/aws/lambda/rotate", filterPattern: '"STEP"' };
      const found = functions.test.cloud.call<{ events?: { message: string }[] }>("logs", "FilterLogEvents", of);
      const { events = [] } = await found.catch(() => ({ events: [] }));
      steps = events.map(({ message }) => /STEP (\w+)/.exec(message)?.[1]);
    }
    assert.deepEqual(steps, ["createSecret", "setSecret", "testSecret", "finishSecret"]);
  });

  it("makes passwords of every kind of character that is not left out", async () => {
    for (let round = 0; round < 20; round++) {
      const { RandomPassword = "" } = await client.getRandomPassword({ PasswordLength: 8, ExcludePunctuation: true });
      assert.match(RandomPassword, /^(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z\d]{8}$/);
    }
  });

  for (const [what, call, name] of [
    ["a name with other characters", () => client.createSecret({ Name: "a b" }), "ValidationException"],
    [
      "two values",
      () => client.createSecret({ Name: "x", SecretString: "a", SecretBinary: Buffer.from("b") }),
      "InvalidParameterException",
    ],
    [
      "a value that is too large",
      () => client.createSecret({ Name: "x", SecretString: "a".repeat(65_537) }),
      "ValidationException",
    ],
    [
      "a window that is too short",
      () => client.deleteSecret({ SecretId: "x", RecoveryWindowInDays: 1 }),
      "InvalidParameterException",
    ],
    ["rotation by nobody", () => client.rotateSecret({ SecretId: "db/password" }), "InvalidRequestException"],
  ] as const) {
    it(`refuses ${what}`, () => assert.rejects(call(), { name }));
  }
});
