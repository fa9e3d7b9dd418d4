import assert from "node:assert/strict";
import { S3 } from "@aws-sdk/client-s3";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const everyone = "http://acs.amazonaws.com/groups/global/AllUsers";

describe("Access control lists of S3", () => {
  let cloud: TestCloud;
  let s3: S3;
  let owner: string;
  const Bucket = "listed";
  const Key = "k";

  before(async () => {
    cloud = await startCloud();
    s3 = cloud.client(S3, { config: { forcePathStyle: true } });
    await s3.createBucket({ Bucket });
    await s3.putObject({ Bucket, Key, Body: "text" });
    owner = (await s3.getBucketAcl({ Bucket })).Owner?.ID ?? "";
  });
  after(() => cloud.stop());

  const allow = async (name: string) => {
    await s3.createBucket({ Bucket: name, ObjectOwnership: "ObjectWriter" });
    await s3.deletePublicAccessBlock({ Bucket: name });
  };
  const visit = async (path: string, method = "GET") => (await fetch(`${cloud.origin}/${path}`, { method })).status;
  const own = () => ({ Grantee: { ID: owner, Type: "CanonicalUser" as const }, Permission: "FULL_CONTROL" as const });

  it("have no effect while the owner of the bucket owns everything", async () => {
    await assert.rejects(s3.putBucketAcl({ Bucket, ACL: "public-read" }), { name: "AccessControlListNotSupported" });
    await assert.rejects(s3.putObject({ Bucket, Key, ACL: "public-read" }), { name: "AccessControlListNotSupported" });
    await s3.putObject({ Bucket, Key, Body: "text", ACL: "bucket-owner-full-control" });
    assert.deepEqual((await s3.getObjectAcl({ Bucket, Key })).Grants, [own()]);
    await assert.rejects(s3.createBucket({ Bucket: "at-creation", ACL: "public-read" }), {
      name: "InvalidBucketAclWithObjectOwnership",
    });
  });

  it("cannot be public while public lists are blocked", async () => {
    await s3.createBucket({ Bucket: "blocked", ObjectOwnership: "BucketOwnerPreferred" });
    await assert.rejects(s3.putBucketAcl({ Bucket: "blocked", ACL: "public-read" }), { name: "AccessDenied" });
    await s3.putBucketAcl({ Bucket: "blocked", GrantWrite: 'uri="http://acs.amazonaws.com/groups/s3/LogDelivery"' });
  });

  it("are canned, headers or documents", async () => {
    await allow("forms");
    await s3.putObject({ Bucket: "forms", Key, ACL: "public-read" });
    const of = { Bucket: "forms", Key };
    const toEveryone = { Grantee: { Type: "Group" as const, URI: everyone }, Permission: "READ" as const };
    assert.deepEqual((await s3.getObjectAcl(of)).Grants, [own(), toEveryone]);
    await s3.putObjectAcl({ ...of, GrantRead: `uri="${everyone}"`, GrantFullControl: `id="${owner}"` });
    assert.deepEqual((await s3.getObjectAcl(of)).Grants, [own(), toEveryone]);
    await s3.putObjectAcl({ ...of, AccessControlPolicy: { Owner: { ID: owner }, Grants: [toEveryone] } });
    assert.deepEqual((await s3.getObjectAcl(of)).Grants, [toEveryone]);
  });

  const document = (Grantee: object, Permission = "READ", Owner: object | undefined = { ID: "0".repeat(64) }) => ({
    AccessControlPolicy: { ...(Owner && { Owner }), Grants: [{ Grantee, Permission }] },
  });
  const group = { Type: "Group", URI: everyone };
  for (const [input, name] of [
    [{}, "MissingSecurityHeader"],
    [{ ACL: "fake" }, "InvalidArgument"],
    [{ ACL: "private", GrantRead: `uri="${everyone}"` }, "InvalidRequest"],
    [{ ACL: "private", ...document(group) }, "UnexpectedContent"],
    [{ GrantRead: 'uri="http://acs.amazonaws.com/groups/none"' }, "InvalidArgument"],
    [{ GrantRead: 'id="none"' }, "InvalidArgument"],
    [{ GrantRead: 'name="x"' }, "InvalidArgument"],
    [document(group, "READ", {}), "MalformedACLError"],
    [document(group, "SOMETIMES"), "MalformedACLError"],
    [document({ Type: "Nobody" }), "MalformedACLError"],
    [document({ Type: "CanonicalUser", ID: "none" }), "InvalidArgument"],
    [document(group, "READ", { ID: "none" }), "InvalidArgument"],
  ] as const) {
    it(`are refused: ${JSON.stringify(input).slice(0, 70)}`, async () => {
      await assert.rejects(s3.putBucketAcl({ Bucket, ...input } as never), { name });
      await assert.rejects(s3.putObjectAcl({ Bucket, Key, ...input } as never), { name });
    });
  }

  it("let everyone in, or those who sign, or nobody again", async () => {
    await allow("open");
    await s3.putObject({ Bucket: "open", Key, Body: "text" });
    const reader = cloud.client(S3, {
      credentials: (await cloud.mintRole()).credentials,
      config: { forcePathStyle: true },
    });
    const asRole = async () => (await reader.getObject({ Bucket: "open", Key })).Body?.transformToString();
    assert.equal(await visit(`open/${Key}`), 403);
    await assert.rejects(asRole(), { name: "AccessDenied" });

    await s3.putObjectAcl({ Bucket: "open", Key, ACL: "authenticated-read" });
    assert.equal(await visit(`open/${Key}`), 403);
    assert.equal(await asRole(), "text");

    await s3.putObjectAcl({ Bucket: "open", Key, ACL: "public-read" });
    assert.equal(await visit(`open/${Key}`), 200);
    assert.equal(await visit("open"), 403);
    assert.equal(await visit(`open/${Key}`, "PUT"), 403);
    assert.equal(await visit("open/missing"), 403);

    await s3.putBucketAcl({ Bucket: "open", ACL: "public-read-write" });
    assert.equal(await visit("open"), 200);
    assert.equal(await visit("open/missing"), 404);
    assert.equal(await visit("open/new", "PUT"), 200);

    const ignored = { IgnorePublicAcls: true };
    await s3.putPublicAccessBlock({ Bucket: "open", PublicAccessBlockConfiguration: ignored });
    assert.equal(await visit(`open/${Key}`), 403);
  });

  it("take a permission of their own to be set with an object", async () => {
    await allow("guarded");
    const statement = { Effect: "Allow", Action: "s3:PutObject", Resource: "arn:aws:s3:::guarded/*" };
    const { credentials } = await cloud.mintRole(statement);
    const writer = cloud.client(S3, { credentials, config: { forcePathStyle: true } });
    await writer.putObject({ Bucket: "guarded", Key });
    const open = writer.putObject({ Bucket: "guarded", Key, ACL: "public-read" });
    await assert.rejects(open, { name: "AccessDenied" });
  });

  it("belong to versions, not to delete markers", async () => {
    await allow("marked");
    await s3.putBucketVersioning({ Bucket: "marked", VersioningConfiguration: { Status: "Enabled" } });
    await s3.putObject({ Bucket: "marked", Key });
    await s3.deleteObject({ Bucket: "marked", Key });
    await assert.rejects(s3.putObjectAcl({ Bucket: "marked", Key, ACL: "private" }), { name: "MethodNotAllowed" });
    await assert.rejects(s3.getObjectAcl({ Bucket: "marked", Key }), { name: "NoSuchKey" });
  });
});
