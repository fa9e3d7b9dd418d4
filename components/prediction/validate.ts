import { handlersRules } from "../function/validate.ts";
import { integerBetween, matches, oneOf, type Rule } from "../validation.ts";
import type { ContainerArgs, PredictionPipelineArgs } from "./args.ts";
import { modelRules } from "./model.ts";
import { pythonModelRules } from "./pythonModel.ts";

/** Names that the pipeline gives attributes of its own. */
const ownAttributes =
  /^(id|status|created_at|time_key|(time|prediction|unpredicted)_bucket|pred_target|pred_probability|model_version|predicted_at|redriven_at)$/;

/** What can be wrong with a pipeline's arguments. */
export function pipelineRules(name: string, args: PredictionPipelineArgs): Rule[] {
  const { model, features, path, batch = {}, timeout, memory, writeShards, modelCheckSeconds } = args;
  const { compute = "lambda", container, ingest = compute === "fargate" ? "queue" : "table" } = args;
  const contained = compute === "fargate";
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
    ...modelRules(model, features, args.predictor !== undefined),
    matches("path", path, /^(\/[\w.~-]+)+$/, "a path like /v0/iris, without parameters and without a slash at its end"),
    oneOf("ingest", ingest, ["table", "queue"]),
    oneOf("compute", compute, ["lambda", "fargate"]),
    {
      ok: !contained || queued,
      field: "ingest",
      value: ingest,
      allowed: '"queue" with compute "fargate": a container drains a queue',
    },
    {
      ok: contained || container === undefined,
      field: "container",
      value: container,
      allowed: 'nothing with compute "lambda"',
    },
    ...(contained ? containerRules(container, args) : [integerBetween("memory", memory, 128, 10_240)]),
    integerBetween("timeout", timeout, 1, 900),
    integerBetween("reservedConcurrency", args.reservedConcurrency, -1, 1_000_000),
    // A page of the list asks a month's shards at once, and makes 32 queries at most.
    integerBetween("writeShards", writeShards, 1, 32),
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
    {
      ok: !args.predictor || args.handlers?.predict === undefined,
      field: "handlers.predict",
      value: args.handlers?.predict,
      allowed: "nothing with a predictor, which is what predicts",
    },
    ...(args.predictor ? pythonModelRules(args.predictor) : []),
    ...handlersRules(args.handlers),
  ];
}

/** https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size */
const memories: Record<number, { from: number; to: number; step: number }> = {
  256: { from: 512, to: 2_048, step: 512 },
  512: { from: 1_024, to: 4_096, step: 1_024 },
  1024: { from: 2_048, to: 8_192, step: 1_024 },
  2048: { from: 4_096, to: 16_384, step: 1_024 },
  4096: { from: 8_192, to: 30_720, step: 1_024 },
};

/** What can be wrong where a container predicts. */
function containerRules(container: ContainerArgs = {}, { batch = {}, handlers, memory = 512 }: PredictionPipelineArgs) {
  const { cpu = 256, concurrency, minimumTasks = 0, maximumTasks = 4, messagesPerTask } = container;
  const { from, to, step } = memories[cpu] ?? { from: 0, to: 0, step: 1 };
  const fits = typeof memory !== "number" || (memory >= from && memory <= to && memory % step === 0);
  const unused = (["size", "window", "parallelization"] as const).find((field) => batch[field] !== undefined);
  return [
    oneOf("container.cpu", cpu, Object.keys(memories).map(Number)),
    {
      ok: fits && !(cpu === 256 && memory === 1_536),
      field: "memory",
      value: memory,
      allowed: `${from} to ${to} MB in steps of ${step}${cpu === 256 ? ", without 1536," : ""} with ${cpu} CPU units`,
    },
    integerBetween("container.concurrency", concurrency, 1, 100),
    integerBetween("container.maximumTasks", maximumTasks, 1, 20),
    integerBetween("container.minimumTasks", minimumTasks, 0, maximumTasks),
    integerBetween("container.messagesPerTask", messagesPerTask, 1, 1_000_000),
    {
      ok: unused === undefined,
      field: `batch.${unused}`,
      value: unused && batch[unused],
      allowed: 'nothing with compute "fargate": see container.concurrency',
    },
    {
      ok: handlers?.predict === undefined,
      field: "handlers.predict",
      value: handlers?.predict,
      allowed: 'nothing with compute "fargate": see container.image',
    },
  ] satisfies Rule[];
}
