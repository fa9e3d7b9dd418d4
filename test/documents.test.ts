import assert from "node:assert/strict";
import { existsSync, globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const root = join(__dirname, "..");
const documents = ["*.md", "docs/**/*.md", "{bench,containers}/**/*.md", "packages/*/*.md"]
  .flatMap((pattern) => globSync(pattern, { cwd: root, exclude: (path) => path.includes("node_modules") }))
  .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));

describe("the documents", () => {
  for (const { path, text } of documents) {
    it(`lead to what is there: ${path}`, () => {
      const links = [...text.matchAll(/\]\(([^)#\s]+)/g)].map(([, link = ""]) => link);
      const broken = links.filter((link) => !/^\w+:/.test(link) && !existsSync(join(root, dirname(path), link)));
      assert.deepEqual(broken, []);
    });

    it(`name scripts that are there: ${path}`, () => {
      const { scripts } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
      const named = [...text.matchAll(/npm run (?:-s )?([\w:]+)/g)].map(([, name = ""]) => name);
      assert.deepEqual(
        named.filter((name) => !(name in scripts)),
        [],
      );
    });
  }
});
