import assert from "node:assert/strict";
import { S3 } from "@aws-sdk/client-s3";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("CORS of S3 buckets", () => {
  let cloud: TestCloud;
  let s3: S3;
  const Bucket = "shared";

  before(async () => {
    cloud = await startCloud();
    s3 = cloud.client(S3, { config: { forcePathStyle: true } });
    await s3.createBucket({ Bucket, ObjectOwnership: "ObjectWriter" });
    await s3.deletePublicAccessBlock({ Bucket });
    await s3.putObject({ Bucket, Key: "k", Body: "text", ACL: "public-read" });
  });
  after(() => cloud.stop());

  /** Of this machine: what pages of other sites may send at all is decided before. */
  const origin = "http://app.localhost";
  const send = async (method: string, headers: Record<string, string>) => {
    const answer = await fetch(`${cloud.origin}/${Bucket}/k`, { method, headers });
    const text = await answer.text();
    const cors = [...answer.headers].filter(([name]) => name.startsWith("access-control-"));
    return { status: answer.status, code: /<Code>(\w+)/.exec(text)?.[1], cors: Object.fromEntries(cors) };
  };
  const ask = (method: string, headers = "") =>
    send("OPTIONS", {
      origin,
      "access-control-request-method": method,
      ...(headers && { "access-control-request-headers": headers }),
    });

  it("is off until it is configured", async () => {
    assert.deepEqual(await ask("PUT"), { status: 403, code: "AccessForbidden", cors: {} });
    assert.equal((await send("OPTIONS", {})).code, "BadRequest");
  });

  it("lets pages of an origin use the methods and headers of its rule", async () => {
    const rule = {
      AllowedOrigins: ["http://*.localhost"],
      AllowedMethods: ["GET", "PUT"],
      AllowedHeaders: ["X-Amz-*"],
      ExposeHeaders: ["ETag"],
      MaxAgeSeconds: 60,
    };
    await s3.putBucketCors({ Bucket, CORSConfiguration: { CORSRules: [rule] } });
    const cors = {
      "access-control-allow-credentials": "true",
      "access-control-allow-methods": "GET, PUT",
      "access-control-allow-origin": origin,
      "access-control-expose-headers": "ETag",
      "access-control-max-age": "60",
    };
    assert.deepEqual(await ask("PUT"), { status: 200, code: undefined, cors });
    const withHeaders = { ...cors, "access-control-allow-headers": "x-amz-date, x-amz-acl" };
    assert.deepEqual((await ask("PUT", "x-amz-date, X-AMZ-ACL")).cors, withHeaders);
    assert.equal((await ask("PUT", "x-other")).code, "AccessForbidden");
    assert.equal((await ask("DELETE")).code, "AccessForbidden");
    assert.deepEqual((await send("GET", { origin })).cors, cors);
    assert.equal((await send("GET", { origin: "https://evil.example" })).status, 403);
    assert.equal((await send("DELETE", { origin })).status, 403);
  });

  it("tells everyone's rule without credentials", async () => {
    const rule = { AllowedOrigins: ["*"], AllowedMethods: ["GET"] };
    await s3.putBucketCors({ Bucket, CORSConfiguration: { CORSRules: [rule] } });
    const { cors } = await send("GET", { origin });
    assert.deepEqual(cors, { "access-control-allow-methods": "GET", "access-control-allow-origin": "*" });
  });

  for (const [rule, name] of [
    [{ AllowedMethods: ["PATCH"], AllowedOrigins: ["*"] }, "InvalidRequest"],
    [{ AllowedMethods: [], AllowedOrigins: ["*"] }, "MalformedXML"],
    [{ AllowedMethods: ["GET"], AllowedOrigins: ["https://*.a.*"] }, "InvalidRequest"],
    [{ AllowedMethods: ["GET"], AllowedOrigins: ["*"], AllowedHeaders: ["*-*"] }, "InvalidRequest"],
  ] as const) {
    it(`has no such rule: ${JSON.stringify(rule)}`, () =>
      assert.rejects(cloud.cloud.call("s3", "PutBucketCors", { Bucket, CORSConfiguration: { CORSRules: [rule] } }), {
        name,
      }));
  }
});
