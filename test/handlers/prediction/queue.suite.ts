import assert from "node:assert/strict";
import type { Functions } from "./functions.ts";

/** Ingest mode `queue`. */
export function queueSuite(functions: Functions): void {
  describe("the queue instead of the table", () => {
    before(() => {
      process.env.RECORD_QUEUE_URL = functions.pipeline.recordQueueUrl;
    });
    after(() => {
      delete process.env.RECORD_QUEUE_URL;
    });

    it("takes what is posted, and the predictor writes it whole, once", async () => {
      const record = { ...functions.flower("virginica"), color: "blue" };
      const { statusCode, body } = await functions.post(record);
      assert.equal(statusCode, 201);
      assert.equal((await functions.get(body.id)).statusCode, 404);
      const messages = (await functions.pipeline.records()).map((message) => JSON.stringify(message));
      assert.deepEqual(await functions.predictQueue([...messages, ...messages]), []);
      const { body: item } = await functions.get(body.id);
      assert.deepEqual([item.status, item.pred_target, item.color], ["predicted", "virginica", "blue"]);
      assert.equal((await functions.pipeline.read(body.id))!.unpredicted_bucket, undefined);
      const again = await functions.post(record);
      assert.deepEqual([again.statusCode, again.body.id], [200, body.id]);
      assert.deepEqual(await functions.pipeline.records(), []);
    });

    it("predicts a record of the table that is named by its id: so a rejected one is put back", async () => {
      await functions.pipeline.put({
        id: "put-back",
        created_at: "2026-01-05T00:00:00.000Z",
        ...functions.flower(),
        petal_width: "wide",
      });
      await functions.predictQueue([JSON.stringify({ id: "put-back" })]);
      assert.deepEqual(
        (await functions.pipeline.failures()).map(({ reason }) => reason),
        ["petal_width: is not a number"],
      );
      await functions.pipeline.put({ id: "put-back", created_at: "2026-01-05T00:00:00.000Z", ...functions.flower() });
      assert.deepEqual(await functions.predictQueue([JSON.stringify({ id: "put-back" })]), []);
      assert.equal((await functions.get("put-back")).body.pred_target, "setosa");
    });

    it("sends messages that are no records to the failure queue", async () => {
      const bodies = [
        "no JSON",
        "{}",
        '{"id":""}',
        '{"id":"x","record":5}',
        '{"id":"nobody"}',
        '{"id":"a","record":{"sepal_length":null}}',
      ];
      assert.deepEqual(await functions.predictQueue(bodies), []);
      const found = (await functions.pipeline.failures())
        .map(({ key, body, reason }) => JSON.stringify([key, body, reason]))
        .sort();
      const malformed = "The message is not a record: expected {id, record, created_at}";
      assert.deepEqual(found, [
        JSON.stringify([{ id: "a" }, { sepal_length: null }, "sepal_length: is not a number"]),
        JSON.stringify([{ id: "nobody" }, undefined, "There is no such record"]),
        ...bodies.slice(0, 4).map((body, index) => JSON.stringify([{ messageId: `m${index}` }, body, malformed])),
      ]);
    });
  });
}
