import type { LogGroup } from "@pulumi/aws/cloudwatch";
import type { Table } from "@pulumi/aws/dynamodb";
import type { Queue } from "@pulumi/aws/sqs";
import { ComponentResource, type ComponentResourceOptions, type Output } from "@pulumi/pulumi";
import type { ApiWithLambdas } from "./apiWithLambdas.ts";
import type { CodeFunction } from "./codeFunction.ts";
import { functionBinding, queueBinding, tableBinding } from "./function/bindings.ts";
import type { Binding } from "./function/statement.ts";
import type { Observed } from "./observability/args.ts";
import { createRecordApi } from "./prediction/api.ts";
import { type ContainerArgs, defaultHandlers, type PredictionPipelineArgs } from "./prediction/args.ts";
import { createContainerPredictor } from "./prediction/container.ts";
import { locateModel } from "./prediction/model.ts";
import { observedOf } from "./prediction/observed.ts";
import {
  createQueuePredictor,
  createRecordQueue,
  createStreamPredictor,
  type PredictorArgs,
} from "./prediction/predictor.ts";
import { createPythonModel } from "./prediction/pythonModel.ts";
import { createRecordTable } from "./prediction/table.ts";
import { pipelineRules } from "./prediction/validate.ts";
import type { PythonFunction } from "./pythonFunction.ts";
import { createQueue } from "./queue.ts";
import { validate } from "./validation.ts";

export type { BatchArgs, ContainerArgs, ModelArgs, PredictionPipelineArgs } from "./prediction/args.ts";

/**
 * Records in by an API, each with its prediction out: API, table, predictor behind the table's stream or behind a queue,
 * failure queue. What can never be predicted goes to the failure queue with its reason and blocks nothing.
 *
 * @example
 * const iris = new PredictionPipeline("iris", {
 *   model: { artifact: "models/iris/model.json" },
 *   features: ["sepal_length", "sepal_width", "petal_length", "petal_width"],
 * });
 * export const irisUrl = iris.url;
 *
 * @example
 * new PredictionPipeline("iris", {
 *   model: { artifact: "models/iris/model.json" },
 *   features: ["sepal_length", "sepal_width", "petal_length", "petal_width"],
 *   predictor: { entry: "models/iris/predictor.py" },
 * });
 */
export class PredictionPipeline extends ComponentResource {
  readonly api: ApiWithLambdas;
  readonly table: Table;
  /** Only in ingest mode `queue`. */
  readonly recordQueue: Queue | undefined;
  /** Records that were not predicted, each with its reason. */
  readonly failureQueue: Queue;
  /** There is no `predict` with compute `fargate`. */
  readonly functions: Record<"ingest" | "read" | "list", CodeFunction> & { predict?: CodeFunction };
  /** The function that has the model; only with a `predictor` in Python. */
  readonly model: PythonFunction | undefined;
  /** What the predictor, function or container, writes to. */
  readonly predictorLogs: LogGroup;
  /** For `Observability`. */
  readonly observed: Observed;
  /** URL of the collection of records. */
  readonly url: Output<string>;
  /** `s3://BUCKET/KEY` */
  readonly modelUri: Output<string>;

  constructor(name: string, args: PredictionPipelineArgs, opts?: ComponentResourceOptions) {
    validate(`PredictionPipeline "${name}"`, pipelineRules(name, args));
    super("dsp:index:PredictionPipeline", name, {}, opts);
    const { path = `/${name}`, auth = "iam", definition, features, batch = {}, timeout = 30 } = args;
    const environment = { FEATURES: features.join(","), WRITE_SHARDS: String(args.writeShards ?? 8) };
    const contained = args.compute === "fargate";
    const queued = contained || args.ingest === "queue";
    const handlers = { ...defaultHandlers(queued, args.predictor !== undefined), ...args.handlers };

    const model = locateModel(name, args.model, this);
    this.table = args.table ?? createRecordTable(name, this);
    this.failureQueue = createQueue(`${name}-failures`, {}, this);
    this.recordQueue = queued
      ? createRecordQueue(name, { batch, timeout, failures: this.failureQueue }, this)
      : undefined;
    const { modelCheckSeconds = 60 } = args;
    this.model =
      args.predictor &&
      createPythonModel(name, { ...args.predictor, timeout, modelCheckSeconds, model: model.binding }, this);
    const predictor: PredictorArgs = {
      entry: handlers.predict,
      memory: args.memory ?? 512,
      timeout,
      environment: { ...environment, MODEL_CHECK_SECONDS: String(modelCheckSeconds) },
      bindings: {
        ...predictorBindings(this.table, this.failureQueue, queued),
        ...(this.model ? { PREDICTOR_FUNCTION: functionBinding(this.model) } : { MODEL_URI: model.binding }),
      },
      batch,
    };
    const { predict, logGroup } = this.#createPredictor(
      name,
      predictor,
      contained ? (args.container ?? {}) : undefined,
    );
    this.predictorLogs = logGroup;
    const { table, recordQueue: records } = this;
    const { reservedConcurrency } = args;
    const settings = { path, auth, definition, features, handlers, table, records, environment, reservedConcurrency };
    const { api, functions } = createRecordApi(name, settings, this);

    this.api = api;
    this.functions = { ...functions, ...(predict && { predict }) };
    this.observed = observedOf(name, this);
    this.url = api.routes[`POST ${path}`]!;
    this.modelUri = model.uri;
    this.registerOutputs({ url: this.url, modelUri: this.modelUri });
  }

  /** @param container given where the predictor is no function. */
  #createPredictor(
    name: string,
    args: PredictorArgs,
    container: ContainerArgs | undefined,
  ): { predict?: CodeFunction; logGroup: LogGroup } {
    const { table, recordQueue: records, failureQueue: failures } = this;
    if (container && records) return createContainerPredictor(name, { ...args, container, records }, this);
    const predict = records
      ? createQueuePredictor(name, { ...args, records }, this)
      : createStreamPredictor(name, { ...args, table, failures }, this);
    return { predict, logGroup: predict.logGroup };
  }
}

/** A predictor of the stream updates what is there; one of the queue writes, or is asked to read a record again. */
const predictorBindings = (table: Table, failures: Queue, queued: boolean): Record<string, Binding> => ({
  PREDICTION_TABLE: tableBinding(table, queued ? ["GetItem", "PutItem", "UpdateItem"] : ["UpdateItem"]),
  FAILURE_QUEUE_URL: queueBinding(failures, ["SendMessage"]),
});
