import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { junit } from "../../../scripts/lib/junit.ts";

const run = promisify(execFile);

const tests = `describe("a", () => {
  it("passes", () => {});
  it("fails", () => { throw new Error("1 < 2 \\u001b[31mred"); });
  it.skip("waits", () => {});
});`;

describe("results for CI", () => {
  let folder: string;
  before(() => {
    folder = mkdtempSync(join(tmpdir(), "junit-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  /** What is printed and written of a file of tests. */
  async function results(text: string) {
    const [file, xml] = [join(folder, "some.test.cjs"), join(folder, "out.xml")];
    writeFileSync(file, text);
    const reporter = ["--reporter", "./scripts/lib/dotAndXunit.cjs", "--reporter-option", `output=${xml}`];
    const { stdout } = await run("mocha", ["--no-config", ...reporter, file]).catch((error) => error);
    return { output: stdout as string, xunit: readFileSync(xml, "utf8") };
  }

  it("are Mocha's, under the step's name, beside what it prints", async () => {
    const { output, xunit } = await results(tests);
    assert.match(output, /^ +1 passing[\s\S]*^ +1 pending[\s\S]*^ +1 failing/m);
    const text = junit([{ name: "these & those", failed: true, output, seconds: 1, xunit }]);
    assert.match(
      text,
      /^<\?xml version="1\.0" encoding="UTF-8"\?>\n<testsuites>\n<testsuite name="these &amp; those" /,
    );
    assert.match(text, /^<testsuite [^>]*tests="3" failures="0" errors="1" skipped="1"/m);
    assert.match(text, /<testcase classname="a" name="passes"[^>]*\/>/);
    assert.match(text, /<testcase classname="a" name="waits"[^>]*><skipped\/><\/testcase>/);
    assert.match(text, /<testcase classname="a" name="fails"[^>]*><failure>1 &#x3C; 2 \[31mred/);
    assert.equal(text.match(/<testsuite /g)?.length, 1);
    const here = xunit.replaceAll(folder, join(process.cwd(), "test"));
    const named = junit([{ name: "a", failed: true, output, seconds: 1, xunit: here }]);
    assert.match(named, / name="passes" file="test\/some\.test\.cjs"/);
  });

  it("have a failed test for a step that fails without one", async () => {
    const { output, xunit } = await results(`it("passes", () => {});`);
    const crashed = { name: "a", failed: true, output: "<out of memory>", seconds: 2 };
    const text = junit([
      { name: "types", failed: false, output: "", seconds: 1 },
      crashed,
      { ...crashed, name: "b", xunit: xunit.slice(0, -20) },
      { ...crashed, name: "c", output, xunit },
    ]);
    const cases = [...text.matchAll(/<testcase [^>]*name="([^"]*)"[^>]*?(?:\/>|>(?:<failure>([^<]*))?)/g)];
    assert.deepEqual(
      cases.map(([, name, failure]) => [name, failure]),
      [
        ["types", undefined],
        ["a", "&lt;out of memory&gt;"],
        ["b", "&lt;out of memory&gt;"],
        ["passes", undefined],
        ["c", output.replaceAll("&", "&amp;")],
      ],
    );
  });
});
