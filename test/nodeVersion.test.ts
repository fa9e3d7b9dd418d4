import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RunError } from "@pulumi/pulumi";

const root = join(__dirname, "..");
const isOwn = (path: string) => path.startsWith(root) && !path.includes("node_modules");

describe("the program on an older Node.js", () => {
  const { versions } = process;
  const loaded = { ...require.cache };
  const load = (node: string, file: string) => {
    Object.defineProperty(process, "versions", { value: { ...versions, node }, configurable: true });
    for (const path of Object.keys(require.cache).filter(isOwn)) delete require.cache[path];
    return require(join(root, file));
  };
  afterEach(() => {
    Object.defineProperty(process, "versions", { value: versions, configurable: true });
    Object.assign(require.cache, loaded);
  });

  it("says what it needs, what it runs on and how to mend it, in one line and without a stack trace", () => {
    assert.throws(
      () => load("20.20.2", "index.ts"),
      (error: Error) => {
        assert.ok(RunError.isInstance(error));
        assert.match(
          error.message,
          /^This program needs Node\.js 24 or newer; the Pulumi CLI found 20\.20\.2 \(\/.+\)\. Put/,
        );
        assert.match(
          error.message,
          /first on PATH: (export PATH="\/.+\/node_modules\/node-linux-.+\/bin:\$PATH"|https:.+)$/,
        );
        return true;
      },
    );
    // An older one must not so much as read what it may not know.
    assert.ok(!Object.keys(require.cache).includes(join(root, "components/apiWithLambdas.ts")));
  });

  it("says nothing on the one that it needs, which is the one of package.json's engines", () => {
    const { engines } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
    assert.equal(engines.node, ">=24");
    assert.doesNotThrow(() => load("24.0.0", "nodeVersion.ts"));
    assert.throws(() => load("23.11.1", "nodeVersion.ts"), /found 23\.11\.1/);
  });
});
