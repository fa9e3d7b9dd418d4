import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { createCloud } from "../../../src/index.ts";
import { type ApiTest, type Deployed, openApi, proxy, startApiTest } from "../../../testing/apigateway.ts";
import { startCloud } from "../../../testing/cloud.ts";

describe("API Gateway, clients that misbehave", () => {
  let test: ApiTest;
  let api: Deployed;
  let port: number;

  before(async () => {
    test = await startApiTest();
    test.functions.echo = (event) => ({ statusCode: 200, body: String(event.body?.length ?? 0) });
    test.functions.slow = () => sleep(200, { statusCode: 200 });
    api = await test.deploy(
      openApi({ "/e": { "x-amazon-apigateway-any-method": proxy("echo") }, "/slow": { get: proxy("slow") } }),
    );
    port = Number(new URL(api.url).port);
  });
  after(() => test.stop());

  /** Sends text as it is, and reads until the server ends or `forMs` have passed. */
  async function raw(text: string, forMs = 300): Promise<string> {
    const socket = connect(port, "127.0.0.1");
    await once(socket, "connect");
    let answer = "";
    socket.on("data", (data) => {
      answer += data;
    });
    socket.on("error", () => {});
    socket.write(text);
    await Promise.race([once(socket, "close"), sleep(forMs)]);
    socket.destroy();
    return answer;
  }
  const path = () => new URL(api.url).pathname;
  const alive = async () => assert.equal((await fetch(`${api.url}/e`)).status, 200);

  it("outlives an upload that breaks off", async () => {
    await raw(`POST ${path()}/e HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\nabc`, 50);
    await alive();
  });

  it("outlives a client that leaves before the answer", async () => {
    await raw(`GET ${path()}/slow HTTP/1.1\r\nHost: localhost\r\n\r\n`, 20);
    await sleep(250);
    await alive();
  });

  it("answers pipelined requests in their order", async () => {
    const get = (rest: string) =>
      `POST ${path()}/e HTTP/1.1\r\nHost: localhost\r\nContent-Length: ${rest.length}\r\n\r\n${rest}`;
    const answer = await raw(`${get("a")}${get("bb")}${get("ccc")}`);
    assert.deepEqual(
      answer.match(/\r\n\r\n\d/g)?.map((text) => text.trim()),
      ["1", "2", "3"],
    );
  });

  it("reads chunked bodies, and refuses those beyond 10 MB", async () => {
    const chunks = (count: number) =>
      new ReadableStream({
        async start(controller) {
          for (let i = 0; i < count; i++) controller.enqueue(new Uint8Array(1_048_576).fill(97));
          controller.close();
        },
      });
    const send = (count: number) =>
      fetch(`${api.url}/e`, { method: "POST", body: chunks(count), duplex: "half" } as RequestInit);
    assert.equal(await (await send(2)).text(), String(2 * 1_048_576));
    const refused = await send(11).catch(() => undefined);
    if (refused) assert.equal(refused.status, 413);
    await alive();
  });

  it("answers what is no HTTP, no path and no host", async () => {
    assert.match(await raw("nonsense\r\n\r\n"), /^HTTP\/1\.1 400 /);
    assert.match(await raw("GET * HTTP/1.1\r\nHost: localhost\r\n\r\n"), /^HTTP\/1\.1 403 /);
    assert.match(await raw(`GET /_aws/custom-domain/%zz/e HTTP/1.1\r\nHost: localhost\r\n\r\n`), /^HTTP\/1\.1 403 /);
    assert.match(await raw(`GET ${path()}/e HTTP/1.0\r\n\r\n`), /^HTTP\/1\.1 403 .*Host header is/s);
    assert.match(await raw(`GET ${path()}/e HTTP/1.0\r\nHost: localhost\r\n\r\n`), /^HTTP\/1\.1 200 /);
    await alive();
  });

  it("says that its port is taken", async () => {
    const cloud = await startCloud();
    try {
      const second = createCloud({ directory: `${cloud.directory}/second`, awsPort: 0, apiPort: port });
      await assert.rejects(second.listen(), { code: "EADDRINUSE" });
      await second.close();
    } finally {
      await cloud.stop();
    }
  });
});
