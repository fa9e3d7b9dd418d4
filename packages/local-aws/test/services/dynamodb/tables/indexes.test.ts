import assert from "node:assert/strict";
import fc from "fast-check";
import { type Answer, TestEngine } from "../engine.ts";

const attribute = (AttributeName: string, AttributeType = "S") => ({ AttributeName, AttributeType });
const key = (AttributeName: string, KeyType: string) => ({ AttributeName, KeyType });

const table = {
  TableName: "indexed",
  AttributeDefinitions: [attribute("p"), attribute("s", "N"), attribute("g"), attribute("n", "N")],
  KeySchema: [key("p", "HASH"), key("s", "RANGE")],
  BillingMode: "PAY_PER_REQUEST",
  GlobalSecondaryIndexes: [
    { IndexName: "all", KeySchema: [key("g", "HASH"), key("n", "RANGE")], Projection: { ProjectionType: "ALL" } },
    {
      IndexName: "some",
      KeySchema: [key("n", "HASH")],
      Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["x"] },
    },
  ],
  LocalSecondaryIndexes: [
    {
      IndexName: "local",
      KeySchema: [key("p", "HASH"), key("g", "RANGE")],
      Projection: { ProjectionType: "KEYS_ONLY" },
    },
  ],
};
/** What an index has of an item, or nothing. */
const views: Record<string, [keys: string[], attributes: string[] | undefined]> = {
  all: [["g", "n"], undefined],
  some: [["n"], ["p", "s", "n", "x"]],
  local: [["g"], ["p", "s", "g"]],
};

const text = fc.constantFrom("a", "b", "c");
const number = fc.integer({ min: -2, max: 2 }).map(String);
const place = fc.record({ p: text.map((S) => ({ S })), s: number.map((N) => ({ N })) });
const rest = fc.record(
  {
    g: text.map((S) => ({ S })),
    n: number.map((N) => ({ N })),
    x: text.map((S) => ({ S })),
    y: number.map((N) => ({ N })),
  },
  { requiredKeys: [] },
);
const change = fc.oneof(
  fc.tuple(place, rest).map(([Key, more]) => ({ operation: "PutItem", input: { Item: { ...more, ...Key } } })),
  place.map((Key) => ({ operation: "DeleteItem", input: { Key } })),
  fc.tuple(place, text).map(([Key, S]) => ({
    operation: "UpdateItem",
    input: { Key, UpdateExpression: "SET g = :g REMOVE n", ExpressionAttributeValues: { ":g": { S } } },
  })),
  fc.tuple(place, number).map(([Key, N]) => ({
    operation: "UpdateItem",
    input: { Key, UpdateExpression: "SET x = p, y = :y ADD n :y", ExpressionAttributeValues: { ":y": { N } } },
  })),
);

describe("indexes of a table", () => {
  it("have of its items what they should, whatever happens, and count right", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 60 }), async (changes) => {
        const test = await TestEngine.open();
        try {
          await test.send("CreateTable", table);
          for (const { operation, input } of changes) await test.send(operation, { TableName: "indexed", ...input });
          const { Items } = await test.send("Scan", { TableName: "indexed" });
          const { Table } = await test.send("DescribeTable", { TableName: "indexed" });
          assert.equal(Table.ItemCount, Items.length);
          for (const [IndexName, [keys, attributes]] of Object.entries(views)) {
            const expected = Items.filter((item: Answer) => keys.every((name) => item[name])).map((item: Answer) =>
              attributes
                ? Object.fromEntries(Object.entries(item).filter(([name]) => attributes.includes(name)))
                : item,
            );
            const found = (await test.send("Scan", { TableName: "indexed", IndexName })).Items;
            assert.deepEqual(new Set(found.map(canonical)), new Set(expected.map(canonical)), IndexName);
            assert.equal(found.length, expected.length);
            const described = [...Table.GlobalSecondaryIndexes, ...Table.LocalSecondaryIndexes].find(
              (index: Answer) => index.IndexName === IndexName,
            );
            assert.equal(described.ItemCount, expected.length);
          }
        } finally {
          await test.close();
        }
      }),
      { numRuns: 25 },
    );
  });
});

const canonical = (item: object) => JSON.stringify(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)));
