import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateBucketCommand,
  CreateMultipartUploadCommand,
  type CreateMultipartUploadCommandInput,
  GetObjectAttributesCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const mebibyte = 1024 ** 2;

describe("S3 multipart uploads", () => {
  let cloud: TestCloud;
  let s3: S3Client;
  const Bucket = "multipart";
  const first = randomBytes(5 * mebibyte);
  const second = Buffer.from("the end");
  const whole = Buffer.concat([first, second]);

  before(async () => {
    cloud = await startCloud();
    s3 = cloud.client(S3Client);
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  after(() => cloud.stop());

  const fails = (promise: Promise<unknown>, name: string) => assert.rejects(promise, { name });

  async function begin(Key: string, more: Partial<CreateMultipartUploadCommandInput> = {}) {
    const { UploadId = "" } = await s3.send(new CreateMultipartUploadCommand({ Bucket, Key, ...more }));
    const of = { Bucket, Key, UploadId };
    return {
      of,
      part: async (PartNumber: number, Body: Buffer, extra: object = {}) => {
        const {
          $metadata: _,
          ServerSideEncryption: __,
          ...done
        } = await s3.send(new UploadPartCommand({ ...of, PartNumber, Body, ...extra }));
        return { PartNumber, ...done };
      },
      complete: (Parts: object[], extra: object = {}) =>
        s3.send(new CompleteMultipartUploadCommand({ ...of, MultipartUpload: { Parts }, ...extra })),
    };
  }

  const bytes = async (Key: string, more: object = {}) => {
    const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key, ...more }));
    return Buffer.from((await Body?.transformToByteArray()) ?? []);
  };

  it("become one object, by default with the checksum of the whole", async () => {
    const upload = await begin("whole", { Metadata: { a: "1" }, Tagging: "t=1" });
    const parts = [await upload.part(1, first), await upload.part(2, second)];
    // The upload has its own checksum: those of its parts are not its.
    await fails(upload.complete(parts), "InvalidPart");
    const done = await upload.complete(parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag })));
    const md5 = (data: Buffer) => createHash("md5").update(data).digest();
    assert.equal(
      done.ETag,
      `"${createHash("md5")
        .update(Buffer.concat([md5(first), md5(second)]))
        .digest("hex")}-2"`,
    );
    assert.equal(done.ChecksumType, "FULL_OBJECT");
    await s3.send(new PutObjectCommand({ Bucket, Key: "at once", Body: whole, ChecksumAlgorithm: "CRC64NVME" }));
    const once = await s3.send(new HeadObjectCommand({ Bucket, Key: "at once", ChecksumMode: "ENABLED" }));
    assert.equal(done.ChecksumCRC64NVME, once.ChecksumCRC64NVME);
    assert.deepEqual(await bytes("whole"), whole);
    assert.deepEqual(
      await bytes("whole", { Range: `bytes=${5 * mebibyte - 2}-${5 * mebibyte + 2}` }),
      whole.subarray(-9, -4),
    );
    assert.deepEqual(await bytes("whole", { PartNumber: 2 }), second);
    const head = await s3.send(new HeadObjectCommand({ Bucket, Key: "whole", PartNumber: 1 }));
    assert.deepEqual(
      [head.PartsCount, head.ContentLength, head.Metadata, head.TagCount],
      [2, first.length, { a: "1" }, 1],
    );
  });

  for (const algorithm of ["SHA256", "SHA1", "CRC32"] as const) {
    it(`have a composite checksum of ${algorithm}`, async () => {
      const upload = await begin("composite", { ChecksumAlgorithm: algorithm });
      const parts = [
        await upload.part(1, first, { ChecksumAlgorithm: algorithm }),
        await upload.part(2, second, { ChecksumAlgorithm: algorithm }),
      ];
      const member = `Checksum${algorithm}` as const;
      await fails(upload.complete(parts.map(({ PartNumber, ETag }) => ({ PartNumber, ETag }))), "InvalidRequest");
      await fails(upload.complete(parts, { [member]: `${parts[0]?.[member]}-2` }), "BadDigest");
      const done = await upload.complete(parts);
      assert.equal(done.ChecksumType, "COMPOSITE");
      assert.match(String(done[member]), /-2$/);
      if (algorithm === "SHA256") {
        const digest = (data: Buffer) => createHash("sha256").update(data).digest();
        assert.equal(done[member], `${digest(Buffer.concat([digest(first), digest(second)])).toString("base64")}-2`);
      }
      const attributes = await s3.send(
        new GetObjectAttributesCommand({ Bucket, Key: "composite", ObjectAttributes: ["ObjectParts"] }),
      );
      assert.equal(attributes.ObjectParts?.TotalPartsCount, 2);
      assert.equal(attributes.ObjectParts?.Parts?.[1]?.[member], parts[1]?.[member]);
    });
  }

  it("are held against the checksum of the whole", async () => {
    const upload = await begin("full", { ChecksumAlgorithm: "CRC32", ChecksumType: "FULL_OBJECT" });
    const parts = [
      await upload.part(1, first, { ChecksumAlgorithm: "CRC32" }),
      await upload.part(2, second, { ChecksumAlgorithm: "CRC32" }),
    ];
    await fails(upload.complete(parts, { ChecksumCRC32: "AAAAAA==", ChecksumType: "FULL_OBJECT" }), "BadDigest");
    await s3.send(new PutObjectCommand({ Bucket, Key: "at once", Body: whole, ChecksumAlgorithm: "CRC32" }));
    const { ChecksumCRC32 } = await s3.send(new HeadObjectCommand({ Bucket, Key: "at once", ChecksumMode: "ENABLED" }));
    const done = await upload.complete(parts, { ChecksumCRC32, ChecksumType: "FULL_OBJECT" });
    assert.equal(done.ChecksumCRC32, ChecksumCRC32);
  });

  it("refuse what does not fit together", async () => {
    const upload = await begin("refused");
    const part = async (PartNumber: number) => ({ PartNumber, ETag: (await upload.part(PartNumber, second)).ETag });
    const [one, two] = [await part(1), await part(2)];
    await fails(upload.complete([one], { ChecksumType: "COMPOSITE" }), "InvalidRequest");
    await fails(upload.complete([one, two]), "EntityTooSmall");
    await fails(upload.complete([two, one]), "InvalidPartOrder");
    await fails(upload.complete([{ PartNumber: 1, ETag: two.ETag?.replace(/./g, "0") }]), "InvalidPart");
    await fails(upload.complete([{ PartNumber: 3, ETag: two.ETag }]), "InvalidPart");
    await fails(upload.complete([]), "MalformedXML");
    await fails(upload.part(0, second), "InvalidArgument");
    await fails(upload.part(10_001, second), "InvalidArgument");
    await fails(upload.complete([one], { IfMatch: '"x"' }), "NoSuchKey");
    await fails(begin("refused", { ChecksumAlgorithm: "SHA256", ChecksumType: "FULL_OBJECT" }), "InvalidRequest");
  });

  it("are listed, with their parts, and aborted", async () => {
    const upload = await begin("dir/listed");
    await begin("dir/other");
    await upload.part(7, first);
    await upload.part(2, second);
    await upload.part(2, first);
    const listed = await s3.send(new ListPartsCommand({ ...upload.of, MaxParts: 1 }));
    assert.deepEqual(
      [
        listed.Parts?.map(({ PartNumber, Size }) => [PartNumber, Size]),
        listed.IsTruncated,
        listed.NextPartNumberMarker,
      ],
      [[[2, first.length]], true, "2"],
    );
    const uploads = await s3.send(new ListMultipartUploadsCommand({ Bucket, Prefix: "dir/", MaxUploads: 1 }));
    assert.deepEqual([uploads.Uploads?.map(({ Key }) => Key), uploads.IsTruncated], [["dir/listed"], true]);
    const grouped = await s3.send(new ListMultipartUploadsCommand({ Bucket, Delimiter: "/", Prefix: "d" }));
    assert.deepEqual(grouped.CommonPrefixes, [{ Prefix: "dir/" }]);
    await s3.send(new AbortMultipartUploadCommand(upload.of));
    await fails(upload.part(1, first), "NoSuchUpload");
    await fails(s3.send(new ListPartsCommand(upload.of)), "NoSuchUpload");
  });

  it("copy ranges of other objects", async () => {
    await s3.send(new PutObjectCommand({ Bucket, Key: "source", Body: whole }));
    const upload = await begin("from ranges");
    const copy = async (PartNumber: number, CopySourceRange?: string) => {
      const { CopyPartResult } = await s3.send(
        new UploadPartCopyCommand({ ...upload.of, PartNumber, CopySource: `${Bucket}/source`, CopySourceRange }),
      );
      return { PartNumber, ETag: CopyPartResult?.ETag };
    };
    const parts = [await copy(1), await copy(2, `bytes=0-${second.length - 1}`)];
    await fails(copy(3, `bytes=0-${whole.length}`), "InvalidArgument");
    await fails(copy(3, "bytes=-1"), "InvalidArgument");
    await fails(copy(3, `bytes=${whole.length}-${whole.length + 1}`), "InvalidRequest");
    await upload.complete(parts);
    assert.deepEqual(await bytes("from ranges"), Buffer.concat([whole, whole.subarray(0, second.length)]));
  });

  it("are what the SDK's Upload makes of a stream", async () => {
    const chunks = Array.from({ length: 12 }, () => randomBytes(mebibyte));
    const upload = new Upload({
      client: s3,
      params: { Bucket, Key: "streamed", Body: Readable.from(chunks) },
      partSize: 5 * mebibyte,
    });
    await upload.done();
    assert.deepEqual(await bytes("streamed"), Buffer.concat(chunks));
  });
});
