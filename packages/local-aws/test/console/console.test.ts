import assert from "node:assert/strict";
import { Readable } from "node:stream";
import { activityChannel } from "../../src/activity.ts";
import { decode, encode, tokenHeader } from "../../src/console/protocol.ts";
import { startCloud, type TestCloud } from "../../testing/cloud.ts";
import { sendRaw } from "../support/wire.ts";

describe("the console's door", () => {
  let test: TestCloud;
  let token: string;
  const page = { type: "text/html", body: "<p>pages</p>" };
  before(async () => {
    test = await startCloud({
      console: {
        file: async (name) => (name === "index.html" ? page : undefined),
        documents: { graph: (about) => ({ about }) },
      },
    });
    token = new URL(test.consoleUrl as string).hash.replace("#token=", "");
  });
  after(() => test.stop());

  const call = (input: object, headers: Record<string, string> = {}) =>
    sendRaw(test.origin, {
      method: "POST",
      path: "/_console/api/call",
      headers: { host: "127.0.0.1", "content-type": "application/json", [tokenHeader]: token, ...headers },
      body: encode(input),
    });
  const get = (path: string, headers: Record<string, string> = {}) =>
    sendRaw(test.origin, {
      path: `/_console/${path}`,
      headers: { host: "127.0.0.1", [tokenHeader]: token, ...headers },
    });
  const queues = { service: "sqs", operation: "ListQueues", input: {} };

  it("shows its pages to a browser on this machine, and lets no page of another site show them", async () => {
    const { status, text, headers } = await get("", { [tokenHeader]: "" });
    assert.deepEqual([status, text], [200, "<p>pages</p>"]);
    assert.match(String(headers["content-security-policy"]), /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(headers["x-content-type-options"], "nosniff");
    assert.equal((await get("../secret")).status, 404);
  });

  it("sends a file again only where it has changed", async () => {
    const { headers } = await get("");
    const tag = String(headers.etag);
    const again = await get("", { "if-none-match": tag });
    assert.deepEqual([again.status, again.text, again.headers["cache-control"]], [304, "", "no-cache"]);
    page.body = "<p>others</p>";
    const changed = await get("", { "if-none-match": tag });
    page.body = "<p>pages</p>";
    assert.deepEqual([changed.status, changed.text], [200, "<p>others</p>"]);
  });

  it("calls an operation as the account's root", async () => {
    await test.cloud.call("sqs", "CreateQueue", { QueueName: "orders" });
    const { status, text } = await call(queues);
    assert.equal(status, 200);
    assert.deepEqual(decode(text), { QueueUrls: [`${test.origin}/000000000000/orders`] });
  });

  for (const [name, headers, status] of [
    ["without the token", { [tokenHeader]: "" }, 401],
    ["with another start's token", { [tokenHeader]: "A".repeat(32) }, 401],
    ["to a name of somebody else's that leads here", { host: "evil.example" }, 403],
    ["from a page of another site", { origin: "http://evil.example", "sec-fetch-site": "cross-site" }, 403],
    ["from another port of this machine", { origin: "http://localhost:3000", "sec-fetch-site": "same-site" }, 403],
    ["as a form would send it", { "content-type": "text/plain" }, 415],
  ] as const) {
    it(`refuses a call ${name}`, async () => {
      const answer = await call(queues, headers);
      assert.equal(answer.status, status);
      assert.doesNotMatch(answer.text, /QueueUrls/);
      assert.equal(answer.text.includes(token), false);
    });
  }

  it("says what is no request", async () => {
    const given = { host: "127.0.0.1", "content-type": "application/json", [tokenHeader]: token };
    for (const path of ["call", "look", "send", "replay"]) {
      for (const [body, message] of [
        ["null", "The request is no object of JSON"],
        ["[1]", "The request is no object of JSON"],
        ["{", "The request is not JSON"],
      ] as const) {
        const asked = { method: "POST", path: `/_console/api/${path}`, headers: given, body };
        const { status, text } = await sendRaw(test.origin, asked);
        assert.deepEqual([status, JSON.parse(text)], [400, { code: "SerializationException", message }]);
      }
    }
  });

  it("refuses events and documents without the token", async () => {
    for (const path of ["api/events", "api/document/graph"]) {
      assert.equal((await get(path, { [tokenHeader]: "" })).status, 401);
    }
  });

  it("answers what a service refuses in its words, and what there is not", async () => {
    const unknown = await call({ service: "sqs", operation: "GetQueueUrl", input: { QueueName: "none" } });
    assert.deepEqual([unknown.status, JSON.parse(unknown.text).code], [400, "QueueDoesNotExist"]);
    const none = { service: "s3", operation: "GetBucketPolicy", input: { Bucket: "none" }, orNone: true };
    const nothing = await call(none);
    assert.deepEqual([nothing.status, nothing.text], [200, "null"]);
    const wrong = { service: "lambda", operation: "GetPolicy", input: { FunctionName: "a b" }, orNone: true };
    assert.equal((await call(wrong)).status, 400);
    assert.equal((await call({ service: "sqs", operation: "Nothing", input: {} })).status, 501);
    assert.equal((await call({ service: "sqs" })).status, 400);
    assert.equal((await get("api/document/toString")).status, 404);
    assert.equal((await get("api/nothing")).status, 404);
  });

  it("hands on documents of whoever made the cloud", async () => {
    const { text } = await get("api/document/graph?about=urn%3A1");
    assert.deepEqual(JSON.parse(text), { about: "urn:1" });
  });

  it("looks into a queue, and says what nobody shows", async () => {
    const look = (about: object) =>
      sendRaw(test.origin, {
        method: "POST",
        path: "/_console/api/look",
        headers: { host: "127.0.0.1", "content-type": "application/json", [tokenHeader]: token },
        body: encode(about),
      });
    const { text } = await look({ service: "sqs", name: "Messages", about: { QueueUrl: "orders" } });
    assert.deepEqual(JSON.parse(text), { Messages: [] });
    assert.equal((await look({ service: "sqs", name: "constructor", about: {} })).status, 404);
    assert.equal((await look({ service: "none", name: "Messages", about: {} })).status, 404);
  });

  it("keeps bytes and times, and reads streams", async () => {
    const { text: created } = await call({ service: "s3", operation: "CreateBucket", input: { Bucket: "drop" } });
    assert.doesNotMatch(created, /code/);
    const put = { Bucket: "drop", Key: "a", Body: new Uint8Array([1, 2, 255]) };
    await call({ service: "s3", operation: "PutObject", input: put });
    const { text } = await call({ service: "s3", operation: "GetObject", input: { Bucket: "drop", Key: "a" } });
    const { Body, LastModified } = decode(text) as { Body: Uint8Array; LastModified: Date };
    assert.deepEqual([...Body], [1, 2, 255]);
    assert.ok(LastModified instanceof Date);
  });

  it("sends a request to the routes, signed or not, and nowhere else", async () => {
    const send = (input: object) =>
      sendRaw(test.origin, {
        method: "POST",
        path: "/_console/api/send",
        headers: { host: "127.0.0.1", "content-type": "application/json", [tokenHeader]: token },
        body: encode(input),
      });
    const nowhere = await send({ method: "GET", path: "/nothing", headers: { host: "evil.example" } });
    assert.equal(nowhere.status, 200);
    assert.deepEqual(
      [JSON.parse(nowhere.text).status, JSON.parse(JSON.parse(nowhere.text).body).message],
      [403, "Missing Authentication Token"],
    );
    for (const path of ["http://evil.example/", "//evil.example\r\nx: y", "nothing"]) {
      assert.equal((await send({ method: "GET", path, headers: {} })).status, 400, path);
    }
  });

  it("tells a page that opens what has happened, then what happens", async () => {
    activityChannel.publish({ kind: "request", path: "/before" });
    const response = await fetch(`${test.origin}/_console/api/events`, { headers: { [tokenHeader]: token } });
    const reader = Readable.fromWeb(response.body as never).setEncoding("utf8");
    const messages: unknown[][] = [];
    for await (const text of reader) {
      messages.push(JSON.parse((text as string).replace("data: ", "")));
      if (messages.length === 1) activityChannel.publish({ kind: "request", path: "/after" });
      else break;
    }
    assert.deepEqual(
      messages.map((message) => message.at(-1)),
      [
        { kind: "request", path: "/before" },
        { kind: "request", path: "/after" },
      ],
    );
  });

  it("is not there where no pages were given", async () => {
    const plain = await startCloud();
    try {
      assert.equal(plain.consoleUrl, undefined);
      assert.equal((await fetch(`${plain.origin}/_console/`)).status, 404);
    } finally {
      await plain.stop();
    }
  });
});
