import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { S3 } from "@aws-sdk/client-s3";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();

/** Fields of a form as SDKs make them. */
function signed(conditions: unknown[], fields: Record<string, string>, expires = 60_000, secret = "test") {
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const day = date.slice(0, 8);
  const own = {
    "x-amz-algorithm": "AWS4-HMAC-SHA256",
    "x-amz-credential": `test/${day}/us-east-1/s3/aws4_request`,
    "x-amz-date": date,
  };
  const all = [...conditions, ...Object.entries({ ...own, ...fields }).map(([name, value]) => ({ [name]: value }))];
  const expiration = new Date(Date.now() + expires).toISOString();
  const policy = Buffer.from(JSON.stringify({ expiration, conditions: all })).toString("base64");
  const key = [day, "us-east-1", "s3", "aws4_request"].reduce<Buffer>(hmac, Buffer.from(`AWS4${secret}`));
  return { ...fields, ...own, policy, "x-amz-signature": hmac(key, policy).toString("hex") };
}

describe("S3 uploads by HTML forms", () => {
  let cloud: TestCloud;
  let s3: S3;
  const Bucket = "forms";

  before(async () => {
    cloud = await startCloud();
    s3 = cloud.client(S3, { config: { forcePathStyle: true } });
    await s3.createBucket({ Bucket });
  });
  after(() => cloud.stop());

  async function post(fields: Record<string, string>, file: Blob | string | undefined = new File(["text"], "f.txt")) {
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    if (typeof file === "string") form.append("file", file);
    else if (file) form.append("file", file);
    const answer = await fetch(`${cloud.origin}/${Bucket}`, { method: "POST", body: form, redirect: "manual" });
    const text = await answer.text();
    return { status: answer.status, code: /<Code>(\w+)/.exec(text)?.[1], text, headers: answer.headers };
  }
  const bucket = { bucket: Bucket };

  it("store the file with the fields that come before it", async () => {
    const fields = {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the variable of forms is written like this.
      key: "up/${filename}",
      "Content-Type": "text/x",
      "x-amz-meta-a": "1",
      tagging: "<Tagging><TagSet><Tag><Key>t</Key><Value>v</Value></Tag></TagSet></Tagging>",
    };
    assert.equal((await post(signed([bucket], fields))).status, 204);
    const got = await s3.getObject({ Bucket, Key: "up/f.txt" });
    assert.deepEqual(
      [await got.Body?.transformToString(), got.ContentType, got.Metadata, got.TagCount],
      ["text", "text/x", { a: "1" }, 1],
    );
  });

  it("answer as the form wants", async () => {
    const ok = await post(signed([bucket], { key: "k", success_action_status: "201" }));
    assert.equal(ok.status, 201);
    assert.match(ok.text, /<PostResponse><Location>.*<Key>k<\/Key>/);
    const to = await post(signed([bucket], { key: "k", success_action_redirect: "http://localhost/done" }));
    assert.equal(to.status, 303);
    assert.match(to.headers.get("location") ?? "", /^http:\/\/localhost\/done\?bucket=forms&key=k&etag=/);
    assert.equal((await post(signed([bucket], { key: "k", success_action_redirect: "/relative" }))).status, 204);
  });

  // Signed when they are sent: a form is good for a minute.
  for (const [what, fieldsOf, code] of [
    ["without a signature", () => ({ key: "k", policy: "e30=" }), "InvalidArgument"],
    ["without a policy", () => ({ key: "k" }), "AccessDenied"],
    ["with another secret", () => signed([bucket], { key: "k" }, 60_000, "other"), "SignatureDoesNotMatch"],
    ["too late", () => signed([bucket], { key: "k" }, -1000), "AccessDenied"],
    ["with more than the policy names", () => ({ ...signed([bucket], { key: "k" }), acl: "private" }), "AccessDenied"],
    ["of another bucket", () => signed([{ bucket: "other" }], { key: "k" }), "AccessDenied"],
    ["with another beginning", () => signed([bucket, ["starts-with", "$key", "a/"]], { key: "k" }), "AccessDenied"],
    ["too large", () => signed([bucket, ["content-length-range", 0, 3]], { key: "k" }), "EntityTooLarge"],
    ["too small", () => signed([bucket, ["content-length-range", 5, 9]], { key: "k" }), "EntityTooSmall"],
    ["of no size", () => signed([bucket, ["content-length-range", "a", 9]], { key: "k" }), "AccessDenied"],
    ["without a key", () => signed([bucket], {}), "InvalidArgument"],
    ["with tags that are none", () => signed([bucket], { key: "k", tagging: "no" }), "MalformedXML"],
  ] as const) {
    it(`are refused ${what}`, async () => assert.equal((await post(fieldsOf())).code, code));
  }

  it("have one file, which may be a plain field", async () => {
    assert.equal((await post(signed([bucket], { key: "plain" }), "text")).status, 204);
    const none = await fetch(`${cloud.origin}/${Bucket}`, { method: "POST", body: new FormData() });
    assert.equal(none.status, 400);
  });

  it("are signed the old way, too", async () => {
    const conditions = [bucket, { key: "old" }];
    const expiration = new Date(Date.now() + 60_000).toISOString();
    const policy = Buffer.from(JSON.stringify({ expiration, conditions })).toString("base64");
    const signature = createHmac("sha1", "test").update(policy).digest("base64");
    assert.equal((await post({ key: "old", AWSAccessKeyId: "test", Policy: policy, signature })).status, 204);
    assert.equal(
      (await post({ key: "old", AWSAccessKeyId: "test", policy, signature: "x" })).code,
      "SignatureDoesNotMatch",
    );
  });

  it("need the permission to write", async () => {
    const { credentials } = await cloud.mintRole();
    const fields = signed([bucket], { key: "k" });
    const unknown = {
      ...fields,
      "x-amz-credential": fields["x-amz-credential"].replace("test", credentials.accessKeyId),
    };
    assert.equal((await post(unknown)).code, "InvalidToken");
  });
});
