import assert from "node:assert/strict";
import { evaluate } from "./components/support/evaluate.ts";

/** Routes that an API promises, as `METHOD /path`. */
const routesOf = (document: { paths: Record<string, object> }) =>
  Object.entries(document.paths)
    .flatMap(([path, item]) => Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`))
    .toSorted();

describe("the platform's OpenAPI document", () => {
  // biome-ignore lint/suspicious/noExplicitAny: a document that is looked into
  let document: any;
  before(async () => {
    const { outputs } = await evaluate({ "platform:platformCorsOrigin": "https://example.org" });
    const { publicDocument } = await import("../scripts/lib/publicDocument.ts");
    document = publicDocument(outputs.openApi.platform, outputs.platformUrl);
  });

  it("has every route of notebooks and jobs", () => {
    assert.deepEqual(
      routesOf(document),
      [
        "DELETE /jobs/{id}",
        "DELETE /jobs/{id}/runs/{run}",
        "DELETE /notebooks/{id}",
        "GET /jobs",
        "GET /jobs/{id}",
        "GET /jobs/{id}/runs",
        "GET /jobs/{id}/runs/{run}",
        "GET /jobs/{id}/runs/{run}/logs",
        "GET /notebooks",
        "GET /notebooks/{id}",
        "PATCH /jobs/{id}",
        "PATCH /notebooks/{id}",
        "POST /jobs",
        "POST /jobs/{id}/runs",
        "POST /notebooks",
        "POST /notebooks/{id}/start",
        "POST /notebooks/{id}/stop",
      ].toSorted(),
    );
  });

  it("describes every body, error and condition, and nothing of the gateway", () => {
    assert.doesNotMatch(JSON.stringify(document), /x-amazon|arn:aws/);
    for (const [path, item] of Object.entries<Record<string, { responses: object; summary?: string }>>(
      document.paths,
    )) {
      for (const [method, { responses, summary }] of Object.entries(item)) {
        assert.ok(summary, `${method} ${path} has a summary`);
        assert.ok("403" in responses && "429" in responses, `${method} ${path} says what the gateway answers`);
      }
    }
    const parameters = (path: string, method: string) =>
      document.paths[path][method].parameters.map(({ name }: { name: string }) => name);
    assert.deepEqual(parameters("/notebooks", "post"), ["Idempotency-Key"]);
    assert.deepEqual(parameters("/jobs/{id}", "patch"), ["id", "If-Match"]);
    assert.deepEqual(parameters("/jobs/{id}/runs", "get"), ["id", "limit", "token"]);
    assert.deepEqual(document.servers, [{ url: "https://platform-id.execute-api.eu-west-1.amazonaws.com/Prod" }]);
  });

  it("has nothing to be found fault with", async () => {
    const { createConfig, lintFromString } = await import("@redocly/openapi-core");
    // A licence is for a public API.
    const config = await createConfig({ extends: ["recommended"], rules: { "info-license": "off" } });
    const problems = await lintFromString({ source: JSON.stringify(document), absoluteRef: "platform.json", config });
    assert.deepEqual(
      problems.map(({ ruleId, message, location }) => `${ruleId}: ${message} ${location[0]?.pointer}`),
      [],
    );
  });
});
