import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { unzipSync } from "fflate";
import { root } from "../../../../components/function/cache.ts";
import { pythonPackage, pythonRules } from "../../../../components/function/python/package.ts";

type Entry = `${string}.py`;

describe("packages of functions in Python", function () {
  this.timeout(180_000);
  let folder = "";
  before(() => {
    mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
    folder = mkdtempSync(join(root, "node_modules/.cache/python-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  let count = 0;
  /** A folder of the program with these files. @returns the path of its `app.py`. */
  function write(files: Record<string, string | Buffer>): Entry {
    const program = join(folder, String(++count));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(program, name)), { recursive: true });
      writeFileSync(join(program, name), text);
    }
    return `${relative(root, program)}/app.py`;
  }
  const handler = "def lambda_handler(event, context): pass\n";
  const bytesOf = async (entry: Entry, requirements?: string) =>
    readFileSync(pythonPackage({ entry, ...(requirements && { requirements }) }).path);
  const namesOf = async (entry: Entry) => Object.keys(unzipSync(await bytesOf(entry)));
  const refusal = (entry: Entry, more: object = {}) => {
    const [rule] = pythonRules({ entry, ...more });
    return rule && `${rule.field} is ${rule.value}; allowed is ${rule.allowed}`;
  };

  it("hold the entry's folder, and nothing that tools leave there", async () => {
    const left = {
      ".env": "",
      "__pycache__/app.pyc": "",
      "old.pyc": "",
      ".venv/x.py": "",
      "env/pyvenv.cfg": "",
      "env/y.py": "",
    };
    const entry = write({ "app.py": handler, "inner/words.py": "", "table.csv": "1", ...left });
    assert.deepEqual(pythonRules({ entry }), []);
    assert.deepEqual(await namesOf(entry), ["app.py", "inner/words.py", "table.csv"]);
    assert.equal(pythonPackage({ entry }).handler, "app.lambda_handler");
  });

  it("are the same bytes wherever and whenever they are made", async () => {
    const files = { "app.py": handler, "b.py": "", "a/z.py": "" };
    const [one, other] = [write(files), write(Object.fromEntries(Object.entries(files).reverse()))];
    utimesSync(join(root, other), new Date(0), new Date(0));
    const hash = async (entry: Entry) =>
      createHash("sha256")
        .update(await bytesOf(entry))
        .digest("hex");
    assert.equal(await hash(one), await hash(other));
    assert.notEqual(await hash(one), await hash(write({ ...files, "b.py": "1" })));
  });

  it("are refused for a syntax error, with its file and line", () => {
    assert.match(
      refusal(write({ "app.py": handler, "inner/words.py": "x = 1\ndef f(:\n" })) ?? "",
      /^entry is \S+inner\/words\.py:2: .*; allowed is code that Python 3\.\d+ reads$/,
    );
    assert.match(refusal(write({ "app.py": "x = '\n" })) ?? "", /app\.py:1: /);
  });

  it("are refused for a handler that nothing awaits", () => {
    const said = refusal(write({ "app.py": "\nasync def lambda_handler(event, context): pass\n" })) ?? "";
    assert.match(said, /^handler is async def lambda_handler; allowed is a function without async in \S+app\.py: /);
  });

  it("are refused for bytes that are no text, even in a comment, unless their encoding is declared", () => {
    const latin = (text: string) => Buffer.from(text, "latin1");
    const said = refusal(write({ "app.py": latin(`${handler}# café\n`) })) ?? "";
    assert.match(
      said,
      /^entry is \S+app\.py:2: not text in utf-8: byte 0xe9; allowed is code that Python 3\.\d+ reads$/,
    );
    assert.equal(refusal(write({ "app.py": latin(`# coding: latin-1\n${handler}# café\n`) })), undefined);
    assert.equal(refusal(write({ "app.py": `\uFEFF${handler}# café, 日本\n` })), undefined);
  });

  const missing: [string, string, string][] = [
    ["another name", "def handle(e, c): pass\nclass Other: pass\n_private = 1", "Other, handle"],
    ["none at all", "'''Nothing'''", "it defines none"],
    ["a module", "import json as lambda_handler, sys\nfrom os import path", "path"],
    ["a name within a function", "def outer():\n  def lambda_handler(e, c): pass", "outer"],
  ];
  for (const [what, source, names] of missing) {
    it(`are refused without their handler: ${what}`, () => {
      const said = refusal(write({ "app.py": source })) ?? "";
      assert.match(said, /^handler is lambda_handler; allowed is a function that \S+app\.py defines: /);
      assert.ok(said.endsWith(`defines: ${names}`), said);
    });
  }

  const found: [string, string][] = [
    ["imported", "from inner import lambda_handler"],
    ["imported with all others", "from inner import *"],
    ["assigned", "a, lambda_handler = 1, print"],
    ["decorated and asynchronous", "@staticmethod\nasync def lambda_handler(e, c): pass"],
    ["within branches", "try:\n  import x\nexcept ImportError:\n  if True:\n    def lambda_handler(e, c): pass"],
  ];
  for (const [what, source] of found) {
    it(`find a handler that is ${what}`, () => {
      assert.equal(refusal(write({ "app.py": source })), undefined);
    });
  }

  it("take another handler by its name", () => {
    const entry = write({ "app.py": "def handle(e, c): pass" });
    assert.deepEqual(pythonRules({ entry, handler: "handle" }), []);
    assert.equal(pythonPackage({ entry, handler: "handle" }).handler, "app.handle");
  });

  it("are refused when they are too large, with what is largest", () => {
    const entry = write({ "app.py": handler, "model/weights.bin": "" });
    truncateSync(join(root, dirname(entry), "model/weights.bin"), 251 * 1024 * 1024);
    assert.equal(
      refusal(entry),
      "entry is 252 MB unzipped (model 251 MB, app.py 1 MB); allowed is at most 250 MB (Lambda's quota)",
    );
  });

  it("are refused for requirements that are not there, or not locked", () => {
    const entry = write({ "app.py": handler });
    assert.equal(
      refusal(entry, { requirements: "none.txt" }),
      "requirements is none.txt; allowed is a file of the program",
    );
    const project = write({ "app.py": handler, "pyproject.toml": "[project]\nname = 'x'\n" });
    assert.match(refusal(project) ?? "", /pyproject\.toml; allowed is a pyproject\.toml with a uv\.lock beside it/);
    const tools = write({ "app.py": handler, "pyproject.toml": "[tool.ruff]\nline-length = 100\n" });
    assert.equal(refusal(tools), undefined);
  });

  describe("with packages from an index", () => {
    const required = (name: string) => write({ "app.py": handler, "requirements.txt": `${name}\n` });

    it("hold wheels for the runtime, whatever this machine is, and their versions", async function () {
      const entry = required("markupsafe==3.0.2");
      const said = refusal(entry);
      if (said?.includes("none can be reached")) {
        console.log(`    ${said}`);
        return this.skip();
      }
      assert.equal(said, undefined);
      const files = unzipSync(await bytesOf(entry));
      const names = Object.keys(files);
      assert.ok(names.includes("markupsafe/_speedups.cpython-313-aarch64-linux-gnu.so"), names.join());
      assert.deepEqual(
        names.filter((name) => /RECORD|INSTALLER|__pycache__|\.pyc$/.test(name)),
        [],
      );
      assert.equal(Buffer.from(files["requirements.txt"]!).toString(), "MarkupSafe==3.0.2\n");
    });

    it("name a package without a wheel", function () {
      const said = refusal(required("markupsafe==0.9")) ?? "";
      if (said.includes("none can be reached")) {
        console.log(`    ${said}`);
        return this.skip();
      }
      assert.match(
        said,
        /requirements\.txt: markupsafe==0\.9; allowed is a version with a wheel for Python 3\.13 on Linux of arm64/,
      );
    });
  });
});
