import assert from "node:assert/strict";
import {
  type ApiTest,
  type Deployed,
  functionArn,
  invokeStatement as invoke,
  openApi,
  proxy,
  startApiTest,
} from "../../../testing/apigateway.ts";

const authorizerUri = (name: string) =>
  `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${functionArn(name)}/invocations`;

describe("API Gateway, authorizers", () => {
  let test: ApiTest;
  // biome-ignore lint/suspicious/noExplicitAny: the event is what is under test
  let event: any;

  before(async () => {
    test = await startApiTest();
    test.functions.echo = (given) => {
      event = given;
      return { statusCode: 200, body: "in" };
    };
  });
  after(() => test.stop());

  describe("Lambda authorizer", () => {
    let api: Deployed;
    let asked: unknown[] = [];
    const scheme = (authorizer: object) => ({
      type: "apiKey",
      name: "X-Token",
      in: "header",
      "x-amazon-apigateway-authtype": "custom",
      "x-amazon-apigateway-authorizer": authorizer,
    });
    const policy = (effect: string, resource: string) => ({
      Version: "2012-10-17",
      Statement: [invoke(effect, resource)],
    });

    before(async () => {
      test.functions.gate = (given) => {
        asked.push(given);
        const [kind, resource = given.methodArn] = given.authorizationToken.split(" ");
        if (kind === "unauthorized") throw new Error("Unauthorized");
        if (kind === "crash") throw new Error("secret");
        if (kind === "garbage") return { principalId: 1 };
        if (kind === "object") return { principalId: "me", policyDocument: policy("Allow", "*"), context: { a: {} } };
        return {
          principalId: "me",
          policyDocument: policy(kind, resource),
          context: { tenant: "t1", level: 3, ok: true },
        };
      };
      test.functions.request = (given) => {
        asked.push(given);
        return { principalId: "you", policyDocument: policy("Allow", given.methodArn) };
      };
      api = await test.deploy(
        openApi(
          {
            "/a": { get: { security: [{ token: [] }], ...proxy("echo") } },
            "/b": { get: { security: [{ token: [] }], ...proxy("echo") } },
            "/q": { get: { security: [{ request: [] }], ...proxy("echo") } },
          },
          {
            components: {
              securitySchemes: {
                token: scheme({
                  type: "token",
                  authorizerUri: authorizerUri("gate"),
                  identityValidationExpression: "[a-zA-Z]+.*",
                }),
                request: scheme({
                  type: "request",
                  authorizerUri: authorizerUri("request"),
                  identitySource: "method.request.header.X-Who, method.request.querystring.k",
                  authorizerResultTtlInSeconds: 0,
                }),
              },
            },
          },
        ),
      );
    });
    beforeEach(() => {
      asked = [];
    });
    const call = (path: string, token?: string) =>
      fetch(`${api.url}${path}`, token === undefined ? {} : { headers: { "X-Token": token } });

    it("passes on the context of whom it allows, as texts", async () => {
      assert.equal((await call("/a", "Allow")).status, 200);
      const { integrationLatency, ...authorizer } = event.requestContext.authorizer;
      assert.equal(typeof integrationLatency, "number");
      assert.deepEqual(authorizer, { principalId: "me", tenant: "t1", level: "3", ok: "true" });
      assert.deepEqual(asked, [
        {
          type: "TOKEN",
          authorizationToken: "Allow",
          methodArn: `arn:aws:execute-api:us-east-1:000000000000:${api.apiId}/dev/GET/a`,
        },
      ]);
    });

    it("keeps a result for its TTL, and holds its policy against each route", async () => {
      const only = `Allow arn:aws:execute-api:us-east-1:000000000000:${api.apiId}/dev/GET/b`;
      assert.equal((await call("/b", only)).status, 200);
      const refused = await call("/a", only);
      assert.equal(refused.status, 403);
      assert.deepEqual(await refused.json(), { Message: "User is not authorized to access this resource" });
      assert.equal(asked.length, 1);
    });

    it("asks again when the stage's results are flushed", async () => {
      for (let i = 0; i < 2; i++) await call("/a", "Allow flush");
      assert.equal(asked.length, 1);
      const stage = { restApiId: api.apiId, stageName: "dev" };
      await test.cloud.call("apigateway", "FlushStageAuthorizersCache", stage);
      await call("/a", "Allow flush");
      assert.equal(asked.length, 2);
    });

    for (const [what, token, status, body] of [
      ["no token", undefined, 401, { message: "Unauthorized" }],
      ["a token that does not match the expression", "1", 401, { message: "Unauthorized" }],
      ["an authorizer that says Unauthorized", "unauthorized", 401, { message: "Unauthorized" }],
      ["a denial", "Deny", 403, { Message: "User is not authorized to access this resource with an explicit deny" }],
      ["an authorizer that throws", "crash", 500, { message: null }],
      ["an authorizer without a policy", "garbage", 500, { message: null }],
      ["a context that holds an object", "object", 500, { message: null }],
    ] as const) {
      it(`answers ${status} to ${what}`, async () => {
        const response = await call("/a", token);
        assert.equal(response.status, status);
        assert.deepEqual(await response.json(), body);
      });
    }

    it("gives a REQUEST authorizer the whole request", async () => {
      const response = await fetch(`${api.url}/q?k=1`, { headers: { "X-Who": "w" } });
      assert.equal(response.status, 200);
      const { type, resource, queryStringParameters, requestContext } = asked[0] as Record<string, unknown>;
      assert.equal(type, "REQUEST");
      assert.equal(resource, "/q");
      assert.deepEqual(queryStringParameters, { k: "1" });
      assert.equal((requestContext as Record<string, string>).stage, "dev");
    });
  });

  describe("Cognito user pool", () => {
    const poolId = "us-east-1_abc123";
    const scheme = {
      type: "apiKey",
      name: "Authorization",
      in: "header",
      "x-amazon-apigateway-authtype": "cognito_user_pools",
      "x-amazon-apigateway-authorizer": {
        type: "cognito_user_pools",
        providerARNs: [`arn:aws:cognito-idp:us-east-1:000000000000:userpool/${poolId}`],
      },
    };
    let api: Deployed;
    before(async () => {
      api = await test.deploy(
        openApi(
          {
            "/id": { get: { security: [{ pool: [] }], ...proxy("echo") } },
            "/scope": { get: { security: [{ pool: ["api/read"] }], ...proxy("echo") } },
          },
          { components: { securitySchemes: { pool: scheme } } },
        ),
      );
    });
    const mint = async (body: object, pool = poolId) => {
      const url = `${test.cloud.apiOrigin}/_aws/cognito-idp/${pool}/token`;
      const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
      return ((await response.json()) as { token: string }).token;
    };
    const call = (path: string, token: string) => fetch(`${api.url}${path}`, { headers: { Authorization: token } });

    it("lets an id token of the pool in, with its claims, bare or as Bearer", async () => {
      const token = await mint({ claims: { sub: "u1", "cognito:groups": ["a", "b"] } });
      assert.equal((await call("/id", token)).status, 200);
      assert.equal((await call("/id", `Bearer ${token}`)).status, 200);
      const { claims } = event.requestContext.authorizer;
      assert.equal(claims.sub, "u1");
      assert.equal(claims["cognito:groups"], "a,b");
      assert.equal(claims.iss, `https://cognito-idp.us-east-1.amazonaws.com/${poolId}`);
    });

    it("asks for an access token with one of the method's scopes", async () => {
      assert.equal(
        (await call("/scope", await mint({ tokenUse: "access", claims: { scope: "api/read x" } }))).status,
        200,
      );
      assert.equal((await call("/scope", await mint({ tokenUse: "access", claims: { scope: "x" } }))).status, 401);
      assert.equal((await call("/scope", await mint({}))).status, 401);
      assert.equal((await call("/id", await mint({ tokenUse: "access" }))).status, 401);
    });

    it("answers 401 to a token that is missing, expired, forged or of another pool", async () => {
      const expired = await call("/id", await mint({ expiresIn: -10 }));
      assert.equal(expired.status, 401);
      assert.deepEqual(await expired.json(), { message: "The incoming token has expired" });
      const token = await mint({});
      const forged = `${token.slice(0, -10)}${token.at(-10) === "A" ? "B" : "A"}${token.slice(-9)}`;
      for (const bad of [forged, "nonsense", await mint({}, "us-east-1_other")]) {
        const response = await call("/id", bad);
        assert.equal(response.status, 401);
        assert.deepEqual(await response.json(), { message: "Unauthorized" });
      }
      assert.equal((await fetch(`${api.url}/id`)).status, 401);
    });
  });
});
