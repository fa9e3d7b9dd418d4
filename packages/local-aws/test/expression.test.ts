import assert from "node:assert/strict";
import { compileExpression } from "../src/expression.ts";

describe("regular expressions of users", () => {
  it("match some part, the whole, and give a group", () => {
    const loss = compileExpression("loss=([0-9.]+)");
    assert.ok(loss.test("at 3: loss=0.25;"));
    assert.ok(!loss.matchesWhole("at 3: loss=0.25;"));
    assert.equal(loss.firstGroup("at 3: loss=0.25;"), "0.25");
    assert.equal(loss.firstGroup("none"), undefined);
    assert.equal(compileExpression("a").firstGroup("a"), undefined);
  });

  it("may look around and back", () => {
    const twice = compileExpression("(?=.{4})(ab|cd)\\1");
    assert.ok(twice.matchesWhole("abab"));
    assert.ok(twice.test("xcdcd"));
    assert.equal(twice.firstGroup("xcdcd"), "cd");
    assert.ok(!twice.test("abcd"));
  });

  it("say what is none", () => {
    assert.throws(() => compileExpression("(a"), /Unterminated group/);
  });

  it("end, even where JavaScript's own would not", () => {
    const text = `${"a".repeat(50_000)}!`;
    assert.ok(!compileExpression("(a+)+$").test(text));
    assert.ok(!compileExpression("(a|aa)+").matchesWhole(text));
    assert.ok(!compileExpression("(?=a)(a+)+$").test(text));
  });
});
