import assert from "node:assert/strict";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  ListObjectVersionsCommand,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { fails, Objects } from "./support.ts";

describe("Versions of S3 objects", () => {
  let cloud: TestCloud;
  let s3: S3Client;
  let objects: Objects;
  const Bucket = "versioned";

  before(async () => {
    cloud = await startCloud();
    s3 = cloud.client(S3Client);
    objects = new Objects(s3, Bucket);
    await s3.send(new CreateBucketCommand({ Bucket }));
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
  });
  after(() => cloud.stop());

  it("are kept, hidden by delete markers and brought back", async () => {
    const Key = "v";
    const versioned = { Bucket: "versioned", Key };
    const first = await objects.put(Key, "1", versioned);
    const second = await objects.put(Key, "2", versioned);
    assert.notEqual(first.VersionId, second.VersionId);
    assert.equal(await objects.text(Key, { ...versioned, VersionId: first.VersionId as string }), "1");
    const marker = await s3.send(new DeleteObjectCommand(versioned));
    assert.equal(marker.DeleteMarker, true);
    await fails(objects.get(Key, versioned), "NoSuchKey", 404);
    await fails(objects.get(Key, { ...versioned, VersionId: marker.VersionId as string }), "MethodNotAllowed", 405);
    await fails(objects.get(Key, { ...versioned, VersionId: "A".repeat(32) }), "NoSuchVersion", 404);
    await fails(objects.get(Key, { ...versioned, VersionId: "what" }), "InvalidArgument", 400);
    const listed = await s3.send(new ListObjectVersionsCommand({ Bucket: "versioned" }));
    assert.deepEqual(
      listed.Versions?.map(({ VersionId, IsLatest }) => [VersionId, IsLatest]),
      [
        [second.VersionId, false],
        [first.VersionId, false],
      ],
    );
    assert.equal(listed.DeleteMarkers?.[0]?.IsLatest, true);
    await s3.send(new DeleteObjectCommand({ ...versioned, VersionId: marker.VersionId as string }));
    assert.equal(await objects.text(Key, versioned), "2");
    await s3.send(new CopyObjectCommand({ ...versioned, CopySource: `versioned/v?versionId=${first.VersionId}` }));
    assert.equal(await objects.text(Key, versioned), "1");
    for (const VersionId of [first.VersionId, second.VersionId])
      await s3.send(new DeleteObjectCommand({ ...versioned, VersionId: VersionId as string }));
    assert.equal(await objects.text(Key, versioned), "1");
  });

  it("are the null version while versioning is suspended", async () => {
    const suspended = { Bucket: "suspended", Key: "s" };
    await s3.send(new CreateBucketCommand({ Bucket: "suspended" }));
    await objects.put("s", "null", suspended);
    const set = (Status: "Enabled" | "Suspended") =>
      s3.send(new PutBucketVersioningCommand({ Bucket: "suspended", VersioningConfiguration: { Status } }));
    await set("Enabled");
    await objects.put("s", "kept", suspended);
    await set("Suspended");
    assert.equal((await objects.put("s", "new null", suspended)).VersionId, undefined);
    const ids = async () =>
      (await s3.send(new ListObjectVersionsCommand({ Bucket: "suspended" }))).Versions?.map(
        ({ VersionId }) => VersionId === "null",
      );
    assert.deepEqual(await ids(), [true, false]);
    assert.equal(await objects.text("s", { ...suspended, VersionId: "null" }), "new null");
    assert.deepEqual((await s3.send(new DeleteObjectCommand(suspended))).VersionId, "null");
    assert.deepEqual(await ids(), [false]);
  });
});
