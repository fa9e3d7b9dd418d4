import assert from "node:assert/strict";
import { functionArn, openApi, proxy } from "../../../testing/apigateway.ts";
import { type Functions, startFunctions } from "../../../testing/lambda.ts";

const account = "000000000000";
const region = "us-east-1";

/** The gateway with the real Lambda behind it: permissions, aliases, roles. */
describe("API Gateway before Lambda", () => {
  let functions: Functions;
  let url: string;
  let restApiId: string;
  const call = <T = Record<string, never>>(service: string, operation: string, input: object) =>
    functions.test.cloud.call<T>(service, operation, input);

  const alias = (name: string, more: object = {}) => proxy(`${name}:live`, more);
  async function deploy(paths: object, title = "test"): Promise<void> {
    const body = Buffer.from(JSON.stringify(openApi(paths, { info: { title } })));
    ({ id: restApiId } = await call<{ id: string }>("apigateway", "ImportRestApi", { body }));
    await call("apigateway", "CreateDeployment", { restApiId, stageName: "dev" });
    url = `${functions.test.cloud.apiOrigin}/_aws/execute-api/${restApiId}/dev`;
  }
  const permit = (path: string) =>
    call("lambda", "AddPermission", {
      FunctionName: "hello",
      Qualifier: "live",
      StatementId: "api",
      Action: "lambda:InvokeFunction",
      Principal: "apigateway.amazonaws.com",
      SourceArn: `arn:aws:execute-api:${region}:${account}:${restApiId}/*/${path}`,
    });

  before(async () => {
    functions = await startFunctions();
    await functions.create(
      "hello",
      `export const handler = async (event, context) => ({
        statusCode: 200,
        headers: { "X-Version": context.functionVersion },
        body: JSON.stringify({ id: event.pathParameters?.id, location: event.requestContext.identity.sourceIp }),
      });`,
    );
    await call("lambda", "PublishVersion", { FunctionName: "hello" });
    await call("lambda", "CreateAlias", { FunctionName: "hello", Name: "live", FunctionVersion: "1" });
  });
  after(async () => {
    functions.lambda.destroy();
    await functions.test.stop();
  });

  it("is let in by the alias's permission for the route, and by nothing else", async () => {
    await deploy({ "/items/{id}": { get: alias("hello") }, "/other": { get: alias("hello") } });
    const before = await fetch(`${url}/items/5`);
    assert.equal(before.status, 500);
    assert.deepEqual(await before.json(), { message: "Internal server error" });
    await permit("GET/items/*");
    const response = await fetch(`${url}/items/5`);
    assert.equal(response.status, 200);
    assert.equal(response.headers.get("x-version"), "1");
    assert.deepEqual(await response.json(), { id: "5", location: "127.0.0.1" });
    assert.equal((await fetch(`${url}/other`)).status, 500);
    await call("lambda", "RemovePermission", { FunctionName: "hello", Qualifier: "live", StatementId: "api" });
    assert.equal((await fetch(`${url}/items/5`)).status, 500);
  });

  it("calls with the integration's role, where it has one", async () => {
    const trust = { trust: "apigateway.amazonaws.com" };
    const allowed = await functions.test.mintRole(
      { Effect: "Allow", Action: "lambda:InvokeFunction", Resource: functionArn("hello:live") },
      trust,
    );
    const powerless = await functions.test.mintRole(undefined, trust);
    const distrustful = await functions.test.mintRole();
    await deploy({
      "/allowed": { get: alias("hello", { credentials: allowed.roleArn }) },
      "/powerless": { get: alias("hello", { credentials: powerless.roleArn }) },
      "/distrustful": { get: alias("hello", { credentials: distrustful.roleArn }) },
    });
    const statuses = await Promise.all(
      ["allowed", "powerless", "distrustful"].map(async (path) => (await fetch(`${url}/${path}`)).status),
    );
    assert.deepEqual(statuses, [200, 500, 500]);
  });

  it("answers 500 where the function or its alias is not there", async () => {
    await deploy({ "/none": { get: proxy("nobody") }, "/alias": { get: proxy("hello:dead") } });
    for (const path of ["none", "alias"]) {
      const response = await fetch(`${url}/${path}`);
      assert.equal(response.status, 500);
      assert.deepEqual(await response.json(), { message: "Internal server error" });
    }
  });

  it("tells CloudWatch of requests, errors and latency, by API and stage", async () => {
    await deploy({ "/none": { get: proxy("nobody") } }, "counted");
    await fetch(`${url}/none`);
    await fetch(`${url}/none`);
    const total = async (MetricName: string) => {
      const { Datapoints = [] } = await call<{ Datapoints?: { Sum: number; SampleCount: number }[] }>(
        "monitoring",
        "GetMetricStatistics",
        {
          Namespace: "AWS/ApiGateway",
          MetricName,
          Dimensions: [
            { Name: "ApiName", Value: "counted" },
            { Name: "Stage", Value: "dev" },
          ],
          StartTime: new Date(Date.now() - 600_000),
          EndTime: new Date(Date.now() + 60_000),
          Period: 3600,
          Statistics: ["Sum", "SampleCount"],
        },
      );
      const add = (member: "Sum" | "SampleCount") => Datapoints.reduce((sum, datum) => sum + datum[member], 0);
      return [add("Sum"), add("SampleCount")];
    };
    for (let i = 0; i < 300 && (await total("Count"))[0] !== 2; i++)
      await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(await total("Count"), [2, 2]);
    assert.deepEqual(await total("5XXError"), [2, 2]);
    assert.deepEqual(await total("4XXError"), [0, 2]);
    assert.equal((await total("Latency"))[1], 2);
  });
});
