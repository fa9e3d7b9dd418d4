import assert from "node:assert/strict";
import type { Body, Functions } from "./functions.ts";

/** `GET` of one and of all. */
export function readSuite(functions: Functions): void {
  describe("GET", () => {
    it("of what is not there is 404", async () => {
      assert.deepEqual(await functions.get("nothing"), {
        statusCode: 404,
        body: { message: "there is no such record", field: "id" },
      });
    });

    it("of a key that is too long for the table is 404", async () => {
      assert.equal((await functions.get("x".repeat(3000))).statusCode, 404);
    });

    it("has fields in the order of their names, whatever the table's is", async () => {
      const { publicItem } = await import("../../../handlers/prediction/item.ts");
      const item = { petal: 1, id: "a", time_key: "t", created_at: "c", Note: "n" };
      assert.deepEqual(Object.keys(publicItem(item as never)), ["Note", "created_at", "id", "petal", "status"]);
    });

    it("of all is newest first, page by page, each record once", async () => {
      for (let count = 0; count < 30; count++) await functions.post(functions.flower());
      // Older records, of other months.
      let older = 0;
      const { newItem } = await import("../../../handlers/prediction/item.ts");
      const month = (back: number) => {
        const date = new Date(Date.UTC(new Date().getUTCFullYear(), new Date().getUTCMonth() - back, 15));
        return date.toISOString();
      };
      for (const back of [1, 5, 5, 23, 24]) {
        const id = `${(++older).toString(16).padStart(8, "0")}older`;
        await functions.pipeline.put(newItem(id, functions.flower(), month(back)));
      }
      const seen: Body[] = [];
      let token: string | undefined;
      let pages = 0;
      do {
        const before = functions.pipeline.databaseCalls();
        const { statusCode, body } = await functions.list({ limit: "7", ...(token && { token }) });
        assert.equal(statusCode, 200);
        // A page that is short has asked as much as it may: four months of eight shards.
        const asked = functions.pipeline.databaseCalls() - before;
        assert.ok(asked <= 32 && (body.items.length === 7 || asked === 32 || body.token === undefined));
        seen.push(...body.items);
        token = body.token;
        pages++;
      } while (token);
      assert.ok(pages <= Math.ceil(seen.length / 7) + 24 / 4, `${pages} pages`);
      assert.equal(new Set(seen.map(({ id }) => id)).size, seen.length);
      const times = seen.map(({ created_at }) => String(created_at));
      assert.deepEqual(times, times.toSorted().reverse());
      assert.deepEqual(times.slice(-4), [month(1), month(5), month(5), month(23)], "not older than 24 months");
      assert.ok(seen.every((item) => !("time_key" in item) && "status" in item));
    });

    it("of a class has that class alone", async () => {
      const { id, image } = await functions.posted(functions.flower("virginica"));
      await functions.predictStream([image]);
      const { body } = await functions.list({ class: "virginica", limit: "100" });
      assert.ok(body.items.some((item) => item.id === id));
      assert.deepEqual(new Set(body.items.map(({ pred_target }) => pred_target)), new Set(["virginica"]));
      let rose = (await functions.list({ class: "rose" })).body;
      for (let pages = 1; rose.token; pages++) {
        assert.ok(pages < 24 / 4 && rose.items.length === 0);
        rose = (await functions.list({ class: "rose", token: rose.token })).body;
      }
      assert.deepEqual(rose, { items: [] });
    });

    it("has 20 at a time unless told otherwise", async () =>
      assert.equal((await functions.list()).body.items.length, 20));

    const refused: [Record<string, string>, string][] = [
      [{ limit: "0" }, "limit: is not an integer from 1 to 100"],
      [{ limit: "101" }, "limit: is not an integer from 1 to 100"],
      [{ limit: "ten" }, "limit: is not an integer from 1 to 100"],
      [{ token: "abc" }, "token: is not one of ours"],
      [{ token: Buffer.from("2026-02-30T00:00:00.000Z#a").toString("base64url") }, "token: is not one of ours"],
      [{ token: Buffer.from("9999-12-31T00:00:00.000Z#a").toString("base64url") }, "token: is not one of ours"],
      [
        { token: Buffer.from(`2026-01-05T00:00:00.000Z#${"x".repeat(2000)}`).toString("base64url") },
        "token: is not one of ours",
      ],
      [{ class: "" }, "class: is empty"],
    ];
    for (const [query, message] of refused) {
      it(`refuses ${JSON.stringify(query).slice(0, 60)}`, async () => {
        const { statusCode, body } = await functions.list(query);
        assert.deepEqual([statusCode, body.message, body.field], [400, message, Object.keys(query)[0]]);
      });
    }
  });
}
