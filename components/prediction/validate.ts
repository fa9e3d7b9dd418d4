import type { PredictionPipelineArgs } from "../predictionPipeline.ts";
import { integerBetween, matches, oneOf, type Rule } from "../validation.ts";
import { modelRules } from "./model.ts";

/** Names that the pipeline gives attributes of its own. */
const ownAttributes =
  /^(id|status|created_at|time_key|(time|prediction|unpredicted)_bucket|pred_target|pred_probability|model_version|predicted_at|redriven_at)$/;

/** What can be wrong with a pipeline's arguments. */
export function pipelineRules(name: string, args: PredictionPipelineArgs): Rule[] {
  const { model, features, path, ingest = "table", batch = {}, timeout, memory, writeShards, modelCheckSeconds } = args;
  const queued = ingest === "queue";
  return [
    matches("name", name, /^[a-zA-Z][\w-]{0,38}$/, "a letter, then at most 38 letters, digits, - and _"),
    {
      ok: features.length > 0 && new Set(features).size === features.length,
      field: "features",
      value: features,
      allowed: "names of attributes, each once",
    },
    ...features.map((feature) => ({
      ok: /^[^,\s]{1,255}$/.test(feature) && !ownAttributes.test(feature),
      field: "features",
      value: feature,
      allowed: "names without commas and spaces, none of which the pipeline sets itself",
    })),
    ...modelRules(model, features),
    matches("path", path, /^(\/[\w.~-]+)+$/, "a path like /v0/iris, without parameters and without a slash at its end"),
    oneOf("ingest", ingest, ["table", "queue"]),
    integerBetween("memory", memory, 128, 10_240),
    integerBetween("timeout", timeout, 1, 900),
    integerBetween("writeShards", writeShards, 1, 100),
    integerBetween("modelCheckSeconds", modelCheckSeconds, 1, 86_400),
    integerBetween("batch.size", batch.size, 1, 10_000),
    integerBetween("batch.window", batch.window, 0, 300),
    integerBetween("batch.retries", batch.retries, 0, 999),
    integerBetween("batch.maximumAge", batch.maximumAge, 60, 86_400),
    {
      ok: !queued || batch.maximumAge === undefined,
      field: "batch.maximumAge",
      value: batch.maximumAge,
      allowed: 'nothing with ingest "queue": its messages end by retries',
    },
    integerBetween("batch.parallelization", batch.parallelization, queued ? 2 : 1, queued ? 1_000 : 10),
    {
      // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
      ok: !(queued && typeof batch.size === "number" && batch.size > 10 && batch.window === 0),
      field: "batch.window",
      value: batch.window,
      allowed: 'at least 1 with ingest "queue" and batches of more than 10',
    },
  ];
}
