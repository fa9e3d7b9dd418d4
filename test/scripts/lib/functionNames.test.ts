import assert from "node:assert/strict";
import { Failure } from "../../../scripts/lib/failure.ts";
import { chooseFunctions, chooseLogs } from "../../../scripts/lib/functionNames.ts";

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

describe("logs that a user names", () => {
  const services = ["notes-access", "notes-execution", "archiver-machine", "iris-api-access"];
  const cases: [string, string[], string[]][] = [
    [
      "are those of functions where none is named",
      [],
      ["notes-get-notes", "notes-post-notes", "notesArchive", "whodis"],
    ],
    ["are those of services by their whole names", ["notes-access", "whodis"], ["notes-access", "whodis"]],
    ["are those of functions by what they belong to", ["notes"], ["notes-get-notes", "notes-post-notes"]],
    [
      "are those of services where no function is of that name",
      ["iris-api", "archiver"],
      ["iris-api-access", "archiver-machine"],
    ],
  ];
  for (const [what, names, chosen] of cases) it(what, () => assert.deepEqual(chooseLogs(names, all, services), chosen));

  it("are refused by name where there is none of it, with those that there are", () => {
    const functions = "notes-get-notes, notes-post-notes, notesArchive, whodis";
    const message = `There is no log "no". There are: ${functions}; of services: archiver-machine, iris-api-access, notes-access, notes-execution`;
    assert.throws(() => chooseLogs(["no"], all, services), new Failure(message));
    assert.throws(() => chooseLogs(["no"], all, []), new Failure(`There is no log "no". There are: ${functions}`));
  });
});
