import assert from "node:assert/strict";
import { answer, context, proxyEvent } from "../support/proxyEvent.ts";

const { httpHandler, json, RequestError } = await import("../../../handlers/lib/http.ts");

const event = proxyEvent("POST", "/things");

describe("httpHandler", () => {
  it("passes on what the route answers", async () => {
    const handler = httpHandler(async ({ path }) => json(201, { path }));
    assert.deepEqual(await answer(handler, event), {
      statusCode: 201,
      headers: { "content-type": "application/json" },
      body: { path: "/things" },
    });
  });

  it("tells the caller what is wrong with the request, and with which field", async () => {
    const handler = httpHandler(() => Promise.reject(new RequestError(404, "there is no such thing", "id")));
    const { statusCode, body } = await answer(handler, event);
    assert.equal(statusCode, 404);
    assert.deepEqual(body, { message: "there is no such thing", field: "id" });
  });

  it("throws anything else on: the function failed, and its alarms hear of it", async () => {
    const error = new Error("User: arn:aws:iam::1:role/x is not authorized");
    const handler = httpHandler(() => Promise.reject(error));
    await assert.rejects(async () => handler(event, context, () => {}), error);
  });

  it("says what an event is not that another service, or a user by hand, has sent", async () => {
    const handler = httpHandler(async () => json(200, {}));
    for (const other of [{}, { Records: [] }, null])
      await assert.rejects(async () => handler(other as never, context, () => {}), {
        message: "the event is no request of API Gateway: it has no requestContext",
      });
  });

  it("allows the origin that the API's CORS settings name", async () => {
    process.env.CORS_ALLOW_ORIGIN = "https://example.org";
    process.env.CORS_ALLOW_CREDENTIALS = "true";
    try {
      assert.deepEqual(json(200, {}).headers, {
        "content-type": "application/json",
        "access-control-allow-origin": "https://example.org",
        "access-control-allow-credentials": "true",
      });
    } finally {
      delete process.env.CORS_ALLOW_ORIGIN;
      delete process.env.CORS_ALLOW_CREDENTIALS;
    }
  });
});
