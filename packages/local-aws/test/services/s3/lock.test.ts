import assert from "node:assert/strict";
import { S3 } from "@aws-sdk/client-s3";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const day = 86_400_000;
const soon = () => new Date(Date.now() + day);

describe("S3 object lock", () => {
  let cloud: TestCloud;
  let s3: S3;
  let keys = 0;
  const Bucket = "locked";

  before(async () => {
    cloud = await startCloud();
    s3 = cloud.client(S3, { config: { forcePathStyle: true } });
    await s3.createBucket({ Bucket, ObjectLockEnabledForBucket: true });
    await s3.createBucket({ Bucket: "plain" });
  });
  after(() => cloud.stop());

  const put = async (more: object = {}) => {
    const of = { Bucket, Key: `k${++keys}` };
    const { VersionId } = await s3.putObject({ ...of, Body: "x", ...more });
    return { ...of, VersionId };
  };
  const denied = { name: "AccessDenied", message: /object protected by object lock/ };

  it("is a bucket's from its creation, or later where it is versioned", async () => {
    assert.equal((await s3.getBucketVersioning({ Bucket })).Status, "Enabled");
    const suspend = { Bucket, VersioningConfiguration: { Status: "Suspended" as const } };
    await assert.rejects(s3.putBucketVersioning(suspend), { name: "InvalidBucketState" });
    const plain = { Bucket: "plain", ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" as const } };
    await assert.rejects(s3.putObjectLockConfiguration(plain), { name: "InvalidBucketState" });
    await assert.rejects(s3.getObjectLockConfiguration({ Bucket: "plain" }), {
      name: "ObjectLockConfigurationNotFoundError",
    });
  });

  it("keeps a version by its mode: governance can be passed over, compliance cannot", async () => {
    for (const [ObjectLockMode, passes] of [
      ["GOVERNANCE", true],
      ["COMPLIANCE", false],
    ] as const) {
      const version = await put({ ObjectLockMode, ObjectLockRetainUntilDate: soon() });
      await assert.rejects(s3.deleteObject(version), denied);
      const { Errors } = await s3.deleteObjects({
        Bucket,
        Delete: { Objects: [{ Key: version.Key, VersionId: version.VersionId }] },
      });
      assert.equal(Errors?.[0]?.Code, "AccessDenied");
      // A delete marker deletes nothing.
      assert.equal((await s3.deleteObject({ Bucket, Key: version.Key })).DeleteMarker, true);
      const bypass = s3.deleteObject({ ...version, BypassGovernanceRetention: true });
      await (passes ? bypass : assert.rejects(bypass, denied));
    }
  });

  it("is passed over by those alone who may", async () => {
    const version = await put({ ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: soon() });
    const role = await cloud.mintRole({ Effect: "Allow", Action: "s3:Delete*", Resource: "*" });
    const other = cloud.client(S3, { credentials: role.credentials, config: { forcePathStyle: true } });
    await assert.rejects(other.deleteObject({ ...version, BypassGovernanceRetention: true }), {
      name: "AccessDenied",
      message: /s3:BypassGovernanceRetention/,
    });
  });

  it("is extended, and not shortened", async () => {
    const until = soon();
    const version = await put({ ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: until });
    const retain = (RetainUntilDate: Date, Mode: "GOVERNANCE" | "COMPLIANCE" = "GOVERNANCE", more: object = {}) =>
      s3.putObjectRetention({ ...version, Retention: { Mode, RetainUntilDate }, ...more });
    await retain(new Date(until.getTime() + day));
    await assert.rejects(retain(until), denied);
    await retain(until, "GOVERNANCE", { BypassGovernanceRetention: true });
    await retain(until, "COMPLIANCE");
    await assert.rejects(retain(until), denied);
    assert.equal((await s3.getObjectRetention(version)).Retention?.Mode, "COMPLIANCE");
    await assert.rejects(retain(new Date(Date.now() - day)), { name: "InvalidArgument" });
  });

  it("is a legal hold until that is lifted", async () => {
    const version = await put();
    await assert.rejects(s3.getObjectLegalHold(version), { name: "NoSuchObjectLockConfiguration" });
    await s3.putObjectLegalHold({ ...version, LegalHold: { Status: "ON" } });
    assert.equal((await s3.headObject(version)).ObjectLockLegalHoldStatus, "ON");
    await assert.rejects(s3.deleteObject({ ...version, BypassGovernanceRetention: true }), denied);
    await s3.putObjectLegalHold({ ...version, LegalHold: { Status: "OFF" } });
    await s3.deleteObject(version);
  });

  it("comes from the bucket's default where an object has none, copies too", async () => {
    const DefaultRetention = { Mode: "GOVERNANCE" as const, Days: 2 };
    const ObjectLockConfiguration = { ObjectLockEnabled: "Enabled" as const, Rule: { DefaultRetention } };
    await s3.putObjectLockConfiguration({ Bucket, ObjectLockConfiguration });
    assert.deepEqual(
      (await s3.getObjectLockConfiguration({ Bucket })).ObjectLockConfiguration,
      ObjectLockConfiguration,
    );
    const { ObjectLockMode, ObjectLockRetainUntilDate: until } = await s3.headObject(await put());
    assert.equal(ObjectLockMode, "GOVERNANCE");
    assert.ok(until && until.getTime() > Date.now() + day);
    await s3.putObjectLockConfiguration({ Bucket, ObjectLockConfiguration: { ObjectLockEnabled: "Enabled" } });
    const source = await put({ ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: soon() });
    await s3.copyObject({ Bucket, Key: "copy", CopySource: `${Bucket}/${source.Key}` });
    assert.equal((await s3.headObject({ Bucket, Key: "copy" })).ObjectLockMode, undefined);
  });

  for (const [input, name] of [
    [{ ObjectLockMode: "GOVERNANCE" }, "InvalidArgument"],
    [{ ObjectLockRetainUntilDate: soon() }, "InvalidArgument"],
    [{ ObjectLockMode: "SOMETIMES", ObjectLockRetainUntilDate: soon() }, "InvalidArgument"],
    [{ ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: new Date(0) }, "InvalidArgument"],
    [{ ObjectLockLegalHoldStatus: "MAYBE" }, "InvalidArgument"],
  ] as const) {
    it(`is refused: ${JSON.stringify(input).slice(0, 60)}`, () => assert.rejects(put(input), { name }));
  }

  it("is nothing for buckets without it", async () => {
    const of = { Bucket: "plain", Key: "k" };
    const locked = s3.putObject({ ...of, ObjectLockLegalHoldStatus: "ON" });
    await assert.rejects(locked, { name: "InvalidRequest" });
    await s3.putObject(of);
    await assert.rejects(s3.getObjectRetention(of), { name: "InvalidRequest" });
  });

  for (const configuration of [
    {},
    { ObjectLockEnabled: "Enabled", Rule: {} },
    { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "GOVERNANCE" } } },
    { ObjectLockEnabled: "Enabled", Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1, Years: 1 } } },
  ]) {
    it(`has no such default: ${JSON.stringify(configuration)}`, () =>
      assert.rejects(s3.putObjectLockConfiguration({ Bucket, ObjectLockConfiguration: configuration as never }), {
        name: "MalformedXML",
      }));
  }
});
