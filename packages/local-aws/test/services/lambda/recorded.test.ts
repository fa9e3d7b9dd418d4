import assert from "node:assert/strict";
import { Lambda } from "@aws-sdk/client-lambda";
import { type Functions, startFunctions, zip } from "../../../testing/lambda.ts";

const code = "export const handler = (event) => event;";
const account = "000000000000";
const arn = (rest: string) => `arn:aws:lambda:us-east-1:${account}:${rest}`;
const error = (name: string, message: string | RegExp) => ({ name, message });

/** What AWS says of functions and what belongs to them, in its own words. */
describe("Lambda's answers", () => {
  let functions: Functions;
  let lambda: Lambda;
  before(async () => {
    functions = await startFunctions();
    lambda = functions.test.client(Lambda);
    await functions.create("fn", code);
    await lambda.publishVersion({ FunctionName: "fn" });
    await lambda.createAlias({ FunctionName: "fn", Name: "live", FunctionVersion: "1" });
  });
  after(() => functions.test.stop());

  it("a runtime's version is named by a hash, and lists leave out states", async () => {
    const { RuntimeVersionConfig } = await lambda.getFunctionConfiguration({ FunctionName: "fn" });
    assert.match(RuntimeVersionConfig!.RuntimeVersionArn!, /^arn:aws:lambda:us-east-1::runtime:[0-9a-f]{64}$/);
    const { Functions: listed = [] } = await lambda.listFunctions({});
    const { Versions = [] } = await lambda.listVersionsByFunction({ FunctionName: "fn" });
    for (const one of [...listed, ...Versions])
      assert.deepEqual([one.State, one.LastUpdateStatus], [undefined, undefined]);
    await assert.rejects(
      lambda.listFunctions({ FunctionVersion: "NEW" as never }),
      error("ValidationException", /at 'functionVersion' .*enum value set: \[ALL\]$/),
    );
  });

  it("a version is published when anything has changed, be it what the function is said to be", async () => {
    await functions.create("described", code);
    const publish = async (Description?: string) =>
      (await lambda.publishVersion({ FunctionName: "described", ...(Description && { Description }) })).Version;
    assert.deepEqual([await publish("first"), await publish(), await publish("other")], ["1", "1", "1"]);
    await lambda.updateFunctionConfiguration({ FunctionName: "described", Description: "changed" });
    assert.deepEqual([await publish(), await publish("other")], ["2", "2"]);
  });

  it("recursion is stopped unless it is allowed", async () => {
    const FunctionName = "fn";
    assert.equal((await lambda.getFunctionRecursionConfig({ FunctionName })).RecursiveLoop, "Terminate");
    await lambda.putFunctionRecursionConfig({ FunctionName, RecursiveLoop: "Allow" });
    assert.equal((await lambda.getFunctionRecursionConfig({ FunctionName })).RecursiveLoop, "Allow");
    await assert.rejects(
      lambda.putFunctionRecursionConfig({ FunctionName, RecursiveLoop: "Perhaps" as never }),
      error("ValidationException", /at 'recursiveLoop' .*\[Terminate, Allow\]$/),
    );
  });

  it("versions and aliases have no tags", async () => {
    const message = "Tags on function aliases and versions are not supported. Please specify a function ARN.";
    for (const qualifier of ["1", "live", "$LATEST"]) {
      const tagged = lambda.tagResource({ Resource: arn(`function:fn:${qualifier}`), Tags: { a: "1" } });
      await assert.rejects(tagged, error("InvalidParameterValueException", message));
    }
  });

  describe("permissions", () => {
    const add = (more: object) =>
      lambda.addPermission({
        FunctionName: "fn",
        StatementId: "s",
        Action: "lambda:InvokeFunction",
        Principal: "s3.amazonaws.com",
        ...more,
      });
    const refused: [what: string, call: () => Promise<unknown>, error: object][] = [
      [
        "a statement's id with a dot",
        () => add({ StatementId: "a.b" }),
        error("ValidationException", /pattern: \(\[a-zA-Z0-9-_\]\+\)$/),
      ],
      [
        "one for $LATEST",
        () => add({ Qualifier: "$LATEST" }),
        error("InvalidParameterValueException", "We currently do not support adding policies for $LATEST."),
      ],
      [
        "nobody's name",
        () => add({ Principal: "nobody.example.com" }),
        error(
          "InvalidParameterValueException",
          "The provided principal was invalid. Please check the principal and try again.",
        ),
      ],
      [
        "an alias that is not there",
        () => add({ Qualifier: "none" }),
        error("ResourceNotFoundException", `Cannot find alias arn: ${arn("function:fn:none")}`),
      ],
      [
        "a version that is not there",
        () => add({ Qualifier: "42" }),
        error("ResourceNotFoundException", `Function not found: ${arn("function:fn:42")}`),
      ],
      [
        "another revision",
        async () => {
          await add({ Qualifier: "1", StatementId: "first" });
          await add({ Qualifier: "1", RevisionId: "other" });
        },
        error("PreconditionFailedException", /Call the GetPolicy API to retrieve the latest Revision Id$/),
      ],
      [
        "a request that is too large for one",
        () => functions.create("large", code, { Environment: { Variables: { A: "a".repeat(70_167_211) } } }),
        error(
          "RequestEntityTooLargeException",
          "Request must be smaller than 70167211 bytes for the CreateFunction operation",
        ),
      ],
      [
        "the policy of a function that is not there",
        () => lambda.getPolicy({ FunctionName: "nobody" }),
        error("ResourceNotFoundException", "The resource you requested does not exist."),
      ],
      [
        "removing from a function that is not there",
        () => lambda.removePermission({ FunctionName: "nobody", StatementId: "s" }),
        error("ResourceNotFoundException", `No policy found for: ${arn("function:nobody")}`),
      ],
      [
        "removing where there is no policy",
        () => lambda.removePermission({ FunctionName: "fn", StatementId: "s", Qualifier: "live" }),
        error("ResourceNotFoundException", "No policy is associated with the given resource."),
      ],
    ];
    for (const [what, call, expected] of refused) it(`refuse ${what}`, () => assert.rejects(call, expected));
  });

  it("layers have policies", async () => {
    const { Version: VersionNumber } = await lambda.publishLayerVersion({
      LayerName: "shared",
      Content: { ZipFile: zip({ "a.txt": "a" }) },
    });
    const of = { LayerName: "shared", VersionNumber };
    await assert.rejects(
      lambda.getLayerVersionPolicy(of),
      error("ResourceNotFoundException", "No policy is associated with the given resource."),
    );
    const permission = { ...of, StatementId: "s1", Action: "lambda:GetLayerVersion", Principal: "123456789012" };
    const { Statement = "", RevisionId } = await lambda.addLayerVersionPermission(permission);
    assert.deepEqual(JSON.parse(Statement), {
      Sid: "s1",
      Effect: "Allow",
      Principal: { AWS: "arn:aws:iam::123456789012:root" },
      Action: "lambda:GetLayerVersion",
      Resource: arn("layer:shared:1"),
    });
    const shown = await lambda.getLayerVersionPolicy(of);
    assert.deepEqual([JSON.parse(shown.Policy!).Statement, shown.RevisionId], [[JSON.parse(Statement)], RevisionId]);
    await assert.rejects(lambda.addLayerVersionPermission(permission), { name: "ResourceConflictException" });
    await assert.rejects(
      lambda.addLayerVersionPermission({ ...permission, Action: "*" }),
      error("ValidationException", /at 'action' .*pattern: lambda:GetLayerVersion$/),
    );
    await assert.rejects(
      lambda.removeLayerVersionPermission({ ...of, StatementId: "s1", RevisionId: "other" }),
      error("PreconditionFailedException", /Call the GetLayerPolicy API/),
    );
    await lambda.removeLayerVersionPermission({ ...of, StatementId: "s1" });
    await assert.rejects(lambda.getLayerVersionPolicy(of), { name: "ResourceNotFoundException" });
    await assert.rejects(
      lambda.getLayerVersionPolicy({ ...of, VersionNumber: 9 }),
      error("ResourceNotFoundException", `Layer version ${arn("layer:shared:9")} does not exist.`),
    );
  });

  it("a function has each layer once, by its version", async () => {
    const Content = { ZipFile: zip({ "a.txt": "a" }) };
    const first = (await lambda.publishLayerVersion({ LayerName: "twice", Content })).LayerVersionArn!;
    const second = (await lambda.publishLayerVersion({ LayerName: "twice", Content })).LayerVersionArn!;
    const use = (Layers: string[]) => lambda.updateFunctionConfiguration({ FunctionName: "fn", Layers });
    await assert.rejects(
      use([first, second]),
      error("InvalidParameterValueException", new RegExp(`${first} and ${second} are versions of the same layer\\.$`)),
    );
    await assert.rejects(
      use([arn("layer:twice")]),
      error("ValidationException", /^1 validation error.* at 'layers' failed/),
    );
  });

  it("requests on provisioned concurrency have environments of their own, and others what is left of a reservation", async () => {
    await functions.create("own", "export const handler = async () => process.env.AWS_LAMBDA_INITIALIZATION_TYPE");
    await lambda.publishVersion({ FunctionName: "own" });
    await lambda.createAlias({ FunctionName: "own", Name: "live", FunctionVersion: "1" });
    const type = async (Qualifier?: string) => (await functions.invoke("own", {}, { Qualifier })).value;
    assert.equal(await type("1"), "on-demand");
    await lambda.putProvisionedConcurrencyConfig({
      FunctionName: "own",
      Qualifier: "live",
      ProvisionedConcurrentExecutions: 1,
    });
    const [onDemand, provisioned] = ["on-demand", "provisioned-concurrency"];
    assert.deepEqual([await type("live"), await type("1"), await type()], [provisioned, provisioned, onDemand]);
    await lambda.putFunctionConcurrency({ FunctionName: "own", ReservedConcurrentExecutions: 1 });
    await assert.rejects(type(), {
      name: "TooManyRequestsException",
      Reason: "ReservedFunctionConcurrentInvocationLimitExceeded",
    });
    assert.equal(await type("live"), provisioned);
    await lambda.deleteProvisionedConcurrencyConfig({ FunctionName: "own", Qualifier: "live" });
    assert.equal(await type("live"), onDemand);
  });

  it("provisioned concurrency is on its way, then ready, and never more than is reserved", async () => {
    await functions.create("warm", code);
    await lambda.publishVersion({ FunctionName: "warm" });
    await lambda.createAlias({ FunctionName: "warm", Name: "live", FunctionVersion: "1" });
    const of = { FunctionName: "warm", Qualifier: "1" };
    const put = await lambda.putProvisionedConcurrencyConfig({ ...of, ProvisionedConcurrentExecutions: 2 });
    assert.deepEqual(
      [put.Status, put.RequestedProvisionedConcurrentExecutions, put.AllocatedProvisionedConcurrentExecutions],
      ["IN_PROGRESS", 2, 0],
    );
    let got = await lambda.getProvisionedConcurrencyConfig(of);
    while (got.Status !== "READY") got = await lambda.getProvisionedConcurrencyConfig(of);
    assert.equal(got.AllocatedProvisionedConcurrentExecutions, 2);
    const onAlias = { FunctionName: "warm", Qualifier: "live", ProvisionedConcurrentExecutions: 1 };
    await assert.rejects(
      lambda.putProvisionedConcurrencyConfig(onAlias),
      error("ResourceConflictException", /on an already Provisioned version$/),
    );
    await assert.rejects(
      lambda.putFunctionConcurrency({ FunctionName: "warm", ReservedConcurrentExecutions: 1 }),
      error(
        "InvalidParameterValueException",
        /should not be lower than function's total provisioned concurrency \[2\]\.$/,
      ),
    );
    await lambda.putFunctionConcurrency({ FunctionName: "warm", ReservedConcurrentExecutions: 2 });
    await assert.rejects(
      lambda.putProvisionedConcurrencyConfig({ ...of, ProvisionedConcurrentExecutions: 3 }),
      error(
        "InvalidParameterValueException",
        /should not be greater than the reservedConcurrentExecution for function$/,
      ),
    );
    await lambda.deleteProvisionedConcurrencyConfig(of);
    await lambda.putProvisionedConcurrencyConfig(onAlias);
    await assert.rejects(
      lambda.putProvisionedConcurrencyConfig({ ...of, ProvisionedConcurrentExecutions: 1 }),
      error("ResourceConflictException", "Version is pointed by a Provisioned Concurrency alias"),
    );
  });
});
