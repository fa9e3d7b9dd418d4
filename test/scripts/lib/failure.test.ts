import assert from "node:assert/strict";
import { explain, Failure } from "../../../scripts/lib/failure.ts";

const named = (name: string, message = "internal words", code?: string) =>
  Object.assign(new Error(message), { name, code });

describe("explain", () => {
  it("says a failure as it is", () => assert.equal(explain(new Failure("Start it: npm start")), "Start it: npm start"));

  const known: [string, RegExp][] = [
    ["CredentialsProviderError", /No AWS credentials were found.*AWS_PROFILE/],
    ["ExpiredTokenException", /have expired.*aws sso login/],
    ["ExpiredToken", /have expired/],
    ["InvalidClientTokenId", /does not know these credentials/],
    ["RequestExpired", /clock/],
  ];
  for (const [name, expected] of known) {
    it(`turns ${name} into what to do`, () => {
      const line = explain(named(name));
      assert.match(line, expected);
      assert.ok(!line.includes("internal words") && !line.includes("\n"));
    });
  }

  it("says what is wrong with a program as it is", () => {
    assert.equal(
      explain(named("EngineError", "Configuration: a is 1; allowed is 2")),
      "Configuration: a is 1; allowed is 2",
    );
  });

  it("keeps AWS's own name and words for anything else", () => {
    assert.equal(explain(named("ValidationException", "x is wrong")), "ValidationException: x is wrong");
  });
});
