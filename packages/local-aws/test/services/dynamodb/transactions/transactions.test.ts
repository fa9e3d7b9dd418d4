import assert from "node:assert/strict";
import { refusal, TestEngine } from "../engine.ts";

describe("transactions", () => {
  let test: TestEngine;
  beforeEach(async () => {
    test = await TestEngine.open();
    await test.table("items");
    await test.send("PutItem", { TableName: "items", Item: { p: { S: "old" }, n: { N: "1" } } });
  });
  afterEach(() => test.close());

  const key = (p: string) => ({ TableName: "items", Key: { p: { S: p } } });
  const put = (p: string, more: object = {}) => ({ Put: { TableName: "items", Item: { p: { S: p } }, ...more } });
  const write = (TransactItems: object[], more: object = {}) =>
    test.send("TransactWriteItems", { TransactItems, ...more });
  const all = async () =>
    (await test.send("Scan", { TableName: "items" })).Items.map(({ p }: { p: { S: string } }) => p.S).sort();
  const reasons = async (parts: object[]) => {
    try {
      await write(parts);
    } catch (error) {
      return (error as { members: { CancellationReasons: object[] } }).members.CancellationReasons;
    }
    return assert.fail("it was done");
  };

  it("do all parts together", async () => {
    await write([
      put("new"),
      { Update: { ...key("other"), UpdateExpression: "SET n = :n", ExpressionAttributeValues: { ":n": { N: "1" } } } },
      { ConditionCheck: { ...key("none"), ConditionExpression: "attribute_not_exists(p)" } },
      { Delete: key("old") },
    ]);
    assert.deepEqual(await all(), ["new", "other"]);
  });

  it("do nothing when one part fails, and say of each what became of it", async () => {
    const found = await reasons([
      put("new"),
      put("old", { ConditionExpression: "attribute_not_exists(p)", ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
      { ConditionCheck: { ...key("none"), ConditionExpression: "attribute_exists(p)" } },
    ]);
    assert.deepEqual(found, [
      { Code: "None" },
      {
        Code: "ConditionalCheckFailed",
        Message: "The conditional request failed",
        Item: { p: { S: "old" }, n: { N: "1" } },
      },
      { Code: "ConditionalCheckFailed", Message: "The conditional request failed" },
    ]);
    assert.deepEqual(await all(), ["old"]);
  });

  it("say of a part that it is not valid", async () => {
    const [first, second] = (await reasons([put("new"), { Put: { TableName: "items", Item: { x: { S: "y" } } } }])) as [
      object,
      object,
    ];
    assert.deepEqual(first, { Code: "None" });
    assert.deepEqual(second, {
      Code: "ValidationError",
      Message: "One or more parameter values were invalid: Missing the key p in the item",
    });
    const add = {
      Update: { ...key("old"), UpdateExpression: "ADD n :s", ExpressionAttributeValues: { ":s": { SS: ["a"] } } },
    };
    assert.deepEqual(await reasons([put("new"), add]), [
      { Code: "None" },
      { Code: "ValidationError", Message: "An operand in the update expression has an incorrect data type" },
    ]);
    assert.deepEqual(await all(), ["old"]);
  });

  it("are refused as a whole for what is wrong with them", async () => {
    await assert.rejects(
      write([put("x"), { Delete: key("x") }]),
      refusal("Transaction request cannot include multiple operations on one item"),
    );
    await assert.rejects(
      write([{ ...put("x"), Delete: key("y") }]),
      refusal("TransactItems can only contain one of Check, Put, Update or Delete"),
    );
    await assert.rejects(
      write([{ Put: { TableName: "none", Item: {} } }]),
      refusal("Requested resource not found", "ResourceNotFoundException"),
    );
    await assert.rejects(write([put("")]), refusal(/cannot contain an empty string value. Key: p$/));
    const large = { Put: { TableName: "items", Item: { p: { S: "x" }, data: { S: "x".repeat(400 * 1024) } } } };
    await assert.rejects(write([large]), refusal("Item size has exceeded the maximum allowed size"));
    await assert.rejects(
      write(Array.from({ length: 101 }, (_, i) => put(`${i}`))),
      refusal(/less than or equal to 100/),
    );
  });

  it("are done once for a token, and another request with it is refused", async () => {
    const add = (n: string) => ({
      Update: { ...key("old"), UpdateExpression: "ADD n :n", ExpressionAttributeValues: { ":n": { N: n } } },
    });
    for (let i = 0; i < 3; i++) await write([add("1")], { ClientRequestToken: "token" });
    assert.equal((await test.send("GetItem", key("old"))).Item.n.N, "2");
    const again = await write([add("1")], { ClientRequestToken: "token", ReturnConsumedCapacity: "TOTAL" });
    assert.deepEqual(again.ConsumedCapacity, [{ TableName: "items", CapacityUnits: 2, ReadCapacityUnits: 2 }]);
    await assert.rejects(
      write([add("2")], { ClientRequestToken: "token" }),
      refusal(/same client token/, "IdempotentParameterMismatchException"),
    );
  });

  it("read several items at one moment, in the order of the request", async () => {
    const read = (...keys: string[]) =>
      test.send("TransactGetItems", { TransactItems: keys.map((p) => ({ Get: key(p) })) });
    assert.deepEqual(await read("none", "old"), { Responses: [{}, { Item: { p: { S: "old" }, n: { N: "1" } } }] });
    await assert.rejects(read("old", "old"), refusal(/multiple operations on one item/));
  });

  it("cost twice as much", async () => {
    const { ConsumedCapacity } = await write([put("new")], { ReturnConsumedCapacity: "TOTAL" });
    assert.deepEqual(ConsumedCapacity, [{ TableName: "items", CapacityUnits: 2, WriteCapacityUnits: 2 }]);
  });
});
