import assert from "node:assert/strict";
import { request } from "node:http";
import { type ApiTest, type Deployed, openApi, proxy, startApiTest } from "../../../testing/apigateway.ts";

describe("API Gateway, Lambda proxy integration", () => {
  let test: ApiTest;
  let api: Deployed;
  // biome-ignore lint/suspicious/noExplicitAny: the event is what is under test
  let event: any;

  before(async () => {
    test = await startApiTest();
    test.functions.echo = (given) => {
      event = given;
      return { statusCode: 200, body: "ok" };
    };
    test.functions.answer = (given) => JSON.parse(given.body);
    test.functions.raw = (given) => given.body;
    test.functions.crash = () => {
      throw new TypeError("secret detail");
    };
    test.functions.slow = () => new Promise((resolve) => setTimeout(resolve, 300, { statusCode: 200 }));
    test.functions.forbidden = () => ({ statusCode: 200 });
    api = await test.deploy(
      openApi({
        "/": { get: proxy("echo") },
        "/pets/{petId}": { get: { operationId: "getPet", ...proxy("echo") }, post: proxy("echo") },
        "/pets/mine": { get: proxy("echo") },
        "/files/{proxy+}": { "x-amazon-apigateway-any-method": proxy("echo") },
        "/answer": { post: proxy("answer") },
        "/raw": { post: proxy("raw") },
        "/crash": { get: proxy("crash") },
        "/slow": { get: proxy("slow", { timeoutInMillis: 60 }) },
        "/forbidden": { get: proxy("forbidden") },
      }),
      { stageName: "dev", variables: { table: "pets" } },
    );
  });
  after(() => test.stop());

  const answer = (result: unknown) => fetch(`${api.url}/answer`, { method: "POST", body: JSON.stringify(result) });

  describe("event", () => {
    it("has the shape that AWS documents for REST APIs", async () => {
      const url = `${api.url}/pets/a%20b?tag=x&tag=y%26z&empty=&plus=1+2`;
      const response = await fetch(url, { headers: { "User-Agent": "test/1", "X-Custom": "v" } });
      assert.equal(response.status, 200);
      const { requestContext, headers, multiValueHeaders, ...rest } = event;
      assert.deepEqual(rest, {
        resource: "/pets/{petId}",
        path: "/pets/a%20b",
        httpMethod: "GET",
        queryStringParameters: { tag: "y&z", empty: "", plus: "1 2" },
        multiValueQueryStringParameters: { tag: ["x", "y&z"], empty: [""], plus: ["1 2"] },
        pathParameters: { petId: "a%20b" },
        stageVariables: { table: "pets" },
        body: null,
        isBase64Encoded: false,
      });
      assert.equal(headers["X-Forwarded-For"], "127.0.0.1");
      assert.equal(headers["X-Forwarded-Proto"], "http");
      assert.equal(headers["X-Forwarded-Port"], new URL(api.url).port);
      assert.match(headers["X-Amzn-Trace-Id"], /^Root=1-[0-9a-f]{8}-[0-9a-f]{24}$/);
      assert.deepEqual(multiValueHeaders["X-Forwarded-For"], ["127.0.0.1"]);
      assert.equal(headers.connection, undefined);
      assert.match(requestContext.requestTime, /^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
      assert.match(requestContext.resourceId, /^[a-z0-9]{6}$/);
      assert.match(requestContext.extendedRequestId, /^[A-Za-z0-9+/]{15}=$/);
      const { resourceId, extendedRequestId, requestTime, requestTimeEpoch, requestId, deploymentId, ...context } =
        requestContext;
      assert.ok(Math.abs(Date.now() - requestTimeEpoch) < 60_000);
      assert.equal(requestId, response.headers.get("x-amzn-requestid"));
      assert.equal(extendedRequestId, response.headers.get("x-amz-apigw-id"));
      assert.match(deploymentId, /^[a-z0-9]{6}$/);
      assert.deepEqual(context, {
        resourcePath: "/pets/{petId}",
        operationName: "getPet",
        httpMethod: "GET",
        path: "/dev/pets/a%20b",
        accountId: "000000000000",
        protocol: "HTTP/1.1",
        stage: "dev",
        domainPrefix: api.apiId,
        domainName: `${api.apiId}.execute-api.us-east-1.amazonaws.com`,
        apiId: api.apiId,
        identity: {
          cognitoIdentityPoolId: null,
          accountId: null,
          cognitoIdentityId: null,
          caller: null,
          sourceIp: "127.0.0.1",
          principalOrgId: null,
          accessKey: null,
          cognitoAuthenticationType: null,
          cognitoAuthenticationProvider: null,
          userArn: null,
          userAgent: "test/1",
          user: null,
        },
      });
    });

    it("keeps header names as sent and every value of a repeated header", async () => {
      const url = new URL(`${api.url}/`);
      await new Promise<void>((resolve, reject) => {
        const sent = request(
          url,
          { headers: { "X-MiXed": ["1", "2"], "X-Forwarded-For": "203.0.113.9" } },
          (response) => response.resume().on("end", resolve),
        );
        sent.on("error", reject).end();
      });
      assert.equal(event.headers["X-MiXed"], "2");
      assert.deepEqual(event.multiValueHeaders["X-MiXed"], ["1", "2"]);
      assert.equal(event.headers["X-Forwarded-For"], "203.0.113.9, 127.0.0.1");
      assert.equal(event.requestContext.identity.sourceIp, "127.0.0.1");
      assert.equal(event.queryStringParameters, null);
      assert.equal(event.multiValueQueryStringParameters, null);
      assert.equal(event.pathParameters, null);
      assert.equal(event.resource, "/");
    });

    it("has no headers that are between the client and the gateway", async () => {
      const kept = { Age: "1", Pragma: "no-cache", Range: "bytes=0-1" };
      const dropped = { "Content-MD5": "x", "Max-Forwards": "2", Server: "x", TE: "trailers", "WWW-Authenticate": "x" };
      await new Promise<void>((resolve, reject) => {
        const sent = request(`${api.url}/`, { headers: { ...kept, ...dropped, Expect: "100-continue" } }, (response) =>
          response.resume().on("end", resolve),
        );
        sent.on("error", reject).end();
      });
      const names = Object.keys(event.headers).filter((name) => !name.startsWith("X-"));
      assert.deepEqual(names.sort(), ["Age", "Host", "Pragma", "Range"]);
    });

    it("carries the body as text, and the greedy path whole", async () => {
      await fetch(`${api.url}/files/a/b%2Fc/d`, { method: "PUT", body: "é" });
      assert.deepEqual(event.pathParameters, { proxy: "a/b%2Fc/d" });
      assert.equal(event.httpMethod, "PUT");
      assert.equal(event.body, "é");
      assert.equal(event.isBase64Encoded, false);
    });

    it("prefers a literal segment to a variable one", async () => {
      await fetch(`${api.url}/pets/mine`);
      assert.equal(event.resource, "/pets/mine");
      await fetch(`${api.url}/pets/mine/`);
      assert.equal(event.resource, "/pets/mine");
    });
  });

  describe("response", () => {
    it("takes status, headers of both kinds and body", async () => {
      const response = await answer({
        statusCode: "201",
        headers: { "X-One": "1", "Content-Type": "text/plain", "X-Number": 5 },
        multiValueHeaders: { "Set-Cookie": ["a=1", "b=2"] },
        body: "made",
      });
      assert.equal(response.status, 201);
      assert.equal(await response.text(), "made");
      assert.equal(response.headers.get("x-one"), "1");
      assert.equal(response.headers.get("x-number"), "5");
      assert.equal(response.headers.get("content-type"), "text/plain");
      assert.deepEqual(response.headers.getSetCookie(), ["a=1", "b=2"]);
    });

    it("is 200 application/json with nothing in it when the function leaves all out", async () => {
      const response = await answer({});
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("content-type"), "application/json");
      assert.equal(await response.text(), "");
    });

    it("gives headers that the gateway keeps another name", async () => {
      const response = await answer({
        headers: { Server: "mine", "WWW-Authenticate": "Basic", "Content-Length": "9" },
      });
      assert.equal(response.headers.get("x-amzn-remapped-server"), "mine");
      assert.equal(response.headers.get("x-amzn-remapped-www-authenticate"), "Basic");
      assert.equal(response.headers.get("x-amzn-remapped-content-length"), "9");
      assert.equal(response.headers.get("server"), null);
    });

    for (const [what, body] of [
      ["text that is not JSON", "hello"],
      ["a JSON string", '"hello"'],
      ["null", "null"],
      ["a list", "[]"],
      ["an unknown key", '{"statusCode":200,"message":"hi"}'],
      ["a status that is no number", '{"statusCode":"ok"}'],
      ["a status out of range", '{"statusCode":99}'],
      ["a body that is an object", '{"statusCode":200,"body":{"a":1}}'],
      ["a header that is an object", '{"statusCode":200,"headers":{"a":{}}}'],
      ["a status below 200", '{"statusCode":101}'],
      ["a header value with a line break", '{"statusCode":200,"headers":{"a":"b\\r\\nc: d"}}'],
      ["a header name with a space", '{"statusCode":200,"headers":{"a b":"c"}}'],
      ["multiValueHeaders without lists", '{"statusCode":200,"multiValueHeaders":{"a":"b"}}'],
    ] as const) {
      it(`is 502 for ${what}`, async () => {
        const response = await fetch(`${api.url}/raw`, { method: "POST", body });
        assert.equal(response.status, 502);
        assert.deepEqual(await response.json(), { message: "Internal server error" });
        assert.equal(response.headers.get("x-amzn-errortype"), "InternalServerErrorException");
        assert.ok(response.headers.get("x-amzn-requestid"));
      });
    }

    it("is 502 for a thrown error, and tells nothing of it", async () => {
      const response = await fetch(`${api.url}/crash`);
      assert.equal(response.status, 502);
      assert.equal(await response.text(), '{"message": "Internal server error"}');
    });

    it("is 504 when the function takes longer than the integration's timeout", async () => {
      const response = await fetch(`${api.url}/slow`);
      assert.equal(response.status, 504);
      assert.deepEqual(await response.json(), { message: "Endpoint request timed out" });
    });

    it("is 500 when the function's policy does not let the gateway in", async () => {
      const response = await fetch(`${api.url}/forbidden`);
      assert.equal(response.status, 500);
      assert.deepEqual(await response.json(), { message: "Internal server error" });
    });

    it("is 413 for a body of more than 10 MB", async () => {
      const response = await fetch(`${api.url}/answer`, { method: "POST", body: Buffer.alloc(10_485_761) });
      assert.equal(response.status, 413);
    });
  });

  describe("routing", () => {
    for (const [method, path] of [
      ["GET", "/nowhere"],
      ["DELETE", "/pets/1"],
      ["GET", "/pets"],
      ["GET", "/pets/1/2"],
    ] as const) {
      it(`answers 403 Missing Authentication Token to ${method} ${path}`, async () => {
        const response = await fetch(`${api.url}${path}`, { method });
        assert.equal(response.status, 403);
        assert.deepEqual(await response.json(), { message: "Missing Authentication Token" });
        assert.equal(response.headers.get("x-amzn-errortype"), "MissingAuthenticationTokenException");
        assert.match(response.headers.get("x-amzn-requestid") ?? "", /^[0-9a-f-]{36}$/);
      });
    }

    it("answers 403 Forbidden to an API or stage that is not there", async () => {
      const response = await fetch(api.url.replace(/dev$/, "prod"));
      assert.equal(response.status, 403);
      assert.deepEqual(await response.json(), { message: "Forbidden" });
    });

    it("serves a path by its short form, as long as one stage has it", async () => {
      const origin = test.cloud.apiOrigin;
      const short = await fetch(`${origin}/pets/7?x=1`);
      assert.equal(short.status, 200);
      assert.equal(event.requestContext.path, "/dev/pets/7");
      const other = await test.deploy(openApi({ "/pets/{id}": { get: proxy("echo") } }), { stageName: "other" });
      const ambiguous = await fetch(`${origin}/pets/7`);
      assert.equal(ambiguous.status, 409);
      const { message } = (await ambiguous.json()) as { message: string };
      for (const { apiId, stageName } of [api, other]) {
        assert.ok(message.includes(`/_aws/execute-api/${apiId}/${stageName}/pets/7`), message);
      }
      assert.equal((await fetch(`${origin}/nothing`)).status, 403);
      await test.cloud.call("apigateway", "DeleteRestApi", { restApiId: other.apiId });
      assert.equal((await fetch(`${origin}/pets/7`)).status, 200);
    });

    it("serves what was deployed, not what was edited since", async () => {
      const { cloud } = test;
      const edited = await test.deploy(openApi({ "/old": { get: proxy("echo") } }), { stageName: "v" });
      const body = Buffer.from(JSON.stringify(openApi({ "/new": { get: proxy("echo") } })));
      await cloud.call("apigateway", "PutRestApi", { restApiId: edited.apiId, mode: "overwrite", body });
      assert.equal((await fetch(`${edited.url}/new`)).status, 403);
      assert.equal((await fetch(`${edited.url}/old`)).status, 200);
      await cloud.call("apigateway", "CreateDeployment", { restApiId: edited.apiId, stageName: "v" });
      assert.equal((await fetch(`${edited.url}/new`)).status, 200);
      assert.equal((await fetch(`${edited.url}/old`)).status, 403);
    });
  });
});
