import assert from "node:assert/strict";
import { publicItem } from "../../../handlers/jobs/job.ts";
import { publicFields } from "../../../handlers/lib/itemTable.ts";
import { publicNotebook } from "../../../handlers/notebooks/notebook.ts";

describe("an item as callers see it", () => {
  it("has its fields in the order of their names, without those that are the table's", () => {
    const item = { b: 1, Secret: 2, a: { z: 1, y: 2 }, B: 3 };
    assert.equal(JSON.stringify(publicFields(item, new Set(["Secret"]))), '{"B":3,"a":{"z":1,"y":2},"b":1}');
  });

  for (const [what, shown] of Object.entries({ notebook: publicNotebook, job: publicItem })) {
    it(`is so of a ${what}`, () => {
      assert.deepEqual(Object.keys(shown({ State: "a", Revision: 1, Name: "b", Id: "c", TimeKey: "d" })), [
        "Id",
        "Name",
        "State",
      ]);
    });
  }
});
