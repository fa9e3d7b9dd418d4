import assert from "node:assert/strict";
import fc from "fast-check";
import { compilePattern, PatternError } from "../../src/eventPattern/pattern.ts";

const matches = (pattern: object, event: unknown) => compilePattern(pattern)(event);

/** Pattern of field `a`, values of it that match, values that do not. */
const operators: [name: string, pattern: unknown, yes: unknown[], no: unknown[]][] = [
  ["a literal", ["x", 1, null, true], ["x", 1, 1.0, null, true, ["y", "x"]], ["X", "1", 2, false, [], {}, undefined]],
  ["an empty string", [""], [""], [" ", null, undefined]],
  ["prefix", [{ prefix: "us-" }], ["us-east-1", "us-", ["eu", "us-x"]], ["eu-us-", "US-", 5, null, undefined]],
  ["prefix ignoring case", [{ prefix: { "equals-ignore-case": "US-" } }], ["us-e", "Us-e"], ["eu"]],
  ["suffix", [{ suffix: ".png" }], ["a.png", ".png"], ["png", "a.PNG", undefined]],
  ["suffix ignoring case", [{ suffix: { "equals-ignore-case": ".png" } }], ["a.PNG"], ["a.pn"]],
  ["equals-ignore-case", [{ "equals-ignore-case": "Alice" }], ["aLICE"], ["alices", 1, undefined]],
  ["wildcard", [{ wildcard: "a*c*" }], ["ac", "abbbc", "a\ncx"], ["bac", "ab"]],
  ["wildcards, several", [{ wildcard: "*/*/*/*.csv" }], ["a/b/c/d.csv"], ["a/b/c.csv", "a/".repeat(20_000)]],
  [
    "wildcard before repeats",
    [{ wildcard: "/Users/*/dir/dir/dir/dir/doc.txt" }],
    ["/Users/x/dir/dir/dir/dir/doc.txt"],
    [],
  ],
  ["wildcard, escaped", [{ wildcard: "a\\*\\\\*" }], ["a*\\", "a*\\bc"], ["ab\\", "a*"]],
  ["exists", [{ exists: true }], ["", null, 0, false, ["x"]], [undefined, [], { b: 1 }]],
  ["exists not", [{ exists: false }], [undefined, []], ["", null, 0]],
  ["exists not, or a value", [{ exists: false }, 5], [undefined, 5], [6]],
  ["numeric equality", [{ numeric: ["=", 300] }], [300, 3e2], ["300", 301, undefined]],
  ["numeric range", [{ numeric: [">", 0, "<=", 5] }], [0.1, 5, [9, 3]], [0, 5.01, "3"]],
  ["cidr", [{ cidr: "10.0.0.0/24" }], ["10.0.0.0", "10.0.0.255"], ["10.0.1.0", "::1", "x", undefined]],
  ["cidr of version 6", [{ cidr: "2001:db8::/32" }], ["2001:db8::1"], ["2001:db9::1", "10.0.0.1"]],
  ["anything-but", [{ "anything-but": "x" }], ["y", "", null, 1, ["x", "y"]], ["x", ["x"], undefined]],
  ["anything-but, several", [{ "anything-but": [1, 2] }], [3, "1"], [1, 2]],
  ["anything-but prefix", [{ "anything-but": { prefix: "a" } }], ["b", 1], ["a", "ab"]],
  ["anything-but prefixes", [{ "anything-but": { prefix: ["a", "b"] } }], ["c"], ["ab", "b"]],
  ["anything-but suffix", [{ "anything-but": { suffix: ".tmp" } }], ["a.txt"], ["a.tmp"]],
  ["anything-but ignoring case", [{ "anything-but": { "equals-ignore-case": ["ON", "off"] } }], ["x"], ["on", "OFF"]],
  ["anything-but wildcard", [{ "anything-but": { wildcard: "*/lib/*" } }], ["lib"], ["a/lib/b"]],
];

