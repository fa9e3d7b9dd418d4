import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Metafile } from "esbuild";
import { BundleCache } from "../../../components/function/bundleCache.ts";

describe("the cache of bundles", () => {
  let folder: string;
  const write = (path: string, text: string, saved = 1) => {
    writeFileSync(join(folder, path), text);
    utimesSync(join(folder, path), saved, saved);
  };
  const open = (settings: unknown = "minified") => new BundleCache(folder, "cache", settings);

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "bundles-"));
    for (const path of ["node_modules/pack", "lib", "bundle"]) mkdirSync(join(folder, path), { recursive: true });
    write("node_modules/.package-lock.json", "{}");
    write("node_modules/pack/index.js", "1");
    write("a.ts", "a");
    write("b.ts", "b");
    write("lib/shared.ts", "shared");
    const imports = (...paths: string[]) => ({
      bytes: 1,
      imports: paths.map((path) => ({ path, kind: "require-call" })),
    });
    const builtin = { path: "node:fs", kind: "require-call", external: true };
    const metafile = {
      inputs: {
        "a.ts": imports("lib/shared.ts"),
        "b.ts": imports("builtin:fs"),
        "lib/shared.ts": imports("node_modules/pack/index.js", "a.ts"),
        "node_modules/pack/index.js": imports(),
        "builtin:fs": { bytes: 1, imports: [builtin] },
      },
      outputs: {},
    } as Metafile;
    const cache = open();
    cache.keep("a.ts", "bundle", metafile);
    cache.keep("b.ts", "bundle", metafile);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const found = (cache = open()) => [cache.find("a.ts"), cache.find("b.ts")];

  it("knows what has not changed", () => assert.deepEqual(found(), ["bundle", "bundle"]));

  it("does not know what it has never seen", () => assert.equal(open().find("c.ts"), undefined));

  it("forgets the entry that a source went into, however far away, and no other", () => {
    write("lib/shared.ts", "changed");
    assert.deepEqual(found(), [undefined, "bundle"]);
    rmSync(join(folder, "lib/shared.ts"));
    assert.deepEqual(found(), [undefined, "bundle"]);
    write("lib/shared.ts", "shared");
    write("b.ts", "changed");
    assert.deepEqual(found(), ["bundle", undefined]);
  });

  it("forgets everything when packages are installed, the compiler's settings change, or its own", () => {
    write("node_modules/.package-lock.json", '{"pack":2}');
    assert.deepEqual(found(), [undefined, undefined]);
    write("node_modules/.package-lock.json", "{}");
    write("tsconfig.json", "{}");
    assert.deepEqual(found(), [undefined, undefined]);
    rmSync(join(folder, "tsconfig.json"));
    assert.deepEqual(found(open("readable")), [undefined, undefined]);
    assert.deepEqual(found(), ["bundle", "bundle"]);
  });

  it("forgets a bundle that is gone", () => {
    rmSync(join(folder, "bundle"), { recursive: true });
    assert.deepEqual(found(), [undefined, undefined]);
  });

  it("does not remember what was saved while it was bundled", () => {
    const cache = open();
    write("b.ts", "changed", Date.now() / 1000 + 1);
    cache.keep("b.ts", "bundle", { inputs: { "b.ts": { bytes: 1, imports: [] } }, outputs: {} });
    assert.deepEqual(found(), ["bundle", undefined]);
  });

  it("knows nothing where npm has not said what is installed", () => {
    rmSync(join(folder, "node_modules/.package-lock.json"));
    assert.deepEqual(found(), [undefined, undefined]);
    open().keep("a.ts", "bundle", { inputs: { "a.ts": { bytes: 1, imports: [] } }, outputs: {} });
    assert.deepEqual(found(), [undefined, undefined]);
  });
});
