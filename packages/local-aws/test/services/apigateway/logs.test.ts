import assert from "node:assert/strict";
import * as gateway from "@aws-sdk/client-api-gateway";
import { type ApiTest, badRequest, openApi, proxy, startApiTest, twoOperations } from "../../../testing/apigateway.ts";

describe("API Gateway, logs", () => {
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

  describe("logging", () => {
    it("needs the account's role, which must trust the gateway", async () => {
      const { id: restApiId } = await put(twoOperations);
      await client.send(new gateway.CreateDeploymentCommand({ restApiId, stageName: "dev" }));
      const on = {
        restApiId,
        stageName: "dev",
        patchOperations: [{ op: "replace" as const, path: "/*/*/logging/loglevel", value: "INFO" }],
      };
      const message = /^CloudWatch Logs role ARN must be set in account settings to enable logging$/;
      await assert.rejects(client.send(new gateway.UpdateStageCommand(on)), badRequest(message));
      const set = (value: string) =>
        client.send(
          new gateway.UpdateAccountCommand({ patchOperations: [{ op: "replace", path: "/cloudwatchRoleArn", value }] }),
        );
      const stranger = await test.mintRole();
      await assert.rejects(
        set(stranger.roleArn),
        badRequest(/^The role ARN does not have required permissions configured/),
      );
      const { roleArn } = await test.mintRole(undefined, { trust: "apigateway.amazonaws.com" });
      assert.equal((await set(roleArn)).cloudwatchRoleArn, roleArn);
      const stage = await client.send(new gateway.UpdateStageCommand(on));
      assert.equal(stage.methodSettings?.["*/*"]?.loggingLevel, "INFO");
      await set("");
    });

    it("writes access and execution logs by that role", async () => {
      const { cloud } = test;
      const { roleArn } = await test.mintRole(
        { Effect: "Allow", Action: "logs:*", Resource: "*" },
        { trust: "apigateway.amazonaws.com" },
      );
      await client.send(
        new gateway.UpdateAccountCommand({
          patchOperations: [{ op: "replace", path: "/cloudwatchRoleArn", value: roleArn }],
        }),
      );
      let invocation: string | undefined;
      test.functions.f = (_event, { requestId }) => {
        invocation = requestId;
        return { statusCode: 202, body: "four" };
      };
      test.functions.crash = () => {
        throw new Error("boom");
      };
      const { apiId: restApiId, url } = await test.deploy(
        openApi({ "/a": { get: proxy("f") }, "/crash": { get: proxy("crash") } }),
      );
      await cloud.call("logs", "CreateLogGroup", { logGroupName: "access" });
      const format =
        '{"id":"$context.requestId","status":$context.status,"length":$context.responseLength,"path":"$context.path","agent":"$context.identity.userAgent","error":"$context.error.responseType","who":"$context.authorizer.principalId","its":"$context.awsEndpointRequestId $context.integration.requestId"}';
      await client.send(
        new gateway.UpdateStageCommand({
          restApiId,
          stageName: "dev",
          patchOperations: [
            {
              op: "replace",
              path: "/accessLogSettings/destinationArn",
              value: "arn:aws:logs:us-east-1:000000000000:log-group:access",
            },
            { op: "replace", path: "/accessLogSettings/format", value: format },
            { op: "replace", path: "/*/*/logging/loglevel", value: "ERROR" },
          ],
        }),
      );
      const good = await fetch(`${url}/a`, { headers: { "User-Agent": 'quote " and \\' } });
      const bad = await fetch(`${url}/crash`);
      const lines = async (logGroupName: string, wanted: number) => {
        for (let i = 0; i < 200; i++) {
          const { events = [] } = await cloud
            .call<{ events?: { message: string }[] }>("logs", "FilterLogEvents", { logGroupName })
            .catch(() => ({ events: [] }));
          if (events.length >= wanted) return events.map(({ message }) => message);
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        throw new Error(`no ${wanted} events in ${logGroupName}`);
      };
      const [first, second] = (await lines("access", 2)).map((line) => JSON.parse(line));
      assert.deepEqual(first, {
        id: good.headers.get("x-amzn-requestid"),
        status: 202,
        length: 4,
        path: "/dev/a",
        agent: 'quote " and \\',
        error: "-",
        who: "-",
        its: `${invocation} ${invocation}`,
      });
      assert.match(String(invocation), /^\w{8}-/);
      assert.deepEqual([second.status, second.error], [502, "DEFAULT_5XX"]);
      const execution = await lines(`API-Gateway-Execution-Logs_${restApiId}/dev`, 2);
      const id = bad.headers.get("x-amzn-requestid");
      assert.match(
        execution[0]!,
        new RegExp(`^\\(${id}\\) Lambda execution failed with status 200 due to customer function error: .*boom`),
      );
      assert.equal(execution[1], `(${id}) Method completed with status: 502`);
    });
  });
});