const refused: [pattern: object | string, reason: RegExp][] = [
  ["{", /not valid JSON/],
  ["[]", /not an object/],
  [{}, /Empty objects/],
  [`${'{"a":'.repeat(2_000)}["x"]${"}".repeat(2_000)}`, /not valid JSON/],
  [{ a: [{ wildcard: "*a*a*a*a*a*b" }] }, /^Rule is too complex - try using fewer wildcard characters/],
  [{ a: [{ wildcard: `*${"foo".repeat(10)}` }] }, /^Rule is too complex/],
  [{ a: ["b", "c", "d"].map((end) => ({ wildcard: `*x*x*${end}` })) }, /^Rule is too complex/],
  [{ a: [{ "anything-but": { wildcard: ["*-*-*-*", "*.*.*.*", "*a*b*c*"] } }] }, /^Rule is too complex/],
  [{ a: {} }, /Empty objects/],
  [{ a: [] }, /Empty arrays are not allowed \(a\)/],
  [{ a: "x" }, /"a" must be an object or an array/],
  [{ a: { b: 5 } }, /"a\.b" must be an object or an array/],
  [{ a: [["x"]] }, /Match value must be String/],
  [{ a: [{ regex: "x" }] }, /Unrecognized match type regex/],
  [{ a: [{ prefix: "a", suffix: "b" }] }, /Only one key/],
  [{ a: [{}] }, /Only one key/],
  [{ a: [{ prefix: 5 }] }, /prefix match pattern must be a string \(a\)/],
  [{ a: [{ exists: "true" }] }, /true or false/],
  [{ a: [{ numeric: 5 }] }, /must be an array/],
  [{ a: [{ numeric: ["!", 5] }] }, /Unrecognized numeric range operator: !/],
  [{ a: [{ numeric: [">", "5"] }] }, /must be numeric/],
  [{ a: [{ "anything-but": { prefix: "" } }] }, /Null prefix not allowed/],
  [{ a: [{ "anything-but": { suffix: { "equals-ignore-case": "x" } } }] }, /must be a string/],
  [{ a: [{ numeric: [] }] }, /^Invalid member in numeric match: \]$/],
  [{ a: [{ numeric: ["<", 5, ">", 1] }] }, /^Too many elements in numeric expression$/],
  [{ a: [{ numeric: [">", 5, 1] }] }, /^Bad value in numeric range: 1$/],
  [{ a: [{ numeric: [">", 5, ">", 1] }] }, /^Bad numeric range operator: >$/],
  [{ a: [{ numeric: [">", 0, "<"] }] }, /^Value of < must be numeric$/],
  [{ a: [{ numeric: [">", 0, "<", 5, "<", 6] }] }, /^Too many terms in numeric range expression$/],
  [{ a: [{ numeric: [">", 5, "<", 1] }] }, /Bottom must be less than top/],
  [{ a: [{ cidr: "10.0.0.0" }] }, /Malformed CIDR/],
  [{ a: [{ cidr: "10.0.0.0/33" }] }, /Malformed CIDR/],
  [{ a: [{ wildcard: "a**" }] }, /Consecutive wildcard/],
  [{ a: [{ wildcard: "a\\b" }] }, /Invalid escape/],
  [{ a: [{ "anything-but": [] }] }, /Empty arrays/],
  [{ a: [{ "anything-but": ["a", 1] }] }, /mixed type/],
  [{ a: [{ "anything-but": [null] }] }, /only strings and numbers/],
  [{ a: [{ "anything-but": { numeric: ["=", 1] } }] }, /Unsupported anything-but/],
];

