import assert from "node:assert/strict";
import { LastWords } from "../../src/containers/lastWords.ts";

describe("the last words of a program", () => {
  const cases: [string, string[], string | undefined][] = [
    ["that said nothing", ["", "  "], undefined],
    ["are its last line", ["started", "bye", ""], "bye"],
    [
      "in Node.js are its exception",
      [
        "file:///a.ts:1",
        "throw new TypeError('x')",
        "      ^",
        "",
        "TypeError: boom",
        "    at a (b.ts:1:1)",
        "",
        "Node.js v24.21.0",
      ],
      "TypeError: boom",
    ],
    [
      "in Python are its exception",
      ["Traceback (most recent call last):", '  File "a.py", line 1, in <module>', "ValueError: no ratings"],
      "ValueError: no ratings",
    ],
    [
      "in Java are its exception",
      ['Exception in thread "main" java.lang.Error: no', "\tat a.B.c(B.java:1)", "\t... 3 more"],
      'Exception in thread "main" java.lang.Error: no',
    ],
    ["are the message of a line in JSON", ['{"level":"ERROR","message":"no model"}'], "no model"],
    ["are a line in JSON without one, and what only looks so", ['{"level":"ERROR"}'], '{"level":"ERROR"}'],
    ["may only look like JSON", ["{broken"], "{broken"],
  ];
  for (const [what, lines, expected] of cases) {
    it(what, () => {
      const words = new LastWords();
      for (const line of lines) words.hear(line);
      assert.equal(words.line, expected);
    });
  }

  it("are looked for in the last twenty lines", () => {
    const words = new LastWords();
    words.hear("ValueError: long ago");
    for (let line = 0; line < 20; line++) words.hear(`line ${line}`);
    assert.equal(words.line, "line 19");
  });
});
