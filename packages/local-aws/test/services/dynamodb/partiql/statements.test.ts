import assert from "node:assert/strict";
import { type Answer, refusal, TestEngine } from "../engine.ts";

describe("statements of PartiQL", () => {
  let test: TestEngine;
  beforeEach(async () => {
    test = await TestEngine.open();
    await test.table("music", "N", {
      AttributeDefinitions: [
        { AttributeName: "p", AttributeType: "S" },
        { AttributeName: "s", AttributeType: "N" },
        { AttributeName: "g", AttributeType: "S" },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: "by-g",
          KeySchema: [{ AttributeName: "g", KeyType: "HASH" }],
          Projection: { ProjectionType: "ALL" },
        },
      ],
    });
    for (let i = 0; i < 10; i++) {
      await run(
        `INSERT INTO music VALUE {'p': ?, 's': ?, 'g': 'x', 'm': {'l': [1, true, NULL], 'set': <<'a', 'b'>>}}`,
        [{ S: i < 5 ? "first" : "second" }, { N: String(i) }],
      );
    }
  });
  afterEach(() => test.close());

  const run = (Statement: string, Parameters?: object[], more: object = {}) =>
    test.send("ExecuteStatement", { Statement, ...(Parameters && { Parameters }), ...more });
  const sorts = ({ Items }: Answer) => Items.map(({ s }: Answer) => Number(s.N));

  it("insert what was not there", async () => {
    const { Items } = await run(`SELECT * FROM music WHERE p = 'first' AND s = 0`);
    assert.deepEqual(Items, [
      {
        p: { S: "first" },
        s: { N: "0" },
        g: { S: "x" },
        m: { M: { l: { L: [{ N: "1" }, { BOOL: true }, { NULL: true }] }, set: { SS: ["a", "b"] } } },
      },
    ]);
    await assert.rejects(
      run(`INSERT INTO music VALUE {'p': 'first', 's': 0}`),
      refusal("Duplicate primary key exists in table", "DuplicateItemException"),
    );
  });

  it("select by key, by several, by an index, and by anything else", async () => {
    assert.deepEqual(sorts(await run(`SELECT s FROM "music" WHERE p = 'first' AND s >= 2 AND m.l[0] = 1`)), [2, 3, 4]);
    assert.deepEqual(
      sorts(await run(`SELECT s FROM music WHERE p = 'first' AND s BETWEEN 1 AND 2 ORDER BY s DESC`)),
      [2, 1],
    );
    assert.deepEqual(
      sorts(await run(`SELECT s FROM music WHERE p IN ['first', 'second'] AND s > 3`)),
      [4, 5, 6, 7, 8, 9],
    );
    assert.equal((await run(`SELECT * FROM music."by-g" WHERE g = 'x'`)).Items.length, 10);
    assert.deepEqual(sorts(await run(`SELECT s FROM music WHERE s > 8 OR s < 1`)).sort(), [0, 9]);
    const missing = `SELECT s FROM music WHERE nothing IS MISSING AND m IS NOT NULL AND contains(m."set", 'a') AND NOT s <> -(-3)`;
    await assert.rejects(run(missing), refusal(/well formed/));
    assert.deepEqual(sorts(await run(missing.replace("-(-3)", "3"))), [3]);
  });

  it("go on where a page ended", async () => {
    const found: number[] = [];
    let NextToken: string | undefined;
    do {
      const page = await run(`SELECT s FROM music WHERE p IN ['first', 'second']`, undefined, { Limit: 3, NextToken });
      found.push(...sorts(page));
      NextToken = page.NextToken;
    } while (NextToken);
    assert.deepEqual(found, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    await assert.rejects(run("SELECT * FROM music", undefined, { NextToken: "x" }), refusal("Invalid NextToken"));
  });

  it("update and delete one item, and give back what is asked for", async () => {
    const where = `WHERE p = 'first' AND s = 1`;
    const updated = await run(
      `UPDATE music SET m.l[0] = m.l[0] + 1 SET m."set" = set_add(m."set", <<'c'>>) SET n = list_append(m.l, [2]) REMOVE g ${where} RETURNING ALL NEW *`,
    );
    assert.deepEqual(updated.Items, [
      {
        p: { S: "first" },
        s: { N: "1" },
        m: { M: { l: { L: [{ N: "2" }, { BOOL: true }, { NULL: true }] }, set: { SS: ["a", "b", "c"] } } },
        n: { L: [{ N: "1" }, { BOOL: true }, { NULL: true }, { N: "2" }] },
      },
    ]);
    const modified = await run(`UPDATE music SET q = 'x' ${where} RETURNING MODIFIED NEW *`);
    assert.deepEqual(modified.Items, [{ q: { S: "x" } }]);
    await assert.rejects(
      run(`UPDATE music SET q = 'x' ${where} AND q <> 'x'`),
      refusal("The conditional request failed", "ConditionalCheckFailedException"),
    );
    await assert.rejects(run(`UPDATE music SET q = 'x' WHERE p = 'new' AND s = 1`), {
      name: "ConditionalCheckFailedException",
    });
    const gone = await run(`DELETE FROM music ${where} RETURNING ALL OLD *`);
    assert.deepEqual(gone.Items[0].q, { S: "x" });
    assert.deepEqual((await run(`DELETE FROM music ${where}`)).Items, []);
    await assert.rejects(
      run(`DELETE FROM music WHERE p = 'first'`),
      refusal("Where clause does not contain a mandatory equality on all key attributes"),
    );
  });

  it("in a batch stand each for itself", async () => {
    const { Responses } = await test.send("BatchExecuteStatement", {
      Statements: [
        { Statement: `INSERT INTO music VALUE {'p': 'first', 's': 0}` },
        { Statement: `INSERT INTO music VALUE {'p': 'third', 's': 0}` },
        { Statement: `DELETE FROM nowhere WHERE p = 'x'` },
      ],
    });
    assert.deepEqual(Responses, [
      { TableName: "music", Error: { Code: "DuplicateItem", Message: "Duplicate primary key exists in table" } },
      { TableName: "music" },
      { TableName: "nowhere", Error: { Code: "ResourceNotFound", Message: "Requested resource not found" } },
    ]);
    const read = await test.send("BatchExecuteStatement", {
      Statements: [
        { Statement: `SELECT s FROM music WHERE s = 0 AND p = 'third'` },
        { Statement: "SELECT * FROM music" },
      ],
    });
    assert.deepEqual(read.Responses[0], { TableName: "music", Item: { s: { N: "0" } } });
    assert.equal(read.Responses[1].Error.Code, "ValidationError");
  });

  it("in a transaction are done together", async () => {
    const transact = (...statements: string[]) =>
      test.send("ExecuteTransaction", { TransactStatements: statements.map((Statement) => ({ Statement })) });
    const insert = (s: number) => `INSERT INTO music VALUE {'p': 'first', 's': ${s}}`;
    await assert.rejects(transact(insert(20), insert(0)), {
      name: "TransactionCanceledException",
      message: "Transaction cancelled, please refer cancellation reasons for specific reasons [None, DuplicateItem]",
    });
    await transact(insert(20), `EXISTS(SELECT * FROM music WHERE p = 'first' AND s = 0 AND g = 'x')`);
    const { Responses } = await transact(`SELECT s FROM music WHERE p = 'first' AND s = 20`);
    assert.deepEqual(Responses, [{ Item: { s: { N: "20" } } }]);
    await assert.rejects(transact(insert(30), "SELECT * FROM music"), refusal(/both read and write/));
    await assert.rejects(
      transact("SELECT * FROM music WHERE p = 'first' AND s = 0 AND g = 'x'"),
      refusal(
        "Validation failed in TransactStatements[0]: Select statements within ExecuteTransaction must specify the primary key in the where clause.",
      ),
    );
    await assert.rejects(
      transact("EXISTS(SELECT * FROM music WHERE p = 'first' AND s = 0)"),
      refusal(/EXISTS\(\) must contain a single item read with additional condition$/),
    );
  });

  const refusals: [statement: string, message: string][] = [
    [
      "SELECT * FROM music WHERE p = 'x' foo",
      "Statement wasn't well formed, can't be processed: Unexpected token after expression",
    ],
    ["SELECT * FROM music # x", "Statement wasn't well formed, can't be processed: "],
    ["SELECT * FROM music WHERE p = 1e2147483648", "Statement wasn't well formed, can't be processed: "],
    ["SELECT * FROM music AS m WHERE p = 'x'", "Aliasing is not supported"],
    [
      "INSERT INTO music VALUE {'p': 'x', 'l': [1, {'n': 1e126}]}",
      "Number overflow. Attempting to store a number with magnitude larger than supported range under root.l[1].n",
    ],
    ["SELECT * FROM music.nothing", "The table does not have the specified index"],
    [
      "UPDATE music SET a = set_add(b, <<1>>) WHERE p = 'x' AND s = 1",
      "The first argument to SET_ADD must equal the assignment value",
    ],
    [
      "UPDATE music SET a = set_delete(a, 'x') WHERE p = 'x' AND s = 1",
      "The second argument to SET_DELETE must be a value with type SET",
    ],
    ["UPDATE music SET a = <<>> WHERE p = 'x' AND s = 1", "Empty bags are not supported"],
    [
      "SELECT * FROM music WHERE attribute_exists('m')",
      "Operator or function requires a document path; operator or function: attribute_exists",
    ],
    [
      "SELECT * FROM music WHERE attribute_exists()",
      "Incorrect number of operands for operator or function; operator or function: attribute_exists, number of operands: 0",
    ],
    [
      "SELECT * FROM music WHERE m > true",
      "Incorrect operand type for operator or function; operator or function: >, operand type: BOOL",
    ],
  ];
  for (const [statement, message] of refusals) {
    it(`are refused in AWS's words: ${statement}`, async () => {
      await assert.rejects(run(statement), refusal(message));
    });
  }

  it("take functions as conditions, in any case", async () => {
    const count = async (test: string) => (await run(`SELECT s FROM music WHERE p = 'first' AND ${test}`)).Items.length;
    assert.equal(await count("ATTRIBUTE_EXISTS(m) = true /* all have it */"), 5);
    assert.equal(await count("attribute_exists(m) = false"), 0);
    assert.equal(await count("size(g) = 1 AND attribute_type(m, 'M') AND g IS STRING"), 5);
    const { Items } = await run("SELECT m.l FROM music WHERE p = 'first' AND s = 0");
    assert.deepEqual(Items, [{ l: { L: [{ N: "1" }, { BOOL: true }, { NULL: true }] } }]);
  });

  for (const statement of [
    "SELECT",
    "SELECT * music",
    "UPDATE music WHERE p = 'x'",
    "INSERT INTO music VALUE 1",
    "SELECT * FROM music WHERE p = ?",
    "DROP TABLE music",
    "SELECT * FROM music; x",
  ]) {
    it(`are refused when they are none: ${statement}`, async () => {
      await assert.rejects(run(statement), { name: "ValidationException" });
    });
  }
});
