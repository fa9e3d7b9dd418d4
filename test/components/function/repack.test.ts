import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative } from "node:path";
import type { AssetArchive, FileAsset } from "@pulumi/pulumi/asset";
import { bundle } from "../../../components/function/bundle.ts";
import { root } from "../../../components/function/cache.ts";
import { repack } from "../../../components/function/repack.ts";

describe("repack", () => {
  let folder: string;
  /** Paths of handlers, relative to the program. */
  const path = (name: string) => join(relative(root, folder), name);
  /** As saved a while ago: what is saved while it is bundled is not trusted. */
  const save = (name: string, text: string) => {
    writeFileSync(join(folder, name), text);
    utimesSync(join(folder, name), 1, 1);
  };
  const pathsOf = async (archive: AssetArchive): Promise<string[]> =>
    Promise.all(Object.values(await archive.assets).map(async (asset) => String(await (asset as FileAsset).path)));
  /** Paths of the handlers' packages, as the program makes them. */
  const packages = async (...names: string[]): Promise<string[]> =>
    (await Promise.all(names.map(async (name) => pathsOf(await bundle(path(name)))))).flat();

  beforeEach(() => {
    folder = mkdtempSync(join(__dirname, "fixtures/repacked-"));
    save("shared.ts", 'export const text = "one";');
    save("a.ts", 'import { text } from "./shared.ts";\nexport const handler = async () => ["a", text];');
    save("b.ts", 'export const handler = async () => "b";');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("makes the bundle that the program would, to the byte and in the same place, and no other", async () => {
    const before = await packages("a.ts", "b.ts");
    save("shared.ts", 'export const text = "two";');
    const places = await repack([path("shared.ts")], before);
    const [after] = await packages("a.ts");
    assert.deepEqual([...places!], [[dirname(before[0]!), dirname(after!)]]);
    assert.notEqual(dirname(before[0]!), dirname(after!));
    assert.match(readFileSync(join(dirname(after!), "index.mjs"), "utf8"), /two/);
  });

  it("follows what a handler imports from now on", async () => {
    const before = await packages("a.ts");
    save("b.ts", 'export const more = "more";\nexport const handler = async () => more;');
    await packages("b.ts");
    save("a.ts", 'import { more } from "./b.ts";\nexport const handler = async () => more;');
    const [[, place] = []] = (await repack([path("a.ts")], before)) ?? [];
    save("b.ts", 'export const more = "others";\nexport const handler = async () => more;');
    const now = ["index.mjs", "index.mjs.map"].map((name) => join(place as string, name));
    const [[, next] = []] = (await repack([path("b.ts")], now)) ?? [];
    assert.match(readFileSync(join(next as string, "index.mjs"), "utf8"), /others/);
  });

  it("leaves to the program what is in none of the bundles", async () => {
    const before = await packages("a.ts");
    for (const file of [
      path("b.ts"),
      path("new.ts"),
      "handlers/prediction/python/serve.py",
      "models/iris/model.json",
    ]) {
      assert.equal(await repack([path("a.ts"), file], before), undefined, basename(file));
    }
  });

  it("leaves it to the program when it is not known what a bundle is made of", async () => {
    const before = await packages("a.ts");
    const unknown = join(dirname(before[0]!), "../none/index.mjs");
    assert.equal(await repack([path("a.ts")], [...before, unknown]), undefined);
  });

  it("says what is wrong with a handler", async () => {
    const before = await packages("a.ts");
    save("a.ts", "export const handler = async ( => {};");
    await assert.rejects(repack([path("a.ts")], before), /^Error: a handler could not be bundled: .*a\.ts:1: /);
    save("a.ts", "export const other = 1;");
    await assert.rejects(repack([path("a.ts")], before), /a\.ts exports other; a handler's file exports "handler"/);
    rmSync(join(folder, "a.ts"));
    await assert.rejects(repack([path("a.ts")], before), /could not be bundled/);
  });
});
