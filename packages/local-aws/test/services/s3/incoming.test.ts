import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type IncomingMessage, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import { Incoming, pourOf } from "../../../src/services/s3/incoming.ts";
import { pieceSize } from "../../../src/services/s3/pieces.ts";

const body = randomBytes(700_000);
const sha256 = (bytes: Buffer) => createHash("sha256").update(bytes).digest("hex");
const framed = Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from("\r\n0\r\n\r\n")]);

describe("A body on its way in", () => {
  let server: Server;

  /** What a server receives. */
  async function received(bytes: Buffer): Promise<IncomingMessage> {
    const arrives = once(server, "request");
    const { port } = server.address() as AddressInfo;
    const client = request({ port, host: "127.0.0.1", method: "PUT" });
    client.on("error", () => {});
    client.end(bytes);
    const [incoming] = await arrives;
    return incoming as IncomingMessage;
  }
  /** All of it, and its chunks as they were given. */
  async function taken(incoming: Incoming, pause: () => Promise<void> | undefined) {
    const [copies, chunks]: Buffer[][] = [[], []];
    await incoming.pour((chunk) => {
      copies!.push(Buffer.from(chunk));
      chunks!.push(chunk);
      return pause();
    });
    return { all: Buffer.concat(copies!), chunks: chunks! };
  }

  beforeEach(async () => {
    server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
  });
  afterEach(() => {
    server.closeAllConnections();
    server.close();
  });

  const ways: [string, Buffer, IncomingHttpHeaders][] = [
    ["plain", body, {}],
    ["signed", body, { "x-amz-content-sha256": sha256(body) }],
    ["framed", framed, { "x-amz-content-sha256": "STREAMING-UNSIGNED-PAYLOAD-TRAILER" }],
  ];
  for (const [name, bytes, headers] of ways) {
    for (const slow of [false, true]) {
      it(`is given ${slow ? "slowly" : "at once"}, ${name}, and its memory is free after that`, async () => {
        const incoming = new Incoming(await received(bytes), headers);
        const { all, chunks } = await taken(incoming, () => (slow ? turn() : undefined));
        assert.ok(all.equals(body));
        const kept = chunks.reduce((sum, { length }) => sum + length, 0);
        assert.ok(kept < body.length / 4, `${kept} bytes are kept`);
      });
    }
  }

  it("is as it was for those who have sent it in the same process", async () => {
    const sent = Array.from({ length: 10 }, () => randomBytes(70_000));
    const expected = Buffer.concat(sent);
    for (const whole of [new Incoming(Readable.from(sent), {}), Readable.from(sent), expected]) {
      const copies: Buffer[] = [];
      await pourOf(whole)((chunk) => void copies.push(Buffer.from(chunk)));
      assert.ok(Buffer.concat(copies).equals(expected));
    }
    assert.ok(Buffer.concat(sent).equals(expected));
  });

  it("of one piece in the same process is given in pieces, each after the one before", async () => {
    const large = randomBytes(3 * pieceSize + 1);
    let waiting = 0;
    const sizes: number[] = [];
    await pourOf(large)(async (chunk) => {
      assert.equal(waiting++, 0);
      sizes.push(chunk.length);
      await turn();
      waiting--;
    });
    assert.deepEqual(sizes, [pieceSize, pieceSize, pieceSize, 1]);
  });
});
