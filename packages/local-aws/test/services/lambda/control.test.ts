import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import {
  CreateAliasCommand,
  CreateFunctionCommand,
  DeleteAliasCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  ListAliasesCommand,
  ListFunctionsCommand,
  ListTagsCommand,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  PutFunctionConcurrencyCommand,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateAliasCommand,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { startCloud } from "../../../testing/cloud.ts";
import { type Functions, startFunctions, zip } from "../../../testing/lambda.ts";

const answer = (value: string) => zip({ "index.mjs": `export const handler = async () => ${JSON.stringify(value)}` });

describe("the Lambda API", () => {
  let functions: Functions;
  before(async () => {
    functions = await startFunctions();
  });
  after(() => functions.test.stop());

  const rejects = (work: Promise<unknown>, name: string, message: RegExp) =>
    assert.rejects(work, (error: Error) => {
      assert.equal(error.name, name);
      assert.match(error.message, message);
      return true;
    });

  it("shows a function as it was created", async () => {
    const ZipFile = answer("one");
    await functions.create("shown", "", { Code: { ZipFile }, Description: "mine", Tags: { owner: "me" } });
    const { Configuration, Tags, Code } = await functions.lambda.send(
      new GetFunctionCommand({ FunctionName: "shown" }),
    );
    assert.equal(Configuration?.CodeSha256, createHash("sha256").update(ZipFile).digest("base64"));
    assert.equal(Configuration?.CodeSize, ZipFile.length);
    assert.equal(Configuration?.State, "Active");
    assert.equal(Configuration?.LastUpdateStatus, "Successful");
    assert.equal(Configuration?.Description, "mine");
    assert.equal(Configuration?.FunctionArn, "arn:aws:lambda:us-east-1:000000000000:function:shown");
    assert.deepEqual(Configuration?.LoggingConfig, { LogFormat: "Text", LogGroup: "/aws/lambda/shown" });
    assert.deepEqual(Tags, { owner: "me" });
    const download = await fetch(Code!.Location!);
    assert.deepEqual(Buffer.from(await download.arrayBuffer()), Buffer.from(ZipFile));
  });

  it("hands code out to whoever was given its address, and to nobody else", async () => {
    await functions.create("code", "export const handler = 1");
    const { Code } = await functions.lambda.send(new GetFunctionCommand({ FunctionName: "code" }));
    const address = new URL(Code!.Location!);
    const status = async (change: (url: URL) => void) => {
      const url = new URL(address);
      change(url);
      return (await fetch(url)).status;
    };
    assert.equal(await status(() => {}), 200);
    assert.equal(await status(({ searchParams }) => searchParams.set("Expires", "9999999999999")), 403);
    assert.equal(await status(({ searchParams }) => searchParams.delete("Signature")), 403);
    assert.equal(await status((url) => (url.pathname = url.pathname.replace(/[0-9a-f]{64}/, "0".repeat(64)))), 403);
    assert.equal(await status((url) => (url.pathname = "/_aws/lambda-code/us-east-1/%2e%2e/x.zip")), 403);
  });

  it("shows the VPC of a function's subnets, and that it is in none any more", async () => {
    const { test, lambda } = functions;
    const { Vpc } = await test.cloud.call<{ Vpc: { VpcId: string } }>("ec2", "CreateVpc", { CidrBlock: "10.9.0.0/16" });
    const { Subnet } = await test.cloud.call<{ Subnet: { SubnetId: string } }>("ec2", "CreateSubnet", {
      VpcId: Vpc.VpcId,
      CidrBlock: "10.9.1.0/24",
    });
    const VpcConfig = { SubnetIds: [Subnet.SubnetId], SecurityGroupIds: ["sg-1"] };
    await functions.create("networked", "", { VpcConfig });
    const FunctionName = "networked";
    const shown = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    assert.deepEqual(shown.VpcConfig, { ...VpcConfig, Ipv6AllowedForDualStack: false, VpcId: Vpc.VpcId });
    const none = { SubnetIds: [], SecurityGroupIds: [] };
    const left = await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, VpcConfig: none }));
    assert.deepEqual(left.VpcConfig, { ...none, Ipv6AllowedForDualStack: false, VpcId: "" });
  });

  it("answers in AWS's states: pending when created, in progress when changed", async () => {
    const { lambda } = functions;
    await functions.create("first", "");
    const { Role } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName: "first" }));
    const created = await lambda.send(
      new CreateFunctionCommand({
        FunctionName: "stated",
        Runtime: "nodejs24.x",
        Handler: "index.handler",
        Role,
        Code: { ZipFile: answer("one") },
        Environment: { Variables: {} },
      }),
    );
    const reason = "The function is being created.";
    assert.deepEqual([created.State, created.StateReason, created.StateReasonCode], ["Pending", reason, "Creating"]);
    assert.equal(created.LastUpdateStatus, undefined);
    assert.deepEqual(created.Environment, { Variables: {} });
    const FunctionName = "stated";
    const updates = [
      await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: answer("two") })),
      await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Description: "other" })),
    ];
    for (const { State, LastUpdateStatus, LastUpdateStatusReason } of updates)
      assert.deepEqual([State, LastUpdateStatus, LastUpdateStatusReason], ["Active", "InProgress", reason]);
    const now = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    assert.deepEqual([now.State, now.LastUpdateStatus, now.StateReason], ["Active", "Successful", undefined]);
  });

  it("keeps functions of runtimes that only AWS has, and refuses to invoke them", async () => {
    await functions.create("elsewhere", "", { Runtime: "ruby3.4", Handler: "main.handler" });
    const FunctionName = "elsewhere";
    const configuration = await functions.lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    assert.deepEqual([configuration.Runtime, configuration.State], ["ruby3.4", "Active"]);
    await functions.lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Runtime: "java21" }));
    for (const InvocationType of ["RequestResponse", "Event"] as const) {
      await rejects(
        functions.lambda.send(new InvokeCommand({ FunctionName, InvocationType })),
        "InvalidRuntimeException",
        /^The local cloud runs functions of the runtimes nodejs20\.x, .*python3\.14, .*provided\.al2023, not of java21\.$/,
      );
    }
  });

  it("takes code from S3, as far as the caller may read it", async () => {
    const s3 = functions.test.client(S3Client, { config: { forcePathStyle: true } });
    await s3.send(new CreateBucketCommand({ Bucket: "packages" }));
    await s3.send(new PutObjectCommand({ Bucket: "packages", Key: "code.zip", Body: answer("from S3") }));
    await functions.create("stored", "", { Code: { S3Bucket: "packages", S3Key: "code.zip" } });
    assert.equal((await functions.invoke("stored")).value, "from S3");
    await rejects(
      functions.create("unstored", "", { Code: { S3Bucket: "packages", S3Key: "none.zip" } }),
      "InvalidParameterValueException",
      /^Error occurred while GetObject\. S3 Error Code: NoSuchKey\./,
    );
    const { principal } = await functions.test.mintRole({ Effect: "Allow", Action: "lambda:*", Resource: "*" });
    const code = { FunctionName: "stored", S3Bucket: "packages", S3Key: "code.zip" };
    await assert.rejects(functions.test.cloud.call("lambda", "UpdateFunctionCode", code, principal), {
      code: "AccessDeniedException",
      message: /^Your access has been denied by S3/,
    });
  });

  it("refuses a second function of one name", async () => {
    await functions.create("twice", "", { Code: { ZipFile: answer("x") } });
    await rejects(functions.create("twice", ""), "ResourceConflictException", /^Function already exist: twice$/);
  });

  it("publishes a version once for the same code and configuration", async () => {
    const { lambda } = functions;
    const FunctionName = "versions";
    await functions.create(FunctionName, "", { Code: { ZipFile: answer("one") } });
    const publish = async () => (await lambda.send(new PublishVersionCommand({ FunctionName }))).Version;
    assert.deepEqual([await publish(), await publish()], ["1", "1"]);
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: answer("two") }));
    assert.equal(await publish(), "2");
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 5 }));
    assert.equal(await publish(), "3");
    await lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "3" }));
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Timeout: 6 }));
    assert.equal(await publish(), "4", "numbers are never given twice");
    const { Versions } = await lambda.send(new ListVersionsByFunctionCommand({ FunctionName }));
    assert.deepEqual(
      Versions?.map(({ Version }) => Version),
      ["$LATEST", "1", "2", "4"],
    );
    assert.equal((await functions.invoke(`${FunctionName}:1`)).value, "one");
    assert.equal((await functions.invoke(FunctionName, undefined, { Qualifier: "2" })).value, "two");
    await rejects(functions.invoke(`${FunctionName}:3`), "ResourceNotFoundException", /:function:versions:3$/);
  });

  it("keeps aliases, with weights between two versions", async () => {
    const { lambda } = functions;
    const FunctionName = "aliases";
    await functions.create(FunctionName, "", { Code: { ZipFile: answer("one") }, Publish: true });
    await lambda.send(new UpdateFunctionCodeCommand({ FunctionName, ZipFile: answer("two"), Publish: true }));
    const { AliasArn } = await lambda.send(
      new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }),
    );
    assert.equal(AliasArn, "arn:aws:lambda:us-east-1:000000000000:function:aliases:live");
    const route = (AdditionalVersionWeights: Record<string, number>) =>
      lambda.send(new UpdateAliasCommand({ FunctionName, Name: "live", RoutingConfig: { AdditionalVersionWeights } }));
    assert.deepEqual((await route({ 2: 0.25 })).RoutingConfig, { AdditionalVersionWeights: { 2: 0.25 } });
    await rejects(route({ 2: 1.5 }), "InvalidParameterValueException", /between 0\.0 and 1\.0/);
    await rejects(route({ 9: 0.5 }), "ResourceNotFoundException", /aliases:9/);
    await rejects(route({ $LATEST: 0.5 }), "InvalidParameterValueException", /\$LATEST is not supported/);
    const referenced = lambda.send(new DeleteFunctionCommand({ FunctionName, Qualifier: "2" }));
    await rejects(referenced, "ResourceConflictException", /is referenced by alias/);
    assert.equal((await route({})).RoutingConfig, undefined);
    const stale = new UpdateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "2", RevisionId: "stale" });
    await rejects(lambda.send(stale), "PreconditionFailedException", /Revision Id/);
    const { Aliases } = await lambda.send(new ListAliasesCommand({ FunctionName }));
    assert.deepEqual(
      Aliases?.map(({ Name }) => Name),
      ["live"],
    );
    await lambda.send(new DeleteAliasCommand({ FunctionName, Name: "live" }));
    await rejects(functions.invoke("aliases:live"), "ResourceNotFoundException", /aliases:live/);
  });

  it("lists functions in pages", async () => {
    const names: (string | undefined)[] = [];
    let Marker: string | undefined;
    do {
      const listed = await functions.lambda.send(new ListFunctionsCommand({ MaxItems: 2, Marker }));
      names.push(...(listed.Functions ?? []).map(({ FunctionName }) => FunctionName));
      Marker = listed.NextMarker;
    } while (Marker);
    assert.deepEqual(names, [...names].sort());
    for (const name of ["aliases", "shown", "twice", "versions"]) assert.ok(names.includes(name));
  });

  it("tags functions", async () => {
    await functions.create("tagged", "", { Code: { ZipFile: answer("x") } });
    const Resource = "arn:aws:lambda:us-east-1:000000000000:function:tagged";
    await functions.lambda.send(new TagResourceCommand({ Resource, Tags: { a: "1", b: "2" } }));
    await functions.lambda.send(new UntagResourceCommand({ Resource, TagKeys: ["a"] }));
    assert.deepEqual((await functions.lambda.send(new ListTagsCommand({ Resource }))).Tags, { b: "2" });
  });

  it("keeps enough concurrency unreserved", async () => {
    await functions.create("reserving", "", { Code: { ZipFile: answer("x") } });
    const put = (ReservedConcurrentExecutions: number) =>
      functions.lambda.send(
        new PutFunctionConcurrencyCommand({ FunctionName: "reserving", ReservedConcurrentExecutions }),
      );
    await rejects(put(901), "InvalidParameterValueException", /below its minimum value of \[100\]/);
    assert.equal((await put(900)).ReservedConcurrentExecutions, 900);
    assert.equal((await put(2)).ReservedConcurrentExecutions, 2);
  });

  it("removes a function with everything of it", async () => {
    const { lambda, test } = functions;
    const FunctionName = "removed";
    await functions.create(FunctionName, "export const handler = async () => 'only here'", { Publish: true });
    const { CodeSha256 } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
    const id = Buffer.from(CodeSha256 as string, "base64").toString("hex");
    const packages = () => readdir(join(test.cloud.directory, "lambda"));
    assert.ok((await packages()).includes(id));
    await lambda.send(new CreateAliasCommand({ FunctionName, Name: "live", FunctionVersion: "1" }));
    await lambda.send(new DeleteFunctionCommand({ FunctionName }));
    assert.ok(!(await packages()).includes(id));
    await functions.create(FunctionName, "", { Code: { ZipFile: answer("again") } });
    const { Aliases } = await lambda.send(new ListAliasesCommand({ FunctionName }));
    assert.deepEqual(Aliases, []);
  });

  it("remembers everything over a restart", async () => {
    const first = await startCloud();
    const { roleArn } = await first.mintRole();
    await first.cloud.call("lambda", "CreateFunction", {
      FunctionName: "lasting",
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Role: roleArn,
      Code: { ZipFile: answer("still here") },
      Publish: true,
    });
    await first.cloud.call("lambda", "CreateAlias", { FunctionName: "lasting", Name: "live", FunctionVersion: "1" });
    await first.stop({ keep: true });
    const second = await startCloud({ directory: first.directory });
    try {
      const { Payload } = await second.cloud.call<{ Payload: Buffer }>("lambda", "Invoke", {
        FunctionName: "lasting:live",
      });
      assert.equal(JSON.parse(Payload.toString()), "still here");
    } finally {
      await second.stop();
    }
  });
});
