import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { S3 } from "@aws-sdk/client-s3";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const keyOf = (letter: string) => {
  const bytes = Buffer.alloc(32, letter);
  return {
    SSECustomerAlgorithm: "AES256",
    SSECustomerKey: bytes.toString("base64"),
    SSECustomerKeyMD5: createHash("md5").update(bytes).digest("base64"),
  };
};

describe("S3 objects under customers' keys", () => {
  let cloud: TestCloud;
  let s3: S3;
  const of = { Bucket: "keys", Key: "k" };
  const key = keyOf("a");
  const { SSECustomerKey: _, ...told } = key;

  before(async () => {
    cloud = await startCloud();
    s3 = cloud.client(S3, { config: { forcePathStyle: true } });
    await s3.createBucket({ Bucket: "keys" });
  });
  after(() => cloud.stop());

  it("are read with the same key only", async () => {
    const put = await s3.putObject({ ...of, Body: "text", ...key });
    assert.deepEqual(
      { SSECustomerAlgorithm: put.SSECustomerAlgorithm, SSECustomerKeyMD5: put.SSECustomerKeyMD5 },
      told,
    );
    assert.equal(put.ServerSideEncryption, undefined);
    assert.notEqual(put.ETag, `"${createHash("md5").update("text").digest("hex")}"`);
    const get = await s3.getObject({ ...of, ...key });
    assert.equal(await get.Body?.transformToString(), "text");
    await assert.rejects(s3.getObject(of), { name: "InvalidRequest" });
    await assert.rejects(s3.getObject({ ...of, ...keyOf("b") }), { name: "AccessDenied" });
  });

  it("are copied with both keys", async () => {
    const copy = { Bucket: "keys", Key: "copy", CopySource: "keys/k" };
    await assert.rejects(s3.copyObject(copy), { name: "InvalidRequest" });
    const source = {
      CopySourceSSECustomerAlgorithm: key.SSECustomerAlgorithm,
      CopySourceSSECustomerKey: key.SSECustomerKey,
      CopySourceSSECustomerKeyMD5: key.SSECustomerKeyMD5,
    };
    await s3.copyObject({ ...copy, ...source, ...keyOf("b") });
    const get = await s3.getObject({ Bucket: "keys", Key: "copy", ...keyOf("b") });
    assert.equal(await get.Body?.transformToString(), "text");
  });

  it("are made of parts with the upload's key", async () => {
    const { UploadId } = await s3.createMultipartUpload({ ...of, ...key });
    const part = { ...of, UploadId, PartNumber: 1, Body: "part" };
    await assert.rejects(s3.uploadPart(part), { name: "InvalidRequest" });
    await assert.rejects(s3.uploadPart({ ...part, ...keyOf("b") }), { name: "InvalidRequest" });
    await s3.uploadPart({ ...part, ...key });
  });

  for (const [change, name] of [
    [{ ServerSideEncryption: "AES256" }, "InvalidArgument"],
    [{ SSECustomerAlgorithm: "KMS" }, "InvalidEncryptionAlgorithmError"],
    [{ SSECustomerKeyMD5: "AAAA" }, "InvalidArgument"],
    [{ SSECustomerKey: "c2hvcnQ=" }, "InvalidArgument"],
  ] as const) {
    it(`are refused: ${JSON.stringify(change)}`, () =>
      // In process, where no SDK completes the three members.
      assert.rejects(cloud.cloud.call("s3", "PutObject", { ...of, ...key, ...change }), { name }));
  }
});
