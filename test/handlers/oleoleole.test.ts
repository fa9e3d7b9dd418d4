import "./support/proxyEvent.ts";
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { requireGreeting, requireRoute } from "../../handlers/oleoleole/expectation.ts";

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

  describe("through the API", () => {
    /** How often the old version answers still. */
    let old = 0;
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.end(old-- > 0 ? body({ version: "v1" }) : body());
    });
    before(() => once(server.listen(0, "127.0.0.1"), "listening"));
    beforeEach(() => {
      asked = 0;
    });
    after(() => {
      server.close();
      server.closeAllConnections();
    });
    const require = (ms: number) =>
      requireRoute(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, Date.now() + ms);

    it("is asked for until it comes, as long as there is time", async () => {
      old = 3;
      await require(25_000);
      assert.equal(asked, 4);
    });

    it("has not come when there is no time for another answer", async () => {
      old = Number.POSITIVE_INFINITY;
      await assert.rejects(require(3_000), /it is version v1; v2 is deployed/);
      assert.ok(asked > 1, `asked ${asked} times`);
    });
  });
});
