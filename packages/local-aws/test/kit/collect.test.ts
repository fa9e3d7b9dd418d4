import assert from "node:assert/strict";
import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { collect } from "../../src/kit/collect.ts";

describe("a whole body", () => {
  const tooLarge = () => new Error("too large");

  it("is all that comes, up to a limit", async () => {
    const chunks = ["a", "bc", "def"].map((text) => Buffer.from(text));
    assert.equal((await collect(Readable.from(chunks), 6, tooLarge)).toString(), "abcdef");
    assert.equal((await collect(Readable.from([]), 6, tooLarge)).length, 0);
    const longer = Readable.from(chunks);
    await assert.rejects(collect(longer, 5, tooLarge), /too large/);
    assert.equal(longer.destroyed, true);
  });

  it("is empty of a stream that was read, and an error of one that ended early, before or while it is read", async () => {
    const read = Readable.from(["a"]);
    await read.toArray();
    assert.equal((await collect(read, 6, tooLarge)).length, 0);
    const failed = new Readable({ read() {} });
    const waiting = collect(failed, 6, tooLarge);
    failed.destroy(new Error("broken"));
    await assert.rejects(waiting, /broken/);
    await assert.rejects(collect(failed, 6, tooLarge), /broken/);
    const closed = new Readable({ read() {} }).destroy();
    await assert.rejects(collect(closed, 6, tooLarge), { code: "ECONNRESET" });
  });

  it("is an error where its client goes away", async () => {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const server = createServer((asked) => collect(asked, 100, tooLarge).then(resolve, resolve)).listen(0, "127.0.0.1");
    await new Promise((done) => server.once("listening", done));
    const { port } = server.address() as AddressInfo;
    const sent = request({ port, host: "127.0.0.1", method: "POST", headers: { "content-length": 50 } });
    sent.on("error", () => {});
    sent.write("half", () => sent.destroy());
    assert.equal(((await promise) as NodeJS.ErrnoException).code, "ECONNRESET");
    server.close();
  });
});
