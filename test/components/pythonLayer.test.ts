import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { unzipSync } from "fflate";
import { root } from "../../components/function/cache.ts";
import { layerPackage } from "../../components/function/python/layer.ts";
import { NodeFunction } from "../../components/nodeFunction.ts";
import { PythonFunction } from "../../components/pythonFunction.ts";
import { PythonLayer, type PythonLayerArgs } from "../../components/pythonLayer.ts";
import { check } from "../../policy/check.ts";
import { defaultTags, resourcesOf } from "../policy/support/resources.ts";
import { record } from "./support/record.ts";

const entry = "test/components/function/python/fixtures/app/app.py" as const;
const include = ["test/components/function/python/fixtures/app/inner"];

describe("PythonLayer", function () {
  this.timeout(60_000);
  let folder = "";
  before(() => {
    mkdirSync(join(root, "node_modules/.cache"), { recursive: true });
    folder = mkdtempSync(join(root, "node_modules/.cache/layer-"));
  });
  after(() => rmSync(folder, { recursive: true }));

  let count = 0;
  /** A folder of the program with these files. */
  function write(files: Record<string, string>): string {
    const path = join(folder, String(++count));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    }
    return relative(root, path);
  }

  it("is one version, for the runtime and processor of functions, which have its ARN", async () => {
    const made = await record(() => {
      const words = new PythonLayer("words", { include, description: "shared" });
      const old = "arn:aws:lambda:eu-west-1:123456789012:layer:old:1";
      new PythonFunction("hello", { entry, layers: [words, old] });
    });
    assert.deepEqual(
      made.names().filter((name) => name.includes("words")),
      ["aws:lambda/layerVersion:LayerVersion words", "dsp:index:PythonLayer words"],
    );
    const { code, ...inputs } = made.get("aws:lambda/layerVersion:LayerVersion", "words").inputs;
    assert.deepEqual(inputs, {
      layerName: "platform-test-words",
      description: "shared",
      compatibleRuntimes: ["python3.13"],
      compatibleArchitectures: ["arm64"],
    });
    assert.deepEqual(code, { archive: "package.zip" });
    const { layers } = made.get("aws:lambda/function:Function", "hello").inputs;
    const arn = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:layer:${name}:1`;
    assert.deepEqual(layers, [arn("platform-test-words"), arn("old")]);
    assert.deepEqual(check(resourcesOf(made), { stack: "test", publicRoutes: [], defaultTags }), []);
  });

  it("has its modules below python/, and the same bytes wherever and whenever it is made", async () => {
    const files = { "shared/a.py": "a = 1", "shared/b.py": "b = 1" };
    const bytesOf = async (content: PythonLayerArgs) => readFileSync(layerPackage(content).path);
    const one = await bytesOf({ include: [write(files)] });
    assert.deepEqual(Object.keys(unzipSync(one)), ["python/shared/a.py", "python/shared/b.py"]);
    assert.deepEqual(await bytesOf({ include: [write(Object.fromEntries(Object.entries(files).reverse()))] }), one);
    assert.notDeepEqual(await bytesOf({ include: [write({ ...files, "shared/b.py": "b = 2" })] }), one);
    assert.equal(layerPackage({ include: [write(files)] }).size, 10);
  });

  const refused: [string, () => unknown, RegExp][] = [
    [
      "nothing",
      () => new PythonLayer("l", {}),
      /PythonLayer "l": requirements is not given; allowed is a file of the program, unless include/,
    ],
    [
      "no such file",
      () => new PythonLayer("l", { requirements: "none.txt" }),
      /requirements is "none\.txt"; allowed is a file of the program/,
    ],
    [
      "no such folder",
      () => new PythonLayer("l", { include: ["none"] }),
      /include is "none"; allowed is a folder of the program/,
    ],
    [
      "a syntax error",
      () => new PythonLayer("l", { include: [write({ "a.py": "", "b.py": "x = 1\ndef f(:" })] }),
      /: include is "\S+\/b\.py:2: .*; allowed is code that Python/,
    ],
    [
      "a description that is too long",
      () => new PythonLayer("l", { include, description: "x".repeat(257) }),
      /description .* at most 256/,
    ],
    [
      "a function in TypeScript",
      () => new NodeFunction("n", { entry: "handlers/whodis/index.ts", layers: [new PythonLayer("l", { include })] }),
      /layers is "a PythonLayer"; allowed is ARNs/,
    ],
  ];
  for (const [what, make, message] of refused) {
    it(`is refused before anything is made: ${what}`, async () => {
      const made = await record(() => {
        assert.throws(make, message);
      });
      assert.deepEqual(
        made.names().filter((name) => !name.includes("Layer")),
        [],
      );
    });
  }

  it("is refused where a function with its layers would be too large", async () => {
    const large = write({ "weights/w.bin": "" });
    truncateSync(join(root, large, "weights/w.bin"), 130 * 1024 * 1024);
    const other = write({ "app.py": "def lambda_handler(e, c): pass", "v.bin": "" });
    truncateSync(join(root, other, "v.bin"), 121 * 1024 * 1024);
    await record(() => {
      const layer = new PythonLayer("weights", { include: [large] });
      assert.throws(
        () => new PythonFunction("f", { entry: `${other}/app.py`, layers: [layer] }),
        /layers is "252 MB unzipped, with the function's own package"; allowed is at most 250 MB/,
      );
    });
  });
});
