// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so.
import assert from "node:assert/strict";
import fc from "fast-check";
import { compileArn, compilePattern, matchesArn, matchesPattern } from "../../src/authorization/pattern.ts";

const matches = (pattern: string, text: string) => matchesPattern(compilePattern(pattern), text);
const arnMatches = (pattern: string, arn: string) => matchesArn(compileArn(pattern), arn);

describe("patterns", () => {
  it("agree with the regular expression that they stand for", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 8 });
    const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", "*", "?"), maxLength: 8 });
    fc.assert(
      fc.property(pattern, letters, (source, text) => {
        const expression = new RegExp(`^${source.replaceAll("*", ".*").replaceAll("?", ".")}$`, "s");
        assert.equal(matches(source, text), expression.test(text));
      }),
      { numRuns: 2000 },
    );
  });

  it("do not take forever on what makes regular expressions do so", () => {
    assert.equal(matches(`${"a*".repeat(200)}b`, "a".repeat(20_000)), false);
  });

  it("take every ARN in its six parts", () => {
    const arn = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/a:log-stream:x";
    for (const pattern of [
      "*",
      arn,
      "arn:aws:logs:*:*:log-group:/aws/*",
      "arn:aws:logs:us-east-1:000000000000:*",
      "arn:aws:logs",
      "arn:aws:l?gs:*",
    ]) {
      assert.equal(arnMatches(pattern, arn), true, pattern);
    }
    for (const pattern of [
      "arn:aws:logs:*:log-group:/aws/*",
      "arn:aws:s3:::*",
      `${arn}y`,
      "arn:aws:logs:us-east-1:000000000001:*",
    ]) {
      assert.equal(arnMatches(pattern, arn), false, pattern);
    }
  });

  it("keep a variable's colon out of the split", () => {
    const pattern = compileArn("arn:aws:s3:::bucket/${aws:username}/*", true);
    const context = (key: string) => (key === "aws:username" ? ["ada"] : undefined);
    assert.equal(matchesArn(pattern, "arn:aws:s3:::bucket/ada/x", context), true);
    assert.equal(matchesArn(pattern, "arn:aws:s3:::bucket/bob/x", context), false);
    assert.equal(matchesArn(pattern, "arn:aws:s3:::bucket/ada/x"), false);
  });
});
