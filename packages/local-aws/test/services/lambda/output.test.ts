import assert from "node:assert/strict";
import { PassThrough } from "node:stream";
import { finished } from "node:stream/promises";
import fc from "fast-check";
import { readFrames, readLines } from "../../../src/services/lambda/execution/output.ts";

/** What is read of those bytes, however they are cut. */
async function read(
  reader: typeof readLines | typeof readFrames,
  bytes: Buffer,
  cuts: number[],
): Promise<[number, string][]> {
  const said: [number, string][] = [];
  const stream = new PassThrough();
  reader(stream, (at, message) => said.push([at, message]));
  const places = [0, ...cuts.map((cut) => cut % (bytes.length + 1)), bytes.length].sort((a, b) => a - b);
  for (const [index, place] of places.slice(1).entries()) stream.write(bytes.subarray(places[index], place));
  stream.end();
  await finished(stream);
  return said;
}

const frame = (message: string, milliseconds: number): Buffer => {
  const text = Buffer.from(message);
  const header = Buffer.alloc(16);
  header.writeUInt32BE(0xa55a0003);
  header.writeUInt32BE(text.length, 4);
  header.writeBigUInt64BE(BigInt(milliseconds) * 1000n, 8);
  return Buffer.concat([header, text]);
};
const texts = fc.array(fc.string({ unit: "grapheme", maxLength: 20 }), { maxLength: 8 });
const cuts = fc.array(fc.nat(), { maxLength: 6 });

describe("what a runtime writes", () => {
  it("is read line by line, without empty ones, wherever the stream is cut", async () => {
    await fc.assert(
      fc.asyncProperty(texts, cuts, async (given, places) => {
        const lines = given.map((text) => text.replaceAll("\n", " "));
        const said = await read(readLines, Buffer.from(lines.map((line) => `${line}\n`).join("")), places);
        assert.deepEqual(
          said.map(([, line]) => line),
          lines.filter((line) => line !== "").map((line) => `${line}\n`),
        );
      }),
    );
  });

  it("is read frame by frame, with the times in them", async () => {
    await fc.assert(
      fc.asyncProperty(texts, cuts, async (messages, places) => {
        const said = await read(readFrames, Buffer.concat(messages.map((text, at) => frame(text, at))), places);
        assert.deepEqual(
          said,
          messages.map((text, at) => [at, text]),
        );
      }),
    );
  });

  it("keeps a last line without an end, and what is no frame", async () => {
    assert.deepEqual(
      (await read(readLines, Buffer.from("a\nb"), [])).map(([, line]) => line),
      ["a\n", "b"],
    );
    const stray = "something of seventeen bytes and more";
    assert.deepEqual(
      (await read(readFrames, Buffer.from(stray), [])).map(([, line]) => line),
      [stray],
    );
  });
});
