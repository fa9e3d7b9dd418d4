import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import * as lambda from "@aws-sdk/client-lambda";
import { decode, encode, type Received, type Replay, type ShownCall, tokenHeader } from "../../src/console/protocol.ts";
import { type RouteCall, routeCallChannel } from "../../src/routeCall.ts";
import { deployApi, openApi, proxy } from "../../testing/apigateway.ts";
import { type Functions, startFunctions } from "../../testing/lambda.ts";
import { sendRaw } from "../support/wire.ts";

const echo = `let count = 0;
  export const handler = async ({ body, headers, requestContext }, { awsRequestId }) => ({
    statusCode: headers.authorization === "Bearer of-anna" || headers.Authorization === "Bearer of-anna" ? 201 : 401,
    headers: { "set-cookie": "session=of-anna", "x-count": String(++count) },
    body: JSON.stringify({ body, id: awsRequestId, token: "of-anna", by: requestContext.identity?.userArn ?? null }),
  });`;

describe("the last calls of an API", () => {
  let functions: Functions;
  let token: string;
  let url: string;
  let api: string;
  before(async () => {
    functions = await startFunctions({}, { console: { file: async () => undefined, documents: {} } });
    token = new URL(functions.test.consoleUrl as string).hash.replace("#token=", "");
    await functions.create("echo", echo);
    await functions.lambda.send(
      new lambda.AddPermissionCommand({
        ...{ FunctionName: "echo", StatementId: "api", Action: "lambda:InvokeFunction" },
        Principal: "apigateway.amazonaws.com",
      }),
    );
    const sigv4 = { type: "apiKey", name: "Authorization", in: "header", "x-amazon-apigateway-authtype": "awsSigv4" };
    const document = openApi(
      {
        "/{proxy+}": { post: proxy("echo") },
        "/signed": { post: { ...proxy("echo"), security: [{ sigv4: [] }] } },
      },
      { components: { securitySchemes: { sigv4 } } },
    );
    ({ url, apiId: api } = await deployApi(functions.test.cloud, document));
  });
  after(() => functions.test.stop());

  const headers = (more: Record<string, string> = {}) => ({ host: "127.0.0.1", [tokenHeader]: token, ...more });
  const read = (id: string, more?: Record<string, string>) =>
    sendRaw(functions.test.origin, {
      path: `/_console/api/route-call?api=${api}&id=${id}`,
      headers: headers(more),
    });
  const replay = (about: Replay, more?: Record<string, string>) =>
    sendRaw(functions.test.origin, {
      method: "POST",
      path: "/_console/api/replay",
      headers: headers({ "content-type": "application/json", ...more }),
      body: encode(about),
    });
  /** @returns its request id. */
  async function call(path: string, body: string | Uint8Array, given: Record<string, string> = {}): Promise<string> {
    const answer = await fetch(`${url}${path}`, { method: "POST", body, headers: given });
    await answer.text();
    return answer.headers.get("x-amzn-requestid") as string;
  }
  const anna = { authorization: "Bearer of-anna", cookie: "session=of-anna", "content-type": "application/json" };

  it("is shown with its event, its answer and the function's request id, without secrets", async () => {
    const id = await call("/a?page=2&token=of-anna", '{"size":1,"password":"of-anna"}', anna);
    const { status, text } = await read(id);
    assert.equal(status, 200);
    assert.doesNotMatch(text, /of-anna/);
    const shown = decode(text) as ShownCall;
    const answer = JSON.parse(shown.answer.text as string);
    assert.match(shown.url, /\/a\?page=2&token=\[hidden\]$/);
    assert.deepEqual([shown.method, shown.status, shown.signed], ["POST", 201, false]);
    assert.deepEqual([shown.headers.authorization, shown.headers.cookie], ["[hidden]", "[hidden]"]);
    assert.equal(shown.headers["content-type"], "application/json");
    assert.equal(shown.body.text, '{"size":1,"password":"[hidden]"}');
    assert.deepEqual([shown.answerHeaders["set-cookie"], shown.answerHeaders["x-count"]], ["[hidden]", "1"]);
    assert.equal(answer.id, shown.invocation);
    assert.match(shown.function ?? "", /:function:echo$/);
  });

  it("is sent again with the credentials that it had, which nobody is shown", async () => {
    const id = await call("/a", gzipSync("x"), { ...anna, "accept-encoding": "gzip" });
    const { status, text } = await replay({ api, requestId: id });
    assert.equal(status, 200, text);
    const again = decode(text) as Received;
    assert.equal(again.status, 201);
    assert.doesNotMatch(text, /of-anna/);
    const second = decode((await read(again.headers["x-amzn-requestid"] as string)).text) as ShownCall;
    assert.deepEqual([second.status, second.body.bytes], [201, gzipSync("x").length]);
  });

  it("is sent again signed or not, whatever it was", async () => {
    const id = await call("/signed", "{}");
    const asked = async (about: Omit<Replay, "api">) => decode((await replay({ api, ...about })).text) as Received;
    assert.equal((await asked({ requestId: id })).status, 403);
    const signed = await asked({ requestId: id, signed: true });
    // Its function was reached, and misses what only anna sends.
    assert.deepEqual([signed.status, JSON.parse(signed.body).by], [401, "arn:aws:iam::000000000000:root"]);
    const again = signed.headers["x-amzn-requestid"] as string;
    assert.equal((decode((await read(again)).text) as ShownCall).signed, true);
    assert.equal((await asked({ requestId: again })).status, 403);
  });

  it("is also one of an HTTP API, or of a function's URL, each sent again by its own signature", async () => {
    const { cloud } = functions.test;
    await functions.create("plain", "export const handler = async (event, { awsRequestId }) => awsRequestId;");
    const invoke = { FunctionName: "plain", Action: "lambda:InvokeFunction" };
    const permit = (more: object) =>
      functions.lambda.send(new lambda.AddPermissionCommand({ ...invoke, ...more } as never));
    await permit({ StatementId: "api", Principal: "apigateway.amazonaws.com" });
    const Target = "arn:aws:lambda:us-east-1:000000000000:function:plain";
    const { ApiId } = await cloud.call("apigatewayv2", "CreateApi", { Name: "h", ProtocolType: "HTTP", Target });
    const { FunctionUrl } = await functions.lambda.send(
      new lambda.CreateFunctionUrlConfigCommand({ FunctionName: "plain", AuthType: "AWS_IAM" }),
    );
    const seen: RouteCall[] = [];
    const hear = (message: unknown) => seen.push(message as RouteCall);
    routeCallChannel.subscribe(hear);
    const body = new URLSearchParams({ a: "1" });
    const http = await fetch(`${cloud.apiOrigin}/_aws/execute-api/${ApiId}/x?y=1`, { method: "POST", body });
    const refused = await fetch(`${FunctionUrl}x`, { method: "POST", body });
    routeCallChannel.unsubscribe(hear);
    const [first, second] = seen as [RouteCall, RouteCall];
    assert.deepEqual([first.api, first.requestId], [ApiId, http.headers.get("apigw-requestid")]);
    assert.deepEqual([first.invocation, first.body?.toString(), first.function], [await http.text(), "a=1", Target]);
    assert.deepEqual([refused.status, second.status, second.body?.toString()], [403, 403, "a=1"]);
    const signed = await replay({ api: second.api, requestId: second.requestId, signed: true });
    assert.equal((decode(signed.text) as Received).status, 200, signed.text);
  });

  it("says how long a body was that is not kept, and does not send half of it", async () => {
    const long = await call("/a", "x".repeat(70_000), anna);
    const shown = decode((await read(long)).text) as ShownCall;
    assert.deepEqual(shown.body, { bytes: 70_000 });
    const { status, text } = await replay({ api, requestId: long });
    assert.deepEqual([status, JSON.parse(text).code], [400, "NotKept"]);
    assert.match(JSON.parse(text).message, /70000 bytes was not kept: at most 65536/);
  });

  it("is not shown or sent again without the token, from elsewhere, or as a form would", async () => {
    const id = await call("/a", "{}", anna);
    const form = { "content-type": "text/plain" };
    const cross = { origin: "http://evil.example", "sec-fetch-site": "cross-site" };
    assert.equal((await read(id, { [tokenHeader]: "" })).status, 401);
    assert.equal((await read(id, cross)).status, 403);
    assert.equal((await read(id, { host: "evil.example" })).status, 403);
    for (const [more, status] of [
      [{ [tokenHeader]: "" }, 401],
      [cross, 403],
      [{ host: "evil.example" }, 403],
      [form, 415],
    ] as const) {
      assert.equal((await replay({ api, requestId: id }, more as Record<string, string>)).status, status);
    }
  });

  it("goes when thirty others of its API have come; the oldest of all when they hold too much", async () => {
    const first = await call("/a", "{}", anna);
    const other = { headers: [], answerHeaders: [], status: 200, url: "/", at: 0 };
    for (let index = 0; index < 300; index++) {
      const api = `other${index}`;
      routeCallChannel.publish({
        ...other,
        api,
        requestId: "1",
        body: Buffer.alloc(60_000),
        answer: "a".repeat(60_000),
      });
    }
    // Sixteen megabytes: the oldest of all others have gone.
    const readOther = (name: string) =>
      sendRaw(functions.test.origin, { path: `/_console/api/route-call?api=${name}&id=1`, headers: headers() });
    assert.deepEqual([(await readOther("other0")).status, (await readOther("other299")).status], [404, 200]);
    assert.equal((await read(first)).status, 200);
    for (let index = 0; index < 30; index++) await call("/a", "{}", anna);
    const gone = await read(first);
    assert.deepEqual([gone.status, JSON.parse(gone.text).code], [404, "NotFound"]);
    assert.equal((await replay({ api, requestId: first })).status, 404);
  });
});
