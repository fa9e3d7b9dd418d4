import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { DynamoDBClient, ListTablesCommand } from "@aws-sdk/client-dynamodb";
import { GetObjectCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { Directory } from "../../src/authorization/directory.ts";
import { createFront, type Front } from "../../src/front/index.ts";
import type { RawRequest, RawResponse } from "../../src/http/raw.ts";
import { AwsError, type Call, type Service } from "../../src/service.ts";
import { Store } from "../../src/store.ts";

describe("services that read the wire themselves", () => {
  let folder: string;
  let store: Store;
  let front: Front;
  let seen: { request: RawRequest; call: Call }[];
  let respond: (request: RawRequest, call: Call) => Promise<RawResponse>;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "front-"));
    store = new Store(folder);
    const service = (name: string, shapes: () => Promise<object>): Service => ({
      name,
      shapes,
      operations: {},
      handle: (request, call) => {
        seen.push({ request, call });
        return respond(request, call);
      },
    });
    const known = new Map([
      ["s3", service("s3", () => import("@aws-sdk/client-s3"))],
      ["dynamodb", service("dynamodb", () => import("@aws-sdk/client-dynamodb"))],
    ]);
    const services = {
      get: (name: string) => known.get(name),
      starting: () => undefined,
      keys: () => [...known.keys()],
    };
    front = await createFront({
      regions: { get: () => ({ services, dispatch: async () => ({}) }) },
      directory: new Directory(store),
      processes: [],
      mails: () => [],
      accountId: "000000000000",
      cognito: { issuer: (pool) => pool, jwks: async () => ({ keys: [] }) },
      defaultRegion: "us-east-1",
      port: 0,
    });
    front.open();
  });
  beforeEach(() => {
    seen = [];
    respond = async ({ body }) => ({
      status: 200,
      headers: { "content-type": "text/plain" },
      body: `got ${await text(body)}`,
    });
  });
  after(async () => {
    await front.close();
    store.close();
    await rm(folder, { recursive: true });
  });

  const s3 = (secretAccessKey = "test") =>
    new S3Client({
      endpoint: front.origin,
      region: "us-east-1",
      credentials: { accessKeyId: "test", secretAccessKey },
      forcePathStyle: true,
      maxAttempts: 1,
      requestChecksumCalculation: "WHEN_REQUIRED",
    });
  const object = { Bucket: "bucket", Key: "a b/ü+%2F*.txt" };

  it("get the path as it was sent, the body as a stream, and who calls", async () => {
    await s3().send(new PutObjectCommand({ ...object, Body: "hello" }));
    const { request, call } = seen[0] as (typeof seen)[0];
    assert.equal(request.method, "PUT");
    assert.equal(decodeURIComponent(request.url.split("?")[0] as string), "/bucket/a b/ü+%2F*.txt");
    assert.equal(call.principal.arn, "arn:aws:iam::000000000000:root");
    assert.match(call.sourceIp ?? "", /127\.0\.0\.1/);
    const answer = await s3().send(new GetObjectCommand(object));
    assert.equal(await answer.Body?.transformToString(), "got ");
  });

  it("may be reached by anybody who has a presigned URL, until it expires", async () => {
    const url = await getSignedUrl(s3(), new GetObjectCommand(object), { expiresIn: 60 });
    assert.equal(await (await fetch(url)).text(), "got ");
    const refused = async (changed: string, code: RegExp) => {
      const answer = await fetch(changed);
      assert.equal(answer.status, 403);
      assert.match(await answer.text(), code);
    };
    await refused(url.replace("bucket", "other"), /<Code>SignatureDoesNotMatch<\/Code>/);
    await refused(url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"), /<Code>SignatureDoesNotMatch<\/Code>/);
    const past = new Date(Date.now() - 120_000);
    const old = await getSignedUrl(s3(), new GetObjectCommand(object), { expiresIn: 60, signingDate: past });
    await refused(old, /<Code>AccessDenied<\/Code><Message>Request has expired<\/Message>/);
    assert.equal(seen.length, 1);
  });

  it("are reached without a signature as nobody, who is refused or not by themselves", async () => {
    const answer = await fetch(`${front.origin}/bucket/key`, { method: "PUT", body: "hi" });
    assert.equal(await answer.text(), "got hi");
    assert.equal(seen[0]?.call.principal.kind, "anonymous");
  });

  it("speak for themselves when they fail, in their protocol", async () => {
    respond = async () => {
      throw new AwsError("NoSuchBucket", "The specified bucket does not exist", 404, { BucketName: "bucket" });
    };
    await assert.rejects(s3().send(new GetObjectCommand(object)), { name: "NoSuchBucket", BucketName: "bucket" });
    await assert.rejects(s3("wrong").send(new GetObjectCommand(object)), { name: "SignatureDoesNotMatch" });
  });

  it("learn the operation that a JSON request names", async () => {
    respond = async () => ({
      status: 200,
      headers: { "content-type": "application/x-amz-json-1.0" },
      body: '{"TableNames":["iris"]}',
    });
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const dynamodb = new DynamoDBClient({ endpoint: front.origin, region: "us-east-1", credentials, maxAttempts: 1 });
    assert.deepEqual((await dynamodb.send(new ListTablesCommand({}))).TableNames, ["iris"]);
    assert.equal(seen[0]?.call.operation, "ListTables");
    assert.equal(await text(seen[0]?.request.body as never), "{}");
  });

  it("tell their own faults on the console, and the caller no more than AWS would", async () => {
    const told: unknown[] = [];
    const { error } = console;
    console.error = (...args: unknown[]) => told.push(...args);
    try {
      respond = async () => {
        throw new TypeError("secret detail");
      };
      await assert.rejects(s3().send(new GetObjectCommand(object)), (caught: Error) => {
        assert.equal(caught.name, "InternalFailure");
        assert.doesNotMatch(caught.message, /secret/);
        return true;
      });
    } finally {
      console.error = error;
    }
    assert.match(String(told), /secret detail/);
  });
});
