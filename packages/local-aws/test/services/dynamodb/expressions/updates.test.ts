import assert from "node:assert/strict";
import { bindProjection } from "../../../../src/services/dynamodb/expressions/bind.ts";
import { Placeholders } from "../../../../src/services/dynamodb/expressions/placeholders.ts";
import { project } from "../../../../src/services/dynamodb/expressions/projection.ts";
import { applyUpdate, bindUpdate } from "../../../../src/services/dynamodb/expressions/updates.ts";
import type { Item } from "../../../../src/services/dynamodb/items/types.ts";
import { refusal } from "../engine.ts";

const item: Item = {
  n: { N: "5" },
  s: { SS: ["a", "b"] },
  l: { L: [{ N: "0" }, { N: "1" }, { N: "2" }, { N: "3" }] },
  m: { M: { x: { N: "1" }, y: { M: { z: { S: "deep" } } } } },
};
const values = {
  ":one": { N: "1" },
  ":t": { S: "t" },
  ":set": { SS: ["b", "c"] },
  ":all": { SS: ["a", "b"] },
  ":list": { L: [{ S: "new" }] },
};

function bind(text: string) {
  const used = Object.fromEntries(Object.entries(values).filter(([name]) => new RegExp(`${name}\\b`).test(text)));
  const placeholders = new Placeholders(undefined, Object.keys(used).length > 0 ? used : undefined);
  return bindUpdate(text, placeholders) ?? [];
}

describe("updates", () => {
  const changed: [text: string, attributes: Item][] = [
    ["SET n = n + :one", { n: { N: "6" } }],
    ["SET n = :one - n", { n: { N: "-4" } }],
    ["SET q = if_not_exists(q, :one) + :one", { q: { N: "2" } }],
    ["SET l[1] = :t", { l: { L: [{ N: "0" }, { S: "t" }, { N: "2" }, { N: "3" }] } }],
    ["SET l[9] = :t", { l: { L: [...(item.l?.L ?? []), { S: "t" }] } }],
    ["SET l = list_append(:list, l)", { l: { L: [{ S: "new" }, ...(item.l?.L ?? [])] } }],
    [
      "SET m.y.w = m.x, n = m.x",
      { m: { M: { x: { N: "1" }, y: { M: { z: { S: "deep" }, w: { N: "1" } } } } }, n: { N: "1" } },
    ],
    ["REMOVE l[0], l[2]", { l: { L: [{ N: "1" }, { N: "3" }] } }],
    ["REMOVE m.y.z", { m: { M: { x: { N: "1" }, y: { M: {} } } } }],
    ["ADD n :one, s :set, q :set", { n: { N: "6" }, s: { SS: ["a", "b", "c"] }, q: { SS: ["b", "c"] } }],
    ["DELETE s :set", { s: { SS: ["a"] } }],
    ["set n = :one remove m add q :one", { n: { N: "1" }, q: { N: "1" }, m: undefined as never }],
  ];
  for (const [text, attributes] of changed) {
    it(`change an item, and leave the one before as it was: ${text}`, () => {
      const before = structuredClone(item);
      const expected = Object.entries({ ...item, ...attributes }).filter(([, value]) => value !== undefined);
      assert.deepEqual(applyUpdate(item, bind(text)), Object.fromEntries(expected));
      assert.deepEqual(item, before);
    });
  }

  it("take away a set of which nothing is left", () => {
    assert.equal(applyUpdate(item, bind("DELETE s :all")).s, undefined);
  });

  it("give back, of paths, what a projection does", () => {
    const placeholders = new Placeholders(undefined);
    const paths = bindProjection("m.y.z, l[3], l[1], nothing", placeholders) ?? [];
    assert.deepEqual(project(item, paths), {
      m: { M: { y: { M: { z: { S: "deep" } } } } },
      l: { L: [{ N: "1" }, { N: "3" }] },
    });
  });

  const refused: [text: string, message: string][] = [
    [
      "SET n = :one SET q = :one",
      'Invalid UpdateExpression: The "SET" section can only be used once in an update expression;',
    ],
    [
      "SET m = :one, m.x = :one",
      "Invalid UpdateExpression: Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m], path two: [m, x]",
    ],
    [
      "SET m.x = :one REMOVE m[1]",
      "Invalid UpdateExpression: Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [m, x], path two: [m, [1]]",
    ],
    [
      "SET n = attribute_exists(n)",
      "Invalid UpdateExpression: The function is not allowed in an update expression; function: attribute_exists",
    ],
    [
      "SET n = n + :t",
      "Invalid UpdateExpression: Incorrect operand type for operator or function; operator or function: +, operand type: S",
    ],
    [
      "ADD n :t",
      "Invalid UpdateExpression: Incorrect operand type for operator or function; operator: ADD, operand type: STRING, typeSet: ALLOWED_FOR_ADD_OPERAND",
    ],
    ["ADD n s", 'Invalid UpdateExpression: Syntax error; token: "s", near: "n s"'],
    ["n = :one", 'Invalid UpdateExpression: Syntax error; token: "n", near: "n ="'],
    ["SET q = nothing", "The provided expression refers to an attribute that does not exist in the item"],
    ["SET q.x = :one", "The document path provided in the update expression is invalid for update"],
    ["SET n.x = :one", "The document path provided in the update expression is invalid for update"],
    ["SET n = s + :one", "An operand in the update expression has an incorrect data type"],
    ["ADD n :set", "An operand in the update expression has an incorrect data type"],
  ];
  for (const [text, message] of refused) {
    it(`are refused in AWS's words: ${text}`, () => {
      assert.throws(() => applyUpdate(item, bind(text)), refusal(message));
    });
  }
});
