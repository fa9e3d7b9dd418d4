import assert from "node:assert/strict";
import type { NormalizedSchema } from "@smithy/core/schema";
import { passRole } from "../../src/kit/passRole.ts";
import type { Call, Service } from "../../src/service.ts";
import { startCloud, type TestCloud } from "../../testing/cloud.ts";
import { targetsOf } from "../fuzz/requests.ts";

const role = "arn:aws:iam::000000000000:role/handed";

/** Members that hand no role to a service, by AWS's document of them. */
const handsNone: Record<string, string> = {
  // The caller assumes it, as the role's own trust policy says.
  "sts AssumeRole RoleArn": "https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html",
};

/** How a request names a role: members of that kind, outside of IAM's own operations on roles (`RoleName`). */
const likeARole = /(role(arn)?|credentials)$/i;

/** Every path to such a member: `["Targets", "[]", "RoleArn"]`. */
function pathsIn(schema: NormalizedSchema, seen: readonly string[] = []): string[][] {
  if (schema.isListSchema()) return pathsIn(schema.getValueSchema(), seen).map((path) => ["[]", ...path]);
  if (!schema.isStructSchema() || seen.includes(schema.getName() ?? "")) return [];
  const within = [...seen, schema.getName() ?? ""];
  return [...schema.structIterator()].flatMap(([member, at]) =>
    at.isStringSchema()
      ? likeARole.test(member)
        ? [[member]]
        : []
      : pathsIn(at, within).map((path) => [member, ...path]),
  );
}

/** `{ Targets: [{ RoleArn: role }] }` */
const nested = (path: string[]): unknown =>
  path.length === 0
    ? role
    : path[0] === "[]"
      ? [nested(path.slice(1))]
      : { [path[0] as string]: nested(path.slice(1)) };

describe("iam:PassRole", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  const handed = async (service: string, operation: string, input: object): Promise<string[]> => {
    const { accountId, region } = test.cloud;
    const principal = { kind: "user", arn: "arn:aws:iam::000000000000:user/u", accountId } as const;
    const call: Call = { service, operation, principal, region, accountId, requestId: "" };
    const { operations } = test.services.get(service) as Service;
    const needed = await operations[operation]!.access(input, call);
    return needed.filter(({ action }) => action === "iam:PassRole").map(({ resource }) => resource);
  };

  /** These would lead to another bus or account. */
  const elsewhere = ["EventBusName", "ExpectedBucketOwner"];

  it("is asked for by every operation whose input names a role", async () => {
    await test.cloud.call("s3", "CreateBucket", { Bucket: "xxx" });
    const missing: string[] = [];
    let found = 0;
    for (const { service, shape } of await targetsOf(test, { accessKeyId: "test", secretAccessKey: "test" })) {
      const texts = [...shape.input.structIterator()].filter(([, member]) => member.isStringSchema());
      const named = texts.filter(([name]) => !likeARole.test(name) && !elsewhere.includes(name));
      const given = Object.fromEntries(named.map(([name]) => [name, "xxx"]));
      for (const path of pathsIn(shape.input)) {
        const name = `${service} ${shape.name} ${path.join(".")}`;
        if (handsNone[name]) continue;
        found++;
        const input = { ...given, ...(nested(path) as object) };
        if ((await handed(service, shape.name, input)).includes(role)) continue;
        // What the local cloud does not model it refuses, and hands nothing on.
        const refused = await test.cloud.call(service, shape.name, input).then(
          () => "",
          (error: Error) => error.message,
        );
        if (!/does not model/.test(refused)) missing.push(name);
      }
    }
    assert.deepEqual(missing, []);
    assert.ok(found > 20, `${found} members`);
  });

  it("is asked for where a role stands in an attribute, a patch or a document", async () => {
    const import_ = (text: string) => handed("apigateway", "ImportRestApi", { body: Buffer.from(text) });
    const patched = (operation: string, path: string, value: string) =>
      handed("apigateway", operation, { restApiId: "a", patchOperations: [{ op: "replace", path, value }] });
    const feedback = { LambdaFailureFeedbackRoleArn: role };
    const [[AttributeName, AttributeValue]] = Object.entries(feedback) as [[string, string]];
    const found = await Promise.all([
      handed("sns", "CreateTopic", { Name: "t", Attributes: feedback }),
      handed("sns", "SetTopicAttributes", { TopicArn: "t", AttributeName, AttributeValue }),
      patched("UpdateIntegration", "/credentials", role),
      patched("UpdateAuthorizer", "/authorizerCredentials", role),
      patched("UpdateAccount", "/cloudwatchRoleArn", role),
      import_(JSON.stringify({ "x-amazon-apigateway-integration": { credentials: role } })),
      import_(`x-amazon-apigateway-authorizer:\n  authorizerCredentials: ${role}\n  type: request\n`),
    ]);
    assert.deepEqual(
      found,
      found.map(() => [role]),
    );
  });

  it("is not asked for where the gateway is to call as whoever calls it", async () => {
    const credentials = "arn:aws:iam::*:user/*";
    assert.deepEqual(
      await handed("apigateway", "PutIntegration", { restApiId: "a", resourceId: "r", credentials }),
      [],
    );
  });

  it("is asked for the roles of a task's definition when the task is run, unless others are given", async () => {
    await test.cloud.call("ecs", "RegisterTaskDefinition", {
      family: "family",
      taskRoleArn: role,
      executionRoleArn: `${role}-execution`,
      containerDefinitions: [{ name: "c", image: "i" }],
    });
    const taskDefinition = "family:1";
    assert.deepEqual(await handed("ecs", "RunTask", { taskDefinition }), [role, `${role}-execution`]);
    const overrides = { taskRoleArn: `${role}-other` };
    assert.deepEqual(await handed("ecs", "RunTask", { taskDefinition, overrides }), [
      `${role}-other`,
      `${role}-execution`,
    ]);
  });

  it("lets nobody make a state machine, or a deployment group, with a role that is not theirs to pass", async () => {
    const { credentials } = await test.mintRole({
      Effect: "Allow",
      Action: ["states:*", "codedeploy:*"],
      Resource: "*",
    });
    const caller = test.cloud.identify(credentials);
    const machine = { name: "m", roleArn: role, definition: "{}" };
    const group = { applicationName: "a", deploymentGroupName: "g", serviceRoleArn: role };
    const refusal = { name: "AccessDeniedException", message: new RegExp(`iam:PassRole on resource: ${role}`) };
    await assert.rejects(test.cloud.call("states", "CreateStateMachine", machine, caller), refusal);
    await assert.rejects(test.cloud.call("codedeploy", "CreateDeploymentGroup", group, caller), refusal);
  });

  it("names the service that gets the role, once for each role that is given", () => {
    assert.deepEqual(passRole("lambda.amazonaws.com", undefined, role, ""), [
      { action: "iam:PassRole", resource: role, context: { "iam:PassedToService": "lambda.amazonaws.com" } },
    ]);
  });
});
