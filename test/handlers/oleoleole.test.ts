import "./support/proxyEvent.ts";
import assert from "node:assert/strict";
import { requireGreeting } from "../../handlers/oleoleole/expectation.ts";

describe("what a new version of oleoleole must answer", () => {
  const { APP_VERSION } = process.env;
  before(() => {
    process.env.APP_VERSION = "v2";
  });
  after(() => {
    if (APP_VERSION === undefined) delete process.env.APP_VERSION;
    else process.env.APP_VERSION = APP_VERSION;
  });
  const body = (rest: object = {}) => JSON.stringify({ message: "Feelin' hot hot hot!", version: "v2", ...rest });

  it("is its greeting in the deployed version", () => requireGreeting(200, body()));
  const wrong: [string, number, string | undefined, RegExp][] = [
    ["another status", 500, body(), /it answers 500/],
    ["another message", 200, body({ message: "brrr" }), /its message is "brrr"/],
    ["another version", 200, body({ version: "v1" }), /it is version v1; v2 is deployed/],
    ["no JSON", 200, "<html>", /JSON/],
    ["nothing", 200, undefined, /its message is undefined/],
  ];
  for (const [what, status, text, message] of wrong) {
    it(`is not ${what}`, () => assert.throws(() => requireGreeting(status, text), message));
  }
});