describe("event patterns", () => {
  for (const [name, pattern, yes, no] of operators) {
    it(`match by ${name}`, () => {
      const test = compilePattern({ a: pattern });
      for (const value of yes) assert.equal(test({ a: value, other: 1 }), true, JSON.stringify(value));
      for (const value of no) assert.equal(test({ a: value, other: 1 }), false, JSON.stringify(value));
    });
  }

  for (const [pattern, reason] of refused) {
    it(`refuse ${JSON.stringify(pattern)}`, () => {
      assert.throws(
        () => compilePattern(pattern),
        (error) => error instanceof PatternError && reason.test(error.message),
      );
    });
  }

  it("combine fields by AND, at any depth", () => {
    const pattern = {
      source: ["aws.s3"],
      detail: { bucket: { name: ["b"] }, object: { size: [{ numeric: [">", 0] }] } },
    };
    const event = { source: "aws.s3", detail: { bucket: { name: "b" }, object: { size: 5 } } };
    assert.equal(matches(pattern, event), true);
    assert.equal(matches(pattern, { ...event, source: "x" }), false);
    assert.equal(matches(pattern, { ...event, detail: { bucket: { name: "b" } } }), false);
    assert.equal(matches(pattern, { ...event, detail: "text" }), false);
  });

  it("combine by OR within $or, beside other fields and within others", () => {
    const pattern = { kind: ["k"], $or: [{ a: [1] }, { b: [2], c: [3] }, { $or: [{ d: [4] }, { e: [5] }] }] };
    assert.equal(matches(pattern, { kind: "k", a: 1 }), true);
    assert.equal(matches(pattern, { kind: "k", b: 2 }), false);
    assert.equal(matches(pattern, { kind: "k", b: 2, c: 3 }), true);
    assert.equal(matches(pattern, { kind: "k", e: 5 }), true);
    assert.equal(matches(pattern, { a: 1 }), false);
  });

  it("take $or for a field where it is no list of patterns", () => {
    assert.equal(matches({ $or: ["x"] }, { $or: "x" }), true);
  });

  it("hold an object of a list against one element at a time", () => {
    const pattern = { items: { name: ["a"], size: [2] } };
    assert.equal(
      matches(pattern, {
        items: [
          { name: "a", size: 1 },
          { name: "b", size: 2 },
        ],
      }),
      false,
    );
    assert.equal(
      matches(pattern, {
        items: [
          { name: "b", size: 1 },
          { name: "a", size: 2 },
        ],
      }),
      true,
    );
  });

  it("find a leaf missing below a branch that is missing", () => {
    const unpredicted = { eventName: ["INSERT"], dynamodb: { NewImage: { pred_target: { S: [{ exists: false }] } } } };
    assert.equal(matches(unpredicted, { eventName: "INSERT", dynamodb: { NewImage: { id: { S: "1" } } } }), true);
    const predicted = { eventName: "INSERT", dynamodb: { NewImage: { pred_target: { S: "setosa" } } } };
    assert.equal(matches(unpredicted, predicted), false);
  });

  it("see only what the event itself holds", () => {
    assert.equal(matches({ constructor: [{ exists: false }] }, {}), true);
    assert.throws(() => compilePattern({ a: [{ constructor: 1 }] }), PatternError);
  });

  it("match every event by its own values, and none by a value that it lacks", () => {
    const leaf = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null));
    const { tree: event } = fc.letrec((tie) => ({
      tree: fc.dictionary(fc.string({ minLength: 1 }), fc.oneof({ maxDepth: 3 }, leaf, tie("tree")), { minKeys: 1 }),
    }));
    const toPattern = (value: unknown): unknown =>
      typeof value === "object" && value !== null
        ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, toPattern(item)]))
        : [value];
    fc.assert(
      fc.property(event, (value) => {
        const pattern = toPattern(value) as object;
        fc.pre(!JSON.stringify(pattern).includes("{}"));
        const text = JSON.stringify(value);
        assert.equal(compilePattern(JSON.stringify(pattern))(JSON.parse(text)), true);
        assert.equal(matches({ ...pattern, "never there": [1] }, value), false);
      }),
    );
  });

  it("agree with plain string methods on prefixes, suffixes and wildcards", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (start, middle, end) => {
        const value = start + middle + end;
        assert.equal(matches({ a: [{ prefix: start }] }, { a: value }), true);
        assert.equal(matches({ a: [{ suffix: end }] }, { a: value }), true);
        const escaped = (text: string) => text.replace(/[\\*]/g, "\\$&");
        assert.equal(matches({ a: [{ wildcard: `${escaped(start)}*${escaped(end)}` }] }, { a: value }), true);
        assert.equal(matches({ a: [{ "anything-but": value }] }, { a: value }), false);
        assert.equal(matches({ a: [{ prefix: middle }] }, { a: value }), value.startsWith(middle));
      }),
    );
  });

  it("take a dot in a field's name for a step into it, in patterns and in events", () => {
    const nested = { a: { b: { c: 1 }, d: 2 } };
    const dotted = { "a.b": { c: 1 }, "a.d": 2 };
    for (const pattern of [{ "a.b.c": [1] }, { a: { "b.c": [1], d: [2] } }, { "a.b": { c: [1] }, a: { d: [2] } }]) {
      for (const event of [nested, dotted]) assert.ok(compilePattern(pattern)(event), JSON.stringify([pattern, event]));
      assert.equal(compilePattern(pattern)({ a: { b: { c: 3 }, d: 2 } }), false);
    }
  });
});
