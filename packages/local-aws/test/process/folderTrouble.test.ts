import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { folderTrouble } from "../../src/process/folderTrouble.ts";
import { lockFolder } from "../../src/process/lock.ts";

const troubleOf = (directory: string, open: () => unknown): string | undefined => {
  try {
    open();
  } catch (error) {
    return folderTrouble(error, directory);
  }
  return assert.fail("it could be opened");
};

describe("a state folder that cannot be used", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "trouble-"));
    writeFileSync(join(folder, "file"), "");
  });
  after(() => rmSync(folder, { recursive: true }));

  it("is named with the reason and the way out: it is a file, or in one", () => {
    const file = join(folder, "file");
    const way = "choose another folder: LOCAL_STATE_DIR";
    assert.equal(
      troubleOf(file, () => lockFolder(file)),
      `${file} is a file; the state needs a folder; ${way}`,
    );
    const below = join(file, "below");
    assert.equal(
      troubleOf(below, () => lockFolder(below)),
      `${below} is in a file; the state needs a folder; ${way}`,
    );
  });

  const codes: [object, RegExp][] = [
    [{ code: "EACCES" }, /^the state cannot be written to \/s; choose another folder: LOCAL_STATE_DIR$/],
    [{ code: "ERR_SQLITE_ERROR", errcode: 14 }, /^the state cannot be written to \/s;/],
    [{ code: "ERR_SQLITE_ERROR", errcode: 8 | (2 << 8) }, /^the state cannot be written to \/s;/],
    [{ code: "EROFS" }, /read-only;/],
    [{ code: "ENOENT", syscall: "mkdir" }, /^the state cannot be written to \/s;/],
    [{ code: "ENOSPC" }, /^there is no space left for the state in \/s;/],
    [{ code: "ERR_SQLITE_ERROR", errcode: 13 }, /^there is no space left for the state in \/s;/],
  ];
  for (const [error, expected] of codes) {
    it(`is named for ${JSON.stringify(error)}`, () => assert.match(folderTrouble(error, "/s") ?? "", expected));
  }

  it("is no reason for other errors", () => {
    for (const error of [
      new Error("x"),
      { code: "EADDRINUSE" },
      { code: "ENOENT", syscall: "open" },
      { code: "ERR_SQLITE_ERROR", errcode: 1 },
    ])
      assert.equal(folderTrouble(error, "/s"), undefined);
  });
});
