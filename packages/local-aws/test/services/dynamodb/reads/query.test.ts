import assert from "node:assert/strict";
import fc from "fast-check";
import { type Answer, refusal, TestEngine } from "../engine.ts";

const attribute = (AttributeName: string, AttributeType = "S") => ({ AttributeName, AttributeType });
const hash = (AttributeName: string) => ({ AttributeName, KeyType: "HASH" });
const range = (AttributeName: string) => ({ AttributeName, KeyType: "RANGE" });

describe("queries and scans", () => {
  let test: TestEngine;
  before(async () => {
    test = await TestEngine.open();
    await test.table("numbers", "N", {
      AttributeDefinitions: [attribute("p"), attribute("s", "N"), attribute("g"), attribute("n", "N")],
      GlobalSecondaryIndexes: [
        {
          IndexName: "keys",
          KeySchema: [hash("g"), range("n")],
          Projection: { ProjectionType: "KEYS_ONLY" },
        },
      ],
      LocalSecondaryIndexes: [
        { IndexName: "local", KeySchema: [hash("p"), range("g")], Projection: { ProjectionType: "KEYS_ONLY" } },
      ],
    });
    for (let i = 0; i < 60; i++) {
      const Item = {
        p: { S: i % 3 === 0 ? "three" : "other" },
        s: { N: String(i - 30) },
        g: { S: i % 2 === 0 ? "even" : "odd" },
        n: { N: String((i * 7) % 60) },
        x: { S: String(i) },
      };
      await test.send("PutItem", { TableName: "numbers", Item });
    }
  });
  after(() => test.close());

  const query = (more: object, values: object = {}) =>
    test.send("Query", {
      TableName: "numbers",
      KeyConditionExpression: "p = :p",
      ExpressionAttributeValues: { ":p": { S: "three" }, ...values },
      ...more,
    });
  const sorts = ({ Items }: Answer) => Items.map(({ s }: Answer) => Number(s.N));

  it("have a partition's items in the order of their sort key, from either end", async () => {
    const up = sorts(await query({}));
    assert.deepEqual(
      up,
      Array.from({ length: 20 }, (_, i) => i * 3 - 30),
    );
    assert.deepEqual(sorts(await query({ ScanIndexForward: false })), up.reverse());
  });

  it("take a range of sort keys, page by page, as a list that is filtered would", async () => {
    const every = sorts(await query({}));
    const tests: Record<string, (s: number, a: number, b: number) => boolean> = {
      "s = :a": (s, a) => s === a,
      "s < :a": (s, a) => s < a,
      "s <= :a": (s, a) => s <= a,
      ":a < s": (s, a) => s > a,
      "s >= :a": (s, a) => s >= a,
      "s BETWEEN :a AND :b": (s, a, b) => s >= a && s <= b,
    };
    const between = fc.integer({ min: -32, max: 32 });
    const condition = fc.constantFrom(...Object.keys(tests));
    await fc.assert(
      fc.asyncProperty(
        condition,
        between,
        between,
        fc.integer({ min: 1, max: 7 }),
        fc.boolean(),
        async (text, a, b, Limit, up) => {
          const [low, high] = [Math.min(a, b), Math.max(a, b)];
          const values = { ":a": { N: String(low) }, ...(text.includes(":b") && { ":b": { N: String(high) } }) };
          const found: number[] = [];
          let ExclusiveStartKey: object | undefined;
          do {
            const input = {
              KeyConditionExpression: `p = :p AND ${text}`,
              Limit,
              ScanIndexForward: up,
              ExclusiveStartKey,
            };
            const page = await query(input, values);
            assert.ok(page.Count <= Limit);
            found.push(...sorts(page));
            ExclusiveStartKey = page.LastEvaluatedKey;
          } while (ExclusiveStartKey);
          const expected = every.filter((s: number) => tests[text]?.(s, low, high));
          assert.deepEqual(found, up ? expected : expected.reverse());
        },
      ),
      { numRuns: 60 },
    );
  });

  it("go through segments that have every item once", async () => {
    const found: number[] = [];
    for (let Segment = 0; Segment < 7; Segment++) {
      found.push(...sorts(await test.send("Scan", { TableName: "numbers", Segment, TotalSegments: 7 })));
    }
    assert.deepEqual(
      found.sort((a, b) => a - b),
      Array.from({ length: 60 }, (_, i) => i - 30),
    );
  });

  it("read an index: what it has, in its order, with the key of the item it reached", async () => {
    const page = await test.send("Query", {
      TableName: "numbers",
      IndexName: "keys",
      KeyConditionExpression: "g = :g AND n > :n",
      ExpressionAttributeValues: { ":g": { S: "odd" }, ":n": { N: "50" } },
      Limit: 2,
    });
    assert.deepEqual(
      page.Items.map(({ n, ...rest }: Answer) => [n.N, Object.keys(rest).sort()]),
      [
        ["51", ["g", "p", "s"]],
        ["53", ["g", "p", "s"]],
      ],
    );
    assert.deepEqual(Object.keys(page.LastEvaluatedKey).sort(), ["g", "n", "p", "s"]);
  });

  it("fetch from the table what a local index has not, and from a global one never", async () => {
    const local = await query({ IndexName: "local", ProjectionExpression: "x", Limit: 1 });
    assert.deepEqual(local.Items, [{ x: { S: "0" } }]);
    const input = {
      TableName: "numbers",
      IndexName: "keys",
      KeyConditionExpression: "g = :g",
      ExpressionAttributeValues: { ":g": { S: "odd" } },
    };
    await assert.rejects(
      test.send("Query", { ...input, ProjectionExpression: "x" }),
      refusal(/does not project \[x\]/),
    );
    await assert.rejects(
      test.send("Query", { ...input, Select: "ALL_ATTRIBUTES" }),
      refusal(/projection type is not ALL/),
    );
    await assert.rejects(
      test.send("Query", { ...input, ConsistentRead: true }),
      refusal("Consistent reads are not supported on global secondary indexes"),
    );
  });

  it("count, filter and report capacity", async () => {
    const page = await query(
      { FilterExpression: "g = :g", Select: "COUNT", ReturnConsumedCapacity: "INDEXES" },
      { ":g": { S: "even" } },
    );
    assert.deepEqual(page, {
      Count: 10,
      ScannedCount: 20,
      ConsumedCapacity: { TableName: "numbers", CapacityUnits: 0.5, Table: { CapacityUnits: 0.5 } },
    });
  });

  it("report what a local index had to fetch from the table, item by item", async () => {
    const used = async (more: object) =>
      (await query({ IndexName: "local", Limit: 3, ReturnConsumedCapacity: "INDEXES", ...more })).ConsumedCapacity;
    const of = (table: number, index: number) => ({
      TableName: "numbers",
      CapacityUnits: table + index,
      Table: { CapacityUnits: table },
      LocalSecondaryIndexes: { local: { CapacityUnits: index } },
    });
    assert.deepEqual(await used({}), of(0, 0.5));
    assert.deepEqual(await used({ ProjectionExpression: "x" }), of(1.5, 0.5));
    assert.deepEqual(await used({ Select: "ALL_ATTRIBUTES", ConsistentRead: true }), of(3, 1));
  });

  it("end a page with the item by which it has a megabyte", async () => {
    await test.table("large", "N");
    for (let i = 0; i < 5; i++) {
      const Item = { p: { S: "x" }, s: { N: String(i) }, data: { S: "x".repeat(390_000) } };
      await test.send("PutItem", { TableName: "large", Item });
    }
    const input = {
      TableName: "large",
      KeyConditionExpression: "p = :p",
      ExpressionAttributeValues: { ":p": { S: "x" } },
    };
    for (const more of [{}, { FilterExpression: "attribute_exists(p2) OR attribute_not_exists(q)" }]) {
      const page = await test.send("Query", { ...input, ...more, ReturnConsumedCapacity: "TOTAL" });
      assert.deepEqual(sorts(page), [0, 1, 2]);
      assert.deepEqual(page.LastEvaluatedKey, { p: { S: "x" }, s: { N: "2" } });
      assert.equal(page.ConsumedCapacity.CapacityUnits, Math.ceil((3 * 390_009) / 4096) / 2);
      const rest = await test.send("Query", { ...input, ...more, ExclusiveStartKey: page.LastEvaluatedKey });
      assert.deepEqual([sorts(rest), rest.LastEvaluatedKey], [[3, 4], undefined]);
    }
  });

  const refused: [more: object, values: object, message: string | RegExp][] = [
    [{ KeyConditionExpression: "s = :p" }, {}, "Query condition missed key schema element: p"],
    [{ KeyConditionExpression: "p > :p" }, {}, "Query key condition not supported"],
    [
      { KeyConditionExpression: "p = :p OR s = :s" },
      { ":s": { N: "1" } },
      "Invalid KeyConditionExpression: Invalid operator used in KeyConditionExpression: OR",
    ],
    [
      { KeyConditionExpression: "p = :p AND p = :s" },
      { ":s": { S: "1" } },
      "Invalid KeyConditionExpression: KeyConditionExpressions must only contain one condition per key",
    ],
    [
      { KeyConditionExpression: "p = :p AND s = :s" },
      { ":s": { S: "1" } },
      "One or more parameter values were invalid: Condition parameter type does not match schema type",
    ],
    [
      { FilterExpression: "s > :s" },
      { ":s": { N: "1" } },
      "Filter Expression can only contain non-primary key attributes: Primary key attribute: s",
    ],
    [{ IndexName: "none" }, {}, "The table does not have the specified index: none"],
    [{ KeyConditionExpression: undefined }, {}, /unused in expressions|only be specified when using expressions/],
    [
      { ExclusiveStartKey: { p: { S: "other" }, s: { N: "1" } } },
      {},
      "The provided starting key is outside query boundaries based on provided conditions",
    ],
    [{ ExclusiveStartKey: { p: { S: "three" } } }, {}, "The provided starting key is invalid"],
    [{ KeyConditionExpression: "p = :p AND begins_with(s, :s)" }, { ":s": { S: "1" } }, /does not match schema type/],
    [{ Select: "SPECIFIC_ATTRIBUTES" }, {}, /Must specify the AttributesToGet or ProjectionExpression/],
    [
      { ProjectionExpression: "a", Select: "COUNT" },
      {},
      "Cannot specify the ProjectionExpression when choosing to get only the Count",
    ],
    [{ AttributesToGet: ["a"] }, {}, /^Can not use both expression and non-expression parameters in the same request/],
    [
      { Limit: 0 },
      {},
      "1 validation error detected: Value at 'Limit' failed to satisfy constraint: Member must have value greater than or equal to 1",
    ],
  ];
  for (const [more, values, message] of refused) {
    it(`are refused in AWS's words: ${JSON.stringify(more)}`, async () => {
      await assert.rejects(query(more, values), refusal(message));
    });
  }
});
