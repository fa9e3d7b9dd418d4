import assert from "node:assert/strict";
import { type ApiSettings, ApiWithLambdas, type RouteArgs } from "../../components/apiWithLambdas.ts";
import { record } from "./support/record.ts";

describe("ApiWithLambdas throttles each route,", () => {
  const entry = "handlers/whodis/index.ts";
  const limits = async (args: Partial<ApiSettings>, routes: Record<string, RouteArgs>) => {
    const made = await record(() => new ApiWithLambdas("it", { ...args, routes }));
    const settings = made.all.filter(({ type }) => type === "aws:apigateway/methodSettings:MethodSettings");
    return settings.map(({ name, inputs, dependencies }) => [
      name,
      inputs.methodPath,
      inputs.settings.throttlingRateLimit,
      inputs.settings.throttlingBurstLimit,
      dependencies.some((one) => one.endsWith("MethodSettings it-settings")),
    ]);
  };

  it("one that anyone may call more than one that asks who calls", async () => {
    const routes = { "GET /": { entry }, "GET /open/{id}": { entry, auth: "none" } } as const;
    assert.deepEqual(await limits({}, routes), [
      ["it-settings", "*/*", 1_000, 500, false],
      ["it-get-open-id-settings", "~1open~1{id}/GET", 50, 100, true],
    ]);
    assert.deepEqual(await limits({}, { "GET /": { entry } }), [["it-settings", "*/*", 1_000, 500, false]]);
  });

  it("as the API says, and a route before it", async () => {
    const routes = {
      "GET /": { entry, throttling: { rate: 2 } },
      "ANY /open": { entry, auth: "none", throttling: { burst: 3 } },
      "GET /other": { entry },
    } as const;
    assert.deepEqual(await limits({ definition: { throttling: { rate: 20, burst: 30 } } }, routes), [
      ["it-settings", "*/*", 20, 30, false],
      ["it-get-root-settings", "~1/GET", 2, 30, true],
      ["it-any-open-settings", "~1open/ANY", 20, 3, true],
    ]);
  });

  it("with all of a method's other settings", async () => {
    const routes = { "GET /": { entry }, "GET /open": { entry, auth: "none" } } as const;
    const made = await record(() => new ApiWithLambdas("it", { definition: { logLevel: "INFO" }, routes }));
    assert.deepEqual(made.get("aws:apigateway/methodSettings:MethodSettings", "it-get-open-settings").inputs, {
      restApi: "it-id",
      stageName: "Prod",
      methodPath: "~1open/GET",
      settings: {
        loggingLevel: "INFO",
        dataTraceEnabled: false,
        metricsEnabled: false,
        throttlingRateLimit: 50,
        throttlingBurstLimit: 100,
      },
    });
  });

  it("one that a document opens, too", async () => {
    const operation = { entry };
    const made = await record(
      () =>
        new ApiWithLambdas("pets", {
          openApi: "test/components/openapi/fixtures/pets.yaml",
          operations: { listPets: operation, addPet: { ...operation, auth: "iam" }, getPet: operation },
        }),
    );
    const settings = made.all.filter(({ type }) => type === "aws:apigateway/methodSettings:MethodSettings");
    assert.deepEqual(
      settings.map(({ inputs }) => [inputs.methodPath, inputs.settings.throttlingRateLimit]),
      [
        ["*/*", 1_000],
        ["~1pets/GET", 50],
      ],
    );
  });
});
