import assert from "node:assert/strict";
import { Agent, type IncomingMessage, request } from "node:http";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { startCloud, type TestCloud } from "../../testing/cloud.ts";

describe("requests that are no HTTP", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  it("end their connection alone, and say so: the client's next request is answered", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const get = (path: string, headers = {}) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        request(`${test.origin}${path}`, { agent, headers }, (answer) => resolve(answer.resume()))
          .on("error", reject)
          .end();
      });
    for (const long of [
      await get(`/${"x".repeat(20_000)}`),
      await get("/_health", { "x-amz-meta-long": "x".repeat(20_000) }),
      await get(`/${"x".repeat(2 * 1024 * 1024)}`),
    ]) {
      assert.deepEqual([long.statusCode, long.headers.connection], [431, "close"]);
      assert.equal((await get("/_health")).statusCode, 200);
    }
    agent.destroy();
  });

  it("are answered with 400 whatever they are", async () => {
    const { port } = new URL(test.origin);
    const socket = connect(Number(port), "127.0.0.1");
    socket.write("\u0016\u0003\u0001\u0002\u0000\r\n\r\n");
    assert.equal(await text(socket), "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });
});
