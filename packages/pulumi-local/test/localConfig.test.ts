import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "local-aws/process";
import { readLocalConfig } from "../src/localConfig.ts";

describe("local.config.ts", () => {
  const folders: string[] = [];
  /** Each in a folder of its own: a module is loaded once. */
  const read = (text: string, file = "local.config.mts") => {
    const folder = mkdtempSync(join(tmpdir(), "local-config-"));
    folders.push(folder);
    writeFileSync(join(folder, file), text);
    return readLocalConfig(folder);
  };
  after(() => {
    for (const folder of folders) rmSync(folder, { recursive: true });
  });

  it("may be missing", async () => assert.deepEqual(await read("", "other.ts"), {}));

  it("says what the program knows about its local run", async () => {
    const config = await read(`
      const clock: number = 60;
      export default {
        stack: "mine", clock, images: { "*/a": ["node", "a.ts"] }, watch: { program: ["index.ts"], packed: ["handlers"] },
        prepare: async () => {}, try: { url: (url: string) => "curl " + url, logs: "npm run logs" },
        switches: { fast: { description: "faster", config: { speed: "2" } } },
      };`);
    assert.deepEqual([config.stack, config.clock, config.images], ["mine", 60, { "*/a": ["node", "a.ts"] }]);
    const { url } = config.try ?? {};
    assert.ok(typeof url === "function");
    assert.equal(url("x"), "curl x");
  });

  const wrong: [string, RegExp][] = [
    ["export default 5", /^local\.config\.mts: its default export is 5; allowed are settings$/],
    ["export const a = 1", /^local\.config\.mts: its default export is undefined; allowed are settings$/],
    ["export default {", /^local\.config\.mts: /],
    ["throw new Error('no key')", /^local\.config\.mts: no key$/],
    [
      "export default { colour: 1 }",
      /there is no setting colour; allowed are stack, watch, clock, console, images, jupyter, notebookReport, prepare, review, try/,
    ],
    ["export default { stack: '../x' }", /stack is "\.\.\/x"; allowed is a name of letters/],
    ["export default { clock: 'fast' }", /clock is "fast"; allowed is a number from 1 to 10000$/],
    ["export default { clock: 0 }", /clock is 0; allowed is a number from 1/],
    ["export default { images: { a: 'node' } }", /images is \{"a":"node"\}; allowed are commands by image/],
    ["export default { images: { a: [] } }", /images is \{"a":\[\]\}; allowed are commands/],
    [
      "export default { watch: { program: [], repack: 'handlers' } }",
      /watch is .*; allowed are lists of paths, and a function/,
    ],
    ["export default { watch: ['index.ts'] }", /watch is \["index\.ts"\]; allowed are lists of paths/],
    ["export default { prepare: true }", /prepare is true; allowed is a function of the cloud/],
    ["export default { try: { url: 1 } }", /try is \{"url":1\}; allowed are commands, and functions/],
    ["export default { switches: { fast: {} } }", /switches is \{"fast":\{\}\}; allowed are flags by name/],
  ];
  for (const [text, message] of wrong) {
    it(`refuses ${text}`, () =>
      assert.rejects(read(text), (error: Error) => error instanceof UsageError && message.test(error.message)));
  }
});
