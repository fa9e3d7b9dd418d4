import assert from "node:assert/strict";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import type { Functions } from "./functions.ts";
import { modelVersion } from "./support.ts";

/** The predictor as a consumer of the table's stream. */
export function streamSuite(functions: Functions): void {
  describe("the predictor of the stream", () => {
    it("writes class, probability and model version, and GET goes from 202 to 200", async () => {
      const { id, image } = await functions.posted(functions.flower("virginica"));
      const pending = await functions.get(id);
      assert.deepEqual(
        [pending.statusCode, pending.body.status, pending.body.pred_target],
        [202, "pending", undefined],
      );
      assert.deepEqual(await functions.predictStream([image]), []);
      const { statusCode, body } = await functions.get(id);
      assert.deepEqual(
        [statusCode, body.status, body.pred_target, body.model_version],
        [200, "predicted", "virginica", modelVersion],
      );
      assert.ok((body.pred_probability as number) > 0.9);
      for (const hidden of ["time_key", "time_bucket", "prediction_bucket", "unpredicted_bucket"])
        assert.ok(!(hidden in body));
      const stored = (await functions.pipeline.read(id))!;
      assert.equal(stored.unpredicted_bucket, undefined);
      assert.match(stored.prediction_bucket!.S!, /^virginica#\d{4}-\d\d#[0-7]$/);
    });

    it("predicts once: again, and posted again, changes nothing", async () => {
      const record = functions.flower();
      const { id, image } = await functions.posted(record);
      await functions.predictStream([image, image]);
      const before = await functions.pipeline.read(id);
      assert.deepEqual(await functions.predictStream([image]), []);
      await functions.post(record);
      assert.deepEqual(await functions.pipeline.read(id), before);
    });

    it("does not bring back a record that is gone", async () => {
      const { image } = await functions.posted(functions.flower());
      assert.deepEqual(await functions.predictStream([{ ...image, id: { S: "gone" } }]), []);
      assert.equal(await functions.pipeline.read("gone"), undefined);
    });

    it("does not answer to its own update", async () => {
      const { id, image } = await functions.posted(functions.flower());
      await functions.predictStream([image], "MODIFY");
      assert.equal((await functions.get(id)).statusCode, 202);
      await functions.predictStream([{ ...image, pred_target: { S: "x" } }]);
      assert.equal((await functions.get(id)).statusCode, 202);
    });

    it("predicts a rejected record that was mended and put back, once", async () => {
      const rejected = { id: "mended", created_at: "2026-01-05T00:00:00.000Z", ...functions.flower() };
      await functions.predictStream([await functions.pipeline.put({ ...rejected, petal_width: "wide" })]);
      assert.deepEqual(
        (await functions.pipeline.failures()).map(({ key }) => key),
        [{ id: "mended" }],
      );
      const mended = await functions.pipeline.put({ ...rejected, redriven_at: "2026-01-06T00:00:00.000Z" });
      assert.deepEqual(await functions.predictStream([mended], "MODIFY"), []);
      const { statusCode, body } = await functions.get("mended");
      assert.deepEqual([statusCode, body.pred_target, body.redriven_at], [200, "setosa", undefined]);
      assert.equal((await functions.pipeline.read("mended"))!.redriven_at, undefined);
    });

    it("sends poison to the failure queue and predicts what is around it", async () => {
      await functions.pipeline.failures();
      const good = [await functions.posted(functions.flower()), await functions.posted(functions.flower("virginica"))];
      const poison = [
        { id: "null", ...functions.flower(), sepal_width: null },
        { id: "text", ...functions.flower(), petal_length: "long" },
        { id: "nested", ...functions.flower(), petal_width: { cm: 2 } },
        { id: "missing", color: "blue" },
        { id: "large", ...functions.flower(), blob: "x".repeat(409_400) },
      ];
      const images: Record<string, AttributeValue>[] = [];
      for (const item of poison) images.push(await functions.pipeline.put(item));
      assert.deepEqual(await functions.predictStream([good[0]!.image, ...images, good[1]!.image]), []);
      assert.deepEqual(
        [(await functions.get(good[0]!.id)).body.pred_target, (await functions.get(good[1]!.id)).body.pred_target],
        ["setosa", "virginica"],
      );
      const found = (await functions.pipeline.failures()).sort((a, b) =>
        JSON.stringify(a.key).localeCompare(JSON.stringify(b.key)),
      );
      assert.deepEqual(
        found.map(({ key, reason }) => [(key as { id: string }).id, reason]),
        [
          ["large", "The record cannot be stored with its prediction"],
          ["missing", "sepal_length: is missing"],
          ["nested", "petal_width: is not a number"],
          ["null", "sepal_width: is not a number"],
          ["text", "petal_length: is not a number"],
        ],
      );
      assert.deepEqual(found[1]!.body, poison[3]);
      assert.equal(found[0]!.body, undefined, "too large for a message");
    });

    it("reports what it could not do, and only that, for another try", async () => {
      const [first, second] = [await functions.posted(functions.flower()), await functions.posted(functions.flower())];
      const table = process.env.FAILURE_QUEUE_URL;
      process.env.FAILURE_QUEUE_URL = `${table}-gone`;
      try {
        const bad = await functions.pipeline.put({ id: "bad", color: "red" });
        assert.deepEqual(await functions.predictStream([first.image, bad, second.image]), ["1"]);
      } finally {
        process.env.FAILURE_QUEUE_URL = table;
      }
      assert.equal((await functions.get(second.id)).statusCode, 200);
    });

    it("says when the stream has no images", async () => {
      assert.deepEqual(await functions.predictStream([undefined]), ["0"]);
    });
  });
}
