import assert from "node:assert/strict";
import fc from "fast-check";
import { assertPolite, hostileBody, hostileQuery } from "../support/hostile.ts";
import type { Functions } from "./functions.ts";
import { features } from "./support.ts";

const token = (key: string) => Buffer.from(key).toString("base64url");

/** Requests of somebody who means no good. */
export function hostileSuite(functions: Functions): void {
  describe("whatever anybody sends", () => {
    const good = { sepal_length: 5, sepal_width: 3, petal_length: 1, petal_width: 0.2 };

    it("POST answers in its own words", () =>
      fc.assert(
        fc.asyncProperty(hostileBody(features), async (body) => assertPolite(await functions.post(body), body)),
        { numRuns: 200 },
      ));

    it("POST takes what else a record says, whatever it is called, or says why not", () =>
      fc.assert(
        fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (others) => {
          const body = JSON.stringify({ ...functions.flower(), ...others, ...good });
          assertPolite(await functions.post(body), body);
        }),
        { numRuns: 100 },
      ));

    it("GET of all answers in its own words, and makes at most 32 queries", () => {
      const time = fc.date({ noInvalidDate: true }).map((date) => token(`${date.toISOString()}#a`));
      const query = hostileQuery({
        token: fc.oneof(
          time,
          fc.constantFrom(token("9999-12-31T00:00:00.000Z#a"), token("2026-99-99T00:00:00.000Z#a")),
        ),
        class: fc.constantFrom("setosa", "rose"),
        limit: fc.integer({ min: -1, max: 101 }).map(String),
      });
      return fc.assert(
        fc.asyncProperty(query, async (sent) => {
          const before = functions.pipeline.databaseCalls();
          assertPolite(await functions.list(sent), sent);
          assert.ok(functions.pipeline.databaseCalls() - before <= 32);
        }),
        { numRuns: 60 },
      );
    });

    it("GET of one answers in its own words", () =>
      fc.assert(
        fc.asyncProperty(fc.string({ unit: "binary" }), async (id) => assertPolite(await functions.get(id), id)),
        { numRuns: 50 },
      ));

    it("a number of thousands of digits is none", async () => {
      const { statusCode, body } = await functions.post({ ...good, petal_width: "1".repeat(7_000) });
      assert.deepEqual([statusCode, body.message], [400, "petal_width: is not a number"]);
    });
  });
}
