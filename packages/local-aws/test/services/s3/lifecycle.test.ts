import assert from "node:assert/strict";
import { type ListObjectVersionsCommandOutput, S3 as S3Client } from "@aws-sdk/client-s3";
import type { S3 } from "../../../src/services/s3/index.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const day = 24 * 3600_000;

describe("S3 lifecycle rules", () => {
  let cloud: TestCloud;
  let buckets = 0;
  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.stop());

  const call = <Output = unknown>(operation: string, input: object) => cloud.cloud.call<Output>("s3", operation, input);
  const sweep = (days: number) => (cloud.services.get("s3") as S3).sweep(Date.now() + days * day);

  async function bucketWith(rule: object, versioned = false): Promise<string> {
    const Bucket = `lifecycle-${++buckets}`;
    await call("CreateBucket", { Bucket });
    if (versioned) await call("PutBucketVersioning", { Bucket, VersioningConfiguration: { Status: "Enabled" } });
    await call("PutBucketLifecycleConfiguration", {
      Bucket,
      LifecycleConfiguration: { Rules: [{ Status: "Enabled", Filter: {}, ...rule }] },
    });
    return Bucket;
  }
  const put = (Bucket: string, Key: string, more: object = {}) =>
    call("PutObject", { Bucket, Key, Body: "12345", ...more });
  async function content(Bucket: string): Promise<string[]> {
    const { Versions = [], DeleteMarkers = [] } = await call<ListObjectVersionsCommandOutput>("ListObjectVersions", {
      Bucket,
    });
    return [...Versions.map(({ Key }) => Key as string), ...DeleteMarkers.map(({ Key }) => `-${Key}`)];
  }

  it("remove what is older than so many days, below a prefix, with a tag, above a size", async () => {
    const Bucket = await bucketWith({
      Filter: { And: { Prefix: "tmp/", Tags: [{ Key: "t", Value: "1" }], ObjectSizeGreaterThan: 4 } },
      Expiration: { Days: 3 },
    });
    await put(Bucket, "tmp/due", { Tagging: "t=1" });
    await put(Bucket, "tmp/untagged");
    await put(Bucket, "tmp/small", { Tagging: "t=1", Body: "1" });
    await put(Bucket, "other", { Tagging: "t=1" });
    await sweep(2);
    assert.equal((await content(Bucket)).length, 4);
    await sweep(5);
    assert.deepEqual(await content(Bucket), ["other", "tmp/small", "tmp/untagged"]);
  });

  it("say how small an object may be to be moved, as it was put and by default", async () => {
    const s3 = cloud.client(S3Client, { config: { forcePathStyle: true } });
    const Bucket = `lifecycle-${++buckets}`;
    await s3.createBucket({ Bucket });
    const LifecycleConfiguration = {
      Rules: [{ ID: "r", Status: "Enabled" as const, Filter: {}, Expiration: { Days: 1 } }],
    };
    for (const [given, said] of [
      [undefined, "all_storage_classes_128K"],
      ["varies_by_storage_class", "varies_by_storage_class"],
    ] as const) {
      const put = await s3.putBucketLifecycleConfiguration({
        Bucket,
        LifecycleConfiguration,
        TransitionDefaultMinimumObjectSize: given,
      });
      assert.equal(put.TransitionDefaultMinimumObjectSize, said);
      const got = await s3.getBucketLifecycleConfiguration({ Bucket });
      assert.equal(got.TransitionDefaultMinimumObjectSize, said);
      assert.deepEqual(got.Rules, LifecycleConfiguration.Rules);
    }
  });

  it("make delete markers where there are versions, and remove old versions", async () => {
    const Bucket = await bucketWith(
      { Expiration: { Days: 1 }, NoncurrentVersionExpiration: { NoncurrentDays: 10, NewerNoncurrentVersions: 1 } },
      true,
    );
    for (let version = 0; version < 3; version++) await put(Bucket, "k");
    await sweep(3);
    assert.deepEqual(await content(Bucket), ["k", "k", "k", "-k"]);
    await sweep(12);
    assert.deepEqual(await content(Bucket), ["k", "-k"]);
  });

  it("remove delete markers with nothing below them", async () => {
    const Bucket = await bucketWith({ Expiration: { ExpiredObjectDeleteMarker: true } }, true);
    await call("DeleteObject", { Bucket, Key: "k" });
    await sweep(1);
    assert.deepEqual(await content(Bucket), []);
  });

  it("abort uploads that nobody completes", async () => {
    const Bucket = await bucketWith({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } });
    const { UploadId } = await call<{ UploadId: string }>("CreateMultipartUpload", { Bucket, Key: "k" });
    await call("UploadPart", { Bucket, Key: "k", UploadId, PartNumber: 1, Body: "part" });
    await sweep(6);
    await call("ListParts", { Bucket, Key: "k", UploadId });
    await sweep(9);
    await assert.rejects(call("ListParts", { Bucket, Key: "k", UploadId }), { name: "NoSuchUpload" });
  });

  it("do nothing while they are disabled", async () => {
    const Bucket = await bucketWith({ Status: "Disabled", Expiration: { Days: 1 } });
    await put(Bucket, "k");
    await sweep(10);
    assert.deepEqual(await content(Bucket), ["k"]);
  });

  it("are told with the objects that they let expire, by the first of them", async () => {
    const Bucket = await bucketWith({ ID: "later", Expiration: { Days: 9 } });
    const [rule] = (await call<{ Rules: object[] }>("GetBucketLifecycleConfiguration", { Bucket })).Rules;
    const first = { ID: "soon", Status: "Enabled", Filter: { Prefix: "tmp/" }, Expiration: { Days: 1 } };
    const LifecycleConfiguration = { Rules: [rule, first] };
    await call("PutBucketLifecycleConfiguration", { Bucket, LifecycleConfiguration });
    const put = async (Key: string) =>
      (await call<{ Expiration: string }>("PutObject", { Bucket, Key, Body: "" })).Expiration;
    assert.match(await put("tmp/a"), /^expiry-date="\w{3}, .* 00:00:00 GMT", rule-id="soon"$/);
    assert.match(await put("b"), /rule-id="later"$/);
  });

  const all = { Status: "Enabled", Filter: {} };
  const twice = [1, 2].map((n) => ({ Key: "k", Value: String(n) }));
  for (const [rules, error] of [
    [[], "MalformedXML"],
    [[{ ...all, Status: "On", Expiration: { Days: 1 } }], "MalformedXML"],
    [[{ ...all }], "InvalidRequest"],
    [[{ ...all, Expiration: { Days: 0 } }], "InvalidArgument"],
    [[1, 2].map(() => ({ ...all, ID: "a", Expiration: { Days: 1 } })), "InvalidArgument"],
    [[{ Status: "Enabled", Expiration: { Days: 1 } }], "MalformedXML"],
    [[{ ...all, Prefix: "a", Expiration: { Days: 1 } }], "MalformedXML"],
    [[{ ...all, Filter: { Prefix: "a", ObjectSizeLessThan: 1 }, Expiration: { Days: 1 } }], "MalformedXML"],
    [[{ ...all, Filter: { And: { Prefix: "a" } }, Expiration: { Days: 1 } }], "MalformedXML"],
    [[{ ...all, Filter: { And: { Tags: twice } }, Expiration: { Days: 1 } }], "InvalidRequest"],
    [[{ ...all, Expiration: { Days: 1, ExpiredObjectDeleteMarker: true } }], "MalformedXML"],
    [[{ ...all, Expiration: { Date: new Date("2030-01-01T01:00:00Z") } }], "InvalidArgument"],
    [[{ ...all, NoncurrentVersionExpiration: {} }], "MalformedXML"],
  ] as const) {
    it(`are none: ${JSON.stringify(rules)}`, async () => {
      const Bucket = `lifecycle-${++buckets}`;
      await call("CreateBucket", { Bucket });
      await assert.rejects(
        call("PutBucketLifecycleConfiguration", { Bucket, LifecycleConfiguration: { Rules: rules } }),
        { name: error },
      );
    });
  }
});
