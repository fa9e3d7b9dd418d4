import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import { createRegistry } from "../../src/resources/index.ts";
import { TestResource } from "../../testing/resource.ts";

describe("Further resources of S3", () => {
  let cloud: TestCloud;
  before(async () => {
    cloud = await startCloud();
    await cloud.cloud.call("s3", "CreateBucket", { Bucket: "bucket" });
  });
  after(() => cloud.stop());

  it("CORS and logging are set and taken away", async () => {
    const cors = new TestResource(cloud.cloud, "aws:s3/bucketCorsConfiguration:BucketCorsConfiguration");
    await cors.create({
      bucket: "bucket",
      corsRules: [{ allowedMethods: ["GET"], allowedOrigins: ["*"], maxAgeSeconds: 5 }],
    });
    assert.deepEqual(await cloud.cloud.call("s3", "GetBucketCors", { Bucket: "bucket" }), {
      CORSRules: [{ AllowedMethods: ["GET"], AllowedOrigins: ["*"], MaxAgeSeconds: 5 }],
    });
    await cors.delete();
    await assert.rejects(cloud.cloud.call("s3", "GetBucketCors", { Bucket: "bucket" }), {
      name: "NoSuchCORSConfiguration",
    });
    const logging = new TestResource(cloud.cloud, "aws:s3/bucketLogging:BucketLogging");
    await logging.create({ bucket: "bucket", targetBucket: "bucket", targetPrefix: "log/" });
    await logging.delete();
    assert.deepEqual(await cloud.cloud.call("s3", "GetBucketLogging", { Bucket: "bucket" }), {});
  });

  it("websites, payment, acceleration and locks are set and taken away", async () => {
    const Bucket = "bucket";
    const call = <Answer = object>(operation: string) => cloud.cloud.call<Answer>("s3", operation, { Bucket });
    const make = (name: string) => new TestResource(cloud.cloud, `aws:s3/b${name.slice(1)}:${name}`);
    const site = make("BucketWebsiteConfiguration");
    const pages = { indexDocument: { suffix: "index.html" }, errorDocument: { key: "error.html" } };
    const { websiteDomain, websiteEndpoint } = await site.create({ bucket: Bucket, ...pages });
    assert.deepEqual(
      [websiteDomain, websiteEndpoint],
      ["s3-website-us-east-1.amazonaws.com", "bucket.s3-website-us-east-1.amazonaws.com"],
    );
    assert.deepEqual(await call("GetBucketWebsite"), {
      IndexDocument: { Suffix: "index.html" },
      ErrorDocument: { Key: "error.html" },
    });
    await site.delete();
    await assert.rejects(call("GetBucketWebsite"), { name: "NoSuchWebsiteConfiguration" });
    const payment = make("BucketRequestPaymentConfiguration");
    await payment.create({ bucket: Bucket, payer: "Requester" });
    assert.deepEqual(await call("GetBucketRequestPayment"), { Payer: "Requester" });
    await payment.delete();
    assert.deepEqual(await call("GetBucketRequestPayment"), { Payer: "BucketOwner" });
    const acceleration = make("BucketAccelerateConfiguration");
    await acceleration.create({ bucket: Bucket, status: "Enabled" });
    await acceleration.delete();
    assert.deepEqual(await call("GetBucketAccelerateConfiguration"), { Status: "Suspended" });
    await cloud.cloud.call("s3", "PutBucketVersioning", { Bucket, VersioningConfiguration: { Status: "Enabled" } });
    const lock = make("BucketObjectLockConfiguration");
    await lock.create({ bucket: Bucket, rule: { defaultRetention: { mode: "GOVERNANCE", days: 1 } } });
    const DefaultRetention = { Mode: "GOVERNANCE", Days: 1 };
    const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention } };
    assert.deepEqual(await call("GetObjectLockConfiguration"), { ObjectLockConfiguration });
    await lock.delete();
    const unlocked = await call<{ ObjectLockConfiguration: object }>("GetObjectLockConfiguration");
    assert.deepEqual(unlocked.ObjectLockConfiguration, { ObjectLockEnabled: "Enabled" });
  });

  it("programs read objects, of texts the text", async () => {
    const get = createRegistry(cloud.cloud).invokes.get("aws:s3/getObject:getObject");
    const { provider, signal } = new TestResource(cloud.cloud, "aws:s3/bucket:Bucket").context;
    const put = (Key: string, ContentType: string) =>
      cloud.cloud.call("s3", "PutObject", { Bucket: "bucket", Key, Body: '{"a":1}', ContentType, Tagging: "t=1" });
    await put("a.json", "application/json");
    await put("a.bin", "application/octet-stream");
    const read = async (key: string) => (await get?.({ bucket: "bucket", key }, { provider, signal })) ?? {};
    const { body, contentLength, tags } = await read("a.json");
    assert.deepEqual([body, contentLength, tags], ['{"a":1}', 7, { t: "1" }]);
    assert.equal((await read("a.bin")).body, "");
    await assert.rejects(read("none"), /reading S3 Object \(s3:\/\/bucket\/none\)/);
  });
});
