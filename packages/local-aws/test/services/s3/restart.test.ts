import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GetObjectCommand, ListObjectsV2Command, S3Client } from "@aws-sdk/client-s3";
import { startCloud } from "../../../testing/cloud.ts";

describe("S3 after the end of its process", () => {
  it("has all that it acknowledged, when that was killed", async () => {
    const directory = mkdtempSync(join(tmpdir(), "killed-objects-"));
    const writer = fork(fileURLToPath(new URL("writer.ts", import.meta.url)), [directory], { execArgv: [] });
    const written = new Map<string, number>();
    await new Promise<void>((done) => {
      writer.on("message", ({ Key, n }: { Key: string; n: number }) => {
        written.set(Key, n);
        if (n === 150) done();
      });
    });
    const ended = once(writer, "exit");
    writer.kill("SIGKILL");
    await ended;

    const cloud = await startCloud({ directory });
    try {
      const s3 = cloud.client(S3Client);
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: "written" }));
      assert.equal(Contents.length, written.size);
      for (const [Key, n] of written) {
        const { Body, ETag } = await s3.send(new GetObjectCommand({ Bucket: "written", Key }));
        const body = Buffer.from((await Body?.transformToByteArray()) ?? []);
        // Its ETag belongs to its bytes, and they are those that were told of, or later ones.
        assert.equal(ETag, `"${createHash("md5").update(body).digest("hex")}"`);
        const later = Array.from({ length: 50 }, (_, more) => n + 17 * more);
        const first = body.subarray(0, 8).toString("hex");
        assert.ok(later.some((one) => createHash("sha256").update(String(one)).digest("hex").startsWith(first)));
      }
    } finally {
      await cloud.stop();
    }
  });
});
