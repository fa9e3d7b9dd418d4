import assert from "node:assert/strict";
import * as gateway from "@aws-sdk/client-api-gateway";
import { type ApiTest, badRequest, openApi, proxy, startApiTest, twoOperations } from "../../../testing/apigateway.ts";

describe("API Gateway, import", () => {
  let test: ApiTest;
  let client: gateway.APIGatewayClient;
  const put = (body: object) =>
    client.send(new gateway.ImportRestApiCommand({ body: Buffer.from(JSON.stringify(body)) }));

  before(async () => {
    test = await startApiTest();
    client = test.client(gateway.APIGatewayClient);
  });
  after(async () => {
    client.destroy();
    await test.stop();
  });

  describe("import refuses", () => {
    const get = (more: object) => openApi({ "/x": { get: { ...proxy("f"), ...more } } });
    const integration = (more: object) => ({
      "x-amazon-apigateway-integration": { ...proxy("f")["x-amazon-apigateway-integration"], ...more },
    });
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`/r${i}`, { get: proxy("f") }]));
    for (const [what, given, message] of [
      ["OpenAPI 3.1", { ...twoOperations, openapi: "3.1.0" }, /^openapi 3\.1 is not supported/],
      ["Swagger 1.2", { swagger: "1.2", info: { title: "x" } }, /^swagger 1\.2 is not supported/],
      [
        "the events of HTTP APIs",
        get(integration({ payloadFormatVersion: "2.0" })),
        /payloadFormatVersion '2\.0' of GET \/x is not one of a REST API; 1\.0 is/,
      ],
      [
        "an array without its items",
        get({
          requestBody: { content: { "application/json": { schema: { properties: { rows: { type: "array" } } } } } },
        }),
        /^Invalid OpenAPI input: attribute paths\.\/x\.get\.requestBody\..*\.schema\.properties\.rows\.items is missing/,
      ],
      ["a document without a title", { openapi: "3.0.1", info: {}, paths: {} }, /info\.title/],
      [
        "an unknown extension",
        get({ "x-amazon-apigateway-magic": 1 }),
        /'x-amazon-apigateway-magic' of GET \/x is not modelled/,
      ],
      [
        "an HTTP integration whose URI is a function's",
        get(integration({ type: "http_proxy" })),
        /^Invalid HTTP endpoint specified for URI$/,
      ],
      [
        "an integration that is no Lambda function",
        get(integration({ uri: "arn:aws:apigateway:us-east-1:sqs:path/q" })),
        /^Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations\.$/,
      ],
      [
        "a timeout of more than 29 s",
        get(integration({ timeoutInMillis: 29_001 })),
        /^Timeout should be between 50 ms and 29000 ms$/,
      ],
      [
        "a mapping to nowhere",
        get(integration({ requestParameters: { "integration.request.cookie.a": "'b'" } })),
        /^Invalid mapping expression specified: .*integration\.request\.cookie\.a/,
      ],
      ["an unknown security scheme", get({ security: [{ nobody: [] }] }), /Security scheme 'nobody' of GET \/x/],
      [
        "a validator that is not there",
        get({ "x-amazon-apigateway-request-validator": "none" }),
        /Invalid Request Validator identifier specified: none/,
      ],
      [
        "a schema that is not there",
        get({ requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/No" } } } } }),
        /Invalid model specified: No/,
      ],
      [
        "a model name with a dash",
        openApi({}, { components: { schemas: { "a-b": {} } } }),
        /^Model name must be alphanumeric: a-b$/,
      ],
      [
        "two variables at one place",
        openApi({ "/x/{a}": { get: proxy("f") }, "/x/{b}": { get: proxy("f") } }),
        /only one is allowed/,
      ],
      ["a path below a greedy one", openApi({ "/x/{a+}/b": { get: proxy("f") } }), /greedy path variable/],
    ] as const) {
      it(what, () => assert.rejects(put(given), badRequest(message)));
    }
    it("more than 300 resources", () =>
      assert.rejects(put(openApi(many)), { name: "LimitExceededException", message: /^Maximum number of resources/ }));
    it("text that is no document", () =>
      assert.rejects(
        client.send(new gateway.ImportRestApiCommand({ body: Buffer.from("{") })),
        badRequest(/malformed document/),
      ));
  });

  it("gives operations without security of their own the document's", async () => {
    const key = { type: "apiKey", name: "x-api-key", in: "header" };
    const document = {
      ...openApi({ "/own": { get: { security: [], ...proxy("f") } }, "/common": { get: proxy("f") } }),
      security: [{ key: [] }],
      components: { securitySchemes: { key } },
    };
    const body = Buffer.from(JSON.stringify(document));
    const { id: restApiId } = await client.send(new gateway.ImportRestApiCommand({ body, failOnWarnings: true }));
    const { items = [] } = await client.send(new gateway.GetResourcesCommand({ restApiId, embed: ["methods"] }));
    const required = items.map(({ path, resourceMethods }) => [path, resourceMethods?.GET?.apiKeyRequired]);
    assert.deepEqual(Object.fromEntries(required), { "/": undefined, "/own": false, "/common": true });
  });

  it("gives methods the variables of their paths as parameters, whether the document says so or not", async () => {
    const { id: restApiId } = await put(openApi({ "/a/{b}/{proxy+}": { get: proxy("f") }, "/c": { get: proxy("f") } }));
    const { items = [] } = await client.send(new gateway.GetResourcesCommand({ restApiId, embed: ["methods"] }));
    const parameters = (at: string) => items.find(({ path }) => path === at)?.resourceMethods?.GET?.requestParameters;
    assert.deepEqual(parameters("/a/{b}/{proxy+}"), {
      "method.request.path.b": true,
      "method.request.path.proxy": true,
    });
    assert.equal(parameters("/c"), undefined);
  });

  it("asks for items of OpenAPI's arrays alone, and not of what looks like one", async () => {
    const schema = { type: "object", properties: { rows: { type: "array", items: {} } }, example: { type: "array" } };
    await put({ ...twoOperations, components: { schemas: { Rows: schema } } });
    await put({ swagger: "2.0", info: { title: "x" }, paths: {}, definitions: { Rows: { type: "array" } } });
  });

  it("takes the version of events that REST APIs have, which tools write though it is the only one", async () => {
    const { "x-amazon-apigateway-integration": integration } = proxy("f");
    const get = { "x-amazon-apigateway-integration": { ...integration, payloadFormatVersion: "1.0" } };
    const { id: restApiId } = await put(openApi({ "/x": { get } }));
    const { items = [] } = await client.send(new gateway.GetResourcesCommand({ restApiId, embed: ["methods"] }));
    const x = items.find(({ path }) => path === "/x");
    assert.equal(x?.resourceMethods?.GET?.methodIntegration?.uri, integration.uri);
  });

  it("reads YAML", async () => {
    const body = Buffer.from("openapi: 3.0.1\ninfo:\n  title: yaml\n  version: '2'\npaths: {}\n");
    assert.equal((await client.send(new gateway.ImportRestApiCommand({ body }))).name, "yaml");
  });
});
