import assert from "node:assert/strict";
import { Failure } from "../../../scripts/lib/failure.ts";
import { chooseFunctions } from "../../../scripts/lib/functionNames.ts";

const all = ["whodis", "notes-post-notes", "notes-get-notes", "notesArchive"];

describe("functions that a user names", () => {
  const cases: [string, string[], string[]][] = [
    ["are all of them where none is named", [], ["notes-get-notes", "notes-post-notes", "notesArchive", "whodis"]],
    ["are found by their whole names", ["whodis", "notes-get-notes"], ["whodis", "notes-get-notes"]],
    ["are found by what they belong to", ["notes"], ["notes-get-notes", "notes-post-notes"]],
    ["are each there once", ["notes-get-notes", "notes"], ["notes-get-notes", "notes-post-notes"]],
  ];
  for (const [what, names, chosen] of cases) {
    it(what, () => assert.deepEqual(chooseFunctions(names, all), chosen));
  }

  it("are refused by name where there is none of it, with those that there are", () => {
    assert.throws(
      () => chooseFunctions(["whodis", "who"], all),
      (error) =>
        error instanceof Failure &&
        error.message ===
          'There is no function "who". There are: notes-get-notes, notes-post-notes, notesArchive, whodis',
    );
  });
});
