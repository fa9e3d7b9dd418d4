import assert from "node:assert/strict";
import { Lambda } from "@aws-sdk/client-lambda";
import { type Functions, startFunctions } from "../../../testing/lambda.ts";
import { signedFetch } from "../../support/signedFetch.ts";

const echo = `export const handler = async (event) => {
  if (event.rawPath === "/fail") throw new Error("secret");
  if (event.rawPath === "/full") return {
    statusCode: 201, headers: { "content-type": "text/plain", "x-own": "1" }, cookies: ["a=1", "b=2"],
    body: Buffer.from("bytes").toString("base64"), isBase64Encoded: true,
  };
  if (event.rawPath === "/text") return "as it is";
  if (event.rawPath === "/bad") return { statusCode: "none" };
  return event;
};`;

describe("URLs of Lambda functions", () => {
  let functions: Functions;
  let lambda: Lambda;
  const open = (FunctionName: string, authType: "NONE" | "AWS_IAM", Principal = "*", Qualifier?: string) =>
    lambda.addPermission({
      FunctionName,
      StatementId: "url",
      Action: "lambda:InvokeFunctionUrl",
      Principal,
      FunctionUrlAuthType: authType,
      ...(Qualifier && { Qualifier }),
    });

  before(async () => {
    functions = await startFunctions();
    lambda = functions.test.client(Lambda);
  });
  after(() => functions.test.stop());

  it("are made, shown, listed, changed and deleted", async () => {
    await functions.create("kept", echo);
    await lambda.publishVersion({ FunctionName: "kept" });
    await lambda.createAlias({ FunctionName: "kept", Name: "live", FunctionVersion: "1" });
    const { $metadata: _made, ...made } = await lambda.createFunctionUrlConfig({
      FunctionName: "kept",
      AuthType: "NONE",
    });
    const FunctionArn = "arn:aws:lambda:us-east-1:000000000000:function:kept";
    assert.match(made.FunctionUrl!, new RegExp(`^${functions.test.cloud.apiOrigin}/_aws/lambda-url/[a-z0-9]{32}/$`));
    const { CreationTime, FunctionUrl } = made;
    assert.deepEqual(made, { AuthType: "NONE", CreationTime, FunctionArn, FunctionUrl });
    await assert.rejects(lambda.createFunctionUrlConfig({ FunctionName: "kept", AuthType: "NONE" }), {
      name: "ResourceConflictException",
      message: /FunctionUrlConfig exists for this Lambda function$/,
    });

    const cors = { AllowOrigins: ["https://a.example"] };
    const changed = await lambda.updateFunctionUrlConfig({ FunctionName: "kept", AuthType: "AWS_IAM", Cors: cors });
    assert.deepEqual(
      [changed.AuthType, changed.Cors, changed.InvokeMode, changed.FunctionUrl],
      ["AWS_IAM", cors, "BUFFERED", FunctionUrl],
    );
    const of = { FunctionName: "kept", Qualifier: "live" };
    await lambda.createFunctionUrlConfig({ ...of, AuthType: "NONE", InvokeMode: "BUFFERED" });
    const listed = await lambda.listFunctionUrlConfigs({ FunctionName: "kept" });
    assert.deepEqual(
      listed.FunctionUrlConfigs!.map((one) => one.FunctionArn),
      [FunctionArn, `${FunctionArn}:live`],
    );
    await lambda.deleteFunctionUrlConfig(of);
    await assert.rejects(lambda.getFunctionUrlConfig(of), {
      name: "ResourceNotFoundException",
      message: "The resource you requested does not exist.",
    });
  });

  it("are not of versions, nor of what is not there", async () => {
    await functions.create("versioned", echo);
    const of = (FunctionName: string, Qualifier?: string) =>
      lambda.createFunctionUrlConfig({ FunctionName, AuthType: "NONE", ...(Qualifier && { Qualifier }) });
    for (const qualifier of ["1", "$LATEST"]) {
      await assert.rejects(of("versioned", qualifier), {
        name: "ValidationException",
        message: /at 'qualifier' failed/,
      });
    }
    await assert.rejects(of("versioned", "none"), {
      name: "ResourceNotFoundException",
      message: "Function does not exist",
    });
    await assert.rejects(of("nobody"), { name: "ResourceNotFoundException", message: "Function does not exist" });
    const mode = lambda.createFunctionUrlConfig({
      FunctionName: "versioned",
      AuthType: "NONE",
      InvokeMode: "OTHER" as never,
    });
    await assert.rejects(mode, {
      name: "ValidationException",
      message: /at 'invokeMode' .*\[RESPONSE_STREAM, BUFFERED\]$/,
    });
  });

  describe("that are open", () => {
    let url: string;
    before(async () => {
      await functions.create("open", echo);
      const { FunctionUrl } = await lambda.createFunctionUrlConfig({
        FunctionName: "open",
        AuthType: "NONE",
        Cors: { AllowOrigins: ["https://a.example"], AllowMethods: ["POST"], AllowHeaders: ["x-own"], MaxAge: 60 },
      });
      url = FunctionUrl!;
    });

    it("let nobody in without a permission", async () => {
      const refused = await fetch(url);
      assert.equal(refused.status, 403);
      assert.equal(refused.headers.get("x-amzn-errortype"), "AccessDeniedException");
      assert.match(((await refused.json()) as { Message: string }).Message, /^Forbidden\. For troubleshooting/);
      await open("open", "NONE");
      assert.equal((await fetch(url)).status, 200);
    });

    it("give the function an event of format 2.0", async () => {
      const response = await fetch(`${url}a/b%20c?x=1&x=2&y=`, {
        method: "POST",
        body: "text",
        headers: { "X-Own": "mine", cookie: "a=1; b=2", "content-type": "text/plain" },
      });
      // biome-ignore lint/suspicious/noExplicitAny: the event is what is under test
      const event = (await response.json()) as any;
      const { http, ...context } = event.requestContext;
      assert.deepEqual(
        [event.version, event.routeKey, event.rawPath, event.rawQueryString, event.queryStringParameters],
        ["2.0", "$default", "/a/b%20c", "x=1&x=2&y=", { x: "1,2", y: "" }],
      );
      assert.deepEqual(
        [event.cookies, event.headers.cookie, event.headers["x-own"]],
        [["a=1", "b=2"], undefined, "mine"],
      );
      assert.deepEqual([event.body, event.isBase64Encoded], ["text", false]);
      assert.deepEqual(
        [http.method, http.path, http.sourceIp, http.protocol],
        ["POST", "/a/b%20c", "127.0.0.1", "HTTP/1.1"],
      );
      assert.deepEqual([context.accountId, context.stage, context.routeKey], ["anonymous", "$default", "$default"]);
      assert.equal(context.domainName, `${context.apiId}.lambda-url.us-east-1.on.aws`);
    });

    it("pass bytes in base64", async () => {
      const body = Buffer.from([0, 255]);
      const response = await fetch(url, { method: "POST", body, headers: { "content-type": "image/png" } });
      const event = (await response.json()) as { body: string; isBase64Encoded: boolean };
      assert.deepEqual([event.body, event.isBase64Encoded], [body.toString("base64"), true]);
    });

    it("answer what the function answers", async () => {
      const full = await fetch(`${url}full`);
      assert.deepEqual([full.status, await full.text(), full.headers.get("x-own")], [201, "bytes", "1"]);
      assert.deepEqual(full.headers.getSetCookie(), ["a=1", "b=2"]);
      const text = await fetch(`${url}text`);
      assert.deepEqual([await text.text(), text.headers.get("content-type")], ["as it is", "application/json"]);
    });

    it("tell nothing of what went wrong", async () => {
      for (const path of ["fail", "bad"]) {
        const response = await fetch(url + path);
        assert.deepEqual([response.status, await response.json()], [502, { Message: "Internal Server Error" }], path);
      }
    });

    it("answer browsers by their rules, without the function", async () => {
      const ask = (origin: string) =>
        fetch(url, { method: "OPTIONS", headers: { origin, "access-control-request-method": "POST" } });
      const allowed = await ask("https://a.example");
      const header = (name: string) => allowed.headers.get(`access-control-${name}`);
      assert.deepEqual(
        [allowed.status, header("allow-origin"), header("allow-methods"), header("allow-headers"), header("max-age")],
        [200, "https://a.example", "POST", "x-own", "60"],
      );
      assert.equal((await ask("https://b.example")).headers.get("access-control-allow-origin"), null);
      const answered = await fetch(url, { headers: { origin: "https://a.example" } });
      assert.equal(answered.headers.get("access-control-allow-origin"), "https://a.example");
    });

    it("answer to AWS's own name, too", async () => {
      const id = /lambda-url\/(\w+)\//.exec(url)![1];
      const { status, body } = await signedFetch(functions.test.cloud.apiOrigin, {
        host: `${id}.lambda-url.us-east-1.on.aws`,
        path: "/there?q=1",
      });
      assert.deepEqual([status, JSON.parse(body).rawPath], [200, "/there"]);
    });
  });

  it("with AWS_IAM let those in who may, and say who they are", async () => {
    await functions.create("closed", echo);
    const { FunctionUrl: url = "" } = await lambda.createFunctionUrlConfig({
      FunctionName: "closed",
      AuthType: "AWS_IAM",
    });
    const call = (credentials?: { accessKeyId: string; secretAccessKey: string; sessionToken?: string }) =>
      signedFetch(url, { service: "lambda", ...(credentials && { credentials }) });
    assert.equal((await call()).status, 403);
    const may = await functions.test.mintRole({ Effect: "Allow", Action: "lambda:InvokeFunctionUrl", Resource: "*" });
    const mayNot = await functions.test.mintRole({ Effect: "Allow", Action: "lambda:InvokeFunction", Resource: "*" });
    const answered = await call(may.credentials);
    assert.equal(answered.status, 200);
    const { iam } = JSON.parse(answered.body).requestContext.authorizer;
    assert.match(iam.userArn, /^arn:aws:sts::000000000000:assumed-role\//);
    assert.equal((await call(mayNot.credentials)).status, 403);
  });

  it("of an alias outlive it, and lead nowhere then", async () => {
    await functions.create("aliased", echo);
    await lambda.publishVersion({ FunctionName: "aliased" });
    const of = { FunctionName: "aliased", Qualifier: "live" };
    await lambda.createAlias({ FunctionName: "aliased", Name: "live", FunctionVersion: "1" });
    const { FunctionUrl: url = "" } = await lambda.createFunctionUrlConfig({ ...of, AuthType: "NONE" });
    await open("aliased", "NONE", "*", "live");
    assert.equal((await fetch(url)).status, 200);
    await lambda.deleteAlias({ FunctionName: "aliased", Name: "live" });
    assert.equal((await fetch(url)).status, 403);
    assert.equal((await lambda.getFunctionUrlConfig(of)).FunctionUrl, url);
  });
});
