import assert from "node:assert/strict";
import { refusal, TestEngine } from "../engine.ts";

const wrong = "One or more parameter values were invalid: ";

describe("writes", () => {
  let test: TestEngine;
  before(async () => {
    test = await TestEngine.open();
    await test.table("items");
    await test.table("sorted", "N", {
      AttributeDefinitions: [
        { AttributeName: "p", AttributeType: "S" },
        { AttributeName: "s", AttributeType: "N" },
        { AttributeName: "g", AttributeType: "S" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "index",
          KeySchema: [{ AttributeName: "g", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    });
  });
  after(() => test.close());

  const put = (Item: object, more: object = {}) => test.send("PutItem", { TableName: "items", Item, ...more });
  const get = async (p: string) => (await test.send("GetItem", { TableName: "items", Key: { p: { S: p } } })).Item;

  const refused: [item: object, message: string | RegExp, table?: string][] = [
    [{ x: { S: "a" } }, `${wrong}Missing the key p in the item`],
    [{ p: { N: "1" } }, `${wrong}Type mismatch for key p expected: S actual: N`],
    [
      { p: { S: "" } },
      "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty string value. Key: p",
    ],
    [{ p: { S: "x".repeat(2049) } }, `${wrong}Size of hashkey has exceeded the maximum size limit of2048 bytes`],
    [{ p: { S: "x" }, data: { S: "x".repeat(400 * 1024 - 5) } }, "Item size has exceeded the maximum allowed size"],
    [
      { p: { S: "x" }, s: { N: "1" }, g: { N: "1" } },
      `${wrong}Type mismatch for Index Key g Expected: S Actual: N IndexName: index`,
      "sorted",
    ],
    [
      { p: { S: "x" }, s: { N: "1" }, g: { S: "" } },
      /A value specified for a secondary index key is not supported.* IndexName: index, IndexKey: g$/,
      "sorted",
    ],
  ];
  for (const [item, message, TableName = "items"] of refused) {
    it(`are refused in AWS's words: ${JSON.stringify(item).slice(0, 60)}`, async () => {
      await assert.rejects(test.send("PutItem", { TableName, Item: item }), refusal(message));
    });
  }

  it("take an item of exactly 400 KB", async () => {
    const data = { S: "x".repeat(400 * 1024 - 6) };
    await put({ p: { S: "x" }, data });
    assert.deepEqual((await get("x")).data, data);
    const update = test.send("UpdateItem", {
      TableName: "items",
      Key: { p: { S: "x" } },
      UpdateExpression: "SET m = :m",
      ExpressionAttributeValues: { ":m": { S: "more" } },
    });
    await assert.rejects(update, refusal("Item size to update has exceeded the maximum allowed size"));
  });

  it("show the item whose condition failed, where it is asked for", async () => {
    await put({ p: { S: "failed" }, n: { N: "1" } });
    const condition = { ConditionExpression: "attribute_not_exists(p)" };
    const failed = async (more: object) => {
      try {
        await put({ p: { S: "failed" } }, { ...condition, ...more });
      } catch (error) {
        return (error as { members: object }).members;
      }
      return assert.fail("it was put");
    };
    assert.deepEqual(await failed({}), {});
    const members = await failed({ ReturnValuesOnConditionCheckFailure: "ALL_OLD" });
    assert.deepEqual(members, { Item: { p: { S: "failed" }, n: { N: "1" } } });
  });

  it("give back what an update changed, and only that", async () => {
    await put({ p: { S: "u" }, n: { N: "1" }, m: { M: { a: { S: "x" }, b: { S: "y" } } } });
    const update = (ReturnValues: string) =>
      test.send("UpdateItem", {
        TableName: "items",
        Key: { p: { S: "u" } },
        UpdateExpression: "SET n = n + :one, m.a = :x",
        ExpressionAttributeValues: { ":one": { N: "1" }, ":x": { S: "z" } },
        ReturnValues,
      });
    assert.deepEqual(await update("UPDATED_OLD"), { Attributes: { n: { N: "1" }, m: { M: { a: { S: "x" } } } } });
    assert.deepEqual(await update("UPDATED_NEW"), { Attributes: { n: { N: "3" }, m: { M: { a: { S: "z" } } } } });
    assert.deepEqual(await update("NONE"), {});
    assert.equal((await update("ALL_NEW")).Attributes.n.N, "5");
    assert.equal((await update("ALL_OLD")).Attributes.n.N, "5");
    await assert.rejects(
      test.send("UpdateItem", { TableName: "items", Key: { p: { S: "u" } }, UpdateExpression: "REMOVE p" }),
      refusal(`${wrong}Cannot update attribute p. This attribute is part of the key`),
    );
  });

  it("take parameters of before expressions", async () => {
    await test.send("UpdateItem", {
      TableName: "items",
      Key: { p: { S: "old" } },
      AttributeUpdates: { n: { Action: "ADD", Value: { N: "2" } }, s: { Value: { SS: ["a"] } } },
    });
    await test.send("UpdateItem", {
      TableName: "items",
      Key: { p: { S: "old" } },
      Expected: { n: { Value: { N: "2" } } },
      AttributeUpdates: { n: { Action: "DELETE" }, s: { Action: "ADD", Value: { SS: ["b"] } } },
    });
    assert.deepEqual(await get("old"), { p: { S: "old" }, s: { SS: ["a", "b"] } });
    const { Item } = await test.send("GetItem", {
      TableName: "items",
      Key: { p: { S: "old" } },
      AttributesToGet: ["p"],
    });
    assert.deepEqual(Item, { p: { S: "old" } });
    await assert.rejects(
      put({ p: { S: "x" } }, { Expected: { p: { Exists: false } }, ConditionExpression: "attribute_exists(p)" }),
      refusal(
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: {Expected} Expression parameters: {ConditionExpression}",
      ),
    );
  });

  it("report the capacity of the table and of each index that changed", async () => {
    const Item = { p: { S: "c" }, s: { N: "1" }, g: { S: "x" }, data: { S: "x".repeat(1500) } };
    const write = async (more: object) =>
      (
        await test.send("PutItem", {
          TableName: "sorted",
          Item: { ...Item, ...more },
          ReturnConsumedCapacity: "INDEXES",
        })
      ).ConsumedCapacity;
    const used = (table: number, index: number) => ({
      TableName: "sorted",
      CapacityUnits: table + index,
      Table: { CapacityUnits: table },
      ...(index > 0 && { GlobalSecondaryIndexes: { index: { CapacityUnits: index } } }),
    });
    assert.deepEqual(await write({}), used(2, 2));
    assert.deepEqual(await write({}), used(2, 0));
    assert.deepEqual(await write({ g: { S: "y" } }), used(2, 4));
  });

  describe("in batches", () => {
    const write = (...items: object[]) =>
      test.send("BatchWriteItem", { RequestItems: { items: items.map((Item) => ({ PutRequest: { Item } })) } });

    it("are all done, or none when one is refused", async () => {
      await write({ p: { S: "b1" } }, { p: { S: "b2" } });
      assert.ok((await get("b1")) && (await get("b2")));
      await assert.rejects(
        write({ p: { S: "b3" } }, { x: { S: "b4" } }),
        refusal("The provided key element does not match the schema"),
      );
      assert.equal(await get("b3"), undefined);
    });

    it("have no item twice, and 25 at most", async () => {
      await assert.rejects(
        write({ p: { S: "b" } }, { p: { S: "b" } }),
        refusal("Provided list of item keys contains duplicates"),
      );
      const many = Array.from({ length: 26 }, (_, i) => ({ p: { S: `many-${i}` } }));
      await assert.rejects(
        write(...many),
        refusal(
          /Value '\{items=\[.*\]\}' at 'requestItems' failed to satisfy constraint: Map value must satisfy constraint: \[Member must have length less than or equal to 25, /,
        ),
      );
    });

    it("are read likewise", async () => {
      const read = (...keys: string[]) =>
        test.send("BatchGetItem", { RequestItems: { items: { Keys: keys.map((S) => ({ p: { S } })) } } });
      const { Responses, UnprocessedKeys } = await read("b1", "b2", "none");
      assert.deepEqual(Responses, { items: [{ p: { S: "b1" } }, { p: { S: "b2" } }] });
      assert.deepEqual(UnprocessedKeys, {});
      await assert.rejects(read("b1", "b1"), refusal("Provided list of item keys contains duplicates"));
    });
  });
});
