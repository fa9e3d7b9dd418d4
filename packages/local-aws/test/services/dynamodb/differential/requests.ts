/** Random requests to a few tables: small vocabularies, so that they meet. */
import fc from "fast-check";

type Value = Record<string, unknown>;

export const tables = [
  {
    TableName: "plain",
    AttributeDefinitions: [{ AttributeName: "p", AttributeType: "S" }],
    KeySchema: [{ AttributeName: "p", KeyType: "HASH" }],
    BillingMode: "PAY_PER_REQUEST",
  },
  {
    TableName: "sorted",
    AttributeDefinitions: [
      { AttributeName: "p", AttributeType: "S" },
      { AttributeName: "s", AttributeType: "N" },
      { AttributeName: "g", AttributeType: "S" },
      { AttributeName: "n", AttributeType: "N" },
    ],
    KeySchema: [
      { AttributeName: "p", KeyType: "HASH" },
      { AttributeName: "s", KeyType: "RANGE" },
    ],
    BillingMode: "PAY_PER_REQUEST",
    GlobalSecondaryIndexes: [
      {
        IndexName: "global",
        KeySchema: [
          { AttributeName: "g", KeyType: "HASH" },
          { AttributeName: "n", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: ["a"] },
      },
    ],
    LocalSecondaryIndexes: [
      {
        IndexName: "local",
        KeySchema: [
          { AttributeName: "p", KeyType: "HASH" },
          { AttributeName: "g", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "ALL" },
      },
    ],
  },
];

const text = fc.constantFrom("x", "xy", "y", "", "ä", "\u{1F600}", "\uE000");
const keyText = fc.constantFrom("x", "xy", "y", "ä");
const number = fc.oneof(
  fc.integer({ min: -12, max: 12 }).map(String),
  fc.constantFrom("0.5", "-1.50", "1e3", "12345678901234567890123456789012345678", "1E-130", "-9.9e125", "007"),
);
const binary = fc.constantFrom("AA==", "/w==", "AAE=");
const scalar: fc.Arbitrary<Value> = fc.oneof(
  text.map((S) => ({ S })),
  number.map((N) => ({ N })),
  binary.map((B) => ({ B })),
  fc.boolean().map((BOOL) => ({ BOOL })),
  fc.constant({ NULL: true }),
);
const some = <T>(one: fc.Arbitrary<T>) => fc.uniqueArray(one, { minLength: 1, maxLength: 3 });
const value: fc.Arbitrary<Value> = fc.oneof(
  { weight: 24, arbitrary: scalar },
  some(text).map((SS) => ({ SS })),
  some(fc.integer({ min: 0, max: 9 })).map((list) => ({ NS: list.map(String) })),
  some(binary).map((BS) => ({ BS })),
  fc.array(scalar, { maxLength: 3 }).map((L) => ({ L })),
  fc.dictionary(fc.constantFrom("a", "b", "m"), scalar, { maxKeys: 3 }).map((M) => ({ M })),
  // Nothing that a value can be.
  { weight: 1, arbitrary: fc.constantFrom({}, { N: "no" }, { NULL: false }, { SS: [] }, { S: "x", N: "1" }) },
);
const attributes = fc.dictionary(fc.constantFrom("a", "b", "m"), value, { maxKeys: 3 });

const sortKey = fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -3, max: 3 }).map(String) }, number);
const keys = {
  plain: keyText.map((S): Value => ({ p: { S } })),
  sorted: fc.tuple(keyText, sortKey).map(([S, N]): Value => ({ p: { S }, s: { N } })),
};
const indexed = fc.record(
  { g: fc.oneof({ weight: 9, arbitrary: keyText.map((S) => ({ S })) }, value), n: number.map((N) => ({ N })) },
  { requiredKeys: [] },
);
const table = fc.constantFrom("plain" as const, "sorted" as const);

/** A path, and the placeholders that it has. */
const path = fc.constantFrom("a", "b", "m", "g", "n", "m.a", "m.b", "a[0]", "a[1]", "b[2]", "m.m.a", "#n", "size", "p");

interface Expression {
  text: string;
  values: Record<string, Value>;
}

const operand = fc.oneof(
  { weight: 3, arbitrary: path.map((one): Expression => ({ text: one, values: {} })) },
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(":v", ":w", ":x"), value)
      .map(([name, one]): Expression => ({ text: name, values: { [name]: one } })),
  },
  path.map((one): Expression => ({ text: `size(${one})`, values: {} })),
);

