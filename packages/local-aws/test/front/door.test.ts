import assert from "node:assert/strict";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { startCloud, type TestCloud } from "../../testing/cloud.ts";
import { presigned, type RawAnswer, sendRaw } from "../support/wire.ts";

const evil = "https://evil.example";
const bucket = "pages";

describe("the AWS endpoint, sent to by web pages", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
    await test.cloud.call("s3", "CreateBucket", { Bucket: bucket });
    await test.cloud.call("s3", "PutBucketCors", {
      Bucket: bucket,
      CORSConfiguration: {
        CORSRules: [
          { AllowedOrigins: ["https://*.friend.example"], AllowedMethods: ["GET", "PUT"] },
          { AllowedOrigins: ["*"], AllowedMethods: ["HEAD"] },
        ],
      },
    });
  });
  after(() => test.stop());

  const ask = async (service: string, headers: Record<string, string>, path = "/", method = "GET", host?: string) =>
    sendRaw(test.origin, {
      method,
      path: await presigned(test.origin, service, { method, path, ...(host && { host }) }),
      headers: { ...(host && { host }), ...headers },
    });
  const isRefused = (answer: RawAnswer) => answer.status === 403 && answer.text.includes("Refused: ");
  const port = () => new URL(test.origin).port;

  it("makes no role, no function and runs none for a page that signs with the key that everybody knows", async () => {
    const trust = {
      Statement: { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
    };
    const role = new URLSearchParams({
      Action: "CreateRole",
      Version: "2010-05-08",
      RoleName: "evil",
      AssumeRolePolicyDocument: JSON.stringify(trust),
    }).toString();
    const create = JSON.stringify({ FunctionName: "evil", Role: "arn:aws:iam::000000000000:role/evil", Code: {} });
    const simple: [string, string, string, string][] = [
      ["iam", "/", role, "application/x-www-form-urlencoded"],
      ["lambda", "/2015-03-31/functions", create, "text/plain"],
      ["lambda", "/2015-03-31/functions/evil/invocations", "{}", "text/plain"],
    ];
    for (const [service, path, body, type] of simple) {
      const signedPath = await presigned(test.origin, service, { method: "POST", path, body });
      const headers = { origin: evil, "sec-fetch-site": "cross-site", "content-type": type };
      const answer = await sendRaw(test.origin, { method: "POST", path: signedPath, headers, body });
      assert.ok(isRefused(answer), `${service} ${path}: ${answer.status} ${answer.text}`);
      assert.match(answer.text, /Origin is .{1,6}https:\/\/evil\.example/);
    }
    const { Roles } = await test.cloud.call<{ Roles: object[] }>("iam", "ListRoles", {});
    assert.deepEqual(Roles, []);
  });

  it("refuses every service's requests by another name, from another site, and from nowhere", async () => {
    const pages: Record<string, string>[] = [
      { origin: evil },
      { origin: "null" },
      { origin: "http://localhost.evil.example" },
      { origin: "http://127.0.0.1.evil.example:80" },
      { origin: "chrome-extension://localhostx" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site" },
      { origin: `http://localhost:${port()}`, "sec-fetch-site": "same-site" },
      { host: `evil.example:${port()}` },
      { host: "localhost.evil.example" },
      { host: "127.0.0.1.evil.example" },
      { host: "10.0.0.1" },
      { host: "evillocalhost" },
      { host: "s3.amazonaws.com.evil.example" },
      { host: "pages.s3amazonaws.com" },
      { host: "queue.amazonaws.com" },
      { host: "monitoring.us-east-1.amazonaws.com.evil.example" },
      { host: "evil.monitoring.us-east-1.amazonaws.com" },
      { host: "pages.s3.amazonaws.com", origin: "http://pages.s3.amazonaws.com", "sec-fetch-site": "same-site" },
    ];
    for (const service of test.services.keys()) {
      for (const headers of pages) {
        const answer = await ask(service, headers, "/", "GET", headers.host);
        assert.ok(isRefused(answer), `${service} ${JSON.stringify(headers)}: ${answer.status} ${answer.text}`);
      }
    }
    for (const headers of pages) {
      for (const [method, path] of [
        ["GET", "/pages/a"],
        ["POST", "/pages/a"],
        ["OPTIONS", "/pages/a"],
        ["GET", "/_health"],
        ["GET", "/%zz"],
      ] as const) {
        const answer = await sendRaw(test.origin, { method, path, headers });
        assert.ok(isRefused(answer), `unsigned ${method} ${path} ${JSON.stringify(headers)}: ${answer.status}`);
      }
    }
  });

  it("lets in what comes from this machine", async () => {
    const own: Record<string, string>[] = [
      {},
      { host: `localhost:${port()}` },
      { host: `LOCALHOST:${port()}` },
      { host: `s3.localhost:${port()}` },
      { host: "[::1]:4566" },
      { host: "monitoring.us-east-1.amazonaws.com" },
      { "sec-fetch-site": "none" },
      { "sec-fetch-site": "same-origin" },
      { origin: test.origin, "sec-fetch-site": "same-origin" },
      { origin: "http://localhost:8888" },
    ];
    for (const headers of own) {
      const answer = await ask("s3", headers, "/", "GET", headers.host);
      assert.equal(answer.status, 200, `${JSON.stringify(headers)}: ${answer.text}`);
    }
  });

  it("lets pages do with a bucket what its CORS rules say, and that alone", async () => {
    const friend = { origin: "https://www.friend.example", "sec-fetch-site": "cross-site" };
    const passes: [string, string, Record<string, string>][] = [
      ["PUT", `/${bucket}/a`, friend],
      ["GET", `/${bucket}/a`, friend],
      ["HEAD", `/${bucket}/a`, { "sec-fetch-site": "cross-site" }],
      ["OPTIONS", `/${bucket}/a`, { ...friend, "access-control-request-method": "PUT" }],
    ];
    for (const [method, path, headers] of passes) {
      const answer = await ask("s3", headers, path, method);
      assert.ok(answer.status !== 403, `${method} ${JSON.stringify(headers)}: ${answer.status} ${answer.text}`);
    }
    const refused: [string, string, string, Record<string, string>][] = [
      ["s3", "DELETE", `/${bucket}/a`, friend],
      ["s3", "GET", `/${bucket}/a`, { origin: evil }],
      ["s3", "GET", `/${bucket}/a`, { origin: "https://.friend.example.evil.example" }],
      ["s3", "GET", `/${bucket}/a`, { "sec-fetch-site": "cross-site" }],
      ["s3", "GET", `/${bucket}/a`, { ...friend, host: "evil.example" }],
      ["s3", "GET", "/", friend],
      ["s3", "GET", "/other/a", friend],
      ["s3", "GET", `/%zz/a`, friend],
      ["s3", "OPTIONS", `/${bucket}/a`, { ...friend, "access-control-request-method": "DELETE" }],
      // The bucket's rules say nothing of another service whose path looks like it.
      ["lambda", "GET", `/${bucket}/a`, friend],
    ];
    for (const [service, method, path, headers] of refused) {
      const answer = await ask(service, headers, path, method, headers.host);
      const { status } = answer;
      assert.ok(status === 403 || status === 400, `${service} ${method} ${path} ${JSON.stringify(headers)}: ${status}`);
    }
  });

  it("refuses a request that names no host", async () => {
    const socket = connect(Number(port()), "127.0.0.1");
    socket.end("GET / HTTP/1.0\r\n\r\n");
    assert.match(await text(socket), /^HTTP\/1\.1 403 .*Refused: the Host header is/s);
  });

  it("says why in the protocol's own words", async () => {
    const headers = { host: "evil.example" };
    const json = await sendRaw(test.origin, {
      method: "POST",
      headers: { ...headers, "x-amz-target": "AmazonSQS.ListQueues", "content-type": "application/x-amz-json-1.0" },
    });
    assert.equal(json.status, 403);
    assert.deepEqual(JSON.parse(json.text), {
      __type: "AccessDenied",
      message:
        'Refused: the Host header is "evil.example"; this server of the local AWS answers to localhost, *.localhost and 127.0.0.1',
    });
    const query = await sendRaw(test.origin, {
      method: "POST",
      headers: { ...headers, "content-type": "application/x-www-form-urlencoded" },
      body: "Action=ListRoles",
    });
    assert.match(query.text, /<Code>AccessDenied<\/Code><Message>Refused: the Host header is/);
  });
});

