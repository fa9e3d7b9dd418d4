import assert from "node:assert/strict";
import { request } from "node:http";
import { S3, type WebsiteConfiguration } from "@aws-sdk/client-s3";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("S3 websites", () => {
  let cloud: TestCloud;
  let s3: S3;
  const Bucket = "site";

  before(async () => {
    cloud = await startCloud();
    s3 = cloud.client(S3, { config: { forcePathStyle: true } });
    await s3.createBucket({ Bucket, ObjectOwnership: "ObjectWriter" });
    await s3.deletePublicAccessBlock({ Bucket });
    await s3.putBucketAcl({ Bucket, ACL: "public-read" });
    for (const Key of ["index.html", "error.html", "docs/index.html"])
      await s3.putObject({ Bucket, Key, Body: Key, ContentType: "text/html", ACL: "public-read" });
    await s3.putObject({ Bucket, Key: "private.html", Body: "private" });
    await s3.putObject({ Bucket, Key: "old", ACL: "public-read", WebsiteRedirectLocation: "/docs/" });
  });
  after(() => cloud.stop());

  const configure = (WebsiteConfiguration: WebsiteConfiguration) =>
    s3.putBucketWebsite({ Bucket, WebsiteConfiguration });

  function visit(path: string, { host = `${Bucket}.s3-website-us-east-1.amazonaws.com`, method = "GET" } = {}) {
    return new Promise<{ status?: number; location?: string; body: string }>((done, failed) => {
      request(`${cloud.origin}${path}`, { method, headers: { host } }, (answer) => {
        let body = "";
        answer.on("data", (data) => (body += data));
        answer.on("end", () => done({ status: answer.statusCode, location: answer.headers.location, body } as never));
      })
        .on("error", failed)
        .end();
    });
  }

  it("are none until they are configured, and none where there is no bucket", async () => {
    assert.match((await visit("/")).body, /NoSuchWebsiteConfiguration/);
    const missing = await visit("/", { host: "no-bucket.s3-website.us-east-1.localhost" });
    assert.equal(missing.status, 404);
    assert.match(missing.body, /NoSuchBucket/);
  });

  it("have an index in each folder", async () => {
    await configure({ IndexDocument: { Suffix: "index.html" } });
    assert.deepEqual(await visit("/"), { status: 200, location: undefined, body: "index.html" });
    assert.equal((await visit("/docs/")).body, "docs/index.html");
    const { status, location } = await visit("/docs");
    assert.deepEqual([status, location], [302, "/docs/"]);
    assert.deepEqual(await visit("/", { method: "HEAD" }), { status: 200, location: undefined, body: "" });
    assert.equal((await visit("/", { method: "PUT" })).status, 405);
  });

  it("show what everyone may read, and errors as pages", async () => {
    assert.equal((await visit("/private.html")).status, 403);
    const missing = await visit("/missing");
    assert.equal(missing.status, 404);
    assert.match(missing.body, /<li>Code: NoSuchKey<\/li>\n.*\n<li>Key: missing<\/li>/);
    await configure({ IndexDocument: { Suffix: "index.html" }, ErrorDocument: { Key: "error.html" } });
    assert.deepEqual(await visit("/missing"), { status: 404, location: undefined, body: "error.html" });
    await configure({ IndexDocument: { Suffix: "index.html" }, ErrorDocument: { Key: "gone.html" } });
    assert.match((await visit("/missing")).body, /Retrieve a Custom Error Document<\/h3>\n<ul>\n<li>Code: NoSuchKey/);
  });

  it("redirect by an object, by rules, and altogether", async () => {
    const at = async (path: string) => {
      const { status, location } = await visit(path);
      return [status, location];
    };
    await configure({
      IndexDocument: { Suffix: "index.html" },
      RoutingRules: [
        { Condition: { KeyPrefixEquals: "a/" }, Redirect: { ReplaceKeyPrefixWith: "b/", HttpRedirectCode: "307" } },
        { Condition: { KeyPrefixEquals: "c/" }, Redirect: { HostName: "example.com", Protocol: "https" } },
        { Condition: { HttpErrorCodeReturnedEquals: "404" }, Redirect: { ReplaceKeyWith: "index.html" } },
      ],
    });
    const own = `http://${Bucket}.s3-website-us-east-1.amazonaws.com`;
    assert.deepEqual(await at("/old"), [301, "/docs/"]);
    assert.deepEqual(await at("/a/x"), [307, `${own}/b/x`]);
    assert.deepEqual(await at("/c/x"), [301, "https://example.com/c/x"]);
    assert.deepEqual(await at("/missing"), [301, `${own}/index.html`]);
    await configure({ RedirectAllRequestsTo: { HostName: "example.com" } });
    assert.deepEqual(await at("/x"), [301, "http://example.com/x"]);
  });

  const index = { IndexDocument: { Suffix: "i" } };
  for (const [configuration, name] of [
    [{}, "InvalidArgument"],
    [{ IndexDocument: { Suffix: "a/b" } }, "InvalidArgument"],
    [{ ...index, ErrorDocument: { Key: "" } }, "MalformedXML"],
    [{ ...index, RedirectAllRequestsTo: { HostName: "x" } }, "InvalidArgument"],
    [{ RedirectAllRequestsTo: { HostName: "x", Protocol: "ftp" } }, "InvalidRequest"],
    [{ ...index, RoutingRules: [{ Redirect: { ReplaceKeyWith: "a", ReplaceKeyPrefixWith: "b" } }] }, "InvalidRequest"],
  ] as const) {
    it(`are refused: ${JSON.stringify(configuration)}`, () =>
      assert.rejects(cloud.cloud.call("s3", "PutBucketWebsite", { Bucket, WebsiteConfiguration: configuration }), {
        name,
      }));
  }
});
