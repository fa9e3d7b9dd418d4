import assert from "node:assert/strict";
import { setTimeout } from "node:timers/promises";
import { refusal, TestEngine } from "../engine.ts";

const attribute = (AttributeName: string, AttributeType = "S") => ({ AttributeName, AttributeType });
const hash = (AttributeName: string) => ({ AttributeName, KeyType: "HASH" });
const range = (AttributeName: string) => ({ AttributeName, KeyType: "RANGE" });
const all = { ProjectionType: "ALL" };
const table = {
  TableName: "refused",
  AttributeDefinitions: [attribute("p")],
  KeySchema: [hash("p")],
  BillingMode: "PAY_PER_REQUEST",
};
const wrong = "One or more parameter values were invalid: ";

describe("tables", () => {
  let test: TestEngine;
  before(async () => {
    test = await TestEngine.open();
  });
  after(() => test.close());

  const refused: [what: string, change: object, message: string | RegExp][] = [
    [
      "a short name",
      { TableName: "ab" },
      "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length greater than or equal to 3",
    ],
    [
      "another character in its name",
      { TableName: "a b c" },
      /^1 validation error detected: Value 'a b c' at 'tableName' failed to satisfy constraint: Member must satisfy regular expression pattern: \[a-zA-Z0-9_.-\]\+$/,
    ],
    [
      "no key",
      { KeySchema: [] },
      "1 validation error detected: Value '[]' at 'keySchema' failed to satisfy constraint: Member must have length greater than or equal to 1",
    ],
    [
      "a range alone",
      { KeySchema: [range("p")] },
      "Invalid KeySchema: The first KeySchemaElement is not a HASH key type",
    ],
    [
      "a key that is not defined",
      { KeySchema: [hash("q")] },
      `${wrong}Some index key attributes are not defined in AttributeDefinitions. Keys: [q], AttributeDefinitions: [p]`,
    ],
    [
      "an attribute that is no key",
      { AttributeDefinitions: [attribute("p"), attribute("q")] },
      `${wrong}Number of attributes in KeySchema does not exactly match number of attributes defined in AttributeDefinitions`,
    ],
    [
      "no capacity",
      { BillingMode: undefined },
      `${wrong}ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED`,
    ],
    [
      "an unknown mode",
      { BillingMode: "FREE" },
      "1 validation error detected: Value 'FREE' at 'billingMode' failed to satisfy constraint: Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
    ],
    [
      "a local index of a table without a sort key",
      { LocalSecondaryIndexes: [{ IndexName: "local", KeySchema: [hash("p"), range("p")], Projection: all }] },
      "Invalid KeySchema: Some index key attribute have no definition",
    ],
    [
      "a projection without attributes",
      {
        GlobalSecondaryIndexes: [
          { IndexName: "index", KeySchema: [hash("p")], Projection: { ProjectionType: "INCLUDE" } },
        ],
      },
      `${wrong}ProjectionType is INCLUDE, but NonKeyAttributes is not specified`,
    ],
    [
      "two indexes of one name",
      {
        GlobalSecondaryIndexes: [1, 2].map(() => ({ IndexName: "index", KeySchema: [hash("p")], Projection: all })),
      },
      `${wrong}Duplicate index name: index`,
    ],
    ["a stream of no kind", { StreamSpecification: { StreamEnabled: true } }, /StreamViewType must be specified/],
  ];
  for (const [what, change, message] of refused) {
    it(`are refused with ${what}`, async () => {
      await assert.rejects(test.send("CreateTable", { ...table, ...change }), refusal(message));
    });
  }

  it("say all that is wrong at once", async () => {
    await assert.rejects(
      test.send("CreateTable", { TableName: "any", BillingMode: "FREE" }),
      refusal(
        "3 validation errors detected: Value null at 'attributeDefinitions' failed to satisfy constraint: Member must not be null; Value null at 'keySchema' failed to satisfy constraint: Member must not be null; Value 'FREE' at 'billingMode' failed to satisfy constraint: Member must satisfy enum value set: [PROVISIONED, PAY_PER_REQUEST]",
      ),
    );
  });

  it("are CREATING in the first answer and ACTIVE after it, and are there once", async () => {
    const { TableDescription } = await test.table("twice");
    assert.equal(TableDescription.TableStatus, "CREATING");
    assert.equal((await test.send("DescribeTable", { TableName: "twice" })).Table.TableStatus, "ACTIVE");
    await assert.rejects(test.table("twice"), refusal("Table already exists: twice", "ResourceInUseException"));
    await assert.rejects(
      test.send("DescribeTable", { TableName: "none" }),
      refusal("Requested resource not found: Table: none not found", "ResourceNotFoundException"),
    );
    await assert.rejects(
      test.send("GetItem", { TableName: "none", Key: { p: { S: "x" } } }),
      refusal("Requested resource not found", "ResourceNotFoundException"),
    );
  });

  it("are listed by name, a page at a time", async () => {
    for (const name of ["list-c", "list-a", "list-b"]) await test.table(name);
    const first = await test.send("ListTables", { ExclusiveStartTableName: "list", Limit: 2 });
    assert.deepEqual(first, { TableNames: ["list-a", "list-b"], LastEvaluatedTableName: "list-b" });
    const { TableNames } = await test.send("ListTables", { ExclusiveStartTableName: "list-b" });
    assert.equal(TableNames[0], "list-c");
  });

  it("count their items and bytes, and those of their indexes", async () => {
    await test.table("counted", undefined, {
      AttributeDefinitions: [attribute("p"), attribute("g")],
      GlobalSecondaryIndexes: [
        { IndexName: "index", KeySchema: [hash("g")], Projection: { ProjectionType: "KEYS_ONLY" } },
      ],
    });
    const put = (Item: object) => test.send("PutItem", { TableName: "counted", Item });
    await put({ p: { S: "1" }, g: { S: "x" }, more: { S: "0123456789" } });
    await put({ p: { S: "2" } });
    await put({ p: { S: "2" }, more: { S: "01" } });
    const counts = async () => {
      const { Table } = await test.send("DescribeTable", { TableName: "counted" });
      const [index] = Table.GlobalSecondaryIndexes;
      return [Table.ItemCount, Table.TableSizeBytes, index.ItemCount, index.IndexSizeBytes];
    };
    assert.deepEqual(await counts(), [2, 2 + 2 + 14 + 2 + 6, 1, 4]);
    await test.send("DeleteItem", { TableName: "counted", Key: { p: { S: "1" } } });
    assert.deepEqual(await counts(), [1, 2 + 6, 0, 0]);
  });

  it("fill an index that is made later, while they are written to", async () => {
    await test.table("filled", "N");
    for (let page = 0; page < 40; page++) {
      const puts = Array.from({ length: 25 }, (_, i) => ({
        PutRequest: { Item: { p: { S: `${page}` }, s: { N: `${i}` }, g: { S: i % 5 === 0 ? "fifth" : "other" } } },
      }));
      await test.send("BatchWriteItem", { RequestItems: { filled: puts } });
    }
    await test.send("PutItem", { TableName: "filled", Item: { p: { S: "odd" }, s: { N: "0" }, g: { N: "1" } } });
    await test.send("UpdateTable", {
      TableName: "filled",
      AttributeDefinitions: [attribute("g")],
      GlobalSecondaryIndexUpdates: [{ Create: { IndexName: "index", KeySchema: [hash("g")], Projection: all } }],
    });
    const key = { p: { S: "0" }, s: { N: "0" } };
    await test.send("DeleteItem", { TableName: "filled", Key: key });
    await test.send("PutItem", { TableName: "filled", Item: { p: { S: "late" }, s: { N: "0" }, g: { S: "fifth" } } });
    const index = async () =>
      (await test.send("DescribeTable", { TableName: "filled" })).Table.GlobalSecondaryIndexes[0];
    while ((await index()).IndexStatus !== "ACTIVE") await setTimeout(5);
    const { Count } = await test.send("Query", {
      TableName: "filled",
      IndexName: "index",
      KeyConditionExpression: "g = :g",
      ExpressionAttributeValues: { ":g": { S: "fifth" } },
    });
    assert.equal(Count, 40 * 5);
    assert.equal((await index()).ItemCount, 1000);
  });

  it("go, and what comes by their name has nothing of them", async () => {
    await test.table("again");
    await test.send("PutItem", { TableName: "again", Item: { p: { S: "x" } } });
    await test.send("DeleteTable", { TableName: "again" });
    await test.table("again");
    assert.equal((await test.send("Scan", { TableName: "again" })).Count, 0);
    while (test.engine.tables.leftovers().length > 0) await setTimeout(5);
  });

  it("are tagged", async () => {
    const { TableDescription } = await test.table("tagged", undefined, { Tags: [{ Key: "a", Value: "1" }] });
    const ResourceArn = TableDescription.TableArn;
    await test.send("TagResource", { ResourceArn, Tags: [{ Key: "b", Value: "2" }] });
    await test.send("UntagResource", { ResourceArn, TagKeys: ["a"] });
    assert.deepEqual(await test.send("ListTagsOfResource", { ResourceArn }), { Tags: [{ Key: "b", Value: "2" }] });
    await assert.rejects(
      test.send("TagResource", { ResourceArn, Tags: [{ Key: "aws:x", Value: "" }] }),
      refusal(/reserved prefix aws:/),
    );
  });

  it("change their capacity, one index and the stream at a time", async () => {
    await test.table("changed", undefined, {
      BillingMode: "PROVISIONED",
      ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 },
    });
    const update = (change: object) => test.send("UpdateTable", { TableName: "changed", ...change });
    await assert.rejects(
      update({ ProvisionedThroughput: { ReadCapacityUnits: 1, WriteCapacityUnits: 1 } }),
      refusal(/^The provisioned throughput for the table will not change/),
    );
    const { TableDescription } = await update({
      ProvisionedThroughput: { ReadCapacityUnits: 2, WriteCapacityUnits: 1 },
    });
    assert.equal(TableDescription.ProvisionedThroughput.ReadCapacityUnits, 2);
    assert.ok(TableDescription.ProvisionedThroughput.LastIncreaseDateTime);
    await assert.rejects(
      update({ GlobalSecondaryIndexUpdates: [{ Delete: { IndexName: "none" } }] }),
      refusal("Requested resource not found", "ResourceNotFoundException"),
    );
    const stream = { StreamEnabled: true, StreamViewType: "KEYS_ONLY" };
    await update({ StreamSpecification: stream });
    await assert.rejects(update({ StreamSpecification: stream }), refusal(/already has an enabled stream/));
    await update({ StreamSpecification: { StreamEnabled: false } });
    const { Table } = await test.send("DescribeTable", { TableName: "changed" });
    assert.equal(Table.StreamSpecification, undefined);
    assert.match(Table.LatestStreamArn, /table\/changed\/stream\//);
    await assert.rejects(update({}), refusal(/^At least one of ProvisionedThroughput/));
  });

  it("have capacity of their indexes where it is bought, and only there", async () => {
    const capacity = { ReadCapacityUnits: 1, WriteCapacityUnits: 1 };
    await test.table("bought", undefined, {
      AttributeDefinitions: ["p", "g"].map((AttributeName) => ({ AttributeName, AttributeType: "S" })),
      GlobalSecondaryIndexes: [
        {
          IndexName: "byG",
          KeySchema: [{ AttributeName: "g", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    });
    const update = (change: object) => test.send("UpdateTable", { TableName: "bought", ...change });
    const index = { IndexName: "byG", ProvisionedThroughput: capacity };
    await assert.rejects(
      update({ GlobalSecondaryIndexUpdates: [{ Update: index }] }),
      refusal(
        "One or more parameter values were invalid: ProvisionedThroughput should not be specified for index: byG when BillingMode is PAY_PER_REQUEST",
      ),
    );
    const bought = { BillingMode: "PROVISIONED", ProvisionedThroughput: capacity };
    await assert.rejects(
      update(bought),
      refusal("One or more parameter values were invalid: ProvisionedThroughput is not specified for index: byG"),
    );
    const { TableDescription } = await update({ ...bought, GlobalSecondaryIndexUpdates: [{ Update: index }] });
    assert.equal(TableDescription.GlobalSecondaryIndexes[0].ProvisionedThroughput.ReadCapacityUnits, 1);
  });
});
