import assert from "node:assert/strict";
import { answer, proxyEvent } from "./support/proxyEvent.ts";

const greetings = [
  ["whodis", "Whoop whoop! This is the sound of the Python"],
  ["oleoleole", "Feelin' hot hot hot!"],
] as const;

for (const [name, message] of greetings) {
  describe(`GET /${name}`, () => {
    before(() => {
      process.env.APP_VERSION = "v7";
    });
    after(() => {
      delete process.env.APP_VERSION;
    });

    it("answers its message, the configured version and the caller's address", async () => {
      const { handler } = await import(`../../handlers/${name}/index.ts`);
      assert.deepEqual(await answer(handler, proxyEvent("GET", `/${name}`)), {
        statusCode: 200,
        headers: { "content-type": "application/json" },
        body: { message, version: "v7", location: "203.0.113.7" },
      });
    });
  });
}
