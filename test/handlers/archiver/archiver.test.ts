import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { DeleteObjectCommand, GetObjectTaggingCommand, PutObjectCommand } from "@aws-sdk/client-s3";
import type { ActEvent, Done } from "../../../handlers/archiver/act.ts";
import type { copyFile as copy } from "../../../handlers/archiver/copy.ts";
import type { GatherInfoEvent } from "../../../handlers/archiver/gatherInfo.ts";
import type { Granule } from "../../../handlers/archiver/granule.ts";
import type { EndedExecution } from "../../../handlers/archiver/recordTable.ts";
import { mailsSuite } from "./mails.suite.ts";
import { partsSuite } from "./parts.suite.ts";
import { type Archive, sha256, startArchive } from "./support.ts";

const id = "a9cd2a7c-drop";
const granuleId = createHash("md5").update(id).digest("hex");
const rejectsWith = (name: string, message: RegExp) => (error: Error) =>
  error.name === name && message.test(error.message);

class Crash extends Error {}

/** Runs `work`, which ends before or after its nth call of S3. @returns whether it made so many. */
async function crashing(when: "before" | "after", step: number, work: () => Promise<unknown>): Promise<boolean> {
  const { s3 } = await import("../../../handlers/archiver/clients.ts");
  let calls = 0;
  s3.middlewareStack.add(
    (next) => async (args) => {
      const here = ++calls === step;
      if (here && when === "before") throw new Crash();
      const result = await next(args);
      if (here) throw new Crash();
      return result;
    },
    { step: "initialize", name: "crash" },
  );
  try {
    await work();
    return false;
  } catch (error) {
    if (!(error instanceof Crash)) throw error;
    return true;
  } finally {
    s3.middlewareStack.remove("crash");
  }
}

