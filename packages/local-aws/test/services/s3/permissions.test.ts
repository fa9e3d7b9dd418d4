import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-s3";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const { S3Client } = sdk;

describe("S3 permissions", () => {
  let cloud: TestCloud;
  let s3: sdk.S3Client;
  const fails = (command: unknown, name: string, client: unknown = s3) =>
    assert.rejects((client as { send(command: unknown): Promise<unknown> }).send(command), { name });

  const arn = "arn:aws:s3:::private";
  const allow = (Action: string | string[], Resource: string | string[] = [arn, `${arn}/*`], more: object = {}) => ({
    Effect: "Allow",
    Action,
    Resource,
    ...more,
  });
  const as = async (...statements: object[]) => {
    const { credentials, roleArn } = await cloud.mintRole(statements);
    return { client: cloud.client(S3Client, { credentials }), roleArn };
  };
  const get = new sdk.GetObjectCommand({ Bucket: "private", Key: "there" });
  const missing = new sdk.GetObjectCommand({ Bucket: "private", Key: "missing" });

  before(async () => {
    cloud = await startCloud();
    s3 = cloud.client(S3Client);
    await s3.send(new sdk.CreateBucketCommand({ Bucket: "private" }));
    await s3.send(new sdk.PutObjectCommand({ Bucket: "private", Key: "there", Body: "x", Tagging: "class=a" }));
  });
  after(() => cloud.stop());

  it("are needed, each by its own name", async () => {
    const { client } = await as(allow("s3:GetObject"));
    await client.send(get);
    await fails(new sdk.PutObjectCommand({ Bucket: "private", Key: "k", Body: "" }), "AccessDenied", client);
    await fails(new sdk.DeleteObjectCommand({ Bucket: "private", Key: "there" }), "AccessDenied", client);
    await fails(
      new sdk.GetObjectCommand({ Bucket: "private", Key: "there", VersionId: "null" }),
      "AccessDenied",
      client,
    );
    await fails(new sdk.ListObjectsV2Command({ Bucket: "private" }), "AccessDenied", client);
    await fails(new sdk.GetObjectTaggingCommand({ Bucket: "private", Key: "there" }), "AccessDenied", client);
  });

  it("to list decide whether a missing key is missing or forbidden", async () => {
    await fails(missing, "AccessDenied", (await as(allow("s3:GetObject"))).client);
    await fails(missing, "NoSuchKey", (await as(allow(["s3:GetObject", "s3:ListBucket"]))).client);
  });

  it("to write do not include tags", async () => {
    const { client } = await as(allow("s3:PutObject"));
    await client.send(new sdk.PutObjectCommand({ Bucket: "private", Key: "untagged", Body: "" }));
    await fails(
      new sdk.PutObjectCommand({ Bucket: "private", Key: "k", Body: "", Tagging: "a=1" }),
      "AccessDenied",
      client,
    );
    const CopySource = "private/there";
    await fails(new sdk.CopyObjectCommand({ Bucket: "private", Key: "k", CopySource }), "AccessDenied", client);
  });

  it("depend on prefixes and tags", async () => {
    const listing = await as(allow("s3:ListBucket", arn, { Condition: { StringLike: { "s3:prefix": "home/*" } } }));
    await listing.client.send(new sdk.ListObjectsV2Command({ Bucket: "private", Prefix: "home/me" }));
    await fails(new sdk.ListObjectsV2Command({ Bucket: "private" }), "AccessDenied", listing.client);
    const tag = (value: string) =>
      allow("s3:GetObject", `${arn}/*`, { Condition: { StringEquals: { "s3:ExistingObjectTag/class": value } } });
    await (await as(tag("a"))).client.send(get);
    await fails(get, "AccessDenied", (await as(tag("b"))).client);
  });

  it("come from the bucket's policy too, which may deny", async () => {
    const { client, roleArn } = await as();
    await fails(get, "AccessDenied", client);
    const policy = (...Statement: object[]) =>
      new sdk.PutBucketPolicyCommand({
        Bucket: "private",
        Policy: JSON.stringify({ Version: "2012-10-17", Statement }),
      });
    const grant = allow("s3:GetObject", `${arn}/*`, { Principal: { AWS: roleArn } });
    const tlsOnly = {
      Effect: "Deny",
      Principal: "*",
      Action: "s3:*",
      Resource: [arn, `${arn}/*`],
      Condition: { Bool: { "aws:SecureTransport": "false" } },
    };
    await s3.send(policy(grant, tlsOnly));
    await client.send(get);
    await s3.send(policy(grant, { Effect: "Deny", Principal: "*", Action: "s3:GetObject", Resource: `${arn}/*` }));
    await fails(get, "AccessDenied", client);
    await fails(policy(allow("s3:GetObject", `${arn}/*`, { Principal: "*" })), "AccessDenied");
    await fails(
      policy(allow("s3:GetObject", "arn:aws:s3:::other/*", { Principal: { AWS: roleArn } })),
      "MalformedPolicy",
    );
    await fails(policy(allow("sqs:SendMessage", arn, { Principal: { AWS: roleArn } })), "MalformedPolicy");
    await s3.send(new sdk.DeleteBucketPolicyCommand({ Bucket: "private" }));
  });

  it("are asked of each key of many that shall go", async () => {
    const { client } = await as(allow("s3:DeleteObject", `${arn}/mine/*`));
    const Objects = [{ Key: "mine/a" }, { Key: "there" }];
    const { Deleted, Errors } = await client.send(
      new sdk.DeleteObjectsCommand({ Bucket: "private", Delete: { Objects } }),
    );
    assert.deepEqual(
      Deleted?.map(({ Key }) => Key),
      ["mine/a"],
    );
    assert.deepEqual(
      Errors?.map(({ Key, Code }) => [Key, Code]),
      [["there", "AccessDenied"]],
    );
  });

  it("are not for those who do not sign, unless the bucket's policy says so", async () => {
    const url = `${cloud.origin}/private/there`;
    assert.equal((await fetch(url)).status, 403);
    await s3.send(new sdk.DeletePublicAccessBlockCommand({ Bucket: "private" }));
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: allow("s3:GetObject", `${arn}/*`, { Principal: "*" }),
    });
    await s3.send(new sdk.PutBucketPolicyCommand({ Bucket: "private", Policy }));
    assert.equal(await (await fetch(url)).text(), "x");
    const { PolicyStatus } = await s3.send(new sdk.GetBucketPolicyStatusCommand({ Bucket: "private" }));
    assert.equal(PolicyStatus?.IsPublic, true);
  });
});
