import assert from "node:assert/strict";
import { expectExplained } from "../../../scripts/conformance/differences.ts";
import { Failure } from "../../../scripts/lib/failure.ts";

const text = `# Title

## Inputs

| type | property | why |
|---|---|---|
| \`aws:a/b:B\` | \`tags.*\` | because |
| \`*\` | \`region[0].x\` | because of \`this\` |

## Other

| what | why |
|---|---|
| \`c\` | because |
`;

describe("explained differences", () => {
  const found = (...all: string[][]) => all.map((words) => ({ words }));
  const refuses = (heading: string, all: string[][], message: string) =>
    assert.throws(() => expectExplained(heading, found(...all), text), new Failure(message));

  it("are those of the section's rows, by patterns", () => {
    expectExplained("Inputs", found(["aws:a/b:B", "tags.x"], ["aws:a/b:B", "tags.y"], ["any", "region[0].x"]), text);
    expectExplained("Other", found(["c"]), text);
  });

  it("are refused where there is no row", () => {
    refuses(
      "Inputs",
      [
        ["aws:a/b:B", "tags.x"],
        ["any", "region[0].x"],
        ["any", "regions0.x"],
        ["aws:a/b:C", "tags.x"],
      ],
      'docs/differences.md, "Inputs":\nnot explained: any regions0.x\nnot explained: aws:a/b:C tags.x',
    );
  });

  it("are refused where a row explains nothing any more", () => {
    refuses(
      "Inputs",
      [["aws:a/b:B", "tags."]],
      'docs/differences.md, "Inputs":\nexplained, and not so any more: * region[0].x',
    );
  });

  it("show the values of what has to be explained", () => {
    const difference = { words: ["d"], detail: "1; 2" };
    assert.throws(() => expectExplained("Other", [difference, { words: ["c"] }], text), /not explained: d\n {4}1; 2/);
  });

  it("need their section", () => {
    refuses("Nothing", [], 'docs/differences.md has no section "Nothing"');
  });
});
