import assert from "node:assert/strict";
import fc from "fast-check";
import { AwsError } from "../../../src/service.ts";
import { filterPattern } from "../../../src/services/logs/filterPattern.ts";

describe("filter patterns", () => {
  const cases: [string, string, boolean][] = [
    ["", "anything", true],
    ["ERROR", "an ERROR came", true],
    ["ERROR", "an error came", false],
    ["ERROR Timeout", "Timeout is an ERROR", true],
    ["ERROR Timeout", "ERROR only", false],
    ["ERROR -Timeout", "ERROR Timeout", false],
    ["ERROR -Timeout", "ERROR else", true],
    ["?ERROR ?WARN", "a WARN", true],
    ["?ERROR ?WARN", "an INFO", false],
    ['"exact phrase"', "the exact phrase here", true],
    ['"exact phrase"', "phrase exact", false],
    ['-"exact phrase"', "the exact phrase here", false],
    ['"say \\"hi\\""', 'they say "hi" now', true],
    ["%5\\d\\d%", "status 503", true],
    ["%5\\d\\d%", "status 403", false],
    ['{ $.level = "ERROR" }', '{"level":"ERROR"}', true],
    ['{ $.level = "ERROR" }', '{"level":"INFO"}', false],
    ['{ $.level = "ERROR" }', 'level "ERROR"', false],
    ["{ $.level = ERR* }", '{"level":"ERROR"}', true],
    ['{ $.path = "*.js" }', '{"path":"a/b.js"}', true],
    [`{ $.path = ${"*a".repeat(50)}*b }`, `{"path":"${"a".repeat(50_000)}"}`, false],
    ["%(a+)+$%", `${"a".repeat(50_000)}!`, false],
    ["{ $.path = %(a+)+$% }", `{"path":"${"a".repeat(50_000)}!"}`, false],
    ["{ $.status >= 500 }", '{"status":500}', true],
    ["{ $.status >= 500 }", '{"status":"500"}', false],
    ["{ $.status != 200 }", '{"status":404}', true],
    ["{ $.status != 200 }", "{}", false],
    ["{ $.a.b[1].c = 2 }", '{"a":{"b":[0,{"c":2}]}}', true],
    ["{ $.a = 1 && $.b = 2 }", '{"a":1,"b":3}', false],
    ["{ $.a = 1 || $.b = 2 && $.c = 3 }", '{"a":1}', true],
    ["{ ($.a = 1 || $.b = 2) && $.c = 3 }", '{"a":1}', false],
    ["{ $.a IS NULL }", '{"a":null}', true],
    ["{ $.a IS TRUE }", '{"a":true}', true],
    ["{ $.a NOT EXISTS }", "{}", true],
    ["{ $.a NOT EXISTS }", '{"a":0}', false],
    ["{ $.a = %x.z% }", '{"a":"xyz"}', true],
    ["{ $.n = -1.5 }", '{"n":-1.5}', true],
    ["{ $.n = * }", '{"n":1.5}', true],
    ["{ $.n = * }", '{"m":1.5}', false],
    ["[a, b]", "one two", true],
    ["[a, b]", "one two three", false],
    ["[a, ...]", "one two three", true],
    ["[..., b = three]", "one two three", true],
    ["[a = one, ..., c = *ee]", "one two three", true],
    ["[a, ..., b, c]", "one two", false],
    [
      "[ip, user, time, request = *html*, status = 4*, bytes]",
      '10.0.0.1 - [31/Jan/2026 12:00:00] "GET /a.html" 404 5',
      true,
    ],
    ["[ip, user, time, request, status = 4*, bytes]", '10.0.0.1 - [31/Jan/2026 12:00:00] "GET /a.html" 200 5', false],
    ["[..., status >= 500, bytes]", "x 503 10", true],
    ["[..., status >= 500, bytes]", "x 403 10", false],
    ["[..., status != 404]", "x 404", false],
    ["[..., status != 404]", "x 405", true],
    ["[..., status = 404 || status = 410]", "x 410", true],
    ["[..., status > 400 && status != 404]", "x 404", false],
    ['[..., who = "ann lee"]', 'x "ann lee"', true],
    ["[..., who = %^a.n$%]", "x ann", true],
  ];
  for (const [pattern, message, matches] of cases) {
    it(`${pattern || "(nothing)"} ${matches ? "matches" : "does not match"} ${message}`, () => {
      assert.equal(filterPattern(pattern)(message), matches);
    });
  }

  for (const wrong of [
    "{ $.a = }",
    "{ a = 1 }",
    "{ $.a = 1",
    "{ ($.a = 1 }",
    "{ $.a ~ 1 }",
    "{ $.a > text }",
    "%(%",
    "[a, b",
    "[..., a, ...]",
    "[a b]",
    "[a > text]",
    "[a = 1 || b = 2]",
    "[a = %(%]",
  ]) {
    it(`refuses ${wrong}`, () => {
      assert.throws(
        () => filterPattern(wrong),
        (error: AwsError) => error.code === "InvalidParameterException",
      );
    });
  }

  it("finds any phrase, whatever is around it", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string(), (phrase, before, after) => {
        const quoted = `"${phrase.replace(/["\\]/g, "\\$&")}"`;
        assert.equal(filterPattern(quoted)(before + phrase + after), true);
        assert.equal(filterPattern(`-${quoted}`)(before + phrase + after), false);
      }),
    );
  });

  it("reads or refuses whatever it is given", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (pattern, message) => {
        try {
          assert.equal(typeof filterPattern(pattern)(message), "boolean");
        } catch (error) {
          assert.ok(error instanceof AwsError, String(error));
        }
      }),
    );
  });
});
