import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { parseQuery } from "../../../../local/cloud/apigateway/execution/exchange.ts";
import { BinaryMediaTypes } from "../../../../local/cloud/apigateway/execution/mediaTypes.ts";
import { Throttle } from "../../../../local/cloud/apigateway/execution/throttle.ts";
import { periodStart } from "../../../../local/cloud/apigateway/execution/usage.ts";
import { type ApiTest, type Deployed, openApi, proxy, redeploy, startApiTest } from "./support.ts";

describe("API Gateway, what comes before and after the integration", () => {
  let test: ApiTest;
  // biome-ignore lint/suspicious/noExplicitAny: the event is what is under test
  let event: any;
  const call = <T = Record<string, never>>(operation: string, input: object) =>
    test.cloud.call<T>("apigateway", operation, input);

  before(async () => {
    test = await startApiTest();
    test.functions.echo = (given) => {
      event = given;
      return { statusCode: 200, body: "ok" };
    };
    test.functions.large = () => ({ statusCode: 200, body: "x".repeat(2000) });
    test.functions.image = () => ({
      statusCode: 200,
      headers: { "Content-Type": "image/png" },
      body: Buffer.from([0, 255, 7]).toString("base64"),
      isBase64Encoded: true,
    });
  });
  after(() => test.stop());

  describe("request validation", () => {
    let api: Deployed;
    const post = (body: string, headers: Record<string, string> = { "Content-Type": "application/json" }) =>
      fetch(`${api.url}/iris`, { method: "POST", body, headers });

    before(async () => {
      api = await test.deploy(
        openApi(
          {
            "/iris": {
              post: {
                "x-amazon-apigateway-request-validator": "all",
                requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Iris" } } } },
                ...proxy("echo"),
              },
            },
            "/page": {
              get: {
                "x-amazon-apigateway-request-validator": "all",
                parameters: [
                  { name: "page", in: "query", required: true },
                  { name: "X-Tenant", in: "header", required: true },
                  { name: "optional", in: "query" },
                ],
                ...proxy("echo"),
              },
            },
          },
          {
            "x-amazon-apigateway-request-validators": {
              all: { validateRequestBody: true, validateRequestParameters: true },
            },
            components: {
              schemas: {
                Iris: {
                  type: "object",
                  required: ["sepal"],
                  properties: {
                    id: { type: "string", format: "date" },
                    // Draft 4: exclusiveMinimum is a flag beside minimum.
                    sepal: { $ref: "#/components/schemas/Size" },
                    children: { type: "array", items: { $ref: "#/components/schemas/Iris" } },
                  },
                },
                Size: { type: "number", minimum: 0, exclusiveMinimum: true },
              },
            },
          },
        ),
      );
    });

    for (const [what, body, status] of [
      ["a valid body", '{"sepal": 1, "children": [{"sepal": 2}]}', 200],
      ["a missing member", "{}", 400],
      ["a wrong type", '{"sepal": "1"}', 400],
      ["a value at the exclusive minimum", '{"sepal": 0}', 400],
      ["a wrong child", '{"sepal": 1, "children": [{}]}', 400],
      ["a wrong format", '{"sepal": 1, "id": "yesterday"}', 400],
      ["no JSON", "sepal=1", 400],
      ["no body", "", 400],
    ] as const) {
      it(`answers ${status} to ${what}`, async () => {
        const response = await post(body);
        assert.equal(response.status, status);
        if (status === 200) return;
        assert.deepEqual(await response.json(), { message: "Invalid request body" });
        assert.equal(response.headers.get("x-amzn-errortype"), "BadRequestException");
      });
    }

    it("does not look at a content type without a model", async () => {
      assert.equal((await post("a,b", { "Content-Type": "text/csv" })).status, 200);
    });

    it("names the required parameters that are missing", async () => {
      const response = await fetch(`${api.url}/page?page=`);
      assert.equal(response.status, 400);
      const { message } = (await response.json()) as { message: string };
      assert.equal(message, "Missing required request parameters: [page, X-Tenant]");
      assert.equal((await fetch(`${api.url}/page?page=1`, { headers: { "x-tenant": "t" } })).status, 200);
    });
  });

  describe("API keys and usage plans", () => {
    const secure = { security: [{ key: [] }], ...proxy("echo") };
    let api: Deployed;
    before(async () => {
      api = await test.deploy(
        openApi(
          { "/k": { get: secure }, "/slow": { get: secure } },
          { components: { securitySchemes: { key: { type: "apiKey", name: "x-api-key", in: "header" } } } },
        ),
      );
    });
    const plan = async (more: object, stages: object[] = [{ apiId: api.apiId, stage: "dev" }]) => {
      const { id: usagePlanId } = await call<{ id: string }>("CreateUsagePlan", {
        name: "p",
        apiStages: stages,
        ...more,
      });
      const { id: keyId, value } = await call<{ id: string; value: string }>("CreateApiKey", { enabled: true });
      await call("CreateUsagePlanKey", { usagePlanId, keyId, keyType: "API_KEY" });
      return { usagePlanId, keyId, value };
    };
    const get = (value?: string, path = "/k") =>
      fetch(`${api.url}${path}`, value === undefined ? {} : { headers: { "x-api-key": value } });

    it("lets only enabled keys of the stage's plans in", async () => {
      const { value, keyId } = await plan({});
      assert.equal((await get(value)).status, 200);
      assert.equal(event.requestContext.identity.apiKey, value);
      assert.equal(event.requestContext.identity.apiKeyId, keyId);
      const elsewhere = await plan({}, []);
      for (const bad of [undefined, "nonsense", elsewhere.value]) {
        const response = await get(bad);
        assert.equal(response.status, 403);
        assert.deepEqual(await response.json(), { message: "Forbidden" });
      }
      await call("UpdateApiKey", {
        apiKey: keyId,
        patchOperations: [{ op: "replace", path: "/enabled", value: "false" }],
      });
      assert.equal((await get(value)).status, 403);
    });

    it("answers 429 Limit Exceeded beyond the quota, and reports usage", async () => {
      const { value, usagePlanId, keyId } = await plan({ quota: { limit: 3, offset: 1, period: "MONTH" } });
      assert.deepEqual([(await get(value)).status, (await get(value)).status], [200, 200]);
      const refused = await get(value);
      assert.equal(refused.status, 429);
      assert.deepEqual(await refused.json(), { message: "Limit Exceeded" });
      assert.equal(refused.headers.get("x-amzn-errortype"), "LimitExceededException");
      const today = new Date().toISOString().slice(0, 10);
      const { items } = await call<{ items: object }>("GetUsage", { usagePlanId, startDate: today, endDate: today });
      assert.deepEqual(items, { [keyId]: [[2, 0]] });
    });

    it("answers 429 Too Many Requests beyond the plan's rate, or the method's own", async () => {
      const { value } = await plan({ throttle: { rateLimit: 0.001, burstLimit: 1 } });
      assert.equal((await get(value)).status, 200);
      const refused = await get(value);
      assert.equal(refused.status, 429);
      assert.deepEqual(await refused.json(), { message: "Too Many Requests" });
      const own = await plan({}, [
        { apiId: api.apiId, stage: "dev", throttle: { "/slow/GET": { rateLimit: 0.001, burstLimit: 1 } } },
      ]);
      assert.deepEqual([(await get(own.value, "/slow")).status, (await get(own.value, "/slow")).status], [200, 429]);
      assert.equal((await get(own.value)).status, 200);
    });
  });

  it("throttles by the stage's method settings", async () => {
    const api = await test.deploy(openApi({ "/t/{x}": { get: proxy("echo") }, "/free": { get: proxy("echo") } }));
    const prefix = "/~1t~1{x}/GET/throttling";
    await call("UpdateStage", {
      restApiId: api.apiId,
      stageName: "dev",
      patchOperations: [
        { op: "replace", path: `${prefix}/rateLimit`, value: "0.001" },
        { op: "replace", path: `${prefix}/burstLimit`, value: "2" },
      ],
    });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await fetch(`${api.url}/t/${i}`)).status);
    assert.deepEqual(statuses, [200, 200, 429]);
    assert.equal((await fetch(`${api.url}/free`)).status, 200);
  });

  it("fills a bucket by its rate, up to its burst", () => {
    let now = 0;
    const throttle = new Throttle(() => now);
    const take = () => throttle.take("k", 10, 2);
    assert.deepEqual([take(), take(), take()], [true, true, false]);
    now = 100;
    assert.deepEqual([take(), take()], [true, false]);
    now = 10_000;
    assert.deepEqual([take(), take(), take()], [true, true, false]);
    assert.equal(throttle.take("free", -1, -1), true);
    assert.equal(throttle.take("shut", 0, 0), false);
  });

  it("begins weeks on Sunday and months on the first", () => {
    const now = new Date("2026-11-21T10:00:00Z");
    assert.deepEqual(
      [periodStart("DAY", now), periodStart("WEEK", now), periodStart("MONTH", now)],
      ["2026-11-21", "2026-11-15", "2026-11-01"],
    );
  });

  describe("gateway responses and mock integrations", () => {
    let api: Deployed;
    const origin = { "gatewayresponse.header.Access-Control-Allow-Origin": "'https://example.org'" };
    const preflight = {
      responses: {
        "204": { description: "", headers: { "Access-Control-Allow-Origin": { schema: { type: "string" } } } },
      },
      "x-amazon-apigateway-integration": {
        type: "mock",
        requestTemplates: { "application/json": '{"statusCode": 204}' },
        passthroughBehavior: "when_no_match",
        responses: {
          default: {
            statusCode: "204",
            responseParameters: { "method.response.header.Access-Control-Allow-Origin": "'https://example.org'" },
          },
        },
      },
    };
    before(async () => {
      api = await test.deploy(
        openApi(
          {
            "/c": { get: proxy("echo"), options: preflight },
            "/never": {
              post: {
                responses: { "200": { description: "" } },
                "x-amazon-apigateway-integration": {
                  ...preflight["x-amazon-apigateway-integration"],
                  passthroughBehavior: "never",
                  requestTemplates: { "application/json": '{"statusCode": 200}' },
                  responses: {
                    "2\\d\\d": {
                      statusCode: "200",
                      responseTemplates: { "application/json": '{"id":"$context.requestId"}' },
                    },
                  },
                },
              },
            },
          },
          {
            "x-amazon-apigateway-gateway-responses": {
              DEFAULT_4XX: { responseParameters: origin },
              MISSING_AUTHENTICATION_TOKEN: {
                statusCode: 404,
                responseParameters: origin,
                responseTemplates: {
                  "application/json": '{"error":$context.error.messageString,"type":"$context.error.responseType"}',
                },
              },
            },
          },
        ),
      );
    });

    it("answers a browser's preflight", async () => {
      const response = await fetch(`${api.url}/c`, { method: "OPTIONS" });
      assert.equal(response.status, 204);
      assert.equal(response.headers.get("access-control-allow-origin"), "https://example.org");
    });

    it("gives its own errors the API's form", async () => {
      const response = await fetch(`${api.url}/nowhere`);
      assert.equal(response.status, 404);
      assert.equal(response.headers.get("access-control-allow-origin"), "https://example.org");
      assert.deepEqual(await response.json(), {
        error: "Missing Authentication Token",
        type: "MISSING_AUTHENTICATION_TOKEN",
      });
    });

    it("answers 415 to a content type without a template", async () => {
      const send = (type: string) =>
        fetch(`${api.url}/never`, { method: "POST", body: "{}", headers: { "Content-Type": type } });
      const good = await send("application/json; charset=utf-8");
      assert.equal(good.status, 200);
      assert.deepEqual(await good.json(), { id: good.headers.get("x-amzn-requestid") });
      const refused = await send("text/csv");
      assert.equal(refused.status, 415);
      assert.deepEqual(await refused.json(), { message: "Unsupported Media Type" });
      assert.equal(refused.headers.get("access-control-allow-origin"), "https://example.org");
    });
  });

  it("passes binary types as base64, and decodes them for those who accept them", async () => {
    const api = await test.deploy(
      openApi(
        { "/i": { get: proxy("image"), post: proxy("echo") } },
        { "x-amazon-apigateway-binary-media-types": ["image/*"] },
      ),
    );
    const bytes = Buffer.from([1, 0, 254]);
    await fetch(`${api.url}/i`, { method: "POST", body: bytes, headers: { "Content-Type": "image/png" } });
    assert.equal(event.isBase64Encoded, true);
    assert.deepEqual(Buffer.from(event.body, "base64"), bytes);
    await fetch(`${api.url}/i`, { method: "POST", body: "{}", headers: { "Content-Type": "application/json" } });
    assert.equal(event.isBase64Encoded, false);
    const image = await fetch(`${api.url}/i`, { headers: { Accept: "image/png" } });
    assert.deepEqual(Buffer.from(await image.arrayBuffer()), Buffer.from([0, 255, 7]));
    const text = await fetch(`${api.url}/i`, { headers: { Accept: "text/html,image/png" } });
    assert.equal(await text.text(), Buffer.from([0, 255, 7]).toString("base64"));
  });

  it("matches media types by name, range or all", () => {
    const some = new BinaryMediaTypes(["image/*", "application/zip"]);
    assert.deepEqual(
      ["image/png", "application/zip; x=1", "IMAGE/GIF", "text/plain", undefined].map((type) => some.matches(type)),
      [true, true, true, false, false],
    );
    assert.equal(new BinaryMediaTypes(["*/*"]).matches(undefined), true);
    assert.equal(new BinaryMediaTypes([]).matches("image/png"), false);
  });

  it("compresses what is large enough, for those who accept it", async () => {
    const paths = { "/l": { get: proxy("large") }, "/s": { get: proxy("echo") } };
    const api = await test.deploy(openApi(paths, { "x-amazon-apigateway-minimum-compression-size": 1000 }));
    // fetch unpacks by itself; what was sent is seen from the header alone.
    const large = await fetch(`${api.url}/l`, { headers: { "Accept-Encoding": "gzip;q=0.8, deflate;q=0.2" } });
    assert.equal(large.headers.get("content-encoding"), "gzip");
    assert.ok(Number(large.headers.get("content-length")) < 1000);
    assert.equal((await large.text()).length, 2000);
    const plain = await fetch(`${api.url}/l`, { headers: { "Accept-Encoding": "br" } });
    assert.equal(plain.headers.get("content-encoding"), null);
    const small = await fetch(`${api.url}/s`, { headers: { "Accept-Encoding": "gzip" } });
    assert.equal(small.headers.get("content-encoding"), null);
    assert.equal((await (await fetch(`${api.url}/s`)).text()).length, 2);
  });

  it("unpacks what comes packed, in any API, and answers 415 to what it cannot unpack", async () => {
    const api = await test.deploy(openApi({ "/l": { post: proxy("echo") } }));
    const packed = { method: "POST", body: gzipSync("unpack me"), headers: { "Content-Encoding": "gzip" } };
    await fetch(`${api.url}/l`, packed);
    assert.equal(event.body, "unpack me");
    assert.equal(event.headers["Content-Encoding"] ?? event.headers["content-encoding"], undefined);
    for (const bad of [
      { ...packed, body: "not gzip" },
      { ...packed, headers: { "Content-Encoding": "br" } },
    ]) {
      const refused = await fetch(`${api.url}/l`, bad);
      assert.equal(refused.status, 415);
      assert.deepEqual(await refused.json(), { message: "Unsupported Media Type" });
    }
    const bomb = await fetch(`${api.url}/l`, { ...packed, body: gzipSync(Buffer.alloc(10_485_761)) });
    assert.equal(bomb.status, 413);
  });

  it("fills stage variables into the integration, and answers 500 where one is missing", async () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: API Gateway's own placeholder
    const uri = proxy("${stageVariables.fn}:live");
    const api = await test.deploy(openApi({ "/v": { get: uri } }), { variables: { fn: "aliased" } });
    let called = "";
    test.functions.aliased = (_given, { functionArn }) => {
      called = functionArn;
      return { statusCode: 200 };
    };
    assert.equal((await fetch(`${api.url}/v`)).status, 200);
    assert.match(called, /:function:aliased:live$/);
    await redeploy(test.cloud, api.apiId, "bare");
    assert.equal((await fetch(api.url.replace(/dev$/, "bare/v"))).status, 500);
  });

  it("serves a custom domain by its host and by its path", async () => {
    const api = await test.deploy(openApi({ "/d": { get: proxy("echo") } }));
    await call("CreateDomainName", {
      domainName: "api.example.org",
      regionalCertificateArn: "arn:aws:acm:us-east-1:0:certificate/1",
    });
    const mapping = { domainName: "api.example.org", restApiId: api.apiId, stage: "dev", basePath: "v1" };
    await call("CreateBasePathMapping", mapping);
    const base = `${test.cloud.apiOrigin}/_aws/custom-domain/api.example.org`;
    assert.equal((await fetch(`${base}/v1/d`)).status, 200);
    assert.deepEqual(
      [event.path, event.requestContext.path, event.requestContext.domainName, event.requestContext.domainPrefix],
      ["/v1/d", "/v1/d", "api.example.org", "api"],
    );
    const outside = await fetch(`${base}/v2/d`);
    assert.equal(outside.status, 403);
    assert.deepEqual(await outside.json(), { message: "Forbidden" });
    await call("UpdateRestApi", {
      restApiId: api.apiId,
      patchOperations: [{ op: "replace", path: "/disableExecuteApiEndpoint", value: "true" }],
    });
    await redeploy(test.cloud, api.apiId, "dev");
    assert.equal((await fetch(`${api.url}/d`)).status, 403);
    assert.equal((await fetch(`${base}/v1/d`)).status, 200);
  });

  it("reads queries as API Gateway does", () => {
    assert.deepEqual(parseQuery(""), { single: null, multi: null });
    assert.deepEqual(parseQuery("a=1&a=2&b&%C3%A9=%2B"), {
      single: { a: "2", b: "", é: "+" },
      multi: { a: ["1", "2"], b: [""], é: ["+"] },
    });
    assert.deepEqual(parseQuery("constructor=1").multi, { constructor: ["1"] });
  });
});
