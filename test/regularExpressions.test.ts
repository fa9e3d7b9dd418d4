import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { check } from "recheck";
import ts from "typescript";

/** Every regular expression that is written out in a file, with its line. */
function expressionsIn(file: string): { where: string; source: string; flags: string }[] {
  const tree = ts.createSourceFile(file, readFileSync(file, "utf8"), ts.ScriptTarget.Latest, true);
  const found: ReturnType<typeof expressionsIn> = [];
  const visit = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const [, source, flags] = /^\/(.*)\/(\w*)$/s.exec(node.text)!;
      const { line } = tree.getLineAndCharacterOfPosition(node.getStart());
      found.push({ where: `${file}:${line + 1}`, source: source!, flags: flags! });
    }
    ts.forEachChild(node, visit);
  };
  visit(tree);
  return found;
}

// A text of some kilobytes must not keep a function busy until its timeout: every match takes time in proportion.
describe("regular expressions of what runs in AWS, and of what checks arguments", () => {
  const files = globSync("{handlers,containers,components}/**/*.ts", {
    exclude: (path) => path.includes("node_modules"),
  });
  const expressions = files.flatMap(expressionsIn);

  it("are there to be checked", () => assert.ok(expressions.length > 50, `${expressions.length}`));

  it("take time in proportion to what they read", async () => {
    const slow: string[] = [];
    for (const { where, source, flags } of expressions) {
      const found = await check(source, flags, { timeout: 20_000 });
      const reason = found.status === "vulnerable" ? found.complexity.summary : found.status;
      if (found.status !== "safe") slow.push(`${where} /${source}/${flags}: ${reason}`);
    }
    assert.deepEqual(slow, []);
  });
});