describe("archiver handlers", () => {
  let archive: Archive;
  let gatherInfo: (event: GatherInfoEvent) => Promise<Granule>;
  let act: (event: ActEvent) => Promise<Done>;
  let copyFile: typeof copy;
  let recordEnded: (execution: EndedExecution) => Promise<boolean>;
  const gather = (input: unknown) => gatherInfo({ input, id, approval_needed: false });

  before(async () => {
    archive = await startArchive();
    // The clients are made when the handlers are loaded, and take the environment as it is then.
    ({ handler: gatherInfo } = await import("../../../handlers/archiver/gatherInfo.ts"));
    ({ handler: act } = await import("../../../handlers/archiver/act.ts"));
    ({ copyFile } = await import("../../../handlers/archiver/copy.ts"));
    ({ recordEnded } = await import("../../../handlers/archiver/recordTable.ts"));
  });
  after(() => archive.stop());

  describe("gather info", () => {
    it("simulates a granule, and keeps whatever the input says", async () => {
      const granule = await gather({ approval_needed: true, mission: "landsat", nested: { a: [1] } });
      assert.deepEqual(
        [granule.id, granule.approval_needed, granule.mission, granule.nested],
        [granuleId, true, "landsat", { a: [1] }],
      );
      assert.ok(Number.isInteger(granule.quality) && granule.quality >= 0 && granule.quality <= 99);
      assert.equal(typeof granule.archive, "boolean");
      const { quality, archive } = await gather({ quality: 12, archive: true });
      assert.deepEqual([quality, archive], [12, true]);
    });

    it("says itself which file it is, whatever the input says", async () => {
      const forged = { url: "s3://x/anything", id: "other", file: { bucket: "x", key: "nothing", sha256: "00" } };
      const granule = await gather({ approval_needed: true, ...forged });
      assert.deepEqual(
        [granule.id, granule.url, granule.file],
        [granuleId, `https://example.org/granules/${granuleId}`, undefined],
      );
    });

    it("reads size, type, checksum and version of a file", async () => {
      const body = randomBytes(300_000);
      const versionId = await archive.put("a/b.bin", body, { ContentType: "image/tiff" });
      const { file, url, quality, archive: wanted } = await gather({ key: "a/b.bin" });
      assert.deepEqual(
        [file?.size, file?.contentType, file?.sha256, file?.versionId, url, quality, wanted],
        [300_000, "image/tiff", sha256(body), versionId, "s3://test-drop/a/b.bin", 100, true],
      );
    });

    const odd = ["with space +plus.txt", "ünïcode/日本語 🛰.txt", "a%20b&c=d?e#f.txt", `${"k".repeat(1_020)}.txt`];
    for (const key of odd) {
      it(`reads and moves a file named ${key.slice(0, 30)}`, async () => {
        const body = `body of ${key}`;
        await archive.put(key, body);
        const granule = await gather({ key });
        assert.equal(granule.file?.sha256, sha256(body));
        const done = await act({ outcome: "Archived", granule });
        assert.deepEqual(done, { action: "Archived", url: `s3://test-archive/${key}` });
        assert.equal((await archive.head("test-archive", key))?.ContentLength, Buffer.byteLength(body));
        assert.deepEqual(await archive.versions("test-drop", key), { versions: [], markers: 0 });
      });
    }

    it("takes quality and the wish to archive from tags before metadata, and from the input before both", async () => {
      await archive.put("q", "x", { Metadata: { quality: "10", archive: "false" }, Tagging: "Quality=77" });
      const labelled = await gather({ key: "q" });
      assert.deepEqual([labelled.quality, labelled.archive], [77, false]);
      assert.equal((await gather({ key: "q", quality: 5 })).quality, 5);
    });

    it("gives an empty file quality 0", async () => {
      await archive.put("empty", "");
      const { quality, file } = await gather({ key: "empty" });
      assert.deepEqual([quality, file?.size, file?.sha256], [0, 0, sha256("")]);
    });

    const wrong: [string, unknown, RegExp][] = [
      ["text", "yes", /^the input: allowed is a JSON object$/],
      [
        "an approval that is no boolean",
        { approval_needed: "true" },
        /^approval_needed of the input: allowed are true, false$/,
      ],
      ["a quality out of range", { quality: 101 }, /^quality of the input: allowed is a number from 0 to 100$/],
      ["a quality that is no number", { quality: "high" }, /^quality of the input: allowed is a number from 0 to 100$/],
      ["a bucket without a key", { bucket: "some-bucket" }, /key is missing/],
      [
        "a key that is too long",
        { key: "k".repeat(1_025) },
        /^key of the input: allowed is text of 1 to 1024 characters$/,
      ],
    ];
    for (const [what, input, message] of wrong) {
      it(`refuses ${what}, naming it and what is allowed`, () =>
        assert.rejects(gather(input), rejectsWith("InvalidInput", message)));
    }

    it("refuses a file whose quality is no number", async () => {
      await archive.put("bad-tag", "x", { Tagging: "quality=high" });
      await assert.rejects(
        gather({ key: "bad-tag" }),
        rejectsWith("InvalidInput", /^quality of the file's tags and metadata: allowed is a number from 0 to 100$/),
      );
    });

    it("says of a file that is gone that it vanished", async () => {
      const versionId = await archive.put("gone", "x");
      await archive.s3.send(new DeleteObjectCommand({ Bucket: "test-drop", Key: "gone", VersionId: versionId }));
      for (const input of [{ key: "never" }, { key: "gone" }, { key: "gone", versionId }]) {
        await assert.rejects(gather(input), rejectsWith("FileVanished", /is gone/));
      }
    });
  });

  describe("the actions", () => {
    it("move a file to the archive: storage class, type and metadata, and only that version leaves", async () => {
      await archive.put("twice", "first", { ContentType: "text/csv", Metadata: { mission: "a" } });
      const first = await gather({ key: "twice" });
      const second = await archive.put("twice", "second");
      await act({ outcome: "Archived", granule: first });
      const head = await archive.head("test-archive", "twice");
      assert.deepEqual(
        [head?.StorageClass, head?.ContentType, head?.Metadata, head?.ContentLength],
        ["GLACIER_IR", "text/csv", { mission: "a" }, 5],
      );
      assert.deepEqual(await archive.versions("test-drop", "twice"), { versions: [second], markers: 0 });
    });

    it("can be done again after a crash at any step", async () => {
      await archive.put("crash", "data");
      const granule = await gather({ key: "crash" });
      // Crashed after the copy.
      await copyFile(granule.file!, { bucket: "test-archive", storageClass: "GLACIER_IR" });
      const done = await act({ outcome: "Archived", granule });
      // Crashed after the deletion: the answer was lost.
      assert.deepEqual(await act({ outcome: "Archived", granule }), done);
      assert.equal((await archive.head("test-archive", "crash"))?.ContentLength, 4);
    });

    for (const when of ["before", "after"] as const) {
      it(`end as they would have when the function crashes ${when} any of its calls`, async () => {
        for (const [outcome, bucket] of [
          ["Archived", "test-archive"],
          ["Unarchivable", "test-drop"],
        ] as const) {
          for (let step = 1; ; step++) {
            const key = `crash/${outcome}/${when}/${step}`;
            await archive.put(key, "data");
            const granule = await gather({ key });
            const crashed = await crashing(when, step, () => act({ outcome, granule }));
            const done = await act({ outcome, granule });
            assert.equal(done.url, `s3://${bucket}/${key}`);
            assert.equal((await archive.head(bucket, key))?.ContentLength, 4);
            const { versions } = await archive.versions("test-drop", key);
            assert.equal(versions.length, outcome === "Archived" ? 0 : 1);
            if (!crashed) break;
          }
        }
      });
    }

    it("copy, tag, delete and leave as the policy says", async () => {
      await archive.put("copied", "c");
      assert.equal(
        (await act({ outcome: "Quality_Fail", granule: await gather({ key: "copied" }) })).url,
        "s3://test-quarantine/copied",
      );
      assert.ok(await archive.head("test-drop", "copied"));
      assert.ok(await archive.head("test-quarantine", "copied"));

      await archive.put("tagged", "t", { Tagging: "owner=me" });
      await act({ outcome: "Unarchivable", granule: await gather({ key: "tagged" }) });
      const { TagSet } = await archive.s3.send(new GetObjectTaggingCommand({ Bucket: "test-drop", Key: "tagged" }));
      assert.deepEqual(Object.fromEntries(TagSet!.map(({ Key, Value }) => [Key, Value])), {
        owner: "me",
        "archiver-outcome": "Unarchivable",
      });

      await archive.put("deleted", "d");
      await act({ outcome: "Rejected", granule: await gather({ key: "deleted" }) });
      assert.deepEqual(await archive.versions("test-drop", "deleted"), { versions: [], markers: 0 });

      await archive.put("left", "l");
      await act({ outcome: "Expired", granule: await gather({ key: "left" }) });
      assert.ok(await archive.head("test-drop", "left"));
    });

    it("do nothing to a simulated granule", async () => {
      assert.deepEqual(await act({ outcome: "Archived", granule: await gather({}) }), {
        action: "Archived",
        url: `https://example.org/granules/${granuleId}`,
      });
    });

    it("lose nothing when the file vanishes or changes on the way", async () => {
      await archive.put("vanishing", "v");
      const vanished = await gather({ key: "vanishing" });
      await archive.s3.send(
        new DeleteObjectCommand({ Bucket: "test-drop", Key: "vanishing", VersionId: vanished.file!.versionId }),
      );
      await assert.rejects(act({ outcome: "Archived", granule: vanished }), rejectsWith("FileVanished", /is gone/));
      assert.equal(await archive.head("test-archive", "vanishing"), undefined);

      // In a bucket without versions another file may take the place of the one that was read.
      await archive.put("changing", "before", { Bucket: "test-plain" });
      const changed = await gather({ bucket: "test-plain", key: "changing" });
      assert.equal(changed.file?.versionId, undefined);
      await archive.s3.send(new PutObjectCommand({ Bucket: "test-plain", Key: "changing", Body: "after" }));
      for (const outcome of ["Archived", "Rejected"] as const) {
        await assert.rejects(act({ outcome, granule: changed }), rejectsWith("FileChanged", /overwritten/));
      }
      assert.equal((await archive.head("test-plain", "changing"))?.ContentLength, 5);
      assert.equal(await archive.head("test-archive", "changing"), undefined);
    });

    it("keep the file when the copy has another checksum", async () => {
      await archive.put("corrupt", "data");
      const granule = await gather({ key: "corrupt" });
      granule.file!.crc64 = "AAAAAAAAAAA=";
      await assert.rejects(act({ outcome: "Archived", granule }), rejectsWith("FileChanged", /checksum/));
      assert.ok(await archive.head("test-drop", "corrupt"));
    });
  });

  partsSuite(() => ({ archive, gather, copyFile }));
  mailsSuite(() => archive);

  it("records an ended execution once, whoever comes first", async () => {
    const execution = {
      executionArn: "arn:aws:states:eu-west-1:000000000000:execution:m:e",
      status: "ABORTED",
      input: '{"approval_needed":true,"key":"a b"}',
      cause: "by hand",
      stopped: new Date("2026-01-02T03:04:05Z"),
    };
    const tried = await Promise.all([recordEnded(execution), recordEnded(execution), recordEnded(execution)]);
    assert.deepEqual(tried.filter(Boolean), [true]);
    const [record, ...others] = await archive.records();
    assert.deepEqual(others, []);
    assert.deepEqual(record, {
      Id: "e",
      Archive: false,
      Quality: 0,
      Action: "Stopped",
      Timestamp: "2026-01-02T03:04:05.000Z",
      Approval: true,
      Url: "s3://test-drop/a b",
      Execution: execution.executionArn,
      Reason: "by hand",
    });
    assert.equal(await recordEnded({ ...execution, executionArn: `${execution.executionArn}2`, input: "none" }), true);
  });
});
