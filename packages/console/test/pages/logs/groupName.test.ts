import assert from "node:assert/strict";
import { groupNames } from "../../../app/pages/logs/groupName.ts";

describe("a log group's name in a list", () => {
  const own = [
    "/aws/lambda/shop-local-orders-create",
    "/aws/lambda/shop-local-orders-read",
    "/aws/states/shop-local-night",
  ];
  const groups = [...own, "API-Gateway-Execution-Logs_a1b2/Prod", "/aws/emr-serverless"];
  const name = groupNames(groups);

  it("is what differs: neither the path nor the stack's name, which most of them have", () =>
    assert.deepEqual(own.map(name), ["orders-create", "orders-read", "night"]));

  it("is whole where it has no such words, and says whose execution log it is", () =>
    assert.deepEqual(groups.slice(3).map(name), ["execution a1b2/Prod", "emr-serverless"]));

  it("is whole of a group that stands alone, or has nothing else", () => {
    assert.equal(groupNames(["/aws/lambda/one-two"])("/aws/lambda/one-two"), "one-two");
    assert.equal(groupNames(["a-", "a-b"])("a-"), "a-");
    assert.equal(groupNames([])("/aws/lambda/x"), "x");
  });
});
