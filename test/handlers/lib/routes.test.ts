import assert from "node:assert/strict";
import "../support/proxyEvent.ts";
import { json } from "../../../handlers/lib/http.ts";
import { checkIfMatch, repeatable } from "../../../handlers/lib/revision.ts";
import { routes } from "../../../handlers/lib/routes.ts";
import { answer, proxyEvent } from "../support/proxyEvent.ts";

describe("routes of one function", () => {
  const handler = routes({
    "GET /things/{id}": async ({ pathParameters }) => json(200, { id: pathParameters?.id }, { etag: '"1"' }),
  });
  const get = (resource: string, path = resource) =>
    answer(handler, proxyEvent("GET", path, { resource, pathParameters: { id: "7" } }));

  it("are told apart by method and resource", async () => {
    assert.deepEqual(await get("/things/{id}", "/things/7"), {
      statusCode: 200,
      headers: { "content-type": "application/json", etag: '"1"' },
      body: { id: "7" },
    });
    assert.equal((await get("/things")).statusCode, 404);
  });

  it("show pages of other origins what headers there are", async () => {
    process.env.CORS_ALLOW_ORIGIN = "https://example.org";
    const { headers } = await get("/things/{id}").finally(() => delete process.env.CORS_ALLOW_ORIGIN);
    assert.equal(headers["access-control-expose-headers"], "etag");
  });
});

describe("conditions of a request", () => {
  const event = (headers: Record<string, string>, body: string | null = null) =>
    proxyEvent("POST", "/things", { headers, body });

  it("holds back by If-Match whoever has seen another revision", () => {
    for (const tags of ['"b"', '"a", "b"', "*"]) checkIfMatch(event({ "If-Match": tags }), "b");
    checkIfMatch(event({}), "b");
    for (const tags of ['"a"', "b", 'W/"b"', ""])
      assert.throws(() => checkIfMatch(event({ "if-match": tags }), "b"), { statusCode: 412, field: "If-Match" }, tags);
  });

  it("knows a request again by its key, within its route", () => {
    const one = repeatable(event({ "Idempotency-Key": "k" }, "{}"), "POST /things");
    assert.deepEqual(repeatable(event({ "idempotency-key": "k" }, "{}"), "POST /things"), one);
    assert.notEqual(repeatable(event({ "idempotency-key": "k" }, "{}"), "POST /others")?.key, one?.key);
    assert.equal(repeatable(event({}), "POST /things"), undefined);
    for (const key of ["", "a b", "é", "x".repeat(256)])
      assert.throws(() => repeatable(event({ "idempotency-key": key }), "POST /things"), { statusCode: 400 }, key);
  });
});
