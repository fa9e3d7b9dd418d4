import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";

describe("project files", () => {
  for (const file of ["Pulumi.yaml", "bootstrap/Pulumi.yaml"]) {
    // The CLI loads no project otherwise, whatever the command: "is namespaced and must provide an attribute 'value'".
    it(`${file} declares keys of other namespaces with a value alone`, () => {
      const { name, config = {} } = parse(readFileSync(join(__dirname, "..", file), "utf8"));
      const foreign = Object.entries<object>(config).filter(
        ([key]) => key.includes(":") && !key.startsWith(`${name}:`),
      );
      assert.deepEqual(
        foreign.filter(([, declaration]) => !("value" in declaration) || "default" in declaration),
        [],
      );
    });
  }
});
