import assert from "node:assert/strict";
import type { Functions } from "./functions.ts";

/** `POST`. */
export function ingestSuite(functions: Functions): void {
  describe("POST", () => {
    it("takes a measurement, numbers or strings, and keeps other attributes as given", async () => {
      const others = { color: "blue", garden: { row: 3, tags: ["a", null, true] }, note: "" };
      const { statusCode, body } = await functions.post({ ...functions.flower(), petal_width: "0.20", ...others });
      assert.equal(statusCode, 201);
      assert.deepEqual(Object.keys(body), ["id"]);
      const { body: item } = await functions.get(body.id);
      assert.equal(item.petal_width, 0.2);
      assert.deepEqual({ color: item.color, garden: item.garden, note: item.note }, others);
    });

    it("takes numbers of any size that DynamoDB stores", async () => {
      const { body } = await functions.post({ ...functions.flower(), sepal_width: "1e30", petal_length: 1e-30 });
      const { body: item } = await functions.get(body.id);
      assert.deepEqual([item.sepal_width, item.petal_length], [1e30, 1e-30]);
    });

    it("gives the same measurement the same id, whatever its spelling and order", async () => {
      const record = functions.flower();
      const first = await functions.post(record);
      const turned = Object.fromEntries(
        Object.entries(record)
          .reverse()
          .map(([name, value]) => [name, `${value}0`]),
      );
      const second = await functions.post({ more: 1, ...turned });
      assert.deepEqual([first.statusCode, second.statusCode], [201, 200]);
      assert.deepEqual(second.body, { id: first.body.id, ignored: ["more"] });
      assert.equal((await functions.get(first.body.id)).body.more, undefined);
    });

    it("names the attributes that it leaves as they were, and only those", async () => {
      const record = { ...functions.flower(), note: "first", place: { row: 3, bed: [1, "a"] } };
      const { id } = (await functions.post(record)).body;
      assert.deepEqual((await functions.post(record)).body, { id });
      const changed = await functions.post({
        ...record,
        note: "second",
        place: { row: 4, bed: [1, "a"] },
        flower: "x",
      });
      assert.deepEqual(changed, { statusCode: 200, body: { id, ignored: ["note", "place", "flower"] } });
      assert.equal((await functions.get(id)).body.note, "first");
    });

    it("makes one record of a hundred posts at once", async () => {
      const record = functions.flower();
      const answers = await Promise.all(Array.from({ length: 100 }, () => functions.post(record)));
      assert.equal(new Set(answers.map(({ body }) => body.id)).size, 1);
      assert.deepEqual(answers.map(({ statusCode }) => statusCode).sort(), [...new Array(99).fill(200), 201]);
    });

    const good = { sepal_length: 5, sepal_width: 3, petal_length: 1, petal_width: 0.2 };
    const refused: [string, unknown, number, object][] = [
      ["an empty body", "", 400, { message: "the body is empty" }],
      ["no JSON", "{", 400, { message: "the body is not JSON" }],
      [
        "a missing key",
        { ...good, petal_width: undefined },
        400,
        { message: "petal_width: is missing", field: "petal_width" },
      ],
      ["null", { ...good, sepal_width: null }, 400, { message: "sepal_width: is not a number", field: "sepal_width" }],
      [
        "NaN as text",
        { ...good, sepal_width: "NaN" },
        400,
        { message: "sepal_width: is not a number", field: "sepal_width" },
      ],
      [
        "an overflowing number",
        '{"sepal_length":1e999}',
        400,
        { message: "sepal_length: is not a number", field: "sepal_length" },
      ],
      [
        "an attribute of ours",
        { ...good, pred_target: "x" },
        400,
        { message: "pred_target: is set by the service", field: "pred_target" },
      ],
      ["an id", { ...good, id: "x" }, 400, { message: "id: is set by the service", field: "id" }],
      [
        "a number that DynamoDB has not",
        { ...good, mass: 1e200 },
        400,
        { message: "the record has attributes that cannot be stored" },
      ],
      [
        "what is nested too deeply",
        { ...good, note: JSON.parse("[".repeat(31) + "]".repeat(31)) },
        400,
        { message: "the body is nested more than 30 levels deep" },
      ],
      [
        "a name of the prototype's",
        '{"__proto__":{"a":1}}',
        400,
        { message: "the body has a field __proto__, and no field may be called that" },
      ],
      [
        "a body that is too large",
        { ...good, note: "x".repeat(9_000) },
        413,
        { message: "the body is larger than 8192 bytes" },
      ],
    ];
    for (const [name, body, statusCode, expected] of refused) {
      it(`refuses ${name}`, async () => assert.deepEqual(await functions.post(body), { statusCode, body: expected }));
    }

    for (const body of ["null", "[]", "5", '"text"']) {
      it(`refuses the JSON ${body}, saying what it is not`, async () => {
        const answer = { statusCode: 400, body: { message: "the body is no JSON object" } };
        assert.deepEqual(await functions.post(body), answer);
      });
    }
  });
}
