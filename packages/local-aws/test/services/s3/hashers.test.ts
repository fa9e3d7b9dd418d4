import assert from "node:assert/strict";
import { algorithmNames, checksumOf, hasher } from "../../../src/services/s3/hashers.ts";

/**
 * Of the ASCII text `123456789`: check values of the CRC catalogue (https://reveng.sourceforge.io/crc-catalogue), the SHAs and MD5 of
 * OpenSSL, the others of xxhsum 0.8.
 */
const expected: Record<string, string> = {
  CRC32: "cbf43926",
  CRC32C: "e3069283",
  CRC64NVME: "ae8b14860a799888",
  SHA1: "f7c3bc1d808e04732adf679965ccc34ca7ae3441",
  SHA256: "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
  MD5: "25f9e794323b453885f5181f1b624d0b",
};

const hex = (text: string) => Buffer.from(text, "base64").toString("hex");
const text = Buffer.from("123456789");

describe("S3's checksums", () => {
  for (const [algorithm, value] of Object.entries(expected)) {
    it(`${algorithm} is what its catalogue says`, async () => {
      assert.equal(hex(await checksumOf(algorithm as never, text)), value);
    });
  }

  for (const algorithm of algorithmNames) {
    it(`${algorithm} is the same in pieces, and beside others that are computed at the same time`, async () => {
      const large = Buffer.alloc(300_001, "a body");
      const [one, other] = [await hasher(algorithm), await hasher(algorithm)];
      for (let at = 0; at < large.length; at += 70_000) {
        one.update(large.subarray(at, at + 70_000));
        other.update(text);
      }
      assert.equal(one.digest().toString("base64"), await checksumOf(algorithm, large));
      assert.equal(other.digest().toString("base64"), await checksumOf(algorithm, Buffer.alloc(45, text)));
    });
  }
});
