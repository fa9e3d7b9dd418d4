import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { APIGatewayClient, GetApiKeysCommand } from "@aws-sdk/client-api-gateway";
import type { ResourceRecordSet } from "@aws-sdk/client-route-53";
import type { EngineEvent } from "pulumi-local";
import { Platform } from "pulumi-local";
import { prepareAccount } from "../../../bootstrap/localAccount.ts";
import { review } from "../../../policy/review.ts";

/** What the components make, on the local engine and cloud: each kind of caller, models, CORS, binary, own documents. */
describe("the components' APIs, brought up on this machine", function () {
  this.timeout(60_000);
  let folder: string;
  let platform: Platform;
  let outputs: Record<string, string>;
  const events: EngineEvent[] = [];

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), "apis-"));
    platform = await Platform.open({
      programDirectory: join(import.meta.dirname, "fixtures/apis"),
      stack: "local",
      local: { prepare: prepareAccount },
      stateDirectory: folder,
      awsPort: 0,
      apiPort: 0,
      onEvent: (event) => events.push(event),
    });
    await platform.up();
    outputs = platform.engine.outputs() as never;
  });
  after(async () => {
    await platform?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const call = async (path: string, init?: RequestInit, base = outputs.url) => {
    const response = await fetch(`${base}${path}`, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, body: text ? JSON.parse(text) : undefined };
  };

  /** Nothing resolves the name of the pets' API: it is asked for by the path. */
  const ownName = () => `${platform.local.cloud.apiOrigin}/_aws/custom-domain/pets.example.org/v1`;

  it("answer by an inline callback, with what the stack configures", async () => {
    const { status, body } = await call("/open");
    assert.equal(status, 200);
    assert.deepEqual([body.message, body.route], ["hello", "GET /open"]);
  });

  it("invoke a shared function on each method of a path that one permission covers", async () => {
    assert.equal((await call("/open", { method: "PUT" })).body.route, "PUT /open");
  });

  it("answer as many requests as a route allows, and none beyond", async () => {
    const answers = [await call("/slow/1"), await call("/slow/2"), await call("/slow/3")];
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 429],
    );
    assert.deepEqual(answers[2]!.body, { message: "Too Many Requests" });
    assert.equal((await call("/open")).status, 200);
  });

  it("run a function as often at one time as is reserved for it", async () => {
    const { status, body } = await call("/busy");
    assert.deepEqual([status, body], [500, { message: "Internal server error" }]);
  });

  it("refuse callers without a signature where a route says nothing", async () => {
    const { status, body } = await call("/iam");
    assert.equal(status, 403);
    assert.equal(body.message, "Missing Authentication Token");
  });

  it("admit the holder of the key", async () => {
    const gateway = new APIGatewayClient({
      endpoint: platform.local.cloud.origin,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    });
    const { items } = await gateway.send(new GetApiKeysCommand({ includeValues: true }));
    gateway.destroy();
    assert.equal((await call("/keyed")).status, 403);
    const { status } = await call("/keyed", { headers: { "x-api-key": items![0]!.value! } });
    assert.equal(status, 200);
  });

  it("ask the authorizer, which an inline callback is too", async () => {
    const as = (authorization: string) => call("/guarded", { headers: { authorization } });
    assert.equal((await as("sesame")).status, 200);
    assert.equal((await as("barley")).status, 403);
    assert.equal((await call("/guarded")).status, 401);
  });

  it("check the body against the model, and required parameters", async () => {
    const post = (query: string, body: object) =>
      call(`/things/7${query}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(body),
      });
    const good = await post("?page=1", { name: "a" });
    assert.equal(good.status, 200);
    assert.deepEqual(good.body.pathParameters, { id: "7" });
    assert.deepEqual((await post("?page=1", {})).body, { message: "Invalid request body" });
    const missing = await post("", { name: "a" });
    assert.equal(missing.status, 400);
    assert.match(missing.body.message, /Missing required request parameters: \[page\]/);
  });

  it("pass on binary bodies as base64, on greedy paths", async () => {
    const { body } = await call("/files/a/b.png", {
      method: "PUT",
      headers: { "content-type": "image/png" },
      body: new Uint8Array([1, 2, 255]),
    });
    assert.deepEqual([body.isBase64Encoded, body.body], [true, "AQL/"]);
    assert.deepEqual(body.pathParameters, { path: "a/b.png" });
  });

  it("answer preflights, and let other origins read errors", async () => {
    const preflight = await call("/open", {
      method: "OPTIONS",
      headers: { origin: "https://example.org", "access-control-request-method": "PUT" },
    });
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers.get("access-control-allow-methods"), "GET,OPTIONS,PUT");
    const refused = await call("/iam");
    assert.equal(refused.headers.get("access-control-allow-origin"), "https://example.org");
  });

  it("run by an own OpenAPI document: operations by id, a mock, the model", async () => {
    const pets = (path: string, init?: RequestInit) => call(path, init, ownName());
    assert.equal((await pets("/pets")).body.route, "GET /pets");
    assert.equal((await pets("/health")).status, 200);
    assert.equal((await pets("/pets/1")).status, 400);
    assert.deepEqual((await pets("/pets/1", { headers: { "x-tenant": "a" } })).body.pathParameters, { id: "1" });
    const post = { method: "POST", headers: { "content-type": "application/json" }, body: "{}" };
    assert.equal((await pets("/pets", post)).status, 400);
  });

  it("answer by a name of their own, for which the zone has a record", async () => {
    assert.equal(outputs.petsUrl, "https://pets.example.org/v1");
    assert.equal((await call("/pets", {}, ownName())).body.route, "GET /pets");
    const { ResourceRecordSets } = await platform.local.cloud.call<{ ResourceRecordSets: ResourceRecordSet[] }>(
      "route53",
      "ListResourceRecordSets",
      { HostedZoneId: outputs.zoneId, StartRecordName: "pets.example.org", MaxItems: 1 },
    );
    assert.deepEqual(
      ResourceRecordSets.map(({ Name, Type, AliasTarget }) => [Name, Type, AliasTarget?.DNSName]),
      [["pets.example.org.", "A", `${outputs.domainTarget}.`]],
    );
  });

  it("keep every rule of the policy pack", () => {
    const open = [
      "GET /open",
      "PUT /open",
      "GET /slow/{id}",
      "GET /busy",
      "POST /things/{id}",
      "ANY /files/{path+}",
    ].map((route) => `all ${route}`);
    const publicRoutes = [...open, "pets GET /pets", "pets POST /pets", "pets GET /pets/{id}"];
    const { config, ...stack } = platform.engine.snapshot();
    const listed = { ...config, [`${stack.project}:publicRoutes`]: JSON.stringify(publicRoutes) };
    assert.deepEqual(review({ ...stack, config: listed }), []);
    const refused = review({ ...stack, config });
    assert.equal(refused.length, publicRoutes.length, refused.join("\n"));
    for (const line of refused) assert.match(line, /^routes-are-authorised: aws:apigateway\/restApi:RestApi /);
  });

  it("change nothing when the program runs again", async () => {
    const { counts } = await platform.up();
    assert.deepEqual(
      Object.entries(counts).filter(([kind, count]) => kind !== "same" && count > 0),
      [],
    );
  });
});
