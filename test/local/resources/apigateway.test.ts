import assert from "node:assert/strict";
import type { Properties } from "../../../local/engine/provider.ts";
import { createRegistry } from "../../../local/resources/index.ts";
import { openApi, proxy } from "../cloud/apigateway/support.ts";
import { startCloud, type TestCloud } from "../support/cloud.ts";
import { TestResource } from "../support/resources.ts";

const mock = {
  responses: { "200": { description: "" } },
  "x-amazon-apigateway-integration": {
    type: "mock",
    requestTemplates: { "application/json": '{"statusCode": 200}' },
    responses: { default: { statusCode: "200", responseTemplates: { "text/plain": "mocked" } } },
  },
};

describe("resources of API Gateway", () => {
  let test: TestCloud;
  const get = <T = Properties>(operation: string, input: object) => test.cloud.call<T>("apigateway", operation, input);
  const thing = (type: string, name?: string) =>
    new TestResource(test.cloud, `aws:apigateway/${type[0]!.toLowerCase()}${type.slice(1)}:${type}`, name);
  const body = (paths: object, more: object = {}) => JSON.stringify(openApi(paths, more));

  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  /** An API with a deployment and a stage, as a program makes them. */
  async function deployed(paths: object = { "/x": { get: mock } }) {
    const api = thing("RestApi", "hello");
    await api.create({ body: body(paths), endpointConfiguration: { types: "REGIONAL" } });
    const deployment = thing("Deployment");
    await deployment.create({ restApi: api.id, triggers: { body: "1" } });
    const stage = thing("Stage");
    await stage.create({ restApi: api.id, deployment: deployment.id, stageName: "dev", tags: { a: "1" } });
    return { api, deployment, stage };
  }

  it("makes an API of a document, under the resource's name, and serves it by its stage", async () => {
    const { api, deployment, stage } = await deployed();
    assert.match(String(api.outputs.name), /^hello-[0-9a-f]{7}$/);
    assert.equal((await get("GetRestApi", { restApiId: api.id })).name, api.outputs.name);
    assert.equal(api.outputs.executionArn, `arn:aws:execute-api:us-east-1:000000000000:${api.id}`);
    assert.equal(api.outputs.arn, `arn:aws:apigateway:us-east-1::/restapis/${api.id}`);
    assert.match(String(api.outputs.rootResourceId), /^[a-z0-9]{10}$/);
    assert.deepEqual((api.outputs.endpointConfiguration as Properties).types, "REGIONAL");
    assert.equal(stage.id, `ags-${api.id}-dev`);
    assert.equal(stage.outputs.executionArn, `${api.outputs.executionArn}/dev`);
    assert.equal(stage.outputs.invokeUrl, `${test.cloud.apiOrigin}/_aws/execute-api/${api.id}/dev`);
    assert.equal(await (await fetch(`${stage.outputs.invokeUrl}/x`)).text(), "mocked");
    await stage.delete();
    await deployment.delete();
    await api.delete();
    await assert.rejects(get("GetRestApi", { restApiId: api.id }), { name: "NotFoundException" });
    await api.delete();
  });

  it("changes an API in place, and its stage without a gap", async () => {
    const { api, deployment, stage } = await deployed();
    const url = String(stage.outputs.invokeUrl);
    const changed = {
      body: body({ "/y": { get: mock } }),
      binaryMediaTypes: ["image/png"],
      endpointConfiguration: { types: "REGIONAL" },
    };
    await api.update({ ...changed, description: "changed", minimumCompressionSize: "100", name: api.outputs.name });
    const described = await get("GetRestApi", { restApiId: api.id });
    assert.deepEqual(
      [described.description, described.minimumCompressionSize, described.binaryMediaTypes],
      ["changed", 100, ["image/png"]],
    );
    assert.equal((await fetch(`${url}/x`)).status, 200);
    assert.deepEqual((await deployment.diff({ restApi: api.id, triggers: { body: "2" } })).replaces, ["triggers"]);
    const next = thing("Deployment");
    await next.create({ restApi: api.id, triggers: { body: "2" } });
    await stage.update({ restApi: api.id, deployment: next.id, stageName: "dev", variables: { v: "1" } });
    await deployment.delete();
    assert.deepEqual([(await fetch(`${url}/x`)).status, (await fetch(`${url}/y`)).status], [403, 200]);
    const { variables, tags } = await get("GetStage", { restApiId: api.id, stageName: "dev" });
    assert.deepEqual([variables, tags], [{ v: "1" }, {}]);
    await api.update({ ...changed, binaryMediaTypes: [], minimumCompressionSize: "-1", name: api.outputs.name });
    const { minimumCompressionSize, description, binaryMediaTypes } = await get("GetRestApi", { restApiId: api.id });
    assert.deepEqual([minimumCompressionSize, description, binaryMediaTypes], [undefined, "changed", undefined]);
  });

  it("keeps what the provider reads back when the program no longer says it, and warns of a policy", async () => {
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Principal: "*", Action: "execute-api:Invoke", Resource: "execute-api:/*" }],
    });
    const api = thing("RestApi");
    const warnings: string[] = [];
    api.context.log = (_severity, message) => warnings.push(message);
    await api.create({ body: body({ "/x": { get: mock } }), policy, binaryMediaTypes: ["image/png"] });
    await api.update({ body: body({ "/y": { get: mock } }) });
    const kept = await get("GetRestApi", { restApiId: api.id });
    assert.match(String(kept.policy), /Deny/);
    assert.deepEqual(kept.binaryMediaTypes, ["image/png"]);
    assert.match(warnings.join(), /stays in force.*op=replace,path=\/policy/);

    const patchOperations = [{ op: "replace", path: "/policy", value: "" }];
    await test.cloud.call("apigateway", "UpdateRestApi", { restApiId: api.id, patchOperations });
    await api.update({ body: body({ "/x": { get: mock } }), binaryMediaTypes: [] });
    const rid = await get("GetRestApi", { restApiId: api.id });
    assert.deepEqual([rid.policy, rid.binaryMediaTypes], [undefined, undefined]);
    await api.delete();
  });

  it("drops what a killed run had made under a generated name, and makes it whole", async () => {
    const names = async (operation: string, name: unknown) => {
      const { items } = await get<{ items: { name: string }[] }>(operation, { limit: 500 });
      return items.filter((item) => item.name === name).length;
    };
    for (const [type, operation, inputs] of [
      ["RestApi", "GetRestApis", { body: body({ "/x": { get: mock } }) }],
      ["ApiKey", "GetApiKeys", {}],
      ["UsagePlan", "GetUsagePlans", {}],
    ] as const) {
      const interrupted = thing(type);
      await interrupted.create(inputs);
      const { inputs: checked, context, provider } = interrupted;
      await provider.create(checked, { ...context, previous: { id: "", inputs: checked, outputs: {} } });
      assert.equal(await names(operation, checked.name), 1, type);
    }
  });

  it("leaves no API behind whose document is refused", async () => {
    const count = async () => (await get<{ items: object[] }>("GetRestApis", { limit: 500 })).items.length;
    const before = await count();
    const bad = thing("RestApi").create({ body: body({ "/x": { get: proxy("f", { type: "http" }) } }) });
    await assert.rejects(bad, {
      name: "BadRequestException",
      message: /Integration type 'http' of GET \/x is not modelled/,
    });
    assert.equal(await count(), before);
  });

  it("notices an invoke URL whose port is another now", async () => {
    const { api, deployment, stage } = await deployed();
    const inputs = { restApi: api.id, deployment: deployment.id, stageName: "dev", tags: { a: "1" } };
    assert.deepEqual(await stage.diff(inputs), { changes: [], replaces: [] });
    stage.outputs = { ...stage.outputs, invokeUrl: "http://localhost:1/_aws/execute-api/x/dev" };
    assert.deepEqual(await stage.diff(inputs), { changes: ["invokeUrl"], replaces: [] });
    assert.equal((await stage.update(inputs)).invokeUrl, `${test.cloud.apiOrigin}/_aws/execute-api/${api.id}/dev`);
  });

  it("sets method settings, and takes them back", async () => {
    const { api } = await deployed();
    const settings = thing("MethodSettings");
    const at = { restApi: api.id, stageName: "dev", methodPath: "x/GET" };
    await settings.create({
      ...at,
      settings: { throttlingRateLimit: 5, throttlingBurstLimit: 9, metricsEnabled: true },
    });
    const read = async () =>
      (await get<{ methodSettings: Record<string, Properties> }>("GetStage", { restApiId: api.id, stageName: "dev" }))
        .methodSettings["x/GET"];
    assert.deepEqual([(await read())?.throttlingRateLimit, (await read())?.metricsEnabled], [5, true]);
    await settings.update({ ...at, settings: { throttlingBurstLimit: 3 } });
    assert.deepEqual([(await read())?.throttlingBurstLimit, (await read())?.metricsEnabled], [3, false]);
    await settings.delete();
    assert.equal(await read(), undefined);
  });

  it("sets the account's role and resets it", async () => {
    const account = thing("Account");
    const { roleArn } = await test.mintRole(undefined, { trust: "apigateway.amazonaws.com" });
    const outputs = await account.create({ cloudwatchRoleArn: roleArn });
    assert.equal(account.id, "api-gateway-account");
    assert.deepEqual(outputs.throttleSettings, [{ burstLimit: 5000, rateLimit: 10000 }]);
    await account.delete();
    assert.equal((await get("GetAccount", {})).cloudwatchRoleArn, undefined);
  });

  it("makes keys and plans", async () => {
    const { api } = await deployed();
    const key = thing("ApiKey", "key");
    await key.create({});
    assert.equal(key.provider.secretOutputs?.includes("value"), true);
    const plan = thing("UsagePlan", "plan");
    const throttles = [{ path: "/x/GET", rateLimit: 1, burstLimit: 2 }];
    await plan.create({
      apiStages: [{ apiId: api.id, stage: "dev", throttles }],
      quotaSettings: { limit: 10, period: "DAY" },
    });
    const link = thing("UsagePlanKey");
    const linked = await link.create({ usagePlanId: plan.id, keyId: key.id, keyType: "API_KEY" });
    assert.equal(linked.value, key.outputs.value);
    const read = () => get("GetUsagePlan", { usagePlanId: plan.id });
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
    const api = thing("RestApi", "pieces");
    await api.create({});
    const restApi = api.id;
    const resource = thing("Resource");
    await resource.create({ restApi, parentId: api.outputs.rootResourceId, pathPart: "p" });
    assert.equal(resource.outputs.path, "/p");
    const at = { restApi, resourceId: resource.id, httpMethod: "GET" };
    const validator = thing("RequestValidator");
    await validator.create({ restApi, validateRequestParameters: true });
    const method = thing("Method");
    const methodInputs = { ...at, authorization: "NONE", requestValidatorId: validator.id };
    await method.create({ ...methodInputs, requestParameters: { "method.request.querystring.q": true } });
    const integration = thing("Integration");
    await integration.create({ ...at, type: "MOCK", requestTemplates: { "application/json": '{"statusCode":200}' } });
    const methodResponse = thing("MethodResponse");
    await methodResponse.create({ ...at, statusCode: "200" });
    const integrationResponse = thing("IntegrationResponse");
    await integrationResponse.create({ ...at, statusCode: "200", responseTemplates: { "application/json": "first" } });
    const response = thing("Response");
    await response.create({
      restApiId: restApi,
      responseType: "DEFAULT_4XX",
      responseParameters: { "gatewayresponse.header.X-A": "'b'" },
    });
    const deployment = thing("Deployment");
    await deployment.create({ restApi });
    const stage = thing("Stage");
    await stage.create({ restApi, deployment: deployment.id, stageName: "s" });
    const url = `${stage.outputs.invokeUrl}/p`;
    const missing = await fetch(url);
    assert.deepEqual([missing.status, missing.headers.get("x-a")], [400, "b"]);
    assert.equal(await (await fetch(`${url}?q=1`)).text(), "first");
    await method.update({ ...methodInputs, requestParameters: {} });
    await integrationResponse.update({ ...at, statusCode: "200", responseTemplates: { "application/json": "second" } });
    const second = thing("Deployment");
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
    const { api } = await deployed();
    const restApi = api.id;
    const authorizer = thing("Authorizer", "gate");
    const uri = (name: string) => proxy(name)["x-amazon-apigateway-integration"].uri;
    const given = { restApi, name: "gate", authorizerUri: uri("one") };
    await authorizer.create(given);
    await authorizer.update({ ...given, authorizerUri: uri("two"), authorizerResultTtlInSeconds: 0 });
    const read = await get("GetAuthorizer", { restApiId: restApi, authorizerId: authorizer.id });
    assert.deepEqual([read.authorizerUri, read.authorizerResultTtlInSeconds, read.type], [uri("two"), 0, "TOKEN"]);
    await authorizer.delete();
    const model = thing("Model");
    await model.create({ restApi, name: "Iris", contentType: "application/json", schema: "{}" });
    await model.update({ restApi, name: "Iris", contentType: "application/json", schema: '{"type":"object"}' });
    assert.equal((await get("GetModel", { restApiId: restApi, modelName: "Iris" })).schema, '{"type":"object"}');
    await model.delete();
    assert.match(
      (await thing("Model").failures({ restApi, name: "a-b", contentType: "x/y" })).join(),
      /^name: is "a-b"/,
    );
    const policy = thing("RestApiPolicy");
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
    const { policy: text } = await get<{ policy: string }>("GetRestApi", { restApiId: restApi });
    assert.match(JSON.parse(`"${text}"`), new RegExp(`:${restApi}/dev/GET/x`));
    await policy.delete();
    const domain = thing("DomainName");
    const outputs = await domain.create({
      domainName: "api.example.net",
      regionalCertificateArn: "arn:aws:acm:us-east-1:0:certificate/1",
      endpointConfiguration: { types: "REGIONAL" },
    });
    assert.match(String(outputs.regionalDomainName), /^d-[a-z0-9]{10}\.execute-api\.us-east-1\.amazonaws\.com$/);
    const mapping = thing("BasePathMapping");
    await mapping.create({ domainName: "api.example.net", restApi, stageName: "dev" });
    assert.equal((await fetch(`${test.cloud.apiOrigin}/_aws/custom-domain/api.example.net/x`)).status, 200);
    await mapping.delete();
    await domain.delete();
  });

  it("looks APIs, resources, keys and documents up", async () => {
    const { api } = await deployed();
    const { invokes } = createRegistry(test.cloud);
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
    const key = thing("ApiKey");
    await key.create({});
    assert.equal((await ask("getKey", { id: key.id })).value, key.outputs.value);
    const given = { restApiId: api.id, stageName: "dev", exportType: "oas30", accepts: "application/yaml" };
    assert.match(String((await ask("getExport", given)).body), /^openapi: 3\.0\.1$/m);
  });

  it("refuses what it does not model, by name", async () => {
    assert.match(
      (await thing("Stage").failures({ restApi: "a", deployment: "b", stageName: "c", canarySettings: {} })).join(),
      /canarySettings: the local cloud does not model/,
    );
    assert.match(
      (
        await thing("Stage").failures({ restApi: "a", deployment: "b", stageName: "a b", cacheClusterEnabled: true })
      ).join("\n"),
      /stageName: is "a b".*\ncacheClusterEnabled: is true/,
    );
    assert.match(
      (
        await thing("MethodSettings").failures({
          restApi: "a",
          stageName: "b",
          methodPath: "/x/GET",
          settings: { loggingLevel: "LOUD", volume: 1 },
        })
      ).join("\n"),
      /loggingLevel.*LOUD[\s\S]*methodPath: is "\/x\/GET"[\s\S]*settings.volume/,
    );
    assert.match(
      (await thing("Integration").failures({ restApi: "a", resourceId: "b", httpMethod: "GET", type: "HTTP" })).join(),
      /type: is "HTTP"; allowed are AWS_PROXY, MOCK/,
    );
  });
});
