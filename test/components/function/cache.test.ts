import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheOf } from "../../../components/function/cache.ts";

describe("the cache of what is made of the sources", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "cache-"));
    mkdirSync(join(folder, "program"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const found = (own = join(folder, "own")) => cacheOf(join(folder, "program"), own);
  /** A file in place of a folder keeps everybody out, who may write everywhere, too. */
  const bar = (path: string) => writeFileSync(join(folder, path), "");

  it("is in the program's folder", () => {
    assert.equal(found(), "node_modules/.cache/dsp");
    assert.ok(existsSync(join(folder, "program/node_modules/.cache/dsp")) && !existsSync(join(folder, "own")));
  });

  it("is among what the user has cached where that cannot be written", () => {
    bar("program/node_modules");
    assert.equal(found(), "../own/dsp");
    assert.ok(existsSync(join(folder, "own/dsp")));
  });

  it("is this process's alone where neither can be", () => {
    bar("program/node_modules");
    bar("own");
    const own = join(folder, "program", found());
    assert.match(own, /\/dsp-\w{6}$/);
    assert.ok(existsSync(own));
    rmSync(own, { recursive: true });
  });
});