const join = (expressions: Expression[], make: (texts: string[]) => string): Expression => ({
  text: make(expressions.map(({ text: one }) => one)),
  values: Object.assign({}, ...expressions.map(({ values }) => values)),
});

const test: fc.Arbitrary<Expression> = fc.oneof(
  fc
    .tuple(operand, fc.constantFrom("=", "<>", "<", "<=", ">", ">="), operand)
    .map(([left, comparator, right]) => join([left, right], ([a, b]) => `${a} ${comparator} ${b}`)),
  fc.tuple(operand, operand, operand).map((all) => join(all, ([a, b, c]) => `${a} BETWEEN ${b} AND ${c}`)),
  fc.tuple(operand, operand, operand).map((all) => join(all, ([a, b, c]) => `${a} IN (${b}, ${c})`)),
  path.map((one): Expression => ({ text: `attribute_exists(${one})`, values: {} })),
  path.map((one): Expression => ({ text: `attribute_not_exists(${one})`, values: {} })),
  fc.tuple(operand, operand).map((all) => join(all, ([a, b]) => `contains(${a}, ${b})`)),
  fc.tuple(path, text).map(([a, S]): Expression => ({ text: `begins_with(${a}, :s)`, values: { ":s": { S } } })),
  fc
    .tuple(path, fc.constantFrom("S", "N", "L", "SS", "Q"))
    .map(([a, S]): Expression => ({ text: `attribute_type(${a}, :t)`, values: { ":t": { S } } })),
);
const condition: fc.Arbitrary<Expression> = fc.oneof(
  { weight: 4, arbitrary: test },
  test.map((one) => join([one], ([a]) => `NOT ${a}`)),
  fc
    .tuple(test, fc.constantFrom("AND", "OR"), test)
    .map(([left, word, right]) => join([left, right], ([a, b]) => `(${a}) ${word} (${b})`)),
  fc.constant({ text: "a = = :v", values: { ":v": { S: "x" } } }),
);

const assigned = fc.oneof(
  { weight: 4, arbitrary: operand },
  fc
    .tuple(operand, fc.constantFrom("+", "-"), operand)
    .map(([a, sign, b]) => join([a, b], ([x, y]) => `${x} ${sign} ${y}`)),
  fc.tuple(path, operand).map(([a, b]) => join([b], ([y]) => `if_not_exists(${a}, ${y})`)),
  fc.tuple(operand, operand).map((all) => join(all, ([a, b]) => `list_append(${a}, ${b})`)),
);
const clause = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(path, assigned).map(([a, b]) => join([b], ([y]) => `SET ${a} = ${y}`)) },
  path.map((a): Expression => ({ text: `REMOVE ${a}`, values: {} })),
  fc
    .tuple(fc.constantFrom("ADD", "DELETE"), path, value)
    .map(([word, a, one]): Expression => ({ text: `${word} ${a} :z`, values: { ":z": one } })),
);
const update = fc.uniqueArray(clause, { minLength: 1, maxLength: 2, selector: (one) => one.text.slice(0, 3) });

/** Members of a request that has these expressions. */
function expressed(parts: Record<string, Expression | undefined>): Value {
  const given = Object.entries(parts).filter((entry): entry is [string, Expression] => entry[1] !== undefined);
  const values = Object.assign({}, ...given.map(([, one]) => one.values));
  const uses = given.some(([, { text: one }]) => one.includes("#n"));
  return {
    ...Object.fromEntries(given.map(([name, { text: one }]) => [name, one])),
    ...(uses && { ExpressionAttributeNames: { "#n": "b" } }),
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
  };
}

const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined });
const projection = fc.uniqueArray(path, { minLength: 1, maxLength: 2 }).map((list) => list.join(", "));
const asExpression = (one: string | undefined): Expression | undefined =>
  one === undefined ? undefined : { text: one, values: {} };

const item = table.chain((TableName) =>
  fc
    .tuple(keys[TableName], attributes, indexed)
    .map(([key, more, index]) => ({ TableName, Item: { ...more, ...index, ...key } })),
);
const keyed = table.chain((TableName) => keys[TableName].map((Key) => ({ TableName, Key })));

