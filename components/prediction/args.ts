import type { Table } from "@pulumi/aws/dynamodb";
import type { Input } from "@pulumi/pulumi";
import type { ApiAuth, StageArgs } from "../apiWithLambdas.ts";
import type { Network } from "../network.ts";

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
   * An existing table: key `id` (S), a stream of new images, and indexes `byTime`, `byPrediction` and `unpredicted`
   * with the keys `time_bucket`, `prediction_bucket`, `unpredicted_bucket` and each with sort key `time_key`.
   * @default one is made
   */
  table?: Table;
  /**
   * A model in Python: a module that defines `load(path)` and `predict(model, records)`, as docs/python.md says. It is a function
   * of its own, which the predictor, function or container, asks for a batch at a time; the model's file may then be of any kind.
   * @default none: the model is a multinomial logistic regression, which the predictor itself reads
   * @example { entry: "models/iris/predictor.py" }
   */
  predictor?: PythonPredictorArgs;
  /**
   * Files of handlers that take the place of the platform's own, in TypeScript or Python, which predict by multinomial logistic regression.
   * @default `handlers/prediction/NAME.ts`; of the predictor `predictStream.ts`, with ingest `queue` `predictQueue.ts`
   * @example { predict: "handlers/forest/predict.ts" }
   */
  handlers?: Partial<PredictionHandlers>;
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
}

/** Code in Python that predicts. */
export interface PythonPredictorArgs {
  /**
   * File of the module, relative to the program. All of its folder is deployed.
   * @example "models/iris/predictor.py"
   */
  entry: `${string}.py`;
  /**
   * What it requires: see `requirements` of `PythonFunction`.
   * @default `requirements.txt`, or `pyproject.toml`, beside the entry where there is one; otherwise none
   */
  requirements?: string;
  /**
   * Memory in MB, 128 to 10,240; processing power grows with it.
   * @default 512
   */
  memory?: Input<number>;
}

/** A trained model: a file of the program's that is uploaded, or an object that something else writes. */
export type ModelArgs = ModelArtifact | ModelObject;

export interface ModelArtifact {
  /**
   * File with the trained model, relative to the program. It is kept in a bucket of the pipeline's own, with every older
   * version; a new one is taken up by running predictors.
   * @example "models/iris/model.json"
   */
  artifact: string;
  /**
   * File with what the model was measured at, kept beside it.
   * @default none
   */
  metrics?: string;
  bucket?: never;
  key?: never;
}

export interface ModelObject {
  artifact?: never;
  metrics?: never;
  /** Name of the bucket. */
  bucket: Input<string>;
  /** Key of the object. */
  key: Input<string>;
}

/** How records reach the predictor, and what becomes of those that it cannot predict now. */
export interface BatchArgs {
  /**
   * Records that one invocation predicts, at most.
   * @default 100; with ingest `queue` 10
   */
  size?: Input<number>;
  /**
   * Seconds to wait for a batch to fill, 0 to 300.
   * @default 0; with ingest `queue` and more than 10 messages 1, as SQS wants it
   */
  window?: Input<number>;
  /**
   * Tries after the first, 0 to 999. A batch that fails is halved until what fails is alone.
   * @default 5
   */
  retries?: Input<number>;
  /**
   * Seconds after which a record of the stream is given up, 60 to 86,400: the stream keeps it no longer.
   * @default 3600
   */
  maximumAge?: Input<number>;
  /**
   * Batches at one time: of each of the stream's shards 1 to 10; with ingest `queue` of the queue 2 to 1,000.
   * @default 2; with ingest `queue` 10
   */
  parallelization?: Input<number>;
}

/** The container that predicts, and how many of them there are. */
export interface ContainerArgs {
  /**
   * URI of an image for linux/amd64 that drains the queue.
   * @default `containers/predictor`, built as the program runs and kept in a repository of the pipeline's own
   * @example "123456789012.dkr.ecr.eu-west-1.amazonaws.com/predictor:1.4.0"
   */
  image?: Input<string>;
  /**
   * Subnets that containers run in, and the VPC that these are of.
   * @default a VPC of the pipeline's own
   */
  network?: Network;
  /**
   * CPU units of a container: 256 (a quarter of a processor), 512, 1024, 2048 or 4096.
   * @default 256
   */
  cpu?: number;
  /**
   * Batches of ten messages that a container has in work at one time, 1 to 100.
   * @default 4
   */
  concurrency?: number;
  /**
   * Containers that run when there is nothing to do, 0 to `maximumTasks`.
   * @default 0
   */
  minimumTasks?: number;
  /**
   * Containers that run at most, 1 to 20.
   * @default 4
   */
  maximumTasks?: number;
  /**
   * Messages in the queue that another container is started for.
   * @default 5000
   */
  messagesPerTask?: number;
}

/** The files of the pipeline's functions, relative to the program. */
export type PredictionHandlers = Record<"ingest" | "read" | "list" | "predict", string>;

/**
 * @param queued whether records come by a queue.
 * @param asking whether the model has a function of its own.
 */
export const defaultHandlers = (queued: boolean, asking: boolean): PredictionHandlers => ({
  ingest: "handlers/prediction/ingest.ts",
  read: "handlers/prediction/read.ts",
  list: "handlers/prediction/list.ts",
  predict: `handlers/prediction/${asking ? "ask" : "predict"}${queued ? "Queue" : "Stream"}.ts`,
});
