import assert from "node:assert/strict";
import { unusedRights } from "../../../src/services/iam/unused.ts";
import { allow, deny, get, table, world } from "../../support/iam.ts";

describe("rights that no call has used", () => {
  it("are an allowed action each, until a call of the role was allowed by it", () => {
    const { directory, authorizer, may } = world([
      allow({ Action: ["dynamodb:getitem", "dynamodb:Put*"] }),
      deny({ Action: "dynamodb:DeleteItem" }),
    ]);
    const unused = () => unusedRights(directory, authorizer).map(({ action, resources }) => [action, ...resources]);
    assert.deepEqual(unused(), [
      ["dynamodb:getitem", table],
      ["dynamodb:Put*", table],
    ]);
    assert.equal(may({ ...get, action: "dynamodb:DeleteItem" }), false);
    assert.equal(may({ ...get, resource: `${table}s` }), false);
    assert.equal(unused().length, 2);
    assert.equal(may(get), true);
    assert.deepEqual(unused(), [["dynamodb:Put*", table]]);
    assert.equal(may({ ...get, action: "dynamodb:PutItem" }), true);
    assert.deepEqual(unused(), []);
  });
});
