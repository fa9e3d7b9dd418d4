import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { document } from "../../policy/document.ts";

describe("docs/policy.md", () => {
  it("is what npm run policy:document makes of the rules", () => {
    assert.equal(readFileSync(join(__dirname, "../../docs/policy.md"), "utf8"), document());
  });
});
