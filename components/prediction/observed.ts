import type { Table } from "@pulumi/aws/dynamodb";
import type { Queue } from "@pulumi/aws/sqs";
import type { CodeFunction } from "../codeFunction.ts";
import { functionsOf, type Observed, type ObservedApi } from "../observability/args.ts";

/** Seconds that a record waits for its prediction before somebody looks. */
const longestWait = 60;

interface Pipeline {
  api: ObservedApi;
  functions: Record<string, CodeFunction> & { predict?: CodeFunction };
  model: CodeFunction | undefined;
  table: Table;
  recordQueue: Queue | undefined;
  failureQueue: Queue;
}

/** What a pipeline promises is every record predicted, soon, with a model that can be used. */
export function observedOf(name: string, pipeline: Pipeline): Observed {
  const { api, functions, model, table, recordQueue: queue, failureQueue } = pipeline;
  const { predict } = functions;
  const made = functionsOf(name, { ...functions, model }, { predict: "The predictor fails" });
  const waiting = (where: string) => ({ longestWait, means: `Records wait in the ${where} for their prediction` });
  return {
    apis: { [`${name}-api`]: api },
    // A batch that fails once is tried again.
    functions: { ...made, ...(predict && { [`${name}-predict`]: { ...made[`${name}-predict`]!, minutes: 2 } }) },
    ...(queue
      ? { queues: { [`${name}-delay`]: { queue, ...waiting("queue") } } }
      : predict && { streams: { [`${name}-delay`]: { reader: predict, ...waiting("stream") } } }),
    deadLetters: { [`${name}-failures`]: failureQueue },
    faults: {
      [`${name}-model`]: {
        service: `${name}-predict`,
        metricName: "ModelLoadFailed",
        means: "The model's object cannot be used; predictors keep the last good one",
      },
    },
    tables: { [`${name}-records`]: table },
  };
}
