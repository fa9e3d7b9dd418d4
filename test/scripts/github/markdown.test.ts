import assert from "node:assert/strict";
import fc from "fast-check";
import { cell, cut, fenced, table, withoutSecrets } from "../../../scripts/github/markdown.ts";

describe("texts for GitHub", () => {
  it("have no secret of the environment, however it is quoted", () => {
    const environment = {
      GITHUB_TOKEN: "abcdefgh-1",
      AWS_SECRET_ACCESS_KEY: "abcdefgh-1-and-more",
      HOME: "/home/anna",
    };
    const text = withoutSecrets(`a abcdefgh-1-and-more "abcdefgh-1" in /home/anna`, environment);
    assert.equal(text, `a *** "***" in /home/anna`);
  });

  it("have nothing that has the form of a key or a token", () => {
    for (const secret of [
      `ASIA${"A".repeat(16)}`,
      `AKIA${"B2".repeat(8)}`,
      `ghs_${"a1".repeat(18)}`,
      `pul-${"0f".repeat(20)}`,
      "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl",
    ]) {
      assert.equal(withoutSecrets(`key ${secret}, of somebody`, {}), "key ***, of somebody", secret);
    }
  });

  it("take what the program says as text: no column, no tag, no mention of people comes of it", () => {
    assert.equal(cell("a|b\n<img src=x> `c` @team"), "a\\|b &lt;img src=x> \\`c\\` @&#8203;team");
    const rows = table(["a"], [["x | y"], ["z"]]).split("\n");
    assert.deepEqual(rows, ["| a |", "| --- |", "| x \\| y |", "| z |"]);
  });

  it("are between fences that no line closes", () => {
    assert.equal(fenced(["```", "a\nb"]), "```text\nˋˋˋ\na b\n```");
  });

  it("are cut at the end of a line, with what is open closed, and never longer than there is room", () => {
    const text = `<details><summary>all</summary>\n\n\`\`\`text\n${"line\n".repeat(100)}\`\`\`\n</details>`;
    const short = cut(text, 200, "more there");
    assert.ok(short.endsWith("line\n```\n</details>\n\nmore there"), short);
    assert.equal(cut("short", 200, "more there"), "short");
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("```", "<details>", "</details>", "some words", "")),
        fc.nat(300),
        (lines, n) => {
          const whole = lines.join("\n");
          const kept = cut(whole, 60 + n, "more");
          assert.ok(kept.length <= 60 + n, `${kept.length} of ${60 + n}`);
          if (whole.length > 60 + n) assert.equal(kept.split("\n").filter((line) => line === "```").length % 2, 0);
        },
      ),
    );
  });
});
