import assert from "node:assert/strict";
import { proxy } from "local-aws/testing";
import type { Properties } from "../../../src/engine/provider.ts";
import { createRegistry } from "../../../src/resources/index.ts";
import { Gateway } from "./support.ts";

describe("parts, keys and plans of APIs, as resources", () => {
  let gateway: Gateway;
  before(async () => {
    gateway = await Gateway.start();
  });
  after(() => gateway.test.stop());

  it("makes keys and plans", async () => {
    const { api } = await gateway.deployed();
    const key = gateway.thing("ApiKey", "key");
    await key.create({});
    assert.equal(key.provider.secretOutputs?.includes("value"), true);
    const plan = gateway.thing("UsagePlan", "plan");
    const throttles = [{ path: "/x/GET", rateLimit: 1, burstLimit: 2 }];
    await plan.create({
      apiStages: [{ apiId: api.id, stage: "dev", throttles }],
      quotaSettings: { limit: 10, period: "DAY" },
    });
    const link = gateway.thing("UsagePlanKey");
    const linked = await link.create({ usagePlanId: plan.id, keyId: key.id, keyType: "API_KEY" });
    assert.equal(linked.value, key.outputs.value);
    const read = () => gateway.get("GetUsagePlan", { usagePlanId: plan.id });
    assert.deepEqual((await read()).apiStages, [
      { apiId: api.id, stage: "dev", throttle: { "/x/GET": { rateLimit: 1, burstLimit: 2 } } },
    ]);
    await plan.update({
      apiStages: [{ apiId: api.id, stage: "dev" }],
      throttleSettings: { rateLimit: 4, burstLimit: 5 },
    });
    const { apiStages, throttle, quota } = await read();
    assert.deepEqual(
      [apiStages, throttle, quota],
      [[{ apiId: api.id, stage: "dev" }], { rateLimit: 4, burstLimit: 5 }, undefined],
    );
    await link.delete();
    await plan.delete();
    await key.delete();
    await assert.rejects(read(), { name: "NotFoundException" });
  });

  it("builds an API piece by piece", async () => {
    const api = gateway.thing("RestApi", "pieces");
    await api.create({});
    const restApi = api.id;
    const resource = gateway.thing("Resource");
    await resource.create({ restApi, parentId: api.outputs.rootResourceId, pathPart: "p" });
    assert.equal(resource.outputs.path, "/p");
    const at = { restApi, resourceId: resource.id, httpMethod: "GET" };
    const validator = gateway.thing("RequestValidator");
    await validator.create({ restApi, validateRequestParameters: true });
    const method = gateway.thing("Method");
    const methodInputs = { ...at, authorization: "NONE", requestValidatorId: validator.id };
    await method.create({ ...methodInputs, requestParameters: { "method.request.querystring.q": true } });
    const integration = gateway.thing("Integration");
    await integration.create({ ...at, type: "MOCK", requestTemplates: { "application/json": '{"statusCode":200}' } });
    const methodResponse = gateway.thing("MethodResponse");
    await methodResponse.create({ ...at, statusCode: "200" });
    const integrationResponse = gateway.thing("IntegrationResponse");
    await integrationResponse.create({ ...at, statusCode: "200", responseTemplates: { "application/json": "first" } });
    const response = gateway.thing("Response");
    await response.create({
      restApiId: restApi,
      responseType: "DEFAULT_4XX",
      responseParameters: { "gatewayresponse.header.X-A": "'b'" },
    });
    const deployment = gateway.thing("Deployment");
    await deployment.create({ restApi });
    const stage = gateway.thing("Stage");
    await stage.create({ restApi, deployment: deployment.id, stageName: "s" });
    const url = `${stage.outputs.invokeUrl}/p`;
    const missing = await fetch(url);
    assert.deepEqual([missing.status, missing.headers.get("x-a")], [400, "b"]);
    assert.equal(await (await fetch(`${url}?q=1`)).text(), "first");
    await method.update({ ...methodInputs, requestParameters: {} });
    await integrationResponse.update({ ...at, statusCode: "200", responseTemplates: { "application/json": "second" } });
    const second = gateway.thing("Deployment");
    await second.create({ restApi });
    await stage.update({ restApi, deployment: second.id, stageName: "s" });
    assert.equal(await (await fetch(url)).text(), "second");
    for (const one of [
      stage,
      deployment,
      second,
      response,
      integrationResponse,
      methodResponse,
      integration,
      method,
      validator,
      resource,
      api,
    ]) {
      await one.delete();
    }
  });

  it("makes authorizers, models, policies and domains", async () => {
    const { api } = await gateway.deployed();
    const restApi = api.id;
    const authorizer = gateway.thing("Authorizer", "gate");
    const uri = (name: string) => proxy(name)["x-amazon-apigateway-integration"].uri;
    const given = { restApi, name: "gate", authorizerUri: uri("one") };
    await authorizer.create(given);
    await authorizer.update({ ...given, authorizerUri: uri("two"), authorizerResultTtlInSeconds: 0 });
    const read = await gateway.get("GetAuthorizer", { restApiId: restApi, authorizerId: authorizer.id });
    assert.deepEqual([read.authorizerUri, read.authorizerResultTtlInSeconds, read.type], [uri("two"), 0, "TOKEN"]);
    await authorizer.delete();
    const model = gateway.thing("Model");
    await model.create({ restApi, name: "Iris", contentType: "application/json", schema: "{}" });
    await model.update({ restApi, name: "Iris", contentType: "application/json", schema: '{"type":"object"}' });
    assert.equal(
      (await gateway.get("GetModel", { restApiId: restApi, modelName: "Iris" })).schema,
      '{"type":"object"}',
    );
    await model.delete();
    assert.match(
      (await gateway.thing("Model").failures({ restApi, name: "a-b", contentType: "x/y" })).join(),
      /^name: is "a-b"/,
    );
    const policy = gateway.thing("RestApiPolicy");
    const statement = {
      Effect: "Allow",
      Principal: "*",
      Action: "execute-api:Invoke",
      Resource: "execute-api:/dev/GET/x",
    };
    await policy.create({
      restApiId: restApi,
      policy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    });
    const { policy: text } = await gateway.get<{ policy: string }>("GetRestApi", { restApiId: restApi });
    assert.match(JSON.parse(`"${text}"`), new RegExp(`:${restApi}/dev/GET/x`));
    await policy.delete();
    const domain = gateway.thing("DomainName");
    const outputs = await domain.create({
      domainName: "api.example.net",
      regionalCertificateArn: "arn:aws:acm:us-east-1:0:certificate/1",
      endpointConfiguration: { types: "REGIONAL" },
    });
    assert.match(String(outputs.regionalDomainName), /^d-[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/);
    const mapping = gateway.thing("BasePathMapping");
    await mapping.create({ domainName: "api.example.net", restApi, stageName: "dev" });
    assert.equal((await fetch(`${gateway.test.cloud.apiOrigin}/_aws/custom-domain/api.example.net/x`)).status, 200);
    await mapping.delete();
    await domain.delete();
  });

  it("looks APIs, resources, keys and documents up", async () => {
    const { api } = await gateway.deployed();
    const { invokes } = createRegistry(gateway.test.cloud);
    const context = {
      provider: { region: "us-east-1", defaultTags: {}, config: {} },
      signal: new AbortController().signal,
    };
    const ask = (name: string, args: Properties) => invokes.get(`aws:apigateway/${name}:${name}`)!(args, context);
    assert.equal((await ask("getRestApi", { name: api.outputs.name })).executionArn, api.outputs.executionArn);
    await assert.rejects(ask("getRestApi", { name: "none" }), /0 APIs are named "none"/);
    const { id } = await ask("getResource", { restApiId: api.id, path: "/x" });
    assert.match(String(id), /^[a-z0-9]{6}$/);
    await assert.rejects(ask("getResource", { restApiId: api.id, path: "/y" }), /no resource at path "\/y"/);
    const key = gateway.thing("ApiKey");
    await key.create({});
    assert.equal((await ask("getKey", { id: key.id })).value, key.outputs.value);
    const given = { restApiId: api.id, stageName: "dev", exportType: "oas30", accepts: "application/yaml" };
    assert.match(String((await ask("getExport", given)).body), /^openapi: 3\.0\.1$/m);
  });

  it("refuses what it does not model, by name", async () => {
    assert.match(
      (
        await gateway.thing("Stage").failures({ restApi: "a", deployment: "b", stageName: "c", canarySettings: {} })
      ).join(),
      /canarySettings: the local cloud does not model/,
    );
    assert.match(
      (
        await gateway
          .thing("Stage")
          .failures({ restApi: "a", deployment: "b", stageName: "a b", cacheClusterEnabled: true })
      ).join("\n"),
      /stageName: is "a b".*\ncacheClusterEnabled: is true/,
    );
    assert.match(
      (
        await gateway.thing("MethodSettings").failures({
          restApi: "a",
          stageName: "b",
          methodPath: "/x/GET",
          settings: { loggingLevel: "LOUD", volume: 1 },
        })
      ).join("\n"),
      /loggingLevel.*LOUD[\s\S]*methodPath: is "\/x\/GET"; it must be .* as ~1[\s\S]*settings.volume/,
    );
    assert.match(
      (
        await gateway.thing("Integration").failures({ restApi: "a", resourceId: "b", httpMethod: "GET", type: "SOAP" })
      ).join(),
      /type: is "SOAP"; allowed are AWS, AWS_PROXY, HTTP, HTTP_PROXY, MOCK/,
    );
  });
});
