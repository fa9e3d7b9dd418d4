import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describeRoutes } from "../../../components/openapi/document.ts";
import { type BoundOperation, gatewayDocument } from "../../../components/openapi/gateway.ts";
import { parseRoute } from "../../../components/openapi/route.ts";

/** What is generated, as text to read and review; UPDATE_SNAPSHOTS=1 writes it anew. */
const snapshot = join(__dirname, "fixtures/gateway.openapi.json");

const routes = [
  { key: "GET /whodis", security: { kind: "none" } },
  { key: "POST /iris", security: { kind: "iam" }, requestModel: { type: "object", required: ["petal"] } },
  { key: "POST /iris/{id}/start", security: { kind: "apiKey" }, requestModel: "none" },
  {
    key: "GET /iris/{id}",
    security: { kind: "cognito", userPoolArns: ["arn:aws:cognito-idp:eu-west-1:1:userpool/p"], scopes: ["read"] },
    requiredParameters: ["querystring.page", "header.x-tenant"],
  },
  {
    key: "ANY /files/{path+}",
    security: { kind: "lambda", invokeArn: "arn:guard", identityHeader: "x-token", cacheSeconds: 60 },
    validated: false,
  },
] as const;

const document = (order: readonly (typeof routes)[number][] = routes) => {
  const contracts = order.map(({ key, security: _, ...contract }) => ({ ...parseRoute(key), ...contract }));
  const bound = order.map(({ key, security }) => {
    const { method, path } = parseRoute(key);
    return {
      method,
      path,
      invokeArn: `arn:${method}${path}`,
      timeoutMs: 11_000,
      security,
    } as unknown as BoundOperation;
  });
  return gatewayDocument(describeRoutes({ title: "iris", version: "1" }, contracts as never), bound, {
    cors: { origin: "https://example.org", credentials: true, headers: ["content-type"], maxAge: 60 },
    binaryMediaTypes: ["image/png"],
    policy: { Version: "2012-10-17", Statement: [] },
  });
};

describe("the gateway's OpenAPI document", () => {
  it("is as it was reviewed", () => {
    const text = `${JSON.stringify(document(), null, 2)}\n`;
    if (process.env.UPDATE_SNAPSHOTS) writeFileSync(snapshot, text);
    assert.deepEqual(document(), JSON.parse(readFileSync(snapshot, "utf8")));
  });

  it("is the same text whatever the order of the routes", () => {
    assert.equal(JSON.stringify(document(routes.toReversed())), JSON.stringify(document()));
  });
});
