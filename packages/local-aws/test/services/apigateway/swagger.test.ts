import assert from "node:assert/strict";
import { APIGateway } from "@aws-sdk/client-api-gateway";
import { fromSwagger, type Swagger } from "../../../src/services/apigateway/definition/swagger.ts";
import { type ApiTest, badRequest, proxy, startApiTest } from "../../../testing/apigateway.ts";

const Thing = { type: "object", required: ["id"], properties: { id: { type: "string" } } };

const things = {
  swagger: "2.0",
  info: { title: "things", version: "1" },
  host: "api.example.com",
  basePath: "/v1",
  schemes: ["https"],
  consumes: ["application/json"],
  "x-amazon-apigateway-request-validators": { all: { validateRequestBody: true, validateRequestParameters: true } },
  "x-amazon-apigateway-request-validator": "all",
  paths: {
    "/things/{id}": {
      parameters: [{ name: "id", in: "path", required: true, type: "string" }],
      post: {
        parameters: [
          { $ref: "#/parameters/Size" },
          { name: "Thing", in: "body", schema: { $ref: "#/definitions/Thing" } },
        ],
        produces: ["application/json", "text/plain"],
        responses: { "200": { description: "ok", schema: { $ref: "#/definitions/Thing" } } },
        ...proxy("things"),
      },
      get: {
        security: [{ key: [] }],
        responses: { "404": { $ref: "#/responses/Missing" } },
        ...proxy("things"),
      },
    },
  },
  parameters: { Size: { name: "size", in: "query", required: true, type: "number" } },
  responses: { Missing: { description: "missing", headers: { "X-Why": { type: "string" } } } },
  securityDefinitions: { key: { type: "apiKey", name: "x-api-key", in: "header" } },
  definitions: { Thing },
};

describe("API Gateway, documents in Swagger 2.0", () => {
  let test: ApiTest;
  let client: APIGateway;
  before(async () => {
    test = await startApiTest();
    client = test.client(APIGateway);
  });
  after(async () => {
    client.destroy();
    await test.stop();
  });

  const method = async (httpMethod: string) => {
    const { id: restApiId } = await client.importRestApi({ body: Buffer.from(JSON.stringify(things)) });
    const { items = [] } = await client.getResources({ restApiId });
    const resourceId = items.find(({ path }) => path === "/things/{id}")?.id;
    return { restApiId, ...(await client.getMethod({ restApiId, resourceId, httpMethod })) };
  };

  it("become the methods that the same document in OpenAPI 3.0 becomes", async () => {
    const post = await method("POST");
    assert.deepEqual(post.requestParameters, {
      "method.request.path.id": true,
      "method.request.querystring.size": true,
    });
    assert.deepEqual(post.requestModels, { "application/json": "Thing" });
    assert.deepEqual(post.methodResponses?.["200"]?.responseModels, {
      "application/json": "Thing",
      "text/plain": "Thing",
    });
    assert.equal(post.methodIntegration?.type, "AWS_PROXY");
    assert.ok(post.requestValidatorId);
    const model = await client.getModel({ restApiId: post.restApiId, modelName: "Thing" });
    assert.deepEqual(JSON.parse(model.schema ?? ""), Thing);
  });

  it("follow references to shared responses, and their security", async () => {
    const get = await method("GET");
    assert.equal(get.apiKeyRequired, true);
    assert.deepEqual(get.methodResponses?.["404"]?.responseParameters, { "method.response.header.X-Why": false });
  });

  it("say in servers where the API is", () => {
    assert.deepEqual(fromSwagger(things as Swagger).servers, [{ url: "https://api.example.com/v1" }]);
    const { host, ...rest } = things;
    assert.deepEqual(fromSwagger(rest as Swagger).servers, [{ url: "/v1" }]);
  });

  it("may not have forms", async () => {
    const post = { parameters: [{ name: "file", in: "formData" }], ...proxy("things") };
    const body = Buffer.from(JSON.stringify({ ...things, paths: { "/": { post } } }));
    await assert.rejects(client.importRestApi({ body }), badRequest(/does not model parameters in formData: file/));
  });
});