const put = fc.tuple(item, maybe(condition), fc.constantFrom("NONE", "ALL_OLD")).map(([given, only, ReturnValues]) => ({
  operation: "PutItem",
  input: { ...given, ReturnValues, ...expressed({ ConditionExpression: only }) },
}));
const get = fc.tuple(keyed, maybe(projection)).map(([given, wanted]) => ({
  operation: "GetItem",
  input: { ...given, ...expressed({ ProjectionExpression: asExpression(wanted) }), ReturnConsumedCapacity: "TOTAL" },
}));
const remove = fc.tuple(keyed, maybe(condition)).map(([given, only]) => ({
  operation: "DeleteItem",
  input: { ...given, ReturnValues: "ALL_OLD", ...expressed({ ConditionExpression: only }) },
}));
const returned = fc.constantFrom("ALL_OLD", "ALL_NEW", "UPDATED_OLD", "UPDATED_NEW", "NONE");
const change = fc.tuple(keyed, update, maybe(condition), returned).map(([given, clauses, only, ReturnValues]) => ({
  operation: "UpdateItem",
  input: {
    ...given,
    ReturnValues,
    ...expressed({
      UpdateExpression: join(clauses, (texts) => texts.join(" ")),
      ConditionExpression: only,
    }),
  },
}));

const sortTest = fc.oneof(
  fc.constant(""),
  fc.constantFrom("=", "<", "<=", ">", ">=").map((comparator) => ` AND SORT ${comparator} :s`),
  fc.constant(" AND SORT BETWEEN :s AND :t"),
);
const query = fc
  .tuple(
    fc.constantFrom(undefined, "global", "local"),
    keyText,
    sortTest,
    fc.tuple(sortKey, sortKey, keyText, keyText),
    maybe(condition),
    maybe(projection),
    maybe(fc.integer({ min: 1, max: 4 })),
    fc.boolean(),
  )
  .map(([IndexName, hash, sort, [n, m, x, y], filter, wanted, Limit, ScanIndexForward]) => {
    const [hashName, sortName] = IndexName === "global" ? ["g", "n"] : IndexName === "local" ? ["p", "g"] : ["p", "s"];
    const values = sortName === "g" ? [{ S: x }, { S: y }] : [{ N: n }, { N: m }];
    const key: Expression = {
      text: `${hashName} = :hash${sort.replace("SORT", sortName as string)}`,
      values: {
        ":hash": { S: hash },
        ...(sort.includes(":s") && { ":s": values[0] }),
        ...(sort.includes(":t") && { ":t": values[1] }),
      } as Record<string, Value>,
    };
    // The sort key's value would be the condition's, too.
    const renamed = filter && {
      text: filter.text.replaceAll(":s", ":fs").replaceAll(":t", ":ft"),
      values: Object.fromEntries(
        Object.entries(filter.values).map(([name, one]) => [name.replace(":s", ":fs").replace(":t", ":ft"), one]),
      ),
    };
    return {
      operation: "Query",
      input: {
        TableName: "sorted",
        ...(IndexName && { IndexName }),
        ...(Limit && { Limit }),
        ScanIndexForward,
        ...expressed({
          KeyConditionExpression: key,
          FilterExpression: renamed,
          ProjectionExpression: asExpression(wanted),
        }),
      },
    };
  });
const scan = fc.tuple(table, maybe(condition), maybe(projection)).map(([TableName, filter, wanted]) => ({
  operation: "Scan",
  input: { TableName, ...expressed({ FilterExpression: filter, ProjectionExpression: asExpression(wanted) }) },
}));
const batch = fc.array(item, { minLength: 1, maxLength: 4 }).map((items) => ({
  operation: "BatchWriteItem",
  input: {
    RequestItems: Object.groupBy(
      items.map(({ TableName, Item }) => ({ TableName, PutRequest: { Item } })),
      ({ TableName }) => TableName,
    ),
  },
}));
const transactPart = fc.oneof(
  item.map((Put) => ({ Put })),
  keyed.map((Delete) => ({ Delete })),
  fc
    .tuple(keyed, condition)
    .map(([given, only]) => ({ ConditionCheck: { ...given, ...expressed({ ConditionExpression: only }) } })),
  fc.tuple(keyed, clause).map(([given, one]) => ({ Update: { ...given, ...expressed({ UpdateExpression: one }) } })),
);
const transact = fc.array(transactPart, { minLength: 1, maxLength: 3 }).map((TransactItems) => ({
  operation: "TransactWriteItems",
  input: { TransactItems },
}));

export interface Request {
  operation: string;
  input: Value;
}

export const request: fc.Arbitrary<Request> = fc.oneof(
  { weight: 6, arbitrary: put },
  { weight: 6, arbitrary: change },
  { weight: 2, arbitrary: get },
  remove,
  { weight: 4, arbitrary: query },
  { weight: 2, arbitrary: scan },
  batch,
  { weight: 2, arbitrary: transact },
);
