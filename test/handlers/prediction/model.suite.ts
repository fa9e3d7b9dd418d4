import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Functions } from "./functions.ts";
import { features, modelText } from "./support.ts";

/** How the predictor comes to its model. */
export function modelSuite(functions: Functions): void {
  describe("the model", () => {
    /** The artifact with other class names, under the version that it then has. */
    const renamed = async () => {
      const { versionOf } = await import("../../../handlers/lib/model.ts");
      const model = { ...JSON.parse(modelText), classes: ["iris setosa", "iris versicolor", "iris virginica"] };
      return JSON.stringify({ ...model, version: versionOf(model) });
    };
    const predicted = async () => {
      const { id, image } = await functions.posted(functions.flower());
      await functions.predictStream([image]);
      return (await functions.get(id)).body.pred_target;
    };

    it("is replaced when the object is, and the last good one kept when the object is no use", async () => {
      assert.equal(await predicted(), "setosa");
      for (const broken of [
        modelText.slice(0, 200),
        "",
        modelText.replace('"schemaVersion": 1', '"schemaVersion": 9'),
      ]) {
        await functions.pipeline.putModel(broken);
        await delay(1010);
        assert.equal(await predicted(), "setosa");
      }
      await functions.pipeline.putModel(await renamed());
      assert.equal(await predicted(), "setosa", "not looked for before its time");
      await delay(1010);
      assert.equal(await predicted(), "iris setosa");
      await functions.pipeline.putModel(modelText);
      await delay(1010);
      assert.equal(await predicted(), "setosa");
    });

    it("must be there at first, and be for these features", async () => {
      const { ModelSource } = await import("../../../handlers/prediction/modelSource.ts");
      await assert.rejects(new ModelSource("s3://models/none.json", features, 60).current(), { name: "NoSuchKey" });
      await functions.pipeline.putModel(modelText.slice(0, 99), "truncated.json");
      await assert.rejects(
        new ModelSource("s3://models/truncated.json", features, 60).current(),
        /The model is not JSON/,
      );
      await assert.rejects(
        new ModelSource("s3://models/iris/model.json", ["height"], 60).current(),
        /The model predicts from petal_length, petal_width, sepal_length, sepal_width; records have height/,
      );
      assert.throws(
        () => new ModelSource("models/iris", features, 60),
        /MODEL_URI is models\/iris, expected s3:\/\/BUCKET\/KEY/,
      );
    });

    it("is loaded once by many at once", async () => {
      const { ModelSource } = await import("../../../handlers/prediction/modelSource.ts");
      const source = new ModelSource("s3://models/iris/model.json", features, 60);
      const models = await Promise.all(Array.from({ length: 20 }, () => source.current()));
      assert.equal(new Set(models).size, 1);
    });
  });
}
