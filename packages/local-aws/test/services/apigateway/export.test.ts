import assert from "node:assert/strict";
import { type ApiTest, openApi, proxy, startApiTest } from "../../../testing/apigateway.ts";

describe("API Gateway, exports and tries", () => {
  let test: ApiTest;
  const call = <T>(operation: string, input: object) => test.cloud.call<T>("apigateway", operation, input);
  before(async () => {
    test = await startApiTest();
    test.functions.echo = (event) => ({ statusCode: 201, headers: { "x-own": "1" }, body: JSON.stringify(event) });
  });
  after(() => test.stop());

  it("exports Swagger 2.0, from which the same API can be made", async () => {
    const schema = { type: "object", properties: { name: { type: "string" } } };
    const pet = { "application/json": { schema: { $ref: "#/components/schemas/Pet" } } };
    const parameters = [
      { name: "petId", in: "path", required: true, schema: { type: "string" } },
      { name: "full", in: "query", schema: { type: "boolean" } },
    ];
    const { apiId, stageName } = await test.deploy(
      openApi(
        {
          "/pets/{petId}": {
            put: {
              parameters,
              requestBody: { content: pet },
              responses: {
                "200": { description: "", headers: { "X-Own": { schema: { type: "string" } } }, content: pet },
              },
              ...proxy("echo"),
            },
          },
        },
        { components: { schemas: { Pet: schema } } },
      ),
    );
    const asked = { restApiId: apiId, stageName, exportType: "swagger", parameters: { extensions: "apigateway" } };
    const { body, contentType, contentDisposition } = await call<{
      body: Buffer;
      contentType: string;
      contentDisposition: string;
    }>("GetExport", asked);
    assert.deepEqual(
      [contentType, contentDisposition],
      ["application/octet-stream", 'attachment; filename="swagger_1.json"'],
    );
    const document = JSON.parse(Buffer.from(body).toString());
    assert.deepEqual(
      [document.swagger, document.host, document.basePath, document.schemes],
      ["2.0", `${apiId}.execute-api.us-east-1.amazonaws.com`, "/dev", ["https"]],
    );
    const { "x-amazon-apigateway-integration": integration, ...operation } = document.paths["/pets/{petId}"].put;
    assert.deepEqual(Object.keys(integration).sort(), ["httpMethod", "passthroughBehavior", "type", "uri"]);
    assert.deepEqual(operation, {
      consumes: ["application/json"],
      produces: ["application/json"],
      parameters: [
        { name: "petId", in: "path", required: true, type: "string" },
        { name: "full", in: "query", required: false, type: "string" },
        { in: "body", name: "Pet", required: true, schema: { $ref: "#/definitions/Pet" } },
      ],
      responses: {
        "200": {
          description: "200 response",
          schema: { $ref: "#/definitions/Pet" },
          headers: { "X-Own": { type: "string" } },
        },
      },
    });
    const again = await test.deploy(document);
    const { items } = await call<{ items: { path: string; resourceMethods?: { PUT: object } }[] }>("GetResources", {
      restApiId: again.apiId,
      embed: ["methods"],
    });
    const { PUT } = items.find(({ path }) => path === "/pets/{petId}")!.resourceMethods!;
    const { requestModels, requestParameters } = PUT as { requestModels: object; requestParameters: object };
    assert.deepEqual(
      [requestModels, requestParameters],
      [{ "application/json": "Pet" }, { "method.request.path.petId": true, "method.request.querystring.full": false }],
    );
    await assert.rejects(call("GetExport", { ...asked, exportType: "raml" }), {
      name: "BadRequestException",
      message: "Invalid exportType 'raml': oas30 or swagger",
    });
  });

  it("tries a method as it is, without a deployment", async () => {
    const document = openApi({ "/pets/{petId}": { post: proxy("echo") } });
    const body = Buffer.from(JSON.stringify(document));
    const { id: restApiId } = await call<{ id: string }>("ImportRestApi", { body });
    const { items } = await call<{ items: { id: string; path: string }[] }>("GetResources", { restApiId });
    const { id: resourceId } = items.find(({ path }) => path === "/pets/{petId}")!;
    const tried = await call<{
      status: number;
      body: string;
      headers: Record<string, string>;
      log: string;
      latency: number;
    }>("TestInvokeMethod", {
      ...{ restApiId, resourceId, httpMethod: "POST", pathWithQueryString: "/pets/5?q=1", body: "text" },
      ...{ headers: { "X-Sent": "mine" }, stageVariables: { v: "1" } },
    });
    const event = JSON.parse(tried.body);
    assert.deepEqual([tried.status, tried.headers["x-own"]], [201, "1"]);
    assert.deepEqual(
      [event.path, event.pathParameters, event.queryStringParameters, event.headers["X-Sent"], event.body],
      ["/pets/5", { petId: "5" }, { q: "1" }, "mine", "text"],
    );
    assert.deepEqual([event.stageVariables, event.requestContext.stage], [{ v: "1" }, "test-invoke-stage"]);
    assert.match(tried.log, /^Execution log for request .*\n.* : Starting execution for request: /);
    assert.match(tried.log, / : Method completed with status: 201\n$/);
    const missing = call("TestInvokeMethod", { restApiId, resourceId, httpMethod: "PUT" });
    await assert.rejects(missing, { name: "NotFoundException", message: "Invalid Method identifier specified" });
  });
});
