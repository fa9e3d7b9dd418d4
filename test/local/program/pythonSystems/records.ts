/** The reader of irises, in Python. */
import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { PythonSystems } from "./lab.ts";

export const records = (lab: PythonSystems) =>
  describe("a reader of records", () => {
    const get = async (id: string) => {
      const response = await fetch(`${lab.outputs.irisUrl}/${encodeURIComponent(id)}`);
      return { status: response.status, body: (await response.json()) as Record<string, unknown> };
    };

    it("answers what is predicted, what waits and what is not there", async () => {
      const flower = { sepal_length: 5.1, sepal_width: 3.5, petal_length: 1.4, petal_width: 0.2, note: "ü€😀" };
      const posted = await fetch(lab.outputs.irisUrl, { method: "POST", body: JSON.stringify(flower) });
      const { id } = (await posted.json()) as { id: string };
      let found = await get(id);
      while (found.status === 202) {
        assert.equal(found.body.status, "pending");
        await sleep(20);
        found = await get(id);
      }
      const { created_at, predicted_at, pred_probability, model_version, ...rest } = found.body;
      assert.equal(found.status, 200);
      assert.deepEqual(rest, { ...flower, id, pred_target: "setosa", status: "predicted" });
      assert.ok(created_at && predicted_at && model_version && Number(pred_probability) > 0.9);

      const gone = { status: 404, body: { message: "there is no such record", field: "id" } };
      assert.deepEqual(await get("none"), gone);
      assert.deepEqual(await get("x".repeat(1_025)), gone);
    });

    it("answers a record that waits, and numbers as JSON has them", async () => {
      const item = { id: "waits", created_at: "2026-01-01T00:00:00.000Z", n: 1.5, large: 12345678901 };
      const Item = marshall({ ...item, time_key: "t", time_bucket: "2026-01#0" });
      await lab.test.client(DynamoDBClient).send(new PutItemCommand({ TableName: lab.outputs.irisTable, Item }));
      const found = await get("waits");
      assert.deepEqual(found, { status: 202, body: { ...item, status: "pending" } });
      assert.deepEqual(Object.keys(found.body), ["created_at", "id", "large", "n", "status"]);
    });
  });
