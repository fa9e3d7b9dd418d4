import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { ask, make, unmake } from "./support/made.ts";

describe("HTTP APIs", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
  });
  after(() => test.stop());

  it("are made of routes, integrations, authorizers and stages, changed, and found by their own ids", async () => {
    const { cloud } = test;
    const cors = { allowOrigins: ["https://example.org"], allowMethods: ["GET"], maxAge: 60 };
    const api = await make(cloud, "apigatewayv2.Api", { protocolType: "HTTP", corsConfiguration: cors });
    const apiId = api.id;
    assert.deepEqual(api.outputs.corsConfiguration, cors);
    assert.equal(api.outputs.arn, `arn:aws:apigateway:eu-west-1::/apis/${apiId}`);
    const changed = await api.update({ protocolType: "HTTP", description: "Mine", tags: { team: "data" } });
    assert.deepEqual([changed.description, changed.tagsAll], ["Mine", { suite: "test", team: "data" }]);
    const found = await cloud.call<Properties>("apigatewayv2", "GetApi", { ApiId: apiId });
    assert.deepEqual([found.CorsConfiguration, found.Tags], [undefined, changed.tagsAll]);
    assert.equal((await ask(cloud, "apigatewayv2.getApi", { apiId })).executionArn, api.outputs.executionArn);
    assert.match((await api.failures({ protocolType: "WEBSOCKET" }))[0]!, /allowed are HTTP/);

    const way = {
      apiId,
      integrationType: "HTTP_PROXY",
      integrationUri: "https://example.org",
      integrationMethod: "GET",
    };
    const integration = await make(cloud, "apigatewayv2.Integration", way, ["requestParameters", "requestTemplates"]);
    assert.equal(integration.outputs.timeoutMilliseconds, 30_000);
    assert.equal((await integration.update({ ...way, timeoutMilliseconds: 5_000 })).timeoutMilliseconds, 5_000);
    const jwt = { audiences: ["web"], issuer: "https://example.org" };
    const whom = { apiId, authorizerType: "JWT", identitySources: ["$request.header.Authorization"] };
    const authorizer = await make(cloud, "apigatewayv2.Authorizer", { ...whom, jwtConfiguration: jwt });
    assert.deepEqual(authorizer.outputs.jwtConfiguration, jwt);
    const target = `integrations/${integration.id}`;
    const given = { apiId, routeKey: "GET /pets", target };
    const route = await make(cloud, "apigatewayv2.Route", given, ["requestModels"]);
    const guarded = await route.update({ ...given, authorizationType: "JWT", authorizerId: authorizer.id });
    assert.equal(guarded.authorizerId, authorizer.id);
    assert.deepEqual((await route.diff({ ...given, apiId: "other" })).replaces, ["apiId"]);
    const deployment = await make(cloud, "apigatewayv2.Deployment", { apiId, description: "First" }, ["triggers"]);
    const stage = await make(cloud, "apigatewayv2.Stage", {
      ...{ apiId, name: "dev", deploymentId: deployment.id, stageVariables: { a: "b" } },
    });
    assert.equal(stage.id, "dev");
    assert.equal(stage.outputs.invokeUrl, `${api.outputs.apiEndpoint}/dev`);
    const automatic = await make(cloud, "apigatewayv2.Stage", { apiId, name: "$default", autoDeploy: true });
    assert.notEqual(automatic.outputs.deploymentId, "");
    await unmake([api, authorizer, integration, route, deployment, stage, automatic]);
  });
});
