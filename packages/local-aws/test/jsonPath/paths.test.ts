import assert from "node:assert/strict";
import fc from "fast-check";
import { evaluatePath, PathError, putAt } from "../../src/jsonPath/evaluate.ts";
import { parsePath } from "../../src/jsonPath/read.ts";

const document = {
  zero: 0,
  none: null,
  no: false,
  "a b": { "it's": 1, 'say "it"': 2, "back\\slash": 3 },
  list: [10, 20, 30, 40],
  items: [
    { k: "x", n: 1 },
    { k: "y", n: 2, tags: ["t"] },
  ],
};
const at = (path: string, root: unknown = document) => evaluatePath(parsePath(path), root);

describe("paths of state machines", () => {
  for (const [path, expected] of [
    ["$", document],
    ["$.zero", 0],
    ["$.none", null],
    ["$.no", false],
    ["$['a b']['it\\'s']", 1],
    [`$["a b"]['say "it"']`, 2],
    ["$['a b']['back\\\\slash']", 3],
    ["$['zero','no']", { zero: 0, no: false }],
    ["$.list[0]", 10],
    ["$.list[-1]", 40],
    ["$.list[0,2]", [10, 30]],
    ["$.list[1:3]", [20, 30]],
    ["$.list[-2:]", [30, 40]],
    ["$.list[:1]", [10]],
    ["$.list[*]", [10, 20, 30, 40]],
    ["$.list.length()", 4],
    ["$.items[*].k", ["x", "y"]],
    ["$.items[*].tags", [["t"]]],
    ["$..n", [1, 2]],
    ["$.items[?(@.k == 'y')].n", [2]],
    ["$.items[?(@.k == 'z')]", []],
    ["$.items[?(@.n > 0 && !(@.n >= 2))].k", ["x"]],
    ["$.items[?(@.tags || @.k == 'x')].n", [1, 2]],
    ["$.items[?(@.k in ['y','z'])].n", [2]],
    ["$.items[?(@.n == $.items[0].n)].k", ["x"]],
    ["$.nothing[*].v", []],
    ["$.nothing[1:]", []],
  ] as const) {
    it(`${path} leads to ${JSON.stringify(expected)}`, () => assert.deepEqual(at(path), expected));
  }

  for (const [path, message] of [
    ["$.nothing", "No results for path: $['nothing']"],
    ["$.nothing.more", "Missing property in path $['nothing']"],
    ["$.list[9]", "No results for path: $['list'][9]"],
    ["$.zero.more", /^Expected to find an object with property \['more'\] in path \$\['zero'\]/],
  ] as const) {
    it(`${path} leads nowhere`, () =>
      assert.throws(
        () => at(path),
        (error: Error) =>
          error instanceof PathError &&
          (typeof message === "string" ? error.message === message : message.test(error.message)),
      ));
  }

  for (const path of ["", "x", "$.", "$.a[", "$.a[x]", "$['a'", "$.a b", "$.a[?(@.b ==)]"]) {
    it(`${JSON.stringify(path)} is none`, () => assert.throws(() => parsePath(path), SyntaxError));
  }

  it("of any names lead to what was put there", () => {
    const name = fc.string({ minLength: 1 });
    fc.assert(
      fc.property(fc.array(name, { minLength: 1, maxLength: 4 }), fc.jsonValue(), (names, value) => {
        const path = parsePath(`$${names.map((one) => `['${one.replace(/[\\']/g, "\\$&")}']`).join("")}`);
        assert.deepEqual(evaluatePath(path, putAt(path, {}, value)), value);
      }),
    );
  });

  it("keep what is beside what is put", () => {
    assert.deepEqual(putAt(parsePath("$.a.b"), { a: { c: 1 }, d: 2 }, 3), { a: { c: 1, b: 3 }, d: 2 });
    assert.deepEqual(putAt(parsePath("$.constructor.a"), {}, 1), JSON.parse('{"constructor":{"a":1}}'));
    assert.deepEqual(putAt(parsePath("$.l[1]"), { l: [1, 2] }, 3), { l: [1, 3] });
    for (const path of ["$.d.e", "$.l[2]", "$.l[*]"])
      assert.throws(() => putAt(parsePath(path), { d: 2, l: [1, 2] }, 3), PathError);
  });
});