describe("the routes of APIs, sent to by names that are not ours", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
    const { id } = await test.cloud.call<{ id: string }>("apigateway", "ImportRestApi", {
      body: Buffer.from(
        JSON.stringify({
          openapi: "3.0.1",
          info: { title: "door", version: "1" },
          paths: {
            "/hello": {
              get: {
                "x-amazon-apigateway-integration": {
                  type: "mock",
                  requestTemplates: { "application/json": '{"statusCode":200}' },
                  responses: { default: { statusCode: "200" } },
                },
                responses: { 200: { description: "said" } },
              },
            },
          },
        }),
      ),
    });
    await test.cloud.call("apigateway", "CreateDeployment", { restApiId: id, stageName: "dev" });
    await test.cloud.call("apigateway", "CreateDomainName", { domainName: "api.mine.example" });
    await test.cloud.call("apigateway", "CreateBasePathMapping", {
      domainName: "api.mine.example",
      restApiId: id,
      stage: "dev",
    });
    apiId = id;
  });
  after(() => test.stop());
  let apiId: string;

  const get = (host: string, path = "/hello", headers: Record<string, string> = {}) =>
    sendRaw(test.apiOrigin, { path, headers: { host, ...headers } });

  it("refuses them all, and says so", async () => {
    for (const host of [
      "evil.example:3000",
      "localhost.evil.example",
      "x.execute-api.evil.example",
      "x.execute-api.us-east-1.amazonaws.com",
      "other.mine.example",
    ]) {
      const { status, text: body, headers } = await get(host);
      assert.equal(status, 403, host);
      assert.match(JSON.parse(body).message, /^Refused: the Host header is "/);
      assert.equal(headers["x-amzn-errortype"], "ForbiddenException");
    }
  });

  it("answers to its own, whatever page asks", async () => {
    for (const host of ["localhost:3000", "127.0.0.1", "[::1]:3000", "app.localhost:3000", "api.mine.example:3000"]) {
      assert.equal((await get(host, "/hello", { origin: evil, "sec-fetch-site": "cross-site" })).status, 200, host);
    }
    assert.equal((await get(`${apiId}.execute-api.us-east-1.amazonaws.com`, "/dev/hello")).status, 200);
  });

  it("issues tokens to no page of another site", async () => {
    const ask = (headers: Record<string, string>) =>
      sendRaw(test.apiOrigin, { method: "POST", path: "/_aws/cognito-idp/us-east-1_x/token", headers });
    assert.match((await ask({ origin: evil })).text, /Refused: Origin is/);
    assert.equal((await ask({})).status, 200);
  });
});
