import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { XRay } from "@aws-sdk/client-xray";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { zip } from "../../../testing/lambda.ts";

describe("calls between services that are traced", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  const code = `
    import { SSMClient, GetParameterCommand } from "@aws-sdk/client-ssm";
    export const handler = async () => {
      await new SSMClient({}).send(new GetParameterCommand({ Name: "seen" }));
      return { statusCode: 200, body: process.env._X_AMZN_TRACE_ID };
    };`;

  it("are told of by the stage, the function, and what the function calls", async () => {
    const { cloud } = test;
    await cloud.call("ssm", "PutParameter", { Name: "seen", Value: "x", Type: "String" });
    const { roleArn } = await test.mintRole({ Effect: "Allow", Action: "*", Resource: "*" });
    const { FunctionArn } = await cloud.call<{ FunctionArn: string }>("lambda", "CreateFunction", {
      FunctionName: "traced",
      Runtime: "nodejs24.x",
      Handler: "index.handler",
      Role: roleArn,
      Code: { ZipFile: zip({ "index.mjs": code }) },
    });
    const Principal = "apigateway.amazonaws.com";
    await cloud.call("lambda", "AddPermission", {
      ...{ FunctionName: "traced", StatementId: "api", Action: "lambda:InvokeFunction", Principal },
    });
    const { id: restApiId, rootResourceId: resourceId } = await cloud.call<{ id: string; rootResourceId: string }>(
      "apigateway",
      "CreateRestApi",
      { name: "shop" },
    );
    const method = { restApiId, resourceId, httpMethod: "GET" };
    await cloud.call("apigateway", "PutMethod", { ...method, authorizationType: "NONE" });
    const uri = `arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/${FunctionArn}/invocations`;
    await cloud.call("apigateway", "PutIntegration", {
      ...method,
      type: "AWS_PROXY",
      integrationHttpMethod: "POST",
      uri,
    });
    await cloud.call("apigateway", "CreateDeployment", { restApiId, stageName: "dev", tracingEnabled: true });
    const url = `${cloud.apiOrigin}/_aws/execute-api/${restApiId}/dev/`;
    const answer = await fetch(url);
    assert.equal(answer.status, 200);
    const [, trace = ""] = /^Root=([^;]+);Parent=[0-9a-f]{16};Sampled=1$/.exec(await answer.text()) ?? [];
    assert.match(answer.headers.get("x-amzn-trace-id") ?? "", new RegExp(`Root=${trace}`));

    const xray = test.client(XRay);
    const segments = async () => {
      const { Traces = [] } = await xray.batchGetTraces({ TraceIds: [trace] });
      return (Traces[0]?.Segments ?? []).map(({ Document = "" }) => JSON.parse(Document));
    };
    let found = await segments();
    for (let waits = 0; found.length < 4 && waits < 100; waits++) {
      await sleep(50);
      found = await segments();
    }
    const byOrigin = Object.fromEntries(found.map((one) => [one.origin, one]));
    const [stage, service, own, called] = [
      ...["AWS::ApiGateway::Stage", "AWS::Lambda", "AWS::Lambda::Function", "AWS::SSM"],
    ].map((origin) => byOrigin[origin]);
    assert.deepEqual([stage.name, stage.http.response.status, stage.parent_id], ["shop/dev", 200, undefined]);
    assert.deepEqual(
      [service.parent_id, own.parent_id, called.parent_id, own.name, called.aws.operation],
      [stage.id, service.id, own.id, "traced", "GetParameter"],
    );

    // A client that has decided against it is not traced.
    const quiet = `1-${Math.floor(Date.now() / 1000).toString(16)}-${"a".repeat(24)}`;
    await fetch(url, { headers: { "x-amzn-trace-id": `Root=${quiet};Sampled=0` } });
    const { UnprocessedTraceIds } = await xray.batchGetTraces({ TraceIds: [quiet] });
    assert.deepEqual(UnprocessedTraceIds, [quiet]);
  });

  it("are told of by the stage and the table that it asks without a function", async () => {
    const { cloud } = test;
    await cloud.call("dynamodb", "CreateTable", {
      TableName: "orders",
      KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
      AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
      BillingMode: "PAY_PER_REQUEST",
    });
    const { roleArn } = await test.mintRole(
      { Effect: "Allow", Action: "dynamodb:GetItem", Resource: "*" },
      { trust: "apigateway.amazonaws.com" },
    );
    const { id: restApiId, rootResourceId: resourceId } = await cloud.call<{ id: string; rootResourceId: string }>(
      "apigateway",
      "CreateRestApi",
      { name: "table" },
    );
    const method = { restApiId, resourceId, httpMethod: "GET" };
    await cloud.call("apigateway", "PutMethod", { ...method, authorizationType: "NONE" });
    await cloud.call("apigateway", "PutIntegration", {
      ...{ ...method, type: "AWS", integrationHttpMethod: "POST", credentials: roleArn },
      uri: "arn:aws:apigateway:us-east-1:dynamodb:action/GetItem",
      requestTemplates: { "application/json": '{"TableName":"orders","Key":{"id":{"S":"a"}}}' },
    });
    await cloud.call("apigateway", "PutMethodResponse", { ...method, statusCode: "200" });
    await cloud.call("apigateway", "PutIntegrationResponse", { ...method, statusCode: "200" });
    await cloud.call("apigateway", "CreateDeployment", { restApiId, stageName: "dev", tracingEnabled: true });
    const root = `1-${Math.floor(Date.now() / 1000).toString(16)}-${"b".repeat(24)}`;
    const answer = await fetch(`${cloud.apiOrigin}/_aws/execute-api/${restApiId}/dev/`, {
      headers: { "x-amzn-trace-id": `Root=${root};Sampled=1` },
    });
    assert.equal(answer.status, 200);
    const xray = test.client(XRay);
    const segments = async () => {
      const { Traces = [] } = await xray.batchGetTraces({ TraceIds: [root] });
      return (Traces[0]?.Segments ?? []).map(({ Document = "" }) => JSON.parse(Document));
    };
    let found = await segments();
    for (let waits = 0; found.length < 2 && waits < 100; waits++) {
      await sleep(20);
      found = await segments();
    }
    const stage = found.find(({ origin }) => origin === "AWS::ApiGateway::Stage");
    const table = found.find(({ origin }) => origin === "AWS::DynamoDB::Table");
    assert.deepEqual([table?.name, table?.parent_id, table?.aws.operation], ["orders", stage?.id, "GetItem"]);
  });
});
