import assert from "node:assert/strict";
import { itemKeys } from "../../../src/services/dynamodb/itemKeys.ts";

describe("condition keys of items", () => {
  const attributes = (input: Record<string, unknown>) => itemKeys("Query", input)["dynamodb:Attributes"];

  it("are the attributes that a request names, wherever it does", () => {
    assert.deepEqual(
      attributes({
        KeyConditionExpression: "#k = :k AND begins_with(sort, :s)",
        FilterExpression: "attribute_exists(secret) and size(list_of[0].x) > :n or NOT kind IN (:a, :b)",
        ProjectionExpression: "a.b, #c.#d[2]",
        ExpressionAttributeNames: { "#k": "key", "#c": "c-c", "#d": "inner" },
      }),
      ["a", "c-c", "secret", "list_of", "kind", "key", "sort"],
    );
    assert.deepEqual(attributes({ UpdateExpression: "SET m = n-:x, k = a-b" }), ["m", "n", "k", "a", "b"]);
    assert.deepEqual(attributes({ Key: { id: {} }, UpdateExpression: "SET n = if_not_exists(n, :z) REMOVE old" }), [
      "n",
      "old",
      "id",
    ]);
    assert.deepEqual(attributes({ UpdateExpression: "SET remove = :v REMOVE a" }), ["remove", "a"]);
    assert.deepEqual(
      attributes({ writes: [{ PutRequest: { Item: { a: {} } } }, { DeleteRequest: { Key: { b: {} } } }] }),
      ["a", "b"],
    );
    assert.deepEqual(attributes({ Keys: [{ id: {} }], AttributesToGet: ["x"], Expected: { y: {} } }), ["y", "id", "x"]);
  });

  it("say how much of an item is asked for", () => {
    const select = (input: object) => itemKeys("GetItem", input as Record<string, unknown>)["dynamodb:Select"];
    assert.equal(select({}), "ALL_ATTRIBUTES");
    assert.equal(select({ ProjectionExpression: "a" }), "SPECIFIC_ATTRIBUTES");
    assert.equal(select({ IndexName: "i" }), "ALL_PROJECTED_ATTRIBUTES");
    assert.equal(select({ Select: "COUNT" }), "COUNT");
    assert.equal(itemKeys("PutItem", {})["dynamodb:Select"], undefined);
  });
});
