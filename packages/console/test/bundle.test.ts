import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gzipSync } from "node:zlib";
import { bundle } from "../src/bundle.ts";

const modules = resolve(import.meta.dirname, "../../../node_modules");
/** What a browser loads at most, compressed. */
const largest = 200_000;

describe("the console's bundle", function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "console-"));
    symlinkSync(modules, join(folder, "node_modules"));
    writeFileSync(join(folder, "orders.tsx"), page("Orders"));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));
  const page = (title: string) =>
    `import { definePage } from "local-console/app";
export default definePage({ path: "orders", title: "${title} of mine", view: () => <p>mine</p> });
`;
  const bundled = (pages: string[] = []) => bundle({ programDirectory: folder, pages, cache: join(folder, "cache") });

  it("is small, and names no other machine that it would load from", async () => {
    const { script, style } = await bundled();
    const size = gzipSync(script).length + gzipSync(style).length;
    assert.ok(size <= largest, `${size} bytes`);
    const hosts = [...`${script}${style}`.matchAll(/https?:\/\/([\w.-]+)/g)].map(([, host]) => host);
    assert.deepEqual(
      hosts.filter((host) => !/^(www\.w3\.org|localhost|127\.0\.0\.1)$/.test(host!)),
      [],
    );
  });

  it("has a program's own pages, and is made again when one has changed", async () => {
    assert.match((await bundled(["orders.tsx"])).script, /Orders of mine/);
    const [kept] = readdirSync(join(folder, "cache"));
    writeFileSync(join(folder, "orders.tsx"), page("Purchases"));
    utimesSync(join(folder, "orders.tsx"), 1, 1);
    assert.match((await bundled(["orders.tsx"])).script, /Purchases of mine/);
    assert.deepEqual(readdirSync(join(folder, "cache")), [kept]);
  });

  it("is made where nothing can be kept, too", async () => {
    writeFileSync(join(folder, "cache"), "a file");
    assert.match((await bundled()).script, /Executions/);
  });

  it("says what does not compile", async () => {
    mkdirSync(join(folder, "pages"));
    writeFileSync(join(folder, "pages/broken.tsx"), "export default <p>;\n");
    await assert.rejects(bundled(["pages/broken.tsx"]), /pages\/broken\.tsx:\d:\d+/);
  });
});
