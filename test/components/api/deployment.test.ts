import assert from "node:assert/strict";
import { type ApiSettings, ApiWithLambdas, type WithRoutes } from "../../../components/apiWithLambdas.ts";
import { type Recording, record } from "../support/record.ts";

const entry = "handlers/whodis/index.ts";
type Args = ApiSettings & Partial<WithRoutes<string>>;
const api = (args: Args = {}) =>
  record(() => new ApiWithLambdas("hello", { routes: { "GET /whodis": { entry, auth: "none" } }, ...args }));
const trigger = (made: Recording) =>
  made.get("aws:apigateway/deployment:Deployment", "hello-deployment").inputs.triggers.document;

describe("an API deploys anew", () => {
  const changes: [string, Args][] = [
    ["when a route is added", { routes: { "GET /whodis": { entry, auth: "none" }, "GET /b": { entry } } }],
    ["when a route's authorisation changes", { routes: { "GET /whodis": { entry, auth: "iam" } } }],
    ["when the resource policy changes", { policy: { Version: "2012-10-17", Statement: [] } }],
    ["when binary types change", { binaryMediaTypes: ["image/png"] }],
    ["when CORS changes", { cors: { origin: "*" } }],
  ];
  for (const [when, args] of changes) {
    it(when, async () => assert.notEqual(trigger(await api(args)), trigger(await api())));
  }

  it("and not when only the description changes", async () => {
    assert.equal(trigger(await api({ description: "Another" })), trigger(await api()));
  });

  it("and not when only the function's memory or the stage changes", async () => {
    const before = trigger(await api());
    assert.equal(trigger(await api({ routes: { "GET /whodis": { entry, auth: "none", memory: 512 } } })), before);
    assert.equal(trigger(await api({ definition: { logLevel: "INFO" } })), before);
  });

  it("and not when the same routes come in another order", async () => {
    const routes = { "GET /a": { entry }, "GET /b": { entry } } as const;
    const reversed = { "GET /b": { entry }, "GET /a": { entry } } as const;
    assert.equal(trigger(await api({ routes })), trigger(await api({ routes: reversed })));
  });
});
