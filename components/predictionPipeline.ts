import type { LogGroup, MetricAlarm } from "@pulumi/aws/cloudwatch";
import type { Table } from "@pulumi/aws/dynamodb";
import type { Queue } from "@pulumi/aws/sqs";
import { ComponentResource, type ComponentResourceOptions, type Input, type Output } from "@pulumi/pulumi";
import type { ApiAuth, ApiWithLambdas, StageArgs } from "./apiWithLambdas.ts";
import { type Binding, queueBinding, tableBinding } from "./function/bindings.ts";
import type { NodeFunction } from "./nodeFunction.ts";
import { createAlarms } from "./prediction/alarms.ts";
import { createRecordApi } from "./prediction/api.ts";
import { type ContainerArgs, createContainerPredictor } from "./prediction/container.ts";
import { locateModel, type ModelArgs } from "./prediction/model.ts";
import {
  type BatchArgs,
  createQueuePredictor,
  createRecordQueue,
  createStreamPredictor,
  type PredictorArgs,
} from "./prediction/predictor.ts";
import { createRecordTable } from "./prediction/table.ts";
import { pipelineRules } from "./prediction/validate.ts";
import { createQueue } from "./queue.ts";
import { validate } from "./validation.ts";

export type { ContainerArgs } from "./prediction/container.ts";
export type { ModelArgs } from "./prediction/model.ts";
export type { BatchArgs } from "./prediction/predictor.ts";

export interface PredictionPipelineArgs {
  /**
   * The trained model. Retraining it needs no new deployment of functions: predictors take up the new object.
   * @example { artifact: "models/iris/model.json" }
   */
  model: ModelArgs;
  /**
   * Attributes that a record is predicted from: finite numbers, or numbers in text. A record's other attributes are kept
   * as they are. These values are a record's identity: the same ones have the same id.
   * @example ["sepal_length", "sepal_width", "petal_length", "petal_width"]
   */
  features: string[];
  /**
   * Path of the collection of records.
   * @default `/NAME`
   * @example "/v0/iris"
   */
  path?: string;
  /**
   * Who may call the routes.
   * @default "iam"
   */
  auth?: ApiAuth;
  /**
   * Stage of the API, and its settings.
   * @default stage `Prod`
   */
  definition?: StageArgs;
  /**
   * `table`: a record is in the table, and readable, before it is predicted; the table's stream feeds the predictor.
   * `queue`: a record goes straight to a queue, and is written once, with its prediction.
   * @default "table"; with compute `fargate` "queue"
   */
  ingest?: "table" | "queue";
  /**
   * `lambda`: a function predicts, in batches as they come. `fargate`: the same predictor in containers, as many as the
   * queue's depth calls for; the first one takes a minute or two to start.
   * @default "lambda"
   */
  compute?: "lambda" | "fargate";
  /**
   * With compute `fargate`: image, network and number of containers.
   * @default {}
   */
  container?: ContainerArgs;
  /**
   * How the predictor is fed.
   * @default {}
   */
  batch?: BatchArgs;
  /**
   * A table of one's own: key `id` (S), a stream of new images, and indexes `byTime`, `byPrediction` and `unpredicted`
   * with the keys `time_bucket`, `prediction_bucket`, `unpredicted_bucket` and each with sort key `time_key`.
   * @default one is made
   */
  table?: Table;
  /**
   * Files of handlers to take instead of the platform's own, which predict by multinomial logistic regression.
   * @default {}
   * @example { predict: "handlers/forest/predict.ts" }
   */
  handlers?: Partial<Record<"ingest" | "read" | "list" | "predict", string>>;
  /**
   * Memory of the predictor in MB; with compute `fargate` one that its CPU units go with.
   * @default 512
   */
  memory?: Input<number>;
  /**
   * Seconds that one batch may take, 1 to 900.
   * @default 30
   */
  timeout?: number;
  /**
   * Invocations at one time that each function of the API has for itself, and no more. It takes them from the account,
   * which must keep 100 unreserved.
   * @default -1: unreserved
   */
  reservedConcurrency?: Input<number>;
  /**
   * Partitions that one month of an index is spread over; each takes 1,000 writes a second. To raise it later hides
   * nothing; to lower it hides records from lists.
   * @default 8
   */
  writeShards?: number;
  /**
   * Seconds after which a predictor looks for a newer model.
   * @default 60
   */
  modelCheckSeconds?: number;
  /**
   * ARNs of topics that the pipeline's alarms tell.
   * @default []
   */
  alarmTopics?: Input<string>[];
}

