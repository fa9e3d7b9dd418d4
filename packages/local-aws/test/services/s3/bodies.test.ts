import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import {
  CopyObjectCommand,
  CreateBucketCommand,
  DeleteObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { Objects } from "./support.ts";

const Bucket = "bodies";
/** The largest that is a row, and one beyond. */
const largest = 32 * 1024;

describe("Bodies of S3 objects", () => {
  let cloud: TestCloud;
  let s3: S3Client;
  let objects: Objects;

  const folder = () => join(cloud.directory, "files/s3");
  const rows = () =>
    cloud.cloud.store.database.prepare("SELECT count(*) AS n, total(length(bytes)) AS bytes FROM s3_bodies").get() as {
      n: number;
      bytes: number;
    };
  const files = (name = "objects") => {
    const path = join(folder(), name);
    return existsSync(path)
      ? readdirSync(path, { recursive: true, withFileTypes: true }).filter((f) => f.isFile())
      : [];
  };
  /** Files are removed after the answer. */
  const remain = async (ofRows: number, ofFiles: number) => {
    while (files().length > ofFiles) await new Promise((done) => setTimeout(done, 20));
    assert.deepEqual([rows().n, files().length], [ofRows, ofFiles]);
  };
  const bytes = async (key: string, more = {}) =>
    Buffer.from((await (await objects.get(key, more)).Body?.transformToByteArray()) ?? []);
  const connected = () => {
    s3 = cloud.client(S3Client);
    objects = new Objects(s3, Bucket);
  };

  beforeEach(async () => {
    cloud = await startCloud();
    connected();
    await s3.send(new CreateBucketCommand({ Bucket }));
  });
  afterEach(() => cloud.stop());

  for (const size of [0, 1, largest, largest + 1, 200_000, 3_000_001]) {
    it(`of ${size} bytes come back as they were put, whole and in part`, async () => {
      const body = randomBytes(size);
      const { ETag } = await objects.put("a", body);
      assert.equal(ETag, `"${createHash("md5").update(body).digest("hex")}"`);
      assert.deepEqual(await bytes("a"), body);
      if (size > 1) assert.deepEqual(await bytes("a", { Range: `bytes=1-${size - 2}` }), body.subarray(1, size - 1));
      assert.deepEqual([rows().n, files().length], size <= largest ? [1, 0] : [0, 1]);
    });
  }

  it("leave nothing behind when they are overwritten, or deleted", async () => {
    for (const size of [10, largest + 1, 20, largest + 2]) await objects.put("a", randomBytes(size));
    await objects.put("b", randomBytes(30));
    await s3.send(new CopyObjectCommand({ Bucket, Key: "c", CopySource: `${Bucket}/b` }));
    await remain(2, 1);
    assert.equal(rows().bytes, 60);
    assert.deepEqual(await bytes("c"), await bytes("b"));
    for (const Key of ["a", "b", "c"]) await s3.send(new DeleteObjectCommand({ Bucket, Key }));
    await remain(0, 0);
  });

  it("are kept with each version", async () => {
    const VersioningConfiguration = { Status: "Enabled" } as const;
    await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
    const bodies = [10, largest + 1, 20].map((size) => randomBytes(size));
    const ids: (string | undefined)[] = [];
    for (const body of bodies) ids.push((await objects.put("a", body)).VersionId);
    for (const [index, VersionId] of ids.entries()) assert.deepEqual(await bytes("a", { VersionId }), bodies[index]);
    for (const VersionId of ids) await s3.send(new DeleteObjectCommand({ Bucket, Key: "a", VersionId }));
    await remain(0, 0);
  });

  it("of few bytes that an earlier version kept as files are read, copied and removed", async () => {
    await objects.put("old", "as a file");
    const { database } = cloud.cloud.store;
    const { record } = database.prepare("SELECT record FROM s3_versions").get() as { record: string };
    const version = JSON.parse(record);
    const blob = "ab0c1d2e-0000-4000-8000-000000000000";
    version.segments = [{ ...version.segments[0], blob }];
    database.prepare("UPDATE s3_versions SET record = ?").run(JSON.stringify(version));
    database.exec("DELETE FROM s3_bodies");
    mkdirSync(join(folder(), "objects/ab"), { recursive: true });
    writeFileSync(join(folder(), "objects/ab", blob), "as a file");
    await cloud.stop({ keep: true });
    cloud = await startCloud({ directory: cloud.directory });
    connected();
    assert.equal(await objects.text("old"), "as a file");
    assert.equal(await objects.text("old", { Range: "bytes=5-" }), "file");
    await s3.send(new CopyObjectCommand({ Bucket, Key: "copy", CopySource: `${Bucket}/old` }));
    await s3.send(new DeleteObjectCommand({ Bucket, Key: "old" }));
    assert.equal(await objects.text("copy"), "as a file");
    assert.equal(files().length, 1);
  });

  for (const size of [1_000, 500_000]) {
    it(`that are not what was signed are refused: ${size} bytes`, async () => {
      const body = randomBytes(size);
      const headers = { "x-amz-content-sha256": createHash("sha256").update(body).digest("hex") };
      const command = new PutObjectCommand({ Bucket, Key: "signed" });
      command.middlewareStack.add(
        (next) => (args) => {
          Object.assign((args.request as { headers: object }).headers, headers);
          return next(args);
        },
        { step: "build" },
      );
      const url = await getSignedUrl(s3, command, { unhoistableHeaders: new Set(["x-amz-content-sha256"]) });
      body[size - 1]! ^= 1;
      const refused = await fetch(url, { method: "PUT", body, headers });
      assert.match(await refused.text(), /XAmzContentSHA256Mismatch/);
      assert.deepEqual([rows().n, files().length, files("incoming").length], [0, 0, 0]);
    });
  }

  for (const sent of [100, 900_000]) {
    it(`whose client goes away after ${sent} bytes leave nothing`, async () => {
      const url = new URL(await getSignedUrl(s3, new PutObjectCommand({ Bucket, Key: "half" })));
      const socket = connect(Number(url.port), url.hostname);
      socket.write(`PUT ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nContent-Length: 1000000\r\n\r\n`);
      await new Promise((done) => socket.write(randomBytes(sent), done));
      while (sent > largest && files("incoming").length === 0) await new Promise((done) => setTimeout(done, 20));
      socket.destroy();
      while (files("incoming").length > 0) await new Promise((done) => setTimeout(done, 20));
      await objects.put("next", "it goes on");
      assert.deepEqual([rows().n, files().length], [1, 0]);
    });
  }

  it("that are written and read at once, more than memory is kept for, are not mixed", async () => {
    const bodies = Array.from({ length: 12 }, (_, n) => randomBytes(2_500_000 + n));
    await Promise.all(bodies.map((body, n) => objects.put(`${n}`, body)));
    const read = await Promise.all(bodies.flatMap((_, n) => [bytes(`${n}`), objects.put(`more ${n}`, bodies[n]!)]));
    for (const [n, body] of bodies.entries()) {
      assert.ok(body.equals(read[2 * n] as Buffer));
      assert.ok(body.equals(await bytes(`more ${n}`)));
    }
  });

  it("go on for others when a reader goes away", async () => {
    const body = randomBytes(30_000_000);
    await objects.put("large", body);
    for (let reader = 0; reader < 3; reader++) {
      const answer = await objects.get("large");
      const stream = answer.Body as unknown as NodeJS.ReadableStream & { destroy(): void };
      stream.once("data", () => stream.destroy());
      await new Promise((done) => stream.once("close", done));
    }
    const all = await Promise.all([1, 2, 3].map(() => bytes("large")));
    for (const read of all) assert.ok(read.equals(body));
    const [file] = files();
    assert.ok(file && readFileSync(join(file.parentPath, file.name)).equals(body));
  });
});
