import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { ApiGatewayV2 } from "@aws-sdk/client-apigatewayv2";
import { Lambda } from "@aws-sdk/client-lambda";
import { type Functions, startFunctions } from "../../../testing/lambda.ts";
import { signedFetch } from "../../support/signedFetch.ts";

const account = "000000000000";
const arnOf = (name: string) => `arn:aws:lambda:us-east-1:${account}:function:${name}`;
const uriOf = (name: string) =>
  `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${arnOf(name)}/invocations`;

describe("API Gateway, HTTP APIs", () => {
  let functions: Functions;
  let client: ApiGatewayV2;
  let server: Server;
  let endpoint: string;

  /** Lets API Gateway call a function. */
  const permit = (FunctionName: string) =>
    functions.test.client(Lambda).addPermission({
      FunctionName,
      StatementId: "api",
      Action: "lambda:InvokeFunction",
      Principal: "apigateway.amazonaws.com",
    });
  /** An API whose stage follows every change. */
  async function api(more: object = {}) {
    const { ApiId = "", ApiEndpoint: url = "" } = await client.createApi({
      Name: "test",
      ProtocolType: "HTTP",
      ...more,
    });
    await client.createStage({ ApiId, StageName: "$default", AutoDeploy: true });
    return { ApiId, url };
  }
  async function toFunction(ApiId: string, name: string, more: object = {}) {
    const { IntegrationId } = await client.createIntegration({
      ApiId,
      IntegrationType: "AWS_PROXY",
      IntegrationUri: arnOf(name),
      PayloadFormatVersion: "2.0",
      ...more,
    });
    return `integrations/${IntegrationId}`;
  }

  before(async () => {
    functions = await startFunctions();
    client = functions.test.client(ApiGatewayV2);
    await functions.create(
      "echo",
      "export const handler = async (event) => event.version === '1.0' ? { statusCode: 200, body: JSON.stringify(event) } : event;",
    );
    await functions.create("fails", "export const handler = async () => { throw new Error('secret'); };");
    await functions.create(
      "judge",
      `let asked = 0;
       export const handler = async (event) => {
         const token = event.headers.authorization;
         if (token === "policy") return { policyDocument: { Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }] }, context: { by: "policy" } };
         return { isAuthorized: token === "good", context: { asked: ++asked, type: event.type, source: event.identitySource } };
       };`,
    );
    for (const name of ["echo", "fails", "judge"]) await permit(name);
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const { method, url, headers } = request;
      response.writeHead(202, { "content-type": "application/json", "access-control-allow-origin": "https://own" });
      response.end(JSON.stringify({ method, url, headers, body: Buffer.concat(chunks).toString() }));
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.close();
    server.closeAllConnections();
    await functions.test.stop();
  });

  it("are made, shown, changed, tagged and deleted, with all their parts", async () => {
    const made = await client.createApi({ Name: "kept", ProtocolType: "HTTP", Tags: { a: "1" } });
    const { ApiId = "" } = made;
    assert.deepEqual(
      [
        made.ApiEndpoint,
        made.ProtocolType,
        made.RouteSelectionExpression,
        made.DisableExecuteApiEndpoint,
        made.IpAddressType,
      ],
      [
        `${functions.test.cloud.apiOrigin}/_aws/execute-api/${ApiId}`,
        "HTTP",
        "$request.method $request.path",
        false,
        "ipv4",
      ],
    );
    await client.updateApi({ ApiId, Description: "changed", CorsConfiguration: { AllowOrigins: ["*"] } });
    await client.deleteCorsConfiguration({ ApiId });
    const { Description, CorsConfiguration } = await client.getApi({ ApiId });
    assert.deepEqual([Description, CorsConfiguration], ["changed", undefined]);
    const ResourceArn = `arn:aws:apigateway:us-east-1::/apis/${ApiId}`;
    await client.tagResource({ ResourceArn, Tags: { b: "2" } });
    await client.untagResource({ ResourceArn, TagKeys: ["a"] });
    assert.deepEqual((await client.getTags({ ResourceArn })).Tags, { b: "2" });

    const Target = await toFunction(ApiId, "echo");
    const { RouteId = "" } = await client.createRoute({ ApiId, RouteKey: "GET /a", Target });
    const { Items: routes = [] } = await client.getRoutes({ ApiId });
    assert.deepEqual(routes, [
      { RouteId, RouteKey: "GET /a", Target, AuthorizationType: "NONE", ApiKeyRequired: false },
    ]);
    await assert.rejects(client.createRoute({ ApiId, RouteKey: "GET /a" }), {
      name: "ConflictException",
      message: "Route with key GET /a already exists for this API",
    });
    await assert.rejects(client.createRoute({ ApiId, RouteKey: "get a" }), { name: "BadRequestException" });
    const { DeploymentId = "" } = await client.createDeployment({ ApiId });
    await client.createStage({ ApiId, StageName: "dev", DeploymentId, StageVariables: { v: "1" } });
    await assert.rejects(client.deleteDeployment({ ApiId, DeploymentId }), { name: "BadRequestException" });
    assert.equal((await client.getStage({ ApiId, StageName: "dev" })).StageVariables!.v, "1");
    await client.deleteApi({ ApiId });
    await assert.rejects(client.getApi({ ApiId }), { name: "NotFoundException" });
    await assert.rejects(client.getRoute({ ApiId, RouteId }), { name: "NotFoundException" });
  });

  it("refuse what they do not do, by name", async () => {
    await assert.rejects(client.createApi({ Name: "x", ProtocolType: "WEBSOCKET" }), {
      name: "BadRequestException",
      message: /^ProtocolType 'WEBSOCKET' is not modelled/,
    });
    const { ApiId } = await api();
    const integration = (more: object) => client.createIntegration({ ApiId, IntegrationType: "HTTP_PROXY", ...more });
    await assert.rejects(integration({ IntegrationUri: "here" }), {
      message: "Invalid HTTP endpoint specified for URI",
    });
    await assert.rejects(integration({ IntegrationSubtype: "SQS-SendMessage" }), {
      message: /'SQS-SendMessage' is not modelled/,
    });
    const authorizer = {
      ApiId,
      Name: "a",
      AuthorizerType: "JWT" as const,
      IdentitySource: ["$request.header.Authorization"],
    };
    await assert.rejects(client.createAuthorizer(authorizer), { name: "BadRequestException", message: /^Issuer is/ });
  });

  it("need the permission of their path", async () => {
    const reader = await functions.test.mintRole({
      Effect: "Allow",
      Action: "apigateway:GET",
      Resource: "arn:aws:apigateway:us-east-1::/apis",
    });
    const own = functions.test.client(ApiGatewayV2, { credentials: reader.credentials });
    await own.getApis({});
    await assert.rejects(own.createApi({ Name: "x", ProtocolType: "HTTP" }), { name: "AccessDeniedException" });
  });

  it("give functions events of both formats, with the stage in the path", async () => {
    const { ApiId, url } = await api();
    await client.createRoute({ ApiId, RouteKey: "POST /pets/{id}", Target: await toFunction(ApiId, "echo") });
    const one = await toFunction(ApiId, "echo", { PayloadFormatVersion: "1.0" });
    await client.createRoute({ ApiId, RouteKey: "POST /one/{id}", Target: one });
    await client.createStage({ ApiId, StageName: "dev", AutoDeploy: true, StageVariables: { v: "1" } });
    const headers = { "content-type": "application/json" };
    // biome-ignore lint/suspicious/noExplicitAny: the event is what is under test
    const post = async (path: string): Promise<any> => {
      const answer = await fetch(url + path, { method: "POST", body: "{}", headers });
      return { ...((await answer.json()) as object), answeredAs: answer.headers.get("apigw-requestid") };
    };
    const event = await post("/dev/pets/a%20b?q=1&q=2");
    const { http, ...context } = event.requestContext;
    assert.equal(context.requestId, event.answeredAs);
    assert.deepEqual(
      [event.version, event.routeKey, event.rawPath, event.rawQueryString, event.pathParameters, event.stageVariables],
      ["2.0", "POST /pets/{id}", "/dev/pets/a%20b", "q=1&q=2", { id: "a b" }, { v: "1" }],
    );
    assert.deepEqual([event.queryStringParameters, event.body, event.isBase64Encoded], [{ q: "1,2" }, "{}", false]);
    assert.deepEqual([http.method, context.stage, context.apiId], ["POST", "dev", ApiId]);
    const older = await post("/one/7?q=1&q=2");
    assert.deepEqual(
      [older.version, older.resource, older.path, older.httpMethod, older.pathParameters, older.requestContext.stage],
      ["1.0", "/one/{id}", "/one/7", "POST", { id: "7" }, "$default"],
    );
    assert.deepEqual(older.multiValueQueryStringParameters, { q: ["1", "2"] });
  });

  it("take the most specific route", async () => {
    const { ApiId, url } = await api();
    const Target = await toFunction(ApiId, "echo");
    for (const RouteKey of ["$default", "ANY /{proxy+}", "GET /pets/{id}", "ANY /pets/dog", "GET /pets/dog/{rest+}"]) {
      await client.createRoute({ ApiId, RouteKey, Target });
    }
    const taken = async (method: string, path: string) =>
      ((await (await fetch(url + path, { method })).json()) as { routeKey: string }).routeKey;
    assert.equal(await taken("GET", "/pets/cat"), "GET /pets/{id}");
    assert.equal(await taken("GET", "/pets/dog"), "ANY /pets/dog");
    assert.equal(await taken("GET", "/pets/dog/a/b"), "GET /pets/dog/{rest+}");
    assert.equal(await taken("DELETE", "/pets/cat"), "ANY /{proxy+}");
    assert.equal(await taken("GET", "/"), "$default");
  });

  it("serve what was deployed, and what changes at once where they deploy by themselves", async () => {
    const { ApiId, url } = await api();
    const Target = await toFunction(ApiId, "echo");
    const { RouteId = "" } = await client.createRoute({ ApiId, RouteKey: "GET /first", Target });
    await client.createStage({ ApiId, StageName: "fixed" });
    await client.createDeployment({ ApiId, StageName: "fixed" });
    await client.updateRoute({ ApiId, RouteId, RouteKey: "GET /second" });
    const status = async (path: string) => (await fetch(url + path)).status;
    assert.deepEqual([await status("/first"), await status("/second")], [404, 200]);
    assert.deepEqual([await status("/fixed/first"), await status("/fixed/second")], [200, 404]);
    assert.deepEqual(await (await fetch(`${url}/none`)).json(), { message: "Not Found" });
  });

  it("pass requests on to HTTP endpoints, with parameters mapped", async () => {
    const { ApiId, url } = await api({
      CorsConfiguration: { AllowOrigins: ["https://a.example"], AllowMethods: ["*"] },
    });
    const { IntegrationId } = await client.createIntegration({
      ApiId,
      IntegrationType: "HTTP_PROXY",
      IntegrationMethod: "ANY",
      IntegrationUri: `${endpoint}/base/{proxy}`,
      RequestParameters: {
        "append:header.x-stage": "$context.stage",
        "overwrite:querystring.q": "$request.header.x-own",
        "remove:querystring.gone": "''",
      },
    });
    await client.createRoute({ ApiId, RouteKey: "ANY /{proxy+}", Target: `integrations/${IntegrationId}` });
    const response = await fetch(`${url}/a/b?q=1&gone=2`, {
      method: "PUT",
      body: "text",
      headers: { "x-own": "mine", origin: "https://a.example" },
    });
    const seen = (await response.json()) as {
      method: string;
      url: string;
      body: string;
      headers: Record<string, string>;
    };
    assert.equal(response.status, 202);
    assert.deepEqual(
      [seen.method, seen.url, seen.body, seen.headers["x-stage"]],
      ["PUT", "/base/a/b?q=mine", "text", "$default"],
    );
    // The API's own rules stand in place of the endpoint's.
    assert.equal(response.headers.get("access-control-allow-origin"), "https://a.example");
    const asked = await fetch(`${url}/a`, {
      method: "OPTIONS",
      headers: { origin: "https://a.example", "access-control-request-method": "PUT" },
    });
    assert.deepEqual([asked.status, asked.headers.get("access-control-allow-methods")], [204, "*"]);
  });

  it("tell nothing of what went wrong", async () => {
    const { ApiId, url } = await api();
    await client.createRoute({ ApiId, RouteKey: "GET /fails", Target: await toFunction(ApiId, "fails") });
    await client.createRoute({ ApiId, RouteKey: "GET /forbidden", Target: await toFunction(ApiId, "nobody") });
    const { IntegrationId } = await client.createIntegration({
      ...{ ApiId, IntegrationType: "HTTP_PROXY", IntegrationMethod: "GET", IntegrationUri: "http://127.0.0.1:1/" },
    });
    await client.createRoute({ ApiId, RouteKey: "GET /gone", Target: `integrations/${IntegrationId}` });
    const answer = async (path: string) => {
      const response = await fetch(url + path);
      return [response.status, await response.json()];
    };
    assert.deepEqual(await answer("/fails"), [500, { message: "Internal Server Error" }]);
    assert.deepEqual(await answer("/forbidden"), [500, { message: "Internal Server Error" }]);
    assert.deepEqual(await answer("/gone"), [503, { message: "Service Unavailable" }]);
  });

  describe("ask who calls", () => {
    const pool = "us-east-1_http";
    const issuer = `https://cognito-idp.us-east-1.amazonaws.com/${pool}`;
    let ApiId: string;
    let url: string;
    const token = async (claims: object, expiresIn = 60) => {
      const answer = await fetch(`${functions.test.cloud.apiOrigin}/_aws/cognito-idp/${pool}/token`, {
        method: "POST",
        body: JSON.stringify({ claims, tokenUse: "access", expiresIn }),
      });
      return ((await answer.json()) as { token: string }).token;
    };
    const call = async (path: string, authorization?: string) => {
      const response = await fetch(url + path, authorization ? { headers: { authorization } } : {});
      // biome-ignore lint/suspicious/noExplicitAny: the event is what is under test
      return [response.status, ((await response.json()) as any)?.requestContext?.authorizer];
    };

    before(async () => {
      ({ ApiId, url } = await api());
      const Target = await toFunction(ApiId, "echo");
      const IdentitySource = ["$request.header.Authorization"];
      const jwt = await client.createAuthorizer({
        ...{ ApiId, Name: "jwt", AuthorizerType: "JWT", IdentitySource },
        JwtConfiguration: { Issuer: issuer, Audience: ["me"] },
      });
      const judge = (Name: string, more: object) =>
        client.createAuthorizer({
          ...{ ApiId, Name, AuthorizerType: "REQUEST", AuthorizerUri: uriOf("judge"), IdentitySource },
          ...{ AuthorizerPayloadFormatVersion: "2.0", EnableSimpleResponses: true, ...more },
        });
      const simple = await judge("simple", { AuthorizerResultTtlInSeconds: 60 });
      const policy = await judge("policy", { EnableSimpleResponses: false });
      const route = (RouteKey: string, more: object) => client.createRoute({ ApiId, RouteKey, Target, ...more });
      await route("GET /jwt", { AuthorizationType: "JWT", AuthorizerId: jwt.AuthorizerId });
      await route("GET /scoped", {
        AuthorizationType: "JWT",
        AuthorizerId: jwt.AuthorizerId,
        AuthorizationScopes: ["read"],
      });
      await route("GET /simple", { AuthorizationType: "CUSTOM", AuthorizerId: simple.AuthorizerId });
      await route("GET /policy", { AuthorizationType: "CUSTOM", AuthorizerId: policy.AuthorizerId });
      await route("GET /signed", { AuthorizationType: "AWS_IAM" });
    });

    it("by tokens", async () => {
      const [status, { jwt }] = await call("/jwt", `Bearer ${await token({ sub: "ann", aud: "me" })}`);
      assert.deepEqual([status, jwt.claims.sub, jwt.scopes], [200, "ann", null]);
      assert.deepEqual(await call("/jwt"), [401, undefined]);
      assert.deepEqual(await call("/jwt", "Bearer none"), [401, undefined]);
      assert.deepEqual(await call("/jwt", await token({ aud: "you" })), [401, undefined]);
      assert.deepEqual(await call("/jwt", await token({ aud: "me" }, -1)), [401, undefined]);
      assert.deepEqual(await call("/scoped", await token({ aud: "me", scope: "write" })), [403, undefined]);
      assert.deepEqual((await call("/scoped", await token({ aud: "me", scope: "read write" })))[1].jwt.scopes, [
        "read",
      ]);
    });

    it("by functions, whose answers are kept", async () => {
      const [status, { lambda }] = await call("/simple", "good");
      assert.deepEqual([status, lambda], [200, { asked: 1, type: "REQUEST", source: ["good"] }]);
      assert.equal((await call("/simple", "good"))[1].lambda.asked, 1);
      assert.deepEqual(await call("/simple", "bad"), [403, undefined]);
      assert.deepEqual(await call("/simple"), [401, undefined]);
      assert.deepEqual((await call("/policy", "policy"))[1], { lambda: { by: "policy" } });
      assert.deepEqual(await call("/policy", "other"), [403, undefined]);
    });

    it("by signatures", async () => {
      const may = await functions.test.mintRole({
        Effect: "Allow",
        Action: "execute-api:Invoke",
        Resource: `arn:aws:execute-api:us-east-1:${account}:${ApiId}/$default/GET/signed`,
      });
      const mayNot = await functions.test.mintRole({
        Effect: "Allow",
        Action: "execute-api:Invoke",
        Resource: "arn:aws:execute-api:*:*:*/*/GET/other",
      });
      const signed = (role?: typeof may) => signedFetch(`${url}/signed`, role ? { credentials: role.credentials } : {});
      const answered = await signed(may);
      assert.equal(answered.status, 200);
      assert.match(JSON.parse(answered.body).requestContext.authorizer.iam.userArn, /:assumed-role\//);
      assert.deepEqual([(await signed(mayNot)).status, (await signed()).status], [403, 403]);
    });
  });

  it("of one route are made at once", async () => {
    const { ApiEndpoint = "" } = await client.createApi({ Name: "quick", ProtocolType: "HTTP", Target: arnOf("echo") });
    const event = (await (await fetch(`${ApiEndpoint}/any/where`)).json()) as { routeKey: string; rawPath: string };
    assert.deepEqual([event.routeKey, event.rawPath], ["$default", "/any/where"]);
  });
});
