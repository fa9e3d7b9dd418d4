import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type ApiTest, badRequest, functionArn, openApi, startApiTest } from "../../../testing/apigateway.ts";

/** An integration of a method that has the response 200, and others if needed. */
const integrated = (integration: object, statuses = ["200"], more: object = {}) => ({
  ...more,
  responses: Object.fromEntries(
    statuses.map((status) => [status, { description: "", headers: { "X-From": { schema: { type: "string" } } } }]),
  ),
  "x-amazon-apigateway-integration": {
    httpMethod: "POST",
    responses: { default: { statusCode: "200" } },
    ...integration,
  },
});
const json = (template: string) => ({ "application/json": template });
const service = (rest: string) => `arn:aws:apigateway:us-east-1:${rest}`;
const toFunction = (name: string) => service(`lambda:path/2015-03-31/functions/${functionArn(name)}/invocations`);

describe("API Gateway, integrations", () => {
  let test: ApiTest;
  let server: Server;
  let endpoint: string;
  let role: string;
  const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
    fetch(url, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers: { "content-type": "application/json", ...headers },
    });

  before(async () => {
    test = await startApiTest();
    // Says what it was sent; /status/N answers with that status, /slow never.
    server = createServer(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      const url = new URL(request.url!, "http://x");
      if (url.pathname === "/slow") return;
      const status = Number(/^\/status\/(\d+)$/.exec(url.pathname)?.[1] ?? 200);
      const { method, headers } = request;
      const args = Object.fromEntries([...url.searchParams.keys()].map((key) => [key, url.searchParams.getAll(key)]));
      response.writeHead(status, { "content-type": "application/json", "x-from": "endpoint", server: "test" });
      response.end(
        JSON.stringify({ method, path: url.pathname, args, headers, body: Buffer.concat(chunks).toString() }),
      );
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    role = (
      await test.mintRole(
        {
          Effect: "Allow",
          Action: ["sqs:SendMessage", "dynamodb:*", "states:*", "s3:*", "ssm:GetParameter"],
          Resource: "*",
        },
        { trust: "apigateway.amazonaws.com" },
      )
    ).roleArn;
  });
  after(async () => {
    server.close();
    server.closeAllConnections();
    await test.stop();
  });

  describe("with a function", () => {
    it("the template makes the event, and an error's message chooses the response", async () => {
      test.functions.judge = (event) => {
        if (event.code > 399) throw new Error(`Bad: ${event.code}`);
        return { seen: event };
      };
      const { url } = await test.deploy(
        openApi({
          "/{code}": {
            post: integrated(
              {
                type: "aws",
                uri: toFunction("judge"),
                requestTemplates: json(
                  `{"code": $input.params('code'), "name": $input.json('$.name'), "stage": "$context.stage", "q": "$input.params().querystring.q"}`,
                ),
                responses: {
                  default: { statusCode: "200" },
                  "Bad: 4.*": { statusCode: "404", responseTemplates: json(`{"said": $input.json('$.errorMessage')}`) },
                  ".+": { statusCode: "502" },
                },
              },
              ["200", "404", "502"],
            ),
          },
        }),
      );
      const good = await post(`${url}/7?q=a%20b`, { name: 'a "quoted" name' });
      assert.deepEqual(
        [good.status, await good.json()],
        [200, { seen: { code: 7, name: 'a "quoted" name', stage: "dev", q: "a b" } }],
      );
      const bad = await post(`${url}/404`, {});
      assert.deepEqual([bad.status, await bad.json()], [404, { said: "Bad: 404" }]);
      assert.equal((await post(`${url}/500`, {})).status, 502);
    });

    it("without a template the body is the event, and is refused where that is not allowed", async () => {
      test.functions.echo = (event) => event;
      const { url } = await test.deploy(
        openApi({
          "/through": { post: integrated({ type: "aws", uri: toFunction("echo") }) },
          "/never": { post: integrated({ type: "aws", uri: toFunction("echo"), passthroughBehavior: "never" }) },
        }),
      );
      assert.deepEqual(await (await post(`${url}/through`, { a: [1] })).json(), { a: [1] });
      assert.equal((await post(`${url}/never`, {})).status, 415);
    });
  });

  describe("with an HTTP endpoint", () => {
    it("a proxy passes the request on, with what is mapped, and the answer back", async () => {
      const { url } = await test.deploy(
        openApi({
          "/{proxy+}": {
            "x-amazon-apigateway-any-method": {
              ...integrated({
                type: "http_proxy",
                httpMethod: "ANY",
                // As tools write that there are none.
                credentials: "",
                uri: `${endpoint}/base/{proxy}`,
                requestParameters: {
                  "integration.request.path.proxy": "method.request.path.proxy",
                  "integration.request.header.x-stage": "context.stage",
                  "integration.request.querystring.fixed": "'always'",
                },
              }),
            },
          },
        }),
      );
      const response = await fetch(`${url}/a/b?x=1&x=2`, { method: "PUT", body: "text", headers: { "x-own": "mine" } });
      const seen = (await response.json()) as Record<string, unknown> & { headers: Record<string, string> };
      assert.equal(response.status, 200);
      assert.equal(response.headers.get("x-from"), "endpoint");
      assert.equal(response.headers.get("x-amzn-remapped-server"), "test");
      assert.deepEqual(
        [seen.method, seen.path, seen.args, seen.body],
        ["PUT", "/base/a/b", { x: ["1", "2"], fixed: ["always"] }, "text"],
      );
      assert.deepEqual([seen.headers["x-own"], seen.headers["x-stage"]], ["mine", "dev"]);
      assert.equal(seen.headers.host, new URL(endpoint).host);
    });

    it("otherwise the endpoint gets what is mapped, and its status chooses the response", async () => {
      const { url } = await test.deploy(
        openApi({
          "/{code}": {
            get: integrated(
              {
                type: "http",
                httpMethod: "POST",
                uri: `${endpoint}/status/{code}`,
                requestParameters: {
                  "integration.request.path.code": "method.request.path.code",
                  "integration.request.header.X-Own": "method.request.header.x-own",
                },
                requestTemplates: json(`{"made": "$context.httpMethod"}`),
                responses: {
                  default: {
                    statusCode: "200",
                    responseParameters: { "method.response.header.X-From": "integration.response.header.x-from" },
                  },
                  "4\\d{2}": {
                    statusCode: "404",
                    responseParameters: { "method.response.header.X-From": "integration.response.body.path" },
                  },
                },
              },
              ["200", "404"],
            ),
          },
        }),
      );
      const good = await fetch(`${url}/200`, { headers: { "x-own": "mine", "x-other": "not" } });
      const seen = (await good.json()) as { method: string; body: string; headers: Record<string, string> };
      assert.deepEqual([good.status, good.headers.get("x-from")], [200, "endpoint"]);
      assert.deepEqual(
        [seen.method, seen.body, seen.headers["x-own"], seen.headers["x-other"]],
        ["POST", '{"made": "GET"}', "mine", undefined],
      );
      const bad = await fetch(`${url}/429`);
      assert.deepEqual([bad.status, bad.headers.get("x-from")], [404, "/status/429"]);
    });

    it("one that answers too late, or not at all", async () => {
      const { url } = await test.deploy(
        openApi({
          "/slow": { get: integrated({ type: "http_proxy", uri: `${endpoint}/slow`, timeoutInMillis: 50 }) },
          "/none": { get: integrated({ type: "http_proxy", uri: "http://127.0.0.1:1/" }) },
        }),
      );
      const late = await fetch(`${url}/slow`);
      assert.deepEqual([late.status, await late.json()], [504, { message: "Endpoint request timed out" }]);
      const none = await fetch(`${url}/none`);
      assert.deepEqual([none.status, await none.json()], [500, { message: "Internal server error" }]);
    });
  });

  describe("with services of AWS", () => {
    it("a queue gets a form, under the integration's role, and answers in JSON", async () => {
      const { QueueUrl } = await test.cloud.call<{ QueueUrl: string }>("sqs", "CreateQueue", { QueueName: "gate" });
      const { url } = await test.deploy(
        openApi({
          "/send": {
            post: integrated({
              type: "aws",
              uri: service("sqs:path/000000000000/gate"),
              credentials: role,
              requestParameters: { "integration.request.header.Content-Type": "'application/x-www-form-urlencoded'" },
              requestTemplates: json("Action=SendMessage&MessageBody=$util.urlEncode($input.body)"),
            }),
          },
        }),
      );
      const response = await post(`${url}/send`, { a: "b & c" });
      const answer = (await response.json()) as { SendMessageResponse: { SendMessageResult: { MessageId: string } } };
      assert.match(answer.SendMessageResponse.SendMessageResult.MessageId, /^[0-9a-f-]{36}$/);
      const received = await test.cloud.call<{ Messages: { Body: string }[] }>("sqs", "ReceiveMessage", { QueueUrl });
      assert.deepEqual(JSON.parse(received.Messages[0]!.Body), { a: "b & c" });
    });

    it("a table is read and written by actions, and what it refuses is an answer", async () => {
      await test.cloud.call("dynamodb", "CreateTable", {
        TableName: "gate",
        BillingMode: "PAY_PER_REQUEST",
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      });
      const action = (name: string, template: string) =>
        integrated(
          {
            type: "aws",
            uri: service(`dynamodb:action/${name}`),
            credentials: role,
            requestTemplates: json(template),
            responses: {
              default: {
                statusCode: "200",
                responseTemplates: json(`#set($r = $input.path('$'))#foreach($i in $r.Items)$i.id.S;#end`),
              },
              "400": { statusCode: "400", responseTemplates: json("$input.json('$.__type')") },
            },
          },
          ["200", "400"],
        );
      const { url } = await test.deploy(
        openApi({
          "/put": { post: action("PutItem", `{"TableName": "gate", "Item": {"id": {"S": $input.json('$.id')}}}`) },
          "/scan": { post: action("Scan", `{"TableName": "gate"}`) },
          "/none": { post: action("Scan", `{"TableName": "none"}`) },
        }),
      );
      assert.equal((await post(`${url}/put`, { id: "one" })).status, 200);
      assert.equal(await (await post(`${url}/scan`, {})).text(), "one;");
      const none = await post(`${url}/none`, {});
      assert.equal(none.status, 400);
      assert.match(await none.text(), /ResourceNotFoundException"$/);
    });

    it("a role that may not is refused by the service", async () => {
      const { roleArn } = await test.mintRole(
        { Effect: "Deny", Action: "ssm:*", Resource: "*" },
        { trust: "apigateway.amazonaws.com" },
      );
      await test.cloud.call("ssm", "PutParameter", { Name: "gate", Value: "v", Type: "String" });
      const get = (credentials: string) =>
        integrated(
          {
            type: "aws",
            uri: service("ssm:action/GetParameter"),
            credentials,
            requestParameters: { "integration.request.querystring.Name": "'gate'" },
            responses: { default: { statusCode: "200" }, "4..": { statusCode: "403" } },
          },
          ["200", "403"],
        );
      const { url } = await test.deploy(openApi({ "/may": { get: get(role) }, "/not": { get: get(roleArn) } }));
      const may = (await (await fetch(`${url}/may`)).json()) as {
        GetParameterResponse: { GetParameterResult: { Parameter: { Value: string; Selector: null } } };
      };
      const { Value, Selector } = may.GetParameterResponse.GetParameterResult.Parameter;
      assert.deepEqual([Value, Selector], ["v", null]);
      assert.equal((await fetch(`${url}/not`)).status, 403);
    });

    it("objects are put and got by path, binary ones unchanged", async () => {
      await test.cloud.call("s3", "CreateBucket", { Bucket: "gate" });
      const { url } = await test.deploy(
        openApi(
          {
            "/{key+}": {
              "x-amazon-apigateway-any-method": integrated({
                type: "aws",
                httpMethod: "ANY",
                uri: service("s3:path/gate/{key}"),
                credentials: role,
                requestParameters: {
                  "integration.request.path.key": "method.request.path.key",
                  "integration.request.header.Content-Type": "method.request.header.Content-Type",
                },
              }),
            },
          },
          { "x-amazon-apigateway-binary-media-types": ["image/*"] },
        ),
      );
      const bytes = Buffer.from([0, 255, 128, 7]);
      const type = { "content-type": "image/png" };
      assert.equal((await fetch(`${url}/a/b.png`, { method: "PUT", body: bytes, headers: type })).status, 200);
      const got = await fetch(`${url}/a/b.png`, { headers: { accept: "image/png" } });
      assert.deepEqual(Buffer.from(await got.arrayBuffer()), bytes);
      assert.equal(await (await fetch(`${url}/a/b.png`)).text(), bytes.toString("base64"));
    });
  });

  it("a template's overrides win over what is mapped", async () => {
    const { url } = await test.deploy(
      openApi({
        "/": {
          get: integrated({
            type: "http_proxy",
            uri: endpoint,
          }),
          post: integrated({
            type: "mock",
            requestTemplates: json(
              `#set($context.responseOverride.status = 418)#set($context.responseOverride.header.x-from = 'override'){"statusCode": 200}`,
            ),
            responses: {
              default: {
                statusCode: "200",
                responseParameters: { "method.response.header.X-From": "'mapped'" },
                responseTemplates: json("$context.responseOverride.status"),
              },
            },
          }),
        },
      }),
    );
    const response = await post(`${url}/`, {});
    assert.deepEqual(
      [response.status, response.headers.get("x-from"), await response.text()],
      [418, "override", "418"],
    );
  });

  it("a template that is none is the API's fault", async () => {
    const { url } = await test.deploy(
      openApi({ "/": { post: integrated({ type: "mock", requestTemplates: json("#if($a") }) } }),
    );
    const response = await post(`${url}/`, {});
    assert.deepEqual([response.status, await response.json()], [500, { message: "Internal server error" }]);
  });

  describe("refused when they are put", () => {
    const refused: [what: string, integration: object, message: RegExp][] = [
      [
        "no method",
        { type: "HTTP", uri: "http://example.com" },
        /^Enumeration value for HttpMethod must be non-empty$/,
      ],
      [
        "no URL",
        { type: "HTTP", integrationHttpMethod: "GET", uri: "here" },
        /^Invalid HTTP endpoint specified for URI$/,
      ],
      ["no ARN", { type: "AWS", integrationHttpMethod: "GET", uri: "here" }, /^Invalid ARN specified in the request$/],
      [
        "another ARN",
        { type: "AWS", integrationHttpMethod: "GET", uri: "arn:aws:iam::000000000000:role/r" },
        /^AWS ARN for integration must contain path or action$/,
      ],
      [
        "a service without a role",
        { type: "AWS", integrationHttpMethod: "GET", uri: service("s3:path/b") },
        /^Role ARN must be specified for AWS integrations$/,
      ],
      [
        "a proxy for another service than Lambda",
        {
          type: "AWS_PROXY",
          integrationHttpMethod: "GET",
          uri: service("s3:path/b"),
          credentials: "arn:aws:iam::000000000000:role/r",
        },
        /^Integrations of type 'AWS_PROXY' currently only supports/,
      ],
    ];
    for (const [what, integration, message] of refused) {
      it(what, async () => {
        const api = await test.cloud.call<{ id: string; rootResourceId: string }>("apigateway", "CreateRestApi", {
          name: "x",
        });
        const method = { restApiId: api.id, resourceId: api.rootResourceId, httpMethod: "GET" };
        await test.cloud.call("apigateway", "PutMethod", { ...method, authorizationType: "NONE" });
        const put = test.cloud.call("apigateway", "PutIntegration", { ...method, ...integration });
        await assert.rejects(put, badRequest(message));
      });
    }
  });
});
