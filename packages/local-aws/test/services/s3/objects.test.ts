import assert from "node:assert/strict";
import { createHash, createHmac, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectAttributesCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { fails, Objects } from "./support.ts";

describe("S3 objects", () => {
  let cloud: TestCloud;
  let s3: S3Client;
  let objects: Objects;
  const Bucket = "objects";

  before(async () => {
    cloud = await startCloud();
    s3 = cloud.client(S3Client);
    objects = new Objects(s3, Bucket);
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  after(() => cloud.stop());

  it("keep bytes and description, exactly", async () => {
    const body = randomBytes(3_000_000);
    const { ETag } = await objects.put("described", body, {
      ContentType: "text/csv",
      CacheControl: "no-store",
      ContentDisposition: "attachment",
      ContentLanguage: "de",
      Expires: new Date("2030-01-02T03:04:05Z"),
      Metadata: { Quality: "70", note: "a b" },
      Tagging: "a=1&b=x%20y",
      StorageClass: "STANDARD_IA",
    });
    assert.equal(ETag, `"${createHash("md5").update(body).digest("hex")}"`);
    const found = await objects.get("described");
    assert.deepEqual(Buffer.from((await found.Body?.transformToByteArray()) ?? []), body);
    const { ContentType, CacheControl, ContentDisposition, ContentLanguage, Metadata, TagCount, StorageClass } = found;
    assert.deepEqual(
      { ContentType, CacheControl, ContentDisposition, ContentLanguage, Metadata, TagCount, StorageClass },
      {
        ContentType: "text/csv",
        CacheControl: "no-store",
        ContentDisposition: "attachment",
        ContentLanguage: "de",
        Metadata: { quality: "70", note: "a b" },
        TagCount: 2,
        StorageClass: "STANDARD_IA",
      },
    );
    assert.equal(found.ExpiresString, "Wed, 02 Jan 2030 03:04:05 GMT");
    assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: "described" }))).ContentLength, body.length);
  });

  it("keep a content type as it is, also one that no browser would know", async () => {
    const ContentType = `"><script>alert('&')</script>`;
    await objects.put("odd", "x", { ContentType });
    assert.equal((await objects.get("odd")).ContentType, ContentType);
  });

  it("have no description but the default", async () => {
    await objects.put("plain", "text");
    const { ContentType, Metadata, StorageClass, VersionId, ServerSideEncryption } = await objects.get("plain");
    assert.deepEqual(
      [ContentType, Metadata, StorageClass, VersionId],
      ["application/octet-stream", {}, undefined, undefined],
    );
    assert.equal(ServerSideEncryption, "AES256");
  });

  for (const key of ["a b", "a+b", "ü/日本/🎉", "100%/x?y#z&w=v", "a//b", "dir/", "'(quoted)*!", "k".repeat(1024)]) {
    it(`take the key ${key.slice(0, 20)}`, async () => {
      await objects.put(key, key);
      assert.equal(await objects.text(key), key);
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: key }));
      assert.ok(Contents.some(({ Key }) => Key === key));
      const source = `${Bucket}/${encodeURIComponent(key)}`;
      await s3.send(new CopyObjectCommand({ Bucket, Key: "copied", CopySource: source }));
      assert.equal(await objects.text("copied"), key);
      await s3.send(new DeleteObjectCommand({ Bucket, Key: key }));
      await fails(objects.get(key), "NoSuchKey", 404);
    });
  }

  it("refuse a key of more than 1,024 bytes", () => fails(objects.put("ü".repeat(513), "x"), "KeyTooLongError", 400));

  it("may be empty", async () => {
    await objects.put("empty", "");
    assert.equal(await objects.text("empty"), "");
    await fails(objects.get("empty", { Range: "bytes=0-1" }), "InvalidRange", 416);
  });

  for (const algorithm of ["CRC32", "CRC32C", "CRC64NVME", "MD5", "SHA1", "SHA256"] as const) {
    it(`carry a checksum of ${algorithm}, verified by the SDK at both ends`, async () => {
      const member = `Checksum${algorithm}` as "ChecksumSHA256";
      const made = await objects.put("summed", "123456789", { ChecksumAlgorithm: algorithm });
      assert.ok(made[member]);
      const found = await objects.get("summed", { ChecksumMode: "ENABLED" });
      assert.equal(await found.Body?.transformToString(), "123456789");
      assert.equal(found[member], made[member]);
      assert.equal(found.ChecksumType, "FULL_OBJECT");
    });
  }

  it("compute CRC64NVME when nobody asks for another", async () => {
    const plain = cloud.client(S3Client, { config: { requestChecksumCalculation: "WHEN_REQUIRED" } });
    await plain.send(new PutObjectCommand({ Bucket, Key: "default", Body: "123456789" }));
    const { ChecksumCRC64NVME } = await s3.send(
      new HeadObjectCommand({ Bucket, Key: "default", ChecksumMode: "ENABLED" }),
    );
    // Check value of the algorithm: ae8b14860a799888.
    assert.equal(ChecksumCRC64NVME, Buffer.from("ae8b14860a799888", "hex").toString("base64"));
    plain.destroy();
  });

  it("are refused, and not kept, with a checksum or MD5 that is another's", async () => {
    await fails(objects.put("bad", "abc", { ChecksumCRC32: "AAAAAA==" }), "BadDigest", 400);
    await fails(objects.put("bad", "abc", { ChecksumSHA256: "short" }), "InvalidRequest", 400);
    await fails(
      objects.put("bad", "abc", { ContentMD5: createHash("md5").update("x").digest("base64") }),
      "BadDigest",
      400,
    );
    await fails(objects.get("bad"), "NoSuchKey", 404);
  });

  it("stream in with a checksum that comes last", async () => {
    const body = Readable.from(
      (function* () {
        for (let i = 0; i < 50; i++) yield Buffer.alloc(100_000, i);
      })(),
    );
    await objects.put("streamed", body, { ContentLength: 5_000_000, ChecksumAlgorithm: "CRC32C" });
    const { ContentLength, ContentEncoding, ChecksumCRC32C } = await s3.send(
      new HeadObjectCommand({ Bucket, Key: "streamed", ChecksumMode: "ENABLED" }),
    );
    assert.deepEqual([ContentLength, ContentEncoding], [5_000_000, undefined]);
    assert.ok(ChecksumCRC32C);
  });

  it("answer ranges", async () => {
    await objects.put("digits", "0123456789");
    const part = await objects.get("digits", { Range: "bytes=2-4" });
    assert.deepEqual([part.ContentRange, part.ContentLength, part.$metadata.httpStatusCode], ["bytes 2-4/10", 3, 206]);
    assert.equal(await part.Body?.transformToString(), "234");
    assert.equal(await objects.text("digits", { Range: "bytes=7-" }), "789");
    assert.equal(await objects.text("digits", { Range: "bytes=-2" }), "89");
    assert.equal(await objects.text("digits", { Range: "bytes=5-100" }), "56789");
    await fails(objects.get("digits", { Range: "bytes=10-" }), "InvalidRange", 416);
  });

  it("answer conditions", async () => {
    const { ETag = "" } = await objects.put("conditional", "1");
    assert.equal(await objects.text("conditional", { IfMatch: ETag }), "1");
    await fails(objects.get("conditional", { IfMatch: '"other"' }), "PreconditionFailed", 412);
    // An answer of 304 has no body that could name it.
    await fails(objects.get("conditional", { IfNoneMatch: ETag }), "Unknown", 304);
    await fails(objects.get("conditional", { IfModifiedSince: new Date() }), "Unknown", 304);
    await fails(objects.get("conditional", { IfUnmodifiedSince: new Date(0) }), "PreconditionFailed", 412);
    assert.equal(await objects.text("conditional", { IfMatch: ETag, IfUnmodifiedSince: new Date(0) }), "1");
  });

  it("are written under conditions: once, or over what is known", async () => {
    const both = await Promise.allSettled([1, 2, 3].map((n) => objects.put("once", String(n), { IfNoneMatch: "*" })));
    assert.equal(both.filter(({ status }) => status === "fulfilled").length, 1);
    await fails(objects.put("once", "9", { IfNoneMatch: "*" }), "PreconditionFailed", 412);
    await fails(objects.put("once", "9", { IfMatch: '"x"' }), "PreconditionFailed", 412);
    await fails(objects.put("never", "9", { IfMatch: '"x"' }), "NoSuchKey", 404);
    const { ETag = "" } = await objects.get("once");
    await objects.put("once", "9", { IfMatch: ETag });
    assert.equal(await objects.text("once"), "9");
  });

  it("are tagged", async () => {
    await objects.put("tagged", "x", { Tagging: "a=1" });
    await s3.send(
      new PutObjectTaggingCommand({ Bucket, Key: "tagged", Tagging: { TagSet: [{ Key: "quality", Value: "9" }] } }),
    );
    const { TagSet } = await s3.send(new GetObjectTaggingCommand({ Bucket, Key: "tagged" }));
    assert.deepEqual(TagSet, [{ Key: "quality", Value: "9" }]);
    assert.equal(await objects.text("tagged"), "x");
    const eleven = Array.from({ length: 11 }, (_, n) => ({ Key: `k${n}`, Value: "" }));
    await fails(
      s3.send(new PutObjectTaggingCommand({ Bucket, Key: "tagged", Tagging: { TagSet: eleven } })),
      "BadRequest",
      400,
    );
  });

  it("are copied with or without their metadata and tags", async () => {
    await objects.put("source", "body", {
      Metadata: { a: "1" },
      Tagging: "t=1",
      ContentType: "text/x",
      StorageClass: "STANDARD_IA",
    });
    const copy = (Key: string, more: object) =>
      s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: `${Bucket}/source`, ...more }));
    await copy("copy", { StorageClass: "GLACIER_IR" });
    const kept = await objects.get("copy");
    assert.deepEqual(
      [kept.Metadata, kept.ContentType, kept.StorageClass, kept.TagCount],
      [{ a: "1" }, "text/x", "GLACIER_IR", 1],
    );
    await copy("copy", { MetadataDirective: "REPLACE", Metadata: { b: "2" }, TaggingDirective: "REPLACE" });
    const replaced = await objects.get("copy");
    assert.deepEqual([replaced.Metadata, replaced.StorageClass, replaced.TagCount], [{ b: "2" }, undefined, undefined]);
    await fails(copy("source", {}), "InvalidRequest", 400);
    await fails(copy("x", { CopySource: `${Bucket}/nothing` }), "NoSuchKey", 404);
    await fails(copy("x", { CopySourceIfMatch: '"x"' }), "PreconditionFailed", 412);
    // The copy is one of its own.
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "source" }));
    assert.equal(await objects.text("copy"), "body");
  });

  it("must be restored from cold storage before they can be read", async () => {
    await objects.put("cold", "x", { StorageClass: "DEEP_ARCHIVE" });
    await fails(objects.get("cold"), "InvalidObjectState", 403);
    assert.equal((await s3.send(new HeadObjectCommand({ Bucket, Key: "cold" }))).StorageClass, "DEEP_ARCHIVE");
    await fails(objects.put("cold", "x", { StorageClass: "FROZEN" as "GLACIER" }), "InvalidStorageClass", 400);
  });

  it("tell their attributes", async () => {
    const { ETag = "" } = await objects.put("attributes", "abc", { ChecksumAlgorithm: "SHA256" });
    const found = await s3.send(
      new GetObjectAttributesCommand({
        Bucket,
        Key: "attributes",
        ObjectAttributes: ["ETag", "Checksum", "ObjectSize", "StorageClass"],
      }),
    );
    assert.equal(found.ETag, ETag.replaceAll('"', ""));
    assert.deepEqual([found.ObjectSize, found.StorageClass], [3, "STANDARD"]);
    assert.equal(found.Checksum?.ChecksumSHA256, createHash("sha256").update("abc").digest("base64"));
  });

  it("go a thousand at a time, those that never were too", async () => {
    await objects.put("one", "1");
    const answer = await s3.send(
      new DeleteObjectsCommand({ Bucket, Delete: { Objects: [{ Key: "one" }, { Key: "never & <there>" }] } }),
    );
    assert.deepEqual(
      answer.Deleted?.map(({ Key }) => Key),
      ["one", "never & <there>"],
    );
    const tooMany = Array.from({ length: 1001 }, (_, n) => ({ Key: `k${n}` }));
    await fails(s3.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects: tooMany } })), "MalformedXML", 400);
  });

  it("are not encrypted with a key that is none", async () => {
    const key = { SSECustomerAlgorithm: "AES256", SSECustomerKey: "short", SSECustomerKeyMD5: "x" };
    await fails(objects.put("k", "x", key), "InvalidArgument", 400);
  });

  it("are read and written by presigned URLs", async () => {
    const url = await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "pre signed+" }), { expiresIn: 60 });
    assert.equal((await fetch(url, { method: "PUT", body: "presigned" })).status, 200);
    const read = await getSignedUrl(
      s3,
      new GetObjectCommand({ Bucket, Key: "pre signed+", ResponseContentType: "text/x" }),
      { expiresIn: 60 },
    );
    const answer = await fetch(read);
    assert.deepEqual([await answer.text(), answer.headers.get("content-type")], ["presigned", "text/x"]);
    const forged = await fetch(read.replace("pre%20signed", "other"));
    assert.equal(forged.status, 403);
    assert.match(await forged.text(), /<Code>SignatureDoesNotMatch<\/Code>/);
    const expired = `${cloud.origin}/${Bucket}/k?AWSAccessKeyId=test&Signature=x&Expires=1`;
    assert.match(await (await fetch(expired)).text(), /<Code>AccessDenied<\/Code><Message>Request has expired/);
  });

  it("are read and written by URLs of the old kind, too", async () => {
    const url = (method: string, query: Record<string, string> = {}, headers = "") => {
      const Expires = String(Math.floor(Date.now() / 1000) + 60);
      const resources = Object.entries(query).map(([name, value]) => `${name}=${value}`);
      const resource = `/${Bucket}/old${resources.length > 0 ? `?${resources.join("&")}` : ""}`;
      const toSign = `${method}\n\ntext/plain\n${Expires}\n${headers}${resource}`;
      const Signature = createHmac("sha1", "test").update(toSign).digest("base64");
      return `${cloud.origin}/${Bucket}/old?${new URLSearchParams({ ...query, AWSAccessKeyId: "test", Signature, Expires })}`;
    };
    const headers = { "content-type": "text/plain", "x-amz-meta-a": "1" };
    const put = url("PUT", {}, "x-amz-meta-a:1\n");
    assert.equal((await fetch(put, { method: "PUT", body: "old", headers })).status, 200);
    const changed = await fetch(put, { method: "PUT", body: "old", headers: { ...headers, "x-amz-meta-a": "2" } });
    assert.match(await changed.text(), /<Code>SignatureDoesNotMatch<\/Code>.*<StringToSign>PUT/);
    const get = await fetch(url("GET", { "response-content-type": "text/x" }), {
      headers: { "content-type": "text/plain" },
    });
    assert.deepEqual([await get.text(), get.headers.get("content-type")], ["old", "text/x"]);
  });

  it("survive a restart", async () => {
    const other = await startCloud();
    await other.client(S3Client).send(new CreateBucketCommand({ Bucket }));
    await other.client(S3Client).send(new PutObjectCommand({ Bucket, Key: "kept", Body: "kept" }));
    await other.stop({ keep: true });
    const again = await startCloud({ directory: other.directory });
    const found = await again.client(S3Client).send(new GetObjectCommand({ Bucket, Key: "kept" }));
    assert.equal(await found.Body?.transformToString(), "kept");
    await again.stop();
  });
});
