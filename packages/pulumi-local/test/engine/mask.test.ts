import assert from "node:assert/strict";
import { Mask } from "../../src/engine/mask.ts";
import { Secret } from "../../src/engine/values.ts";

describe("Mask", () => {
  it("hides every text within a secret, wherever it is shown", () => {
    const mask = new Mask();
    mask.note({ plain: "orders", deep: [new Secret({ password: "hunter2" })] });
    assert.equal(mask.text("hunter2 of orders, again hunter2"), "[secret] of orders, again [secret]");
  });

  it("shows a resource's id, though some other resource keeps it as a secret", () => {
    const mask = new Mask();
    mask.note({ value: new Secret("orders-1234567"), other: new Secret("hunter2") });
    mask.admit("orders-1234567");
    assert.equal(mask.text("hunter2 on table/orders-1234567"), "[secret] on table/orders-1234567");
  });
});
