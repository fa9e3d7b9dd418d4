import assert from "node:assert/strict";
import { Lambda } from "@aws-sdk/client-lambda";
import { type Functions, startFunctions, zip } from "../../../testing/lambda.ts";

const publisher = "arn:aws:signer:us-east-1:000000000000:/signing-profiles/mine/0123456789";
const code = "export const handler = () => 1;";

describe("code signing of Lambda functions", () => {
  let functions: Functions;
  let lambda: Lambda;
  before(async () => {
    functions = await startFunctions();
    lambda = functions.test.client(Lambda);
  });
  after(() => functions.test.stop());

  const config = async (policy?: "Warn" | "Enforce") =>
    (
      await lambda.createCodeSigningConfig({
        AllowedPublishers: { SigningProfileVersionArns: [publisher] },
        ...(policy && { CodeSigningPolicies: { UntrustedArtifactOnDeployment: policy } }),
        Tags: { a: "1" },
      })
    ).CodeSigningConfig!;

  it("says of a function without it that there is none", async () => {
    await functions.create("unsigned", code);
    const { $metadata, ...answer } = await lambda.getFunctionCodeSigningConfig({ FunctionName: "unsigned" });
    assert.deepEqual(answer, {});
    await assert.rejects(lambda.getFunctionCodeSigningConfig({ FunctionName: "nobody" }), {
      name: "ResourceNotFoundException",
    });
  });

  it("makes, shows, changes and deletes a configuration", async () => {
    const { CodeSigningConfigArn = "", CodeSigningConfigId = "", LastModified, ...rest } = await config();
    assert.match(CodeSigningConfigId, /^csc-[0-9a-f]{17}$/);
    assert.equal(
      CodeSigningConfigArn,
      `arn:aws:lambda:us-east-1:000000000000:code-signing-config:${CodeSigningConfigId}`,
    );
    assert.deepEqual(rest, {
      AllowedPublishers: { SigningProfileVersionArns: [publisher] },
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: "Warn" },
    });
    assert.deepEqual((await lambda.listTags({ Resource: CodeSigningConfigArn })).Tags, { a: "1" });
    await lambda.tagResource({ Resource: CodeSigningConfigArn, Tags: { b: "2" } });
    await lambda.untagResource({ Resource: CodeSigningConfigArn, TagKeys: ["a"] });
    assert.deepEqual((await lambda.listTags({ Resource: CodeSigningConfigArn })).Tags, { b: "2" });
    await lambda.updateCodeSigningConfig({ CodeSigningConfigArn, Description: "changed" });
    const { CodeSigningConfig } = await lambda.getCodeSigningConfig({ CodeSigningConfigArn });
    assert.equal(CodeSigningConfig?.Description, "changed");
    assert.deepEqual(CodeSigningConfig?.AllowedPublishers, rest.AllowedPublishers);
    await lambda.deleteCodeSigningConfig({ CodeSigningConfigArn });
    await assert.rejects(lambda.getCodeSigningConfig({ CodeSigningConfigArn }), {
      name: "ResourceNotFoundException",
      message: `The Lambda code signing configuration ${CodeSigningConfigArn} can not be found.`,
    });
  });

  it("belongs to functions, and stays as long as they have it", async () => {
    const { CodeSigningConfigArn = "" } = await config();
    await functions.create("signed", code, { CodeSigningConfigArn });
    const arn = async () =>
      (await lambda.getFunctionCodeSigningConfig({ FunctionName: "signed" })).CodeSigningConfigArn;
    assert.equal(await arn(), CodeSigningConfigArn);
    assert.deepEqual((await lambda.listFunctionsByCodeSigningConfig({ CodeSigningConfigArn })).FunctionArns, [
      "arn:aws:lambda:us-east-1:000000000000:function:signed",
    ]);
    await assert.rejects(lambda.deleteCodeSigningConfig({ CodeSigningConfigArn }), {
      name: "ResourceConflictException",
    });
    await lambda.deleteFunctionCodeSigningConfig({ FunctionName: "signed" });
    assert.equal(await arn(), undefined);
    await lambda.putFunctionCodeSigningConfig({ FunctionName: "signed", CodeSigningConfigArn });
    assert.equal(await arn(), CodeSigningConfigArn);
  });

  it("refuses code without a signature where signatures are enforced", async () => {
    const { CodeSigningConfigArn = "" } = await config("Enforce");
    const refused = { name: "CodeVerificationFailedException" };
    await assert.rejects(functions.create("enforced", code, { CodeSigningConfigArn }), refused);
    await functions.create("enforced", code);
    await lambda.putFunctionCodeSigningConfig({ FunctionName: "enforced", CodeSigningConfigArn });
    const update = lambda.updateFunctionCode({ FunctionName: "enforced", ZipFile: zip({ "index.mjs": "1" }) });
    await assert.rejects(update, refused);
  });
});
