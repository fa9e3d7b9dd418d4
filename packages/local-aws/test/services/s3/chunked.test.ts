import assert from "node:assert/strict";
import fc from "fast-check";
import { AwsChunkedDecoder } from "../../../src/services/s3/chunked.ts";

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));

/** As a client frames it: chunks, with or without signatures, then trailing headers. */
function framed(chunks: Buffer[], signed: boolean, trailers: string[]): Buffer {
  const signature = signed ? `;chunk-signature=${"a".repeat(64)}` : "";
  const parts = [...chunks.filter(({ length }) => length > 0), Buffer.alloc(0)].flatMap((chunk) =>
    chunk.length > 0
      ? [Buffer.from(`${chunk.length.toString(16)}${signature}\r\n`), chunk, Buffer.from("\r\n")]
      : [Buffer.from(`0${signature}\r\n`)],
  );
  return Buffer.concat([...parts, Buffer.from(trailers.map((line) => `${line}\r\n`).join("")), Buffer.from("\r\n")]);
}

function decode(wire: Buffer, cuts: number[] = []) {
  const ends = [...new Set(cuts.map((cut) => cut % (wire.length + 1)))].sort((a, b) => a - b);
  const pieces = [...ends, wire.length].map((end, index) => wire.subarray(ends[index - 1] ?? 0, end));
  const decoder = new AwsChunkedDecoder("x-amz-checksum-crc32");
  const body = Buffer.concat(pieces.flatMap((piece) => decoder.decode(piece)));
  decoder.end();
  return { body, trailers: decoder.trailers };
}

describe("aws-chunked bodies", () => {
  it("give what was framed, however the network cuts them", () => {
    fc.assert(
      fc.property(fc.array(bytes(300)), fc.boolean(), fc.array(fc.nat()), (chunks, signed, cuts) => {
        const { body, trailers } = decode(framed(chunks, signed, ["x-amz-checksum-crc32:AAAAAA=="]), cuts);
        assert.deepEqual(body, Buffer.concat(chunks));
        assert.deepEqual([...trailers], [["x-amz-checksum-crc32", "AAAAAA=="]]);
      }),
    );
  });

  it("know the algorithm that was announced", () => {
    assert.equal(new AwsChunkedDecoder("x-amz-checksum-crc64nvme").announced, "CRC64NVME");
    assert.equal(new AwsChunkedDecoder(undefined).announced, undefined);
    assert.throws(() => new AwsChunkedDecoder("x-amz-checksum-rot13"), { name: "InvalidRequest" });
  });

  for (const wire of [
    "5\r\nabc",
    "5\r\nabcdeX\r\n0\r\n\r\n",
    "zz\r\n",
    "3\r\nabc\r\n",
    `${"1".repeat(9000)}\r\n`,
    "0\r\nno colon\r\n\r\n",
  ]) {
    it(`refuse ${JSON.stringify(wire.slice(0, 30))}`, () =>
      assert.throws(
        () => decode(Buffer.from(wire)),
        (error: Error) => /^(IncompleteBody|InvalidRequest)$/.test(error.name),
      ));
  }
});
