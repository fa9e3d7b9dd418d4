import assert from "node:assert/strict";
import { existsSync, readFileSync, rmSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import { RunError } from "@pulumi/pulumi";
import type { AssetArchive, FileAsset } from "@pulumi/pulumi/asset";
import { bundle } from "../../../components/function/bundle.ts";
import { keep } from "../../../components/function/cache.ts";

const files = async (archive: AssetArchive): Promise<Record<string, string>> => {
  const assets = await archive.assets;
  const paths = Object.entries(assets).map(async ([name, asset]) => [name, String(await (asset as FileAsset).path)]);
  return Object.fromEntries(await Promise.all(paths));
};

describe("bundle", () => {
  it("packs a handler as index.mjs with its source map, whatever its file is called", async () => {
    assert.deepEqual(Object.keys(await files(await bundle("handlers/whodis/index.ts"))).sort(), [
      "index.mjs",
      "index.mjs.map",
    ]);
  });

  it("gives the same bytes alone and together with others", async () => {
    const alone = await files(await bundle("handlers/whodis/index.ts"));
    const [together] = await Promise.all([bundle("handlers/whodis/index.ts"), bundle("handlers/oleoleole/index.ts")]);
    assert.deepEqual(await files(together!), alone);
  });

  it("names no folder of this machine, and holds no source text", async () => {
    const packed = await files(await bundle("handlers/whodis/index.ts"));
    const code = readFileSync(packed["index.mjs"]!, "utf8");
    const map = readFileSync(packed["index.mjs.map"]!, "utf8");
    assert.ok(!code.includes(process.cwd()) && !map.includes(process.cwd()));
    assert.equal(JSON.parse(map).sourcesContent, undefined);
  });

  it("keeps the names of classes, and the program's own for its files, below where Lambda has them", async () => {
    const packed = await files(await bundle("handlers/prediction/ingest.ts"));
    const { sources, sourceRoot } = JSON.parse(readFileSync(packed["index.mjs.map"]!, "utf8"));
    assert.equal(sourceRoot, "/var/task/");
    assert.ok(
      sources.includes("handlers/lib/http.ts") && sources.every((file: string) => !file.startsWith(".")),
      sources,
    );
    const code = readFileSync(packed["index.mjs"]!, "utf8");
    assert.match(code, /"RequestError"/);
    assert.match(code, /\n\/\/# sourceMappingURL=index\.mjs\.map\n$/);
  });

  it("exports the handler as an ES module", async () => {
    const packed = await files(await bundle("handlers/whodis/index.ts"));
    const { handler } = await import(packed["index.mjs"]!);
    assert.equal(typeof handler, "function");
  });

  it("requires Node's own modules, which to import would load all that they export", async () => {
    const packed = await files(await bundle("test/components/function/fixtures/client.ts"));
    const code = readFileSync(packed["index.mjs"]!, "utf8");
    assert.doesNotMatch(code, /(from|import)\s*["'](node:)?https?["']/);
    const { handler } = await import(packed["index.mjs"]!);
    assert.equal(await handler(), "function Agent true");
  });

  it("keeps a handler that uses DynamoDB, all of Powertools and zod within 600 KB", async () => {
    const packed = await files(await bundle("bench/programs/everything.ts"));
    const kilobytes = readFileSync(packed["index.mjs"]!).length / 1000;
    assert.ok(kilobytes <= 600, `${kilobytes} KB`);
  });

  it("lets bundles go that nobody has used for a month", async () => {
    const cache = (name: string) => join("node_modules/.cache/dsp/pruned", `${name}-${process.pid}`);
    const month = Date.now() / 1000 - 31 * 24 * 3600;
    for (const name of ["used", "unused"])
      keep("pruned", basename(cache(name)), () => [{ name: "f", contents: Buffer.from(name) }]);
    for (const name of ["used", "unused"]) utimesSync(cache(name), month, month);
    keep("pruned", basename(cache("used")), () => []);
    keep("pruned", basename(cache("new")), () => []);
    assert.deepEqual(
      ["used", "unused", "new"].map((name) => existsSync(cache(name))),
      [true, false, true],
    );
    rmSync("node_modules/.cache/dsp/pruned", { recursive: true });
  });

  const refused = async (entry: string, message: RegExp) =>
    assert.rejects(
      () => bundle(entry),
      (error) => RunError.isInstance(error) && message.test((error as Error).message),
    );

  it("refuses a file that exports no handler, by its name", () =>
    refused(
      "handlers/lib/greeting.ts",
      /^handlers\/lib\/greeting.ts exports greet; a handler's file exports "handler"$/,
    ));

  it("says what esbuild says, with file and line", () =>
    refused("test/components/function/fixtures/broken.ts", /could not be bundled: test\/.*broken.ts:2: .*nowhere/));
});
