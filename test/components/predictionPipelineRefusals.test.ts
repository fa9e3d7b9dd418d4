import assert from "node:assert/strict";
import { RunError } from "@pulumi/pulumi";
import { PredictionPipeline, type PredictionPipelineArgs } from "../../components/predictionPipeline.ts";
import { iris, wine } from "./support/pipeline.ts";
import { record } from "./support/record.ts";

describe("PredictionPipeline refuses, before anything is made,", () => {
  const bad: [string, Partial<PredictionPipelineArgs>, RegExp][] = [
    ["no feature", { features: [] }, /features is \[\]; allowed is names of attributes/],
    ["a feature twice", { features: ["a", "a"] }, /features is .*; allowed is names of attributes, each once/],
    ["a feature with a comma", { features: ["a,b"] }, /features is "a,b"; allowed is names without commas/],
    ["a feature of its own name", { features: ["pred_target"] }, /features is "pred_target"/],
    ["a model that is no file", { model: { artifact: "models/none.json" } }, /model.artifact is "models\/none.json"/],
    [
      "a model of other features",
      { model: { artifact: "models/iris/model.json" } },
      /features is "acidity, alcohol"; allowed is what the model in models\/iris\/model.json predicts from: petal_l/,
    ],
    [
      "metrics that are no file",
      { ...iris, model: { artifact: "models/iris/model.json", metrics: "x" } },
      /model.metrics is "x"/,
    ],
    ["a path with a slash at its end", { path: "/wine/" }, /path is "\/wine\/"/],
    ["a path with a parameter", { path: "/wine/{id}" }, /path is/],
    ["another way in", { ingest: "mail" as "queue" }, /ingest is "mail"; allowed is one of table, queue/],
    ["too large a batch", { batch: { size: 10_001 } }, /batch.size is 10001/],
    ["endless retries", { batch: { retries: -1 } }, /batch.retries is -1/],
    [
      "an age of messages",
      { batch: { maximumAge: 60 } },
      /batch.maximumAge is 60; allowed is nothing with ingest "queue"/,
    ],
    ["an age beyond the stream's", { ingest: "table", batch: { maximumAge: 86_401 } }, /batch.maximumAge is 86401/],
    [
      "one batch of a queue",
      { batch: { parallelization: 1 } },
      /parallelization is 1; allowed is a whole number from 2/,
    ],
    ["11 batches of a shard", { ingest: "table", batch: { parallelization: 11 } }, /parallelization is 11/],
    ["large batches at once", { batch: { size: 11, window: 0 } }, /batch.window is 0; allowed is at least 1/],
    ["little memory", { memory: 64 }, /memory is 64/],
    ["a long batch", { timeout: 901 }, /timeout is 901/],
    ["a handler that is no file", { handlers: { read: "handlers/none.ts" } }, /handlers.read is "handlers\/none.ts"/],
    ["no shard", { writeShards: 0 }, /writeShards is 0/],
    ["a model that is never looked for", { modelCheckSeconds: 0 }, /modelCheckSeconds is 0/],
  ];
  for (const [what, change, message] of bad) {
    it(what, async () => {
      const recording = await record(() => {
        assert.throws(
          () => new PredictionPipeline("wine", { ...wine, ...change }),
          (error: Error) => error instanceof RunError && message.test(error.message),
        );
      });
      assert.deepEqual(recording.all, []);
    });
  }

  it("a name that functions cannot have", async () => {
    await record(() => assert.throws(() => new PredictionPipeline("x".repeat(40), wine), /name is "x+"/));
  });
});
