import assert from "node:assert/strict";
import { type ClientHttp2Session, connect, type OutgoingHttpHeaders } from "node:http2";
import { setTimeout } from "node:timers/promises";
import { startCloud, type TestCloud } from "../../testing/cloud.ts";

describe("the endpoint by HTTP/2", () => {
  let test: TestCloud;
  let session: ClientHttp2Session;
  before(async () => {
    test = await startCloud();
    session = connect(test.origin);
  });
  after(async () => {
    session.destroy();
    await test.stop();
  });

  const ask = (headers: OutgoingHttpHeaders, body = "") =>
    new Promise<{ status: unknown; headers: object; text: string }>((done, failed) => {
      const stream = session.request(headers, { endStream: body === "" });
      let answer: { [name: string]: unknown } = {};
      let text = "";
      stream.on("response", (given) => {
        answer = given;
      });
      stream.on("data", (chunk) => {
        text += chunk;
      });
      stream.on("end", () => done({ status: answer[":status"], headers: answer, text }));
      stream.on("error", failed);
      if (body) stream.end(body);
    });

  it("answers many requests of one connection, as by HTTP/1.1", async () => {
    const plain = (await (await fetch(`${test.origin}/_health`)).json()) as object;
    const answers = await Promise.all(Array.from({ length: 50 }, () => ask({ ":path": "/_health" })));
    for (const { status, text, headers } of answers) {
      assert.equal(status, 200);
      assert.deepEqual(Object.keys(JSON.parse(text)), Object.keys(plain));
      assert.ok(!("transfer-encoding" in headers) && !("connection" in headers));
    }
    const posted = await ask(
      { ":path": "/", ":method": "POST", "content-type": "application/json" },
      "x".repeat(300_000),
    );
    const same = await fetch(test.origin, { method: "POST", headers: { "content-type": "application/json" } });
    assert.equal(posted.status, same.status);
    assert.equal((await ask({ ":path": "/_health", ":method": "HEAD" })).text, "");
  });

  it("keeps the same door: pages of other sites, other hosts", async () => {
    assert.equal((await ask({ ":path": "/_health", ":authority": "attacker.example" })).status, 403);
    assert.equal((await ask({ ":path": "/_health", origin: "https://attacker.example" })).status, 403);
  });

  it("refuses what HTTP/1.1 cannot say, and goes on", async () => {
    await assert.rejects(ask({ ":path": "/a b" }), /NGHTTP2_PROTOCOL_ERROR/);
    const tunnel = session.request({ ":method": "CONNECT", ":authority": "127.0.0.1:1" });
    const [status] = await new Promise<[unknown]>((done) =>
      tunnel.on("response", (headers) => done([headers[":status"]])),
    );
    assert.equal(status, 400);
    assert.equal((await ask({ ":path": "/_health" })).status, 200);
  });

  it("survives connections that break off, and ends with the cloud", async () => {
    const own = await startCloud();
    const broken = connect(own.origin);
    broken.on("error", () => {});
    const stream = broken.request({ ":path": "/", ":method": "POST" });
    stream.on("error", () => {});
    stream.write("half");
    await setTimeout(50);
    broken.destroy();
    const open = connect(own.origin);
    open.on("error", () => {});
    await new Promise((done) => open.on("connect", done));
    assert.equal((await fetch(`${own.origin}/_health`)).status, 200);
    const closed = new Promise((done) => open.on("close", done));
    await own.stop();
    await closed;
  });
});
