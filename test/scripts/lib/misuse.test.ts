import assert from "node:assert/strict";
import { misuse } from "../../../scripts/lib/misuse.ts";

const help = `dsp invoke <function> [more..]

Invoke a function

Options:
      --help    Show help                                       [boolean]
  -f, --follow  Keep waiting for more                           [boolean]
      --sample  An event as that service sends it, not --simple  [string]`;
const usage = "dsp invoke <function> [more..]   (options and examples: dsp invoke --help)";

describe("a command that is called wrongly", () => {
  const cases: [string, string, string][] = [
    [
      "what is wrong, and its usage",
      "Something is missing: 0 given, 1 needed.",
      "Something is missing: 0 given, 1 needed.",
    ],
    ["the option that was meant", "Unknown argument: smaple", "Unknown argument: smaple. Did you mean --sample?"],
    ["an option with a short form", "Unknown argument: folow", "Unknown argument: folow. Did you mean --follow?"],
    ["nothing where none is near", "Unknown argument: nothing", "Unknown argument: nothing"],
    ["of several unknown ones nothing", "Unknown arguments: smaple, x", "Unknown arguments: smaple, x"],
  ];
  for (const [what, message, said] of cases)
    it(`is told ${what}`, () => assert.equal(misuse(message, help), `${said}\n${usage}`));

  it("is told all commands where one is missing", () => {
    const list = "dsp state\n\nCommands:\n  dsp state save <state>  Keep it";
    assert.equal(misuse("Say which: save", list), `Say which: save\n\n${list}`);
  });
});
