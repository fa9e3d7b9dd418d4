import assert from "node:assert/strict";
import { proxy } from "local-aws/testing";
import type { Properties } from "../../../src/engine/provider.ts";
import { body, Gateway, mock } from "./support.ts";

describe("APIs and their stages, as resources", () => {
  let gateway: Gateway;
  before(async () => {
    gateway = await Gateway.start();
  });
  after(() => gateway.test.stop());

  it("makes an API of a document, under the resource's name, and serves it by its stage", async () => {
    const { api, deployment, stage } = await gateway.deployed();
    assert.match(String(api.outputs.name), /^hello-[0-9a-f]{7}$/);
    assert.equal((await gateway.get("GetRestApi", { restApiId: api.id })).name, api.outputs.name);
    assert.equal(api.outputs.executionArn, `arn:aws:execute-api:us-east-1:000000000000:${api.id}`);
    assert.equal(api.outputs.arn, `arn:aws:apigateway:us-east-1::/restapis/${api.id}`);
    assert.match(String(api.outputs.rootResourceId), /^[a-z0-9]{10}$/);
    assert.deepEqual((api.outputs.endpointConfiguration as Properties).types, "REGIONAL");
    assert.equal(stage.id, `ags-${api.id}-dev`);
    assert.equal(stage.outputs.executionArn, `${api.outputs.executionArn}/dev`);
    assert.equal(stage.outputs.invokeUrl, `${gateway.test.cloud.apiOrigin}/_aws/execute-api/${api.id}/dev`);
    assert.equal(await (await fetch(`${stage.outputs.invokeUrl}/x`)).text(), "mocked");
    await stage.delete();
    await deployment.delete();
    await api.delete();
    await assert.rejects(gateway.get("GetRestApi", { restApiId: api.id }), { name: "NotFoundException" });
    await api.delete();
  });

  it("changes an API in place, and its stage without a gap", async () => {
    const { api, deployment, stage } = await gateway.deployed();
    const url = String(stage.outputs.invokeUrl);
    const changed = {
      body: body({ "/y": { get: mock } }),
      binaryMediaTypes: ["image/png"],
      endpointConfiguration: { types: "REGIONAL" },
    };
    await api.update({ ...changed, description: "changed", minimumCompressionSize: "100", name: api.outputs.name });
    const described = await gateway.get("GetRestApi", { restApiId: api.id });
    assert.deepEqual(
      [described.description, described.minimumCompressionSize, described.binaryMediaTypes],
      ["changed", 100, ["image/png"]],
    );
    assert.equal((await fetch(`${url}/x`)).status, 200);
    assert.deepEqual((await deployment.diff({ restApi: api.id, triggers: { body: "2" } })).replaces, ["triggers"]);
    const next = gateway.thing("Deployment");
    await next.create({ restApi: api.id, triggers: { body: "2" } });
    await stage.update({ restApi: api.id, deployment: next.id, stageName: "dev", variables: { v: "1" } });
    await deployment.delete();
    assert.deepEqual([(await fetch(`${url}/x`)).status, (await fetch(`${url}/y`)).status], [403, 200]);
    const { variables, tags } = await gateway.get("GetStage", { restApiId: api.id, stageName: "dev" });
    assert.deepEqual([variables, tags], [{ v: "1" }, undefined]);
    await api.update({ ...changed, binaryMediaTypes: [], minimumCompressionSize: "-1", name: api.outputs.name });
    const { minimumCompressionSize, description, binaryMediaTypes } = await gateway.get("GetRestApi", {
      restApiId: api.id,
    });
    assert.deepEqual([minimumCompressionSize, description, binaryMediaTypes], [undefined, "changed", undefined]);
  });

  it("keeps what the provider reads back when the program no longer says it, and warns of a policy", async () => {
    const policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Deny", Principal: "*", Action: "execute-api:Invoke", Resource: "execute-api:/*" }],
    });
    const api = gateway.thing("RestApi");
    const warnings: string[] = [];
    api.context.log = (_severity, message) => warnings.push(message);
    await api.create({ body: body({ "/x": { get: mock } }), policy, binaryMediaTypes: ["image/png"] });
    await api.update({ body: body({ "/y": { get: mock } }) });
    const kept = await gateway.get("GetRestApi", { restApiId: api.id });
    assert.match(String(kept.policy), /Deny/);
    assert.deepEqual(kept.binaryMediaTypes, ["image/png"]);
    assert.match(warnings.join(), /stays in force.*op=replace,path=\/policy/);

    const patchOperations = [{ op: "replace", path: "/policy", value: "" }];
    await gateway.test.cloud.call("apigateway", "UpdateRestApi", { restApiId: api.id, patchOperations });
    await api.update({ body: body({ "/x": { get: mock } }), binaryMediaTypes: [] });
    const rid = await gateway.get("GetRestApi", { restApiId: api.id });
    assert.deepEqual([rid.policy, rid.binaryMediaTypes], [undefined, undefined]);
    await api.delete();
  });

  it("drops what a killed run had made under a generated name, and makes it whole", async () => {
    const names = async (operation: string, name: unknown) => {
      const { items } = await gateway.get<{ items: { name: string }[] }>(operation, { limit: 500 });
      return items.filter((item) => item.name === name).length;
    };
    for (const [type, operation, inputs] of [
      ["RestApi", "GetRestApis", { body: body({ "/x": { get: mock } }) }],
      ["ApiKey", "GetApiKeys", {}],
      ["UsagePlan", "GetUsagePlans", {}],
    ] as const) {
      const interrupted = gateway.thing(type);
      await interrupted.create(inputs);
      const { inputs: checked, context, provider } = interrupted;
      await provider.create(checked, { ...context, previous: { id: "", inputs: checked, outputs: {} } });
      assert.equal(await names(operation, checked.name), 1, type);
    }
  });

  it("leaves no API behind whose document is refused", async () => {
    const count = async () => (await gateway.get<{ items: object[] }>("GetRestApis", { limit: 500 })).items.length;
    const before = await count();
    const bad = gateway.thing("RestApi").create({ body: body({ "/x": { get: proxy("f", { type: "http" }) } }) });
    await assert.rejects(bad, {
      name: "BadRequestException",
      message: "Invalid HTTP endpoint specified for URI",
    });
    assert.equal(await count(), before);
  });

  it("notices an invoke URL whose port is another now", async () => {
    const { api, deployment, stage } = await gateway.deployed();
    const inputs = { restApi: api.id, deployment: deployment.id, stageName: "dev", tags: { a: "1" } };
    assert.deepEqual(await stage.diff(inputs), { changes: [], replaces: [] });
    stage.outputs = { ...stage.outputs, invokeUrl: "http://localhost:1/_aws/execute-api/x/dev" };
    assert.deepEqual(await stage.diff(inputs), { changes: ["invokeUrl"], replaces: [] });
    assert.equal(
      (await stage.update(inputs)).invokeUrl,
      `${gateway.test.cloud.apiOrigin}/_aws/execute-api/${api.id}/dev`,
    );
  });

  it("sets method settings, and takes them back", async () => {
    const { api } = await gateway.deployed();
    const settings = gateway.thing("MethodSettings");
    const at = { restApi: api.id, stageName: "dev", methodPath: "x/GET" };
    await settings.create({
      ...at,
      settings: { throttlingRateLimit: 5, throttlingBurstLimit: 9, metricsEnabled: true },
    });
    const read = async () =>
      (
        await gateway.get<{ methodSettings: Record<string, Properties> }>("GetStage", {
          restApiId: api.id,
          stageName: "dev",
        })
      ).methodSettings["x/GET"];
    assert.deepEqual([(await read())?.throttlingRateLimit, (await read())?.metricsEnabled], [5, true]);
    await settings.update({ ...at, settings: { throttlingBurstLimit: 3 } });
    assert.deepEqual([(await read())?.throttlingBurstLimit, (await read())?.metricsEnabled], [3, false]);
    await settings.delete();
    assert.equal(await read(), undefined);
  });

  it("sets the account's role and resets it", async () => {
    const account = gateway.thing("Account");
    const { roleArn } = await gateway.test.mintRole(undefined, { trust: "apigateway.amazonaws.com" });
    const outputs = await account.create({ cloudwatchRoleArn: roleArn });
    assert.equal(account.id, "api-gateway-account");
    assert.deepEqual(outputs.throttleSettings, [{ burstLimit: 5000, rateLimit: 10000 }]);
    await account.delete();
    assert.equal((await gateway.get("GetAccount", {})).cloudwatchRoleArn, undefined);
  });
});
