import assert from "node:assert/strict";
import { type Deployed, deployApi, openApi } from "../../../testing/apigateway.ts";
import { Machines } from "./support.ts";

/** An answer of the gateway itself. */
const mock = (status: string, template: string) => ({
  responses: { [status]: { description: "mock" } },
  "x-amazon-apigateway-integration": {
    type: "mock",
    requestTemplates: { "application/json": `{"statusCode": ${status}}` },
    responses: { default: { statusCode: status, responseTemplates: { "application/json": template } } },
  },
});
const echo = `{"q": "$input.params('q')", "own": "$input.params('x-own')", "type": "$input.params('content-type')"}`;

describe("tasks that call an API", () => {
  let machines: Machines;
  let api: Deployed;
  before(async () => {
    machines = await Machines.start();
    const scheme = { type: "apiKey", name: "Authorization", in: "header", "x-amazon-apigateway-authtype": "awsSigv4" };
    api = await deployApi(
      machines.test.cloud,
      openApi(
        {
          "/open/{rest}": { post: mock("200", echo), get: mock("200", "no JSON") },
          "/signed": { get: { ...mock("200", '{"in": true}'), security: [{ sigv4: [] }] } },
          "/broken": { get: mock("404", '{"why": "gone"}') },
        },
        { components: { securitySchemes: { sigv4: scheme } } },
      ),
    );
  });
  after(() => machines.test.stop());

  const run = async (Parameters: object, roleArn?: string) => {
    const ApiEndpoint = `${api.apiId}.execute-api.us-east-1.amazonaws.com`;
    const Call = {
      ...{ Type: "Task", Resource: "arn:aws:states:::apigateway:invoke", End: true },
      Parameters: { ApiEndpoint, Method: "GET", Stage: "dev", ...Parameters },
    };
    return machines.ended(await machines.run(await machines.make({ Call }, {}, roleArn)));
  };

  it("send what they are given, and give the answer with how it came", async () => {
    const { output = "" } = await run({
      ...{ Method: "POST", Path: "/open/a", RequestBody: { a: 1 } },
      ...{ QueryParameters: { q: ["x y"] }, Headers: { "x-own": ["1"] } },
    });
    const { Headers, ...answer } = JSON.parse(output);
    assert.deepEqual(answer, {
      ResponseBody: { q: "x y", own: "1", type: "application/json" },
      StatusCode: 200,
      StatusText: "OK",
    });
    assert.deepEqual(Headers["Content-Type"], ["application/json"]);
    assert.equal(JSON.parse((await run({ Path: "open/a" })).output ?? "").ResponseBody, "no JSON");
  });

  it("fail by the status of the answer", async () => {
    const { error, cause } = await run({ Path: "broken" });
    assert.deepEqual([error, JSON.parse(cause ?? "")], ["ApiGateway.404", { why: "gone" }]);
  });

  it("are signed as the machine's role, where they say so, and the API decides", async () => {
    assert.equal((await run({ Path: "signed" })).error, "ApiGateway.403");
    const refused = await run({ Path: "signed", AuthType: "IAM_ROLE" });
    assert.match(refused.cause ?? "", /not authorized to perform: execute-api:Invoke/);
    const Resource = `arn:aws:execute-api:us-east-1:000000000000:${api.apiId}/dev/GET/signed`;
    const allow = { Effect: "Allow", Action: "execute-api:Invoke", Resource };
    const { roleArn } = await machines.test.mintRole([allow], { trust: "states.amazonaws.com" });
    const { output = "", cause } = await run({ Path: "signed", AuthType: "IAM_ROLE" }, roleArn);
    assert.equal(cause, undefined);
    assert.deepEqual(JSON.parse(output).ResponseBody, { in: true });
  });

  for (const [what, parameters, why] of [
    ["another host", { ApiEndpoint: "example.com" }, /'ApiEndpoint' must be a host name of API Gateway/],
    ["a method that is none", { Method: "FETCH" }, /'Method' must be one of GET, POST/],
    ["headers that are no lists", { Headers: { a: "b" } }, /The value of the field 'Headers' has an invalid format/],
    [
      "a header that is the gateway's",
      { Headers: { Authorization: ["x"] } },
      /The header 'Authorization' cannot be set/,
    ],
    ["another way to sign", { AuthType: "BASIC" }, /'AuthType' must be one of NO_AUTH, IAM_ROLE, RESOURCE_POLICY/],
  ] as const) {
    it(`cannot be started with ${what}`, async () => {
      const { error, cause } = await run(parameters);
      assert.equal(error, "States.Runtime");
      assert.match(cause ?? "", why);
    });
  }
});