/**
 * Records in by an API, each with its prediction out: API, table, predictor behind the table's stream or behind a queue,
 * failure queue, alarms. What can never be predicted goes to the failure queue with its reason and blocks nothing.
 *
 * @example
 * const iris = new PredictionPipeline("iris", {
 *   model: { artifact: "models/iris/model.json" },
 *   features: ["sepal_length", "sepal_width", "petal_length", "petal_width"],
 * });
 * export const irisUrl = iris.url;
 */
export class PredictionPipeline extends ComponentResource {
  readonly api: ApiWithLambdas;
  readonly table: Table;
  /** Only in ingest mode `queue`. */
  readonly recordQueue: Queue | undefined;
  /** Records that were not predicted, each with its reason. */
  readonly failureQueue: Queue;
  /** There is no `predict` with compute `fargate`. */
  readonly functions: Record<"ingest" | "read" | "list", NodeFunction> & { predict?: NodeFunction };
  /** What the predictor, function or container, writes to. */
  readonly predictorLogs: LogGroup;
  readonly alarms: MetricAlarm[];
  /** URL of the collection of records. */
  readonly url: Output<string>;
  /** `s3://BUCKET/KEY` */
  readonly modelUri: Output<string>;

  constructor(name: string, args: PredictionPipelineArgs, opts?: ComponentResourceOptions) {
    super("dsp:index:PredictionPipeline", name, validated(name, args), opts);
    const { path = `/${name}`, auth = "iam", definition, features, batch = {}, timeout = 30, handlers = {} } = args;
    const environment = { FEATURES: features.join(","), WRITE_SHARDS: String(args.writeShards ?? 8) };
    const contained = args.compute === "fargate";
    const queued = contained || args.ingest === "queue";

    const model = locateModel(name, args.model, this);
    this.table = args.table ?? createRecordTable(name, this);
    this.failureQueue = createQueue(`${name}-failures`, {}, this);
    this.recordQueue = queued ? createRecordQueue(name, { batch, timeout }, this.failureQueue, this) : undefined;
    const predictor: PredictorArgs = {
      entry: handlers.predict ?? `handlers/prediction/${queued ? "predictQueue" : "predictStream"}.ts`,
      memory: args.memory ?? 512,
      timeout,
      environment: { ...environment, MODEL_CHECK_SECONDS: String(args.modelCheckSeconds ?? 60) },
      bindings: predictorBindings(this.table, this.failureQueue, model.binding, queued),
      batch,
    };
    const { predict, logGroup } = this.#createPredictor(
      name,
      predictor,
      contained ? (args.container ?? {}) : undefined,
    );
    this.predictorLogs = logGroup;
    const entries = {
      ingest: handlers.ingest ?? "handlers/prediction/ingest.ts",
      read: handlers.read ?? "handlers/prediction/read.ts",
      list: handlers.list ?? "handlers/prediction/list.ts",
    };
    const { table, recordQueue: records } = this;
    const { reservedConcurrency } = args;
    const settings = { path, auth, definition, features, entries, table, records, environment, reservedConcurrency };
    const { api, functions } = createRecordApi(name, settings, this);
    const service = `${name}-predict`;
    const alarmed = { failures: this.failureQueue, records, predictor: predict, service };
    this.alarms = createAlarms(name, { ...alarmed, actions: args.alarmTopics ?? [] }, this);

    this.api = api;
    this.functions = { ...functions, ...(predict && { predict }) };
    this.url = api.routes[`POST ${path}`]!;
    this.modelUri = model.uri;
    this.registerOutputs({ url: this.url, modelUri: this.modelUri });
  }

  /** @param container given where the predictor is no function. */
  #createPredictor(
    name: string,
    args: PredictorArgs,
    container: ContainerArgs | undefined,
  ): { predict?: NodeFunction; logGroup: LogGroup } {
    const { table, recordQueue: records, failureQueue: failures } = this;
    if (container && records) return createContainerPredictor(name, { ...args, container }, records, this);
    const predict = records
      ? createQueuePredictor(name, args, records, this)
      : createStreamPredictor(name, args, table, failures, this);
    return { predict, logGroup: predict.logGroup };
  }
}

function validated(name: string, args: PredictionPipelineArgs): object {
  validate(`PredictionPipeline "${name}"`, pipelineRules(name, args));
  return {};
}

/** A predictor of the stream updates what is there; one of the queue writes, or is told to read a record again. */
const predictorBindings = (
  table: Table,
  failures: Queue,
  model: Binding,
  queued: boolean,
): Record<string, Binding> => ({
  PREDICTION_TABLE: tableBinding(table, queued ? ["GetItem", "PutItem", "UpdateItem"] : ["UpdateItem"]),
  FAILURE_QUEUE_URL: queueBinding(failures, ["SendMessage"]),
  MODEL_URI: model,
});
