import assert from "node:assert/strict";
import { AddPermissionCommand, InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { type AwsError, type Principal, servicePrincipal } from "../../../src/service.ts";
import { type Functions, startFunctions, zip } from "../../../testing/lambda.ts";

describe("Invoke", () => {
  let functions: Functions;
  before(async () => {
    functions = await startFunctions();
    await functions.create("echo", "export const handler = async (event) => event");
  });
  after(() => functions.test.stop());

  const invoke = (input: object, as?: Principal) =>
    functions.test.cloud.call<{
      Payload: Buffer;
      StatusCode: number;
      FunctionError?: string;
      ExecutedVersion?: string;
    }>("lambda", "Invoke", input, as);
  const send = (input: object) => functions.lambda.send(new InvokeCommand(input as { FunctionName: string }));

  it("takes a name, a partial ARN and an ARN", async () => {
    for (const FunctionName of [
      "echo",
      "echo:$LATEST",
      "000000000000:function:echo",
      "arn:aws:lambda:us-east-1:000000000000:function:echo",
      "arn:aws:lambda:us-east-1:000000000000:function:echo:$LATEST",
    ]) {
      assert.equal((await send({ FunctionName, Payload: "5" })).StatusCode, 200, FunctionName);
    }
    await assert.rejects(send({ FunctionName: "echo:$LATEST", Qualifier: "1" }), {
      name: "InvalidParameterValueException",
    });
    await assert.rejects(send({ FunctionName: "no such name!" }), { name: "ValidationException" });
  });

  it("gives an empty event when there is no payload", async () => {
    assert.deepEqual((await functions.invoke("echo")).value, {});
  });

  it("refuses a payload that is no JSON", async () => {
    const expected = { name: "InvalidRequestContentException", message: /^Could not parse request body into json: / };
    await assert.rejects(send({ FunctionName: "echo", Payload: "{oops" }), expected);
    await assert.rejects(send({ FunctionName: "echo", Payload: "{oops", InvocationType: "Event" }), expected);
    assert.equal((await functions.invoke("echo", "still there")).value, "still there");
  });

  it("refuses payloads beyond AWS's limits", async () => {
    const of = (bytes: number) => JSON.stringify("x".repeat(bytes - 2));
    assert.equal((await invoke({ FunctionName: "echo", Payload: of(6_291_456) })).StatusCode, 200);
    const tooLarge = { code: "RequestEntityTooLargeException", status: 413 };
    await assert.rejects(invoke({ FunctionName: "echo", Payload: of(6_291_457) }), tooLarge);
    const event = { FunctionName: "echo", InvocationType: "Event" };
    assert.equal((await invoke({ ...event, Payload: of(1_048_576) })).StatusCode, 202);
    await assert.rejects(invoke({ ...event, Payload: of(1_048_577) }), {
      ...tooLarge,
      message: "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
    });
  });

  it("runs nothing when it is a dry run", async () => {
    assert.equal((await send({ FunctionName: "echo", InvocationType: "DryRun" })).StatusCode, 204);
    await assert.rejects(send({ FunctionName: "nothing", InvocationType: "DryRun" }), {
      name: "ResourceNotFoundException",
    });
  });

  it("passes the client context on", async () => {
    await functions.create("client", "export const handler = async (event, context) => context.clientContext");
    const ClientContext = Buffer.from(JSON.stringify({ custom: { a: "b" } })).toString("base64");
    assert.deepEqual((await functions.invoke("client", {}, { ClientContext })).value, { custom: { a: "b" } });
  });

  it("splits the requests of an alias between two versions by weight", async () => {
    const { cloud } = functions.test;
    await functions.create(
      "split",
      "export const handler = async (event, { functionVersion, invokedFunctionArn }) => [functionVersion, invokedFunctionArn]",
      { Publish: true },
    );
    await cloud.call("lambda", "UpdateFunctionConfiguration", {
      FunctionName: "split",
      Description: "second",
      Timeout: 9,
    });
    await cloud.call("lambda", "PublishVersion", { FunctionName: "split" });
    const RoutingConfig = { AdditionalVersionWeights: { 2: 0.1 } };
    await cloud.call("lambda", "CreateAlias", {
      FunctionName: "split",
      Name: "live",
      FunctionVersion: "1",
      RoutingConfig,
    });
    let second = 0;
    for (let index = 0; index < 2000; index++) {
      const { Payload, ExecutedVersion } = await invoke({ FunctionName: "split:live" });
      const [version, arn] = JSON.parse(Payload.toString());
      assert.equal(version, ExecutedVersion);
      assert.equal(arn, "arn:aws:lambda:us-east-1:000000000000:function:split:live");
      if (version === "2") second++;
    }
    // Five standard deviations of the binomial distribution.
    assert.ok(Math.abs(second - 200) < 5 * Math.sqrt(2000 * 0.1 * 0.9), `${second} of 2000`);
  });

  describe("lets in", () => {
    const route = "arn:aws:execute-api:us-east-1:000000000000:api/Prod/GET/hello";
    const denied = (error: AwsError) => error.code === "AccessDeniedException" && error.status === 403;

    it("a service for the source that a permission names, at that qualifier", async () => {
      await functions.create("guarded", "export const handler = async () => 'in'", { Publish: true });
      const gateway = servicePrincipal("apigateway.amazonaws.com", route);
      await assert.rejects(invoke({ FunctionName: "guarded:1" }, gateway), denied);
      await functions.lambda.send(
        new AddPermissionCommand({
          FunctionName: "guarded",
          Qualifier: "1",
          StatementId: "gateway",
          Action: "lambda:InvokeFunction",
          Principal: "apigateway.amazonaws.com",
          SourceArn: route.replace("/Prod/", "/*/"),
        }),
      );
      assert.equal((await invoke({ FunctionName: "guarded:1" }, gateway)).StatusCode, 200);
      await assert.rejects(invoke({ FunctionName: "guarded" }, gateway), denied);
      const other = servicePrincipal("apigateway.amazonaws.com", route.replace(":api/", ":another/"));
      await assert.rejects(invoke({ FunctionName: "guarded:1" }, other), denied);
      await assert.rejects(invoke({ FunctionName: "guarded:1" }, servicePrincipal("s3.amazonaws.com", route)), denied);
      await functions.test.cloud.call("lambda", "RemovePermission", {
        FunctionName: "guarded",
        Qualifier: "1",
        StatementId: "gateway",
      });
      await assert.rejects(invoke({ FunctionName: "guarded:1" }, gateway), denied);
    });

    it("a role that is granted that function, and not another", async () => {
      const Resource = "arn:aws:lambda:us-east-1:000000000000:function:echo";
      const { credentials } = await functions.test.mintRole({
        Effect: "Allow",
        Action: "lambda:InvokeFunction",
        Resource,
      });
      const client = functions.test.client(LambdaClient, { credentials });
      assert.equal((await client.send(new InvokeCommand({ FunctionName: "echo" }))).StatusCode, 200);
      await assert.rejects(client.send(new InvokeCommand({ FunctionName: "guarded" })), {
        name: "AccessDeniedException",
        message:
          /is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:us-east-1:000000000000:function:guarded because no identity-based policy allows/,
      });
    });
  });

  it("keeps a function's policy within 20 KB", async () => {
    await functions.create("policed", "export const handler = async () => 1");
    let added = 0;
    const add = () =>
      functions.test.cloud.call("lambda", "AddPermission", {
        FunctionName: "policed",
        StatementId: `statement-${added}`,
        Action: "lambda:InvokeFunction",
        Principal: "apigateway.amazonaws.com",
        SourceArn: `arn:aws:execute-api:us-east-1:000000000000:api/*/GET/route${added}`,
      });
    await assert.rejects(
      async () => {
        for (; added < 200; added++) await add();
      },
      {
        code: "PolicyLengthExceededException",
        message: /^The final policy size \(\d+\) is bigger than the limit \(20480\)\.$/,
      },
    );
    assert.ok(added > 50 && added < 100, `${added} statements`);
    const { Policy } = await functions.test.cloud.call<{ Policy: string }>("lambda", "GetPolicy", {
      FunctionName: "policed",
    });
    assert.equal(JSON.parse(Policy).Statement.length, added);
    added = 0;
    await assert.rejects(add(), { code: "ResourceConflictException" });
  });

  it("throttles beyond the reserved concurrency", async () => {
    await functions.create("narrow", "export const handler = async () => new Promise((done) => setTimeout(done, 300))");
    await functions.test.cloud.call("lambda", "PutFunctionConcurrency", {
      FunctionName: "narrow",
      ReservedConcurrentExecutions: 2,
    });
    const outcomes = await Promise.allSettled([1, 2, 3].map(() => send({ FunctionName: "narrow" })));
    assert.deepEqual(outcomes.map(({ status }) => status).sort(), ["fulfilled", "fulfilled", "rejected"]);
    const refused = outcomes.find(({ status }) => status === "rejected") as PromiseRejectedResult;
    assert.equal(refused.reason.name, "TooManyRequestsException");
    assert.equal(refused.reason.$metadata.httpStatusCode, 429);
    assert.equal(refused.reason.Reason, "ReservedFunctionConcurrentInvocationLimitExceeded");
    await functions.test.cloud.call("lambda", "PutFunctionConcurrency", {
      FunctionName: "narrow",
      ReservedConcurrentExecutions: 0,
    });
    await assert.rejects(send({ FunctionName: "narrow" }), { name: "TooManyRequestsException" });
    await functions.test.cloud.call("lambda", "DeleteFunctionConcurrency", { FunctionName: "narrow" });
    assert.equal((await send({ FunctionName: "narrow" })).StatusCode, 200);
  });

  it("loses no request while versions and code change under load", async () => {
    const { cloud } = functions.test;
    await functions.create("moving", "export const handler = async () => 'ok'", { Publish: true });
    await cloud.call("lambda", "CreateAlias", { FunctionName: "moving", Name: "live", FunctionVersion: "1" });
    let running = true;
    let count = 0;
    const load = Promise.all(
      Array.from({ length: 4 }, async () => {
        while (running) {
          const { Payload, FunctionError } = await invoke({ FunctionName: "moving:live" });
          assert.equal(FunctionError, undefined, Payload.toString());
          count++;
        }
      }),
    );
    for (let version = 2; version <= 6; version++) {
      const ZipFile = zip({ "index.mjs": `export const handler = async () => 'ok ${version}'` });
      await cloud.call("lambda", "UpdateFunctionCode", { FunctionName: "moving", ZipFile, Publish: true });
      await cloud.call("lambda", "UpdateAlias", {
        FunctionName: "moving",
        Name: "live",
        FunctionVersion: String(version),
      });
      // Each of them serves for a while.
      for (const from = count; count < from + 20; ) await new Promise((done) => setTimeout(done, 5));
    }
    running = false;
    await load;
    assert.equal((await functions.invoke("moving:live")).value, "ok 6");
  });
});
