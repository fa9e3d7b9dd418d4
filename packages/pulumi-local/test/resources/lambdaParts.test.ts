import assert from "node:assert/strict";
import { strToU8, zipSync } from "fflate";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { make, unmake } from "./support/made.ts";

describe("what belongs to functions: filters that call them, addresses, publishers, layers", () => {
  let test: TestCloud;
  let arn: string;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
    const { roleArn } = await test.mintRole(undefined, { name: "runs", trust: "lambda.amazonaws.com" });
    const ZipFile = zipSync({ "index.js": strToU8("exports.handler = async () => ({ statusCode: 200 });") });
    const settings = { Role: roleArn, Runtime: "nodejs22.x", Handler: "index.handler", Code: { ZipFile } };
    const made = await test.cloud.call<Properties>("lambda", "CreateFunction", { FunctionName: "take", ...settings });
    arn = String(made.FunctionArn);
    const FunctionName = "take";
    const allowed = { StatementId: "logs", Action: "lambda:InvokeFunction", Principal: "logs.amazonaws.com" };
    await test.cloud.call("lambda", "AddPermission", { FunctionName, ...allowed });
  });
  after(() => test.stop());

  it("send a group's events on, by a pattern", async () => {
    const group = await make(test.cloud, "cloudwatch.LogGroup", { name: "/orders" }, [
      ...["deletionProtectionEnabled", "namePrefix"],
    ]);
    const inputs = { logGroup: "/orders", destinationArn: arn, filterPattern: "ERROR" };
    const filter = await make(test.cloud, "cloudwatch.LogSubscriptionFilter", inputs);
    assert.match(filter.id, /^\/orders\|thing-[0-9a-f]{7}$/);
    assert.equal((await filter.update({ ...inputs, filterPattern: "WARN" })).filterPattern, "WARN");
    assert.deepEqual((await filter.diff({ ...inputs, logGroup: "/others" })).replaces, ["logGroup"]);
    await filter.delete();
    assert.equal(await filter.read(), undefined);
    await unmake([group]);
  });

  it("lead to a function, for everybody where they ask nobody's name", async () => {
    const inputs = { functionName: "take", authorizationType: "AWS_IAM" };
    const url = await make(test.cloud, "lambda.FunctionUrl", inputs);
    assert.deepEqual([url.id, url.outputs.functionArn, url.outputs.invokeMode], ["take", arn, "BUFFERED"]);
    assert.ok(String(url.outputs.functionUrl).includes(String(url.outputs.urlId)));
    const policy = async () => {
      const { Policy } = await test.cloud.call<Properties>("lambda", "GetPolicy", { FunctionName: "take" });
      return JSON.parse(String(Policy)).Statement.map(({ Sid }: { Sid: string }) => Sid);
    };
    assert.deepEqual(await policy(), ["logs"]);
    const cors = { allowOrigins: ["https://example.org"], maxAge: 60 };
    const open = await url.update({ functionName: "take", authorizationType: "NONE", cors });
    assert.deepEqual([open.cors, open.functionUrl], [cors, url.outputs.functionUrl]);
    assert.deepEqual((await policy()).sort(), ["FunctionURLAllowPublicAccess", "logs"]);
    assert.deepEqual((await url.diff({ ...inputs, qualifier: "live" })).replaces, ["qualifier"]);
    await unmake([url]);
  });

  it("have layers that others may use", async () => {
    const Content = { ZipFile: zipSync({ "nodejs/one.js": strToU8("") }) };
    await test.cloud.call("lambda", "PublishLayerVersion", { LayerName: "shared", Content });
    const permission = await make(test.cloud, "lambda.LayerVersionPermission", {
      ...{ layerName: "shared", versionNumber: 1, principal: "111122223333", statementId: "others" },
      action: "lambda:GetLayerVersion",
    });
    assert.equal(permission.id, "shared,1");
    await unmake([permission]);
  });

  it("have code of allowed publishers", async () => {
    const profile = "arn:aws:signer:eu-west-1:000000000000:/signing-profiles/mine/abcdefghij";
    const allowedPublishers = { signingProfileVersionArns: [profile] };
    const config = await make(test.cloud, "lambda.CodeSigningConfig", { allowedPublishers });
    assert.deepEqual(config.outputs.policies, { untrustedArtifactOnDeployment: "Warn" });
    const policies = { untrustedArtifactOnDeployment: "Enforce" };
    const strict = await config.update({ allowedPublishers, policies, tags: { team: "data" } });
    assert.deepEqual([strict.policies, strict.tagsAll], [policies, { suite: "test", team: "data" }]);
    await unmake([config]);
  });
});
