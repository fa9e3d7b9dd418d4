import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { parseQuery } from "../../../src/services/apigateway/execution/exchange.ts";
import { BinaryMediaTypes } from "../../../src/services/apigateway/execution/mediaTypes.ts";
import { type ApiTest, type Deployed, openApi, proxy, redeploy, startApiTest } from "../../../testing/apigateway.ts";

describe("API Gateway, contents, mock integrations, domains", () => {
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
