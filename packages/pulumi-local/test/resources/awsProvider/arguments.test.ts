import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../../src/engine/provider.ts";
import { checkArguments } from "../../../src/resources/awsProvider/arguments.ts";
import { createRegistry } from "../../../src/resources/index.ts";
import { TestResource } from "../../../testing/resource.ts";

describe("The AWS provider's arguments", () => {
  const cloud = { accountId: "000000000000", origin: "http://127.0.0.1:4566" };
  const refusal = (config: Properties): string | undefined => {
    try {
      checkArguments(config, cloud);
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  };
  const role = "arn:aws:iam::000000000000:role/deploy";

  it("are taken when they can be honoured, or are about the way to AWS", () => {
    for (const config of [
      {},
      { region: "eu-west-1", profile: "", accessKey: undefined, __internal: {}, version: "7.48.0" },
      { accessKey: "test", secretKey: "test", skipCredentialsValidation: true, skipRegionValidation: true },
      { maxRetries: "25", insecure: true, s3UsePathStyle: true, httpProxy: "http://proxy", useFipsEndpoint: true },
      { allowedAccountIds: ["111111111111", "000000000000"] },
      { forbiddenAccountIds: ["111111111111"] },
      { endpoints: [{ sqs: "http://localhost:4566", sns: "http://127.0.0.1:4566/" }] },
      { assumeRoles: [{ roleArn: role, sessionName: "ci", duration: "1h30m" }, { roleArn: role }] },
    ] as Properties[]) {
      assert.equal(refusal(config), undefined, JSON.stringify(config));
    }
  });

  // Where Pulumi's provider refuses them, too, these are its words, as it said them with its version 7.48.
  for (const [config, says] of [
    [
      { profile: "work" },
      /^the AWS provider's profile is "work": it names credentials of a real account; give accessKey/,
    ],
    [{ sharedConfigFiles: ["x"] }, /^the AWS provider's sharedConfigFiles is \["x"\]: it names credentials of a real/],
    [{ sharedCredentialsFiles: ["x"] }, /^the AWS provider's sharedCredentialsFiles is/],
    [{ assumeRoleWithWebIdentity: {} }, /^the AWS provider's assumeRoleWithWebIdentity is .* is not modelled/],
    [{ tagPolicyCompliance: "error" }, /^the AWS provider's tagPolicyCompliance is "error": it is not modelled/],
    [
      { regio: "x" },
      /^`aws:regio` is not a valid configuration key for the aws provider\. Did you mean `aws:region`\?$/,
    ],
    [{ nothingLikeIt: "x" }, /^`aws:nothingLikeIt` is not a valid configuration key for the aws provider\.$/],
    [{ region: "nowhere" }, /^invalid AWS Region: nowhere$/],
    [{ accessKey: "AKIA" }, /^retrieving credentials: static credentials are empty$/],
    [{ secretKey: "x" }, /^retrieving credentials: static credentials are empty$/],
    [{ allowedAccountIds: ["111111111111"] }, /^AWS account ID not allowed: 000000000000$/],
    [{ forbiddenAccountIds: ["000000000000"] }, /^AWS account ID not allowed: 000000000000$/],
    [
      { allowedAccountIds: ["000000000000"], forbiddenAccountIds: ["111111111111"] },
      /^Conflicting configuration arguments: allowedAccountIds conflicts with forbiddenAccountIds$/,
    ],
    [
      { endpoints: [{ sqs: "https://sqs.eu-west-1.amazonaws.com" }] },
      /^the AWS provider's endpoints has sqs at https:\/\/sqs\.eu-west-1\.amazonaws\.com; here everything is made at http/,
    ],
    [
      { endpoints: [{ sqs: "http://localhost:4567" }] },
      /^the AWS provider's endpoints has sqs at http:\/\/localhost:4567;/,
    ],
    [{ endpoints: [{ sqs: "nonsense" }] }, /^the AWS provider's endpoints has sqs at nonsense;/],
    [
      { assumeRoles: [{ sessionName: "ci" }] },
      /configuration: assumeRoles\[0\]\.roleArn is required and was not given$/,
    ],
    [{ assumeRoles: [{ roleArn: "nonsense" }] }, /: assumeRoles\[0\]\.roleArn \(nonsense\) is an invalid ARN$/],
    [
      { assumeRoles: [{ roleArn: role, sessionName: "s" }] },
      /: assumeRoles\[0\]\.sessionName must have 2 to 64 characters, got s$/,
    ],
    [
      { assumeRoles: [{ roleArn: role }, { roleArn: role, duration: "5m" }] },
      /: assumeRoles\[1\]\.duration is 5m; it must be between/,
    ],
    [
      { assumeRoles: [{ roleArn: role, duration: "x" }] },
      /: assumeRoles\[0\]\.duration cannot be parsed as a duration: "x"$/,
    ],
  ] as [Properties, RegExp][]) {
    it(`are refused by name: ${JSON.stringify(config)}`, () => assert.match(refusal(config) ?? "taken", says));
  }

  describe("about tags", () => {
    let test: TestCloud;
    before(async () => {
      test = await startCloud();
    });
    after(() => test.stop());

    it("add those of defaultTags, and do not see those of ignoreTags", async () => {
      const queue = new TestResource(test.cloud, "aws:sqs/queue:Queue");
      const config = { ignoreTags: { keys: ["owner"], keyPrefixes: ["kubernetes.io/"] } };
      queue.context.provider = { region: "us-east-1", defaultTags: { stack: "local" }, config };
      const { tagsAll } = await queue.create({ name: "tagged", tags: { a: "1" } });
      assert.deepEqual(tagsAll, { stack: "local", a: "1" });
      const Tags = { owner: "them", "kubernetes.io/cluster": "x" };
      await test.cloud.call("sqs", "TagQueue", { QueueUrl: queue.id, Tags });
      const get = createRegistry(test.cloud).invokes.get("aws:sqs/getQueue:getQueue")!;
      const tags = async (settings: Properties) => {
        const provider = { ...queue.context.provider, config: settings };
        return (await get({ name: "tagged" }, { provider, signal: new AbortController().signal })).tags;
      };
      assert.deepEqual(await tags(config), { stack: "local", a: "1" });
      assert.deepEqual(await tags({}), { stack: "local", a: "1", ...Tags });
      await queue.delete();
    });
  });
});
