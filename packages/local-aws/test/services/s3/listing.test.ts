import assert from "node:assert/strict";
import {
  CreateBucketCommand,
  ListObjectsCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandInput,
  ListObjectVersionsCommand,
  type ListObjectVersionsCommandInput,
  PutBucketVersioningCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import fc from "fast-check";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("S3 listings", () => {
  let cloud: TestCloud;
  let s3: S3Client;
  let buckets = 0;

  before(async () => {
    cloud = await startCloud();
    s3 = cloud.client(S3Client);
  });
  after(() => cloud.stop());

  async function bucketOf(keys: string[], versions = 1): Promise<string> {
    const Bucket = `listing-${++buckets}`;
    await s3.send(new CreateBucketCommand({ Bucket }));
    if (versions > 1) {
      await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: "Enabled" } }));
    }
    for (let version = 0; version < versions; version++) {
      for (const Key of keys) await cloud.cloud.call("s3", "PutObject", { Bucket, Key, Body: "" });
    }
    return Bucket;
  }

  /** Every page, one after the other: keys, and prefixes in brackets. */
  async function pages(input: ListObjectsV2CommandInput): Promise<string[]> {
    const found: string[] = [];
    let ContinuationToken: string | undefined;
    do {
      const page = await s3.send(new ListObjectsV2Command({ ...input, ContinuationToken }));
      const names = [
        ...(page.Contents ?? []).map(({ Key = "" }) => Key),
        ...(page.CommonPrefixes ?? []).map(({ Prefix = "" }) => `[${Prefix}]`),
      ];
      assert.equal(page.KeyCount, names.length);
      assert.ok(names.length <= (input.MaxKeys ?? 1000));
      found.push(...names);
      ContinuationToken = page.NextContinuationToken;
      assert.equal(page.IsTruncated, ContinuationToken !== undefined);
    } while (ContinuationToken);
    return found;
  }

  it("show keys in the order of their bytes, and folders once", async () => {
    const Bucket = await bucketOf(["b", "a/1", "a/2/x", "a/2/y", "a.", "ä", "\u{ff5e}", "\u{1f389}", "B"]);
    assert.deepEqual(await pages({ Bucket }), ["B", "a.", "a/1", "a/2/x", "a/2/y", "b", "ä", "\u{ff5e}", "\u{1f389}"]);
    assert.deepEqual(await pages({ Bucket, Delimiter: "/" }), ["B", "a.", "b", "ä", "\u{ff5e}", "\u{1f389}", "[a/]"]);
    assert.deepEqual(await pages({ Bucket, Prefix: "a/", Delimiter: "/" }), ["a/1", "[a/2/]"]);
    assert.deepEqual(await pages({ Bucket, StartAfter: "a/2/x" }), ["a/2/y", "b", "ä", "\u{ff5e}", "\u{1f389}"]);
    assert.deepEqual(await pages({ Bucket, Prefix: "none" }), []);
    assert.deepEqual(await pages({ Bucket, MaxKeys: 0 }), []);
  });

  it("come in pages that together are the whole, whatever the size of a page", async () => {
    const key = fc
      .array(fc.constantFrom("a", "b", "/", "é", "-"), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join(""));
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(key, { minLength: 1, maxLength: 15 }),
        fc.integer({ min: 1, max: 4 }),
        async (keys, MaxKeys) => {
          const Bucket = await bucketOf(keys);
          for (const delimited of [{}, { Delimiter: "/" }, { Delimiter: "/", Prefix: "a" }]) {
            const whole = await pages({ Bucket, ...delimited });
            assert.deepEqual((await pages({ Bucket, ...delimited, MaxKeys })).sort(), whole.sort());
            assert.equal(new Set(whole).size, whole.length);
          }
          assert.equal((await pages({ Bucket })).length, keys.length);
        },
      ),
      { numRuns: 15 },
    );
  });

  it("go on after a marker in the first version of the operation", async () => {
    const Bucket = await bucketOf(["a/1", "b", "c/1", "d"]);
    const page = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: "/", MaxKeys: 3 }));
    assert.deepEqual([page.IsTruncated, page.NextMarker], [true, "c/"]);
    const rest = await s3.send(new ListObjectsCommand({ Bucket, Delimiter: "/", Marker: page.NextMarker }));
    assert.deepEqual(
      rest.Contents?.map(({ Key }) => Key),
      ["d"],
    );
  });

  it("encode names on demand, since XML cannot hold each character", async () => {
    const Bucket = await bucketOf(["a b/\u0001+ü"]);
    const { Contents, EncodingType } = await s3.send(new ListObjectsV2Command({ Bucket, EncodingType: "url" }));
    assert.deepEqual([Contents?.[0]?.Key, EncodingType], ["a%20b/%01%2B%C3%BC", "url"]);
    await assert.rejects(s3.send(new ListObjectsV2Command({ Bucket, EncodingType: "x" as "url" })), {
      name: "InvalidArgument",
    });
  });

  for (const MaxKeys of [1, 2, 3, 5, 1000]) {
    it(`show every version, newest first, in pages of ${MaxKeys}`, async () => {
      const Bucket = await bucketOf(["a", "b", "c"], 3);
      const found: string[] = [];
      let next: Partial<ListObjectVersionsCommandInput> = {};
      for (;;) {
        const page = await s3.send(new ListObjectVersionsCommand({ Bucket, MaxKeys, ...next }));
        found.push(...(page.Versions ?? []).map(({ Key, IsLatest }) => `${Key}${IsLatest ? "*" : ""}`));
        if (!page.IsTruncated) break;
        next = { KeyMarker: page.NextKeyMarker, VersionIdMarker: page.NextVersionIdMarker };
      }
      assert.deepEqual(found, ["a*", "a", "a", "b*", "b", "b", "c*", "c", "c"]);
    });
  }
});
