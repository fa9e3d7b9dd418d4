import assert from "node:assert/strict";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setImmediate } from "node:timers/promises";
import { Checkpoints } from "../../src/kit/checkpoints.ts";

describe("checkpoints", function () {
  this.timeout(60_000);
  let folder: string;
  let path: string;
  let db: DatabaseSync;
  let checkpoints: Checkpoints;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "checkpoints-"));
    path = join(folder, "a.sqlite");
    db = new DatabaseSync(path);
    db.exec("PRAGMA journal_mode = WAL; CREATE TABLE a (n INTEGER PRIMARY KEY, text TEXT)");
    checkpoints = new Checkpoints(db, path, 500);
  });
  afterEach(async () => {
    await checkpoints.stop();
    db.close();
    rmSync(folder, { recursive: true });
  });

  /** Writes some megabytes, as a service does that waits for each pause. */
  async function write(megabytes: number): Promise<void> {
    const insert = db.prepare("INSERT INTO a (text) VALUES (?)");
    const text = "x".repeat(64 * 1024);
    for (let n = 0; n < megabytes * 16; n++) {
      await checkpoints.pause;
      insert.run(text);
      checkpoints.committed();
      await setImmediate();
    }
  }

  it("keep a log short that is written to without a break", async () => {
    const log = () => statSync(`${path}-wal`).size / 1024 ** 2;
    await write(30);
    const before = log();
    await write(60);
    assert.ok(log() < before + 30, `the log grew from ${before} MB to ${log()} MB`);
    assert.equal(db.prepare("SELECT count(*) AS n FROM a").get()?.n, 90 * 16);
  });

  it("leave a short log alone, and start no thread for it", async () => {
    await write(1);
    assert.ok(statSync(path).size < 1024 ** 2);
    assert.equal(checkpoints.pause, undefined);
  });

  it("go on without the thread, when it cannot open the file", async () => {
    await checkpoints.stop();
    checkpoints = new Checkpoints(db, folder, 500);
    await write(20);
    assert.equal(checkpoints.pause, undefined);
    assert.equal(db.prepare("SELECT count(*) AS n FROM a").get()?.n, 20 * 16);
  });
});
