import assert from "node:assert/strict";
import type { Stage, UsagePlan } from "@aws-sdk/client-api-gateway";
import { Throttle } from "../../../src/services/apigateway/execution/throttle.ts";
import { periodStart } from "../../../src/services/apigateway/execution/usage.ts";
import { type ApiTest, type Deployed, openApi, proxy, startApiTest } from "../../../testing/apigateway.ts";

describe("API Gateway, validation and limits", () => {
  let test: ApiTest;
  // biome-ignore lint/suspicious/noExplicitAny: the event is what is under test
  let event: any;
  const call = <T = Record<string, never>>(operation: string, input: object) =>
    test.cloud.call<T>("apigateway", operation, input);

  before(async () => {
    test = await startApiTest();
    test.functions.echo = (given) => {
      event = given;
      return { statusCode: 200, body: "ok" };
    };
  });
  after(() => test.stop());

  describe("request validation", () => {
    let api: Deployed;
    const post = (body: string, headers: Record<string, string> = { "Content-Type": "application/json" }) =>
      fetch(`${api.url}/iris`, { method: "POST", body, headers });

    before(async () => {
      api = await test.deploy(
        openApi(
          {
            "/iris": {
              post: {
                "x-amazon-apigateway-request-validator": "all",
                requestBody: { content: { "application/json": { schema: { $ref: "#/components/schemas/Iris" } } } },
                ...proxy("echo"),
              },
            },
            "/page": {
              get: {
                "x-amazon-apigateway-request-validator": "all",
                parameters: [
                  { name: "page", in: "query", required: true },
                  { name: "X-Tenant", in: "header", required: true },
                  { name: "optional", in: "query" },
                ],
                ...proxy("echo"),
              },
            },
          },
          {
            "x-amazon-apigateway-request-validators": {
              all: { validateRequestBody: true, validateRequestParameters: true },
            },
            components: {
              schemas: {
                Iris: {
                  type: "object",
                  required: ["sepal"],
                  properties: {
                    id: { type: "string", format: "date" },
                    // Draft 4: exclusiveMinimum is a flag beside minimum.
                    sepal: { $ref: "#/components/schemas/Size" },
                    children: { type: "array", items: { $ref: "#/components/schemas/Iris" } },
                  },
                },
                Size: { type: "number", minimum: 0, exclusiveMinimum: true },
              },
            },
          },
        ),
      );
    });

    for (const [what, body, status] of [
      ["a valid body", '{"sepal": 1, "children": [{"sepal": 2}]}', 200],
      ["a missing member", "{}", 400],
      ["a wrong type", '{"sepal": "1"}', 400],
      ["a value at the exclusive minimum", '{"sepal": 0}', 400],
      ["a wrong child", '{"sepal": 1, "children": [{}]}', 400],
      ["a wrong format", '{"sepal": 1, "id": "yesterday"}', 400],
      ["no JSON", "sepal=1", 400],
      ["no body", "", 400],
    ] as const) {
      it(`answers ${status} to ${what}`, async () => {
        const response = await post(body);
        assert.equal(response.status, status);
        if (status === 200) return;
        assert.deepEqual(await response.json(), { message: "Invalid request body" });
        assert.equal(response.headers.get("x-amzn-errortype"), "BadRequestException");
      });
    }

    it("does not look at a content type without a model", async () => {
      assert.equal((await post("a,b", { "Content-Type": "text/csv" })).status, 200);
    });

    it("names the required parameters that are missing", async () => {
      const response = await fetch(`${api.url}/page?page=`);
      assert.equal(response.status, 400);
      const { message } = (await response.json()) as { message: string };
      assert.equal(message, "Missing required request parameters: [page, X-Tenant]");
      assert.equal((await fetch(`${api.url}/page?page=1`, { headers: { "x-tenant": "t" } })).status, 200);
    });
  });

  describe("API keys and usage plans", () => {
    const secure = { security: [{ key: [] }], ...proxy("echo") };
    let api: Deployed;
    before(async () => {
      api = await test.deploy(
        openApi(
          { "/k": { get: secure }, "/slow": { get: secure } },
          { components: { securitySchemes: { key: { type: "apiKey", name: "x-api-key", in: "header" } } } },
        ),
      );
    });
    const plan = async (more: object, stages: object[] = [{ apiId: api.apiId, stage: "dev" }]) => {
      const { id: usagePlanId } = await call<{ id: string }>("CreateUsagePlan", {
        name: "p",
        apiStages: stages,
        ...more,
      });
      const { id: keyId, value } = await call<{ id: string; value: string }>("CreateApiKey", { enabled: true });
      await call("CreateUsagePlanKey", { usagePlanId, keyId, keyType: "API_KEY" });
      return { usagePlanId, keyId, value };
    };
    const get = (value?: string, path = "/k") =>
      fetch(`${api.url}${path}`, value === undefined ? {} : { headers: { "x-api-key": value } });

    it("makes a key's value where none is said, or an empty one", async () => {
      for (const value of [undefined, ""]) {
        const made = await call<{ value: string }>("CreateApiKey", { name: "generated", value });
        assert.match(made.value, /^\w{40}$/);
      }
    });

    it("limits methods by a change, named by their paths", async () => {
      const { usagePlanId } = await plan({});
      const start = `/apiStages/${api.apiId}:dev/throttle`;
      const throttles = async (...changes: [op: string, path: string, value?: string][]) => {
        const patchOperations = changes.map(([op, path, value]) => ({ op, path: `${start}${path}`, value }));
        const { apiStages } = await call<UsagePlan>("UpdateUsagePlan", { usagePlanId, patchOperations });
        return apiStages?.[0]?.throttle;
      };
      const both = [
        ["replace", "//slow/GET/rateLimit", "5"],
        ["replace", "/~1slow~1GET/burstLimit", "6"],
        ["add", "//k/GET/rateLimit", "1"],
      ] as [string, string, string][];
      const slow = { rateLimit: 5, burstLimit: 6 };
      assert.deepEqual(await throttles(...both), { "/slow/GET": slow, "/k/GET": { rateLimit: 1 } });
      assert.deepEqual(await throttles(["remove", "//k/GET"]), { "/slow/GET": slow });
      assert.equal(await throttles(["remove", ""]), undefined);
    });

    it("lets only enabled keys of the stage's plans in", async () => {
      const { value, keyId } = await plan({});
      assert.equal((await get(value)).status, 200);
      assert.equal(event.requestContext.identity.apiKey, value);
      assert.equal(event.requestContext.identity.apiKeyId, keyId);
      const elsewhere = await plan({}, []);
      for (const bad of [undefined, "nonsense", elsewhere.value]) {
        const response = await get(bad);
        assert.equal(response.status, 403);
        assert.deepEqual(await response.json(), { message: "Forbidden" });
      }
      await call("UpdateApiKey", {
        apiKey: keyId,
        patchOperations: [{ op: "replace", path: "/enabled", value: "false" }],
      });
      assert.equal((await get(value)).status, 403);
    });

    it("answers 429 Limit Exceeded beyond the quota, and reports usage", async () => {
      const { value, usagePlanId, keyId } = await plan({ quota: { limit: 3, offset: 1, period: "MONTH" } });
      assert.deepEqual([(await get(value)).status, (await get(value)).status], [200, 200]);
      const refused = await get(value);
      assert.equal(refused.status, 429);
      assert.deepEqual(await refused.json(), { message: "Limit Exceeded" });
      assert.equal(refused.headers.get("x-amzn-errortype"), "LimitExceededException");
      const today = new Date().toISOString().slice(0, 10);
      const { items } = await call<{ items: object }>("GetUsage", { usagePlanId, startDate: today, endDate: today });
      assert.deepEqual(items, { [keyId]: [[2, 0]] });
    });

    it("answers 429 Too Many Requests beyond the plan's rate, or the method's own", async () => {
      const { value } = await plan({ throttle: { rateLimit: 0.001, burstLimit: 1 } });
      assert.equal((await get(value)).status, 200);
      const refused = await get(value);
      assert.equal(refused.status, 429);
      assert.deepEqual(await refused.json(), { message: "Too Many Requests" });
      const own = await plan({}, [
        { apiId: api.apiId, stage: "dev", throttle: { "/slow/GET": { rateLimit: 0.001, burstLimit: 1 } } },
      ]);
      assert.deepEqual([(await get(own.value, "/slow")).status, (await get(own.value, "/slow")).status], [200, 429]);
      assert.equal((await get(own.value)).status, 200);
    });
  });

  it("throttles by the stage's method settings", async () => {
    const api = await test.deploy(openApi({ "/t/{x}": { get: proxy("echo") }, "/free": { get: proxy("echo") } }));
    const prefix = "/~1t~1{x}/GET/throttling";
    await call("UpdateStage", {
      restApiId: api.apiId,
      stageName: "dev",
      patchOperations: [
        { op: "replace", path: `${prefix}/rateLimit`, value: "0.001" },
        { op: "replace", path: `${prefix}/burstLimit`, value: "2" },
      ],
    });
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await fetch(`${api.url}/t/${i}`)).status);
    assert.deepEqual(statuses, [200, 200, 429]);
    assert.deepEqual(await (await fetch(`${api.url}/t/3`)).json(), { message: "Too Many Requests" });
    assert.equal((await fetch(`${api.url}/free`)).status, 200);
    // As a patch named it, which Terraform's provider looks for: https://github.com/hashicorp/terraform-provider-aws/issues/9738
    const { methodSettings = {} } = await call<Stage>("GetStage", { restApiId: api.apiId, stageName: "dev" });
    assert.deepEqual(Object.keys(methodSettings), ["~1t~1{x}/GET"]);
  });

  it("fills a bucket by its rate, up to its burst", () => {
    let now = 0;
    const throttle = new Throttle(() => now);
    const take = () => throttle.take("k", 10, 2);
    assert.deepEqual([take(), take(), take()], [true, true, false]);
    now = 100;
    assert.deepEqual([take(), take()], [true, false]);
    now = 10_000;
    assert.deepEqual([take(), take(), take()], [true, true, false]);
    assert.equal(throttle.take("free", -1, -1), true);
    assert.equal(throttle.take("shut", 0, 0), false);
  });

  it("begins weeks on Sunday and months on the first", () => {
    const now = new Date("2026-11-21T10:00:00Z");
    assert.deepEqual(
      [periodStart("DAY", now), periodStart("WEEK", now), periodStart("MONTH", now)],
      ["2026-11-21", "2026-11-15", "2026-11-01"],
    );
  });
});
