import type { Input } from "@pulumi/pulumi";
import type { StageArgs } from "../apiWithLambdas.ts";
import type { SnowflakeTrust } from "./trust.ts";

export interface SnowflakeRecommenderArgs {
  /**
   * URI of the image that trains and serves; one of a registry that SageMaker reaches.
   * @default built from `containers/recommender` and kept in a repository of the stack's
   */
  image?: Input<string>;
  /**
   * Whom the API integration is, as `DESCRIBE INTEGRATION` tells.
   * @default none: pending
   */
  api?: Partial<SnowflakeTrust>;
  /**
   * Whom the storage integration is, likewise.
   * @default none: pending
   */
  storage?: Partial<SnowflakeTrust>;
  /** @default one ml.m5.xlarge for at most 10,000 seconds */
  training?: TrainingArgs;
  /**
   * @default one ml.t2.medium for each model
   * @example { serverless: { memory: 2048 } }
   */
  serving?: ServingArgs;
  /**
   * Models that may be deployed at one time, 1 to 100; one more is refused.
   * @default 20
   */
  maximumEndpoints?: number;
  /**
   * ARN of the key that the disks of jobs and endpoints, and models, are encrypted with. Its policy leaves it to the account.
   * @default none: SageMaker's and S3's own
   */
  encryptionKeyArn?: Input<string>;
  /**
   * When to train again without being asked.
   * @default never
   * @example { schedule: "cron(0 3 ? * SUN *)" }
   */
  retrain?: RetrainArgs;
  /**
   * Hours, 1 to 720, after which an endpoint that nobody calls is removed.
   * @default none: endpoints stay until they are undeployed
   */
  removeIdleAfter?: number;
  /**
   * Stage of the API, and its settings.
   * @default stage `Prod`
   */
  definition?: StageArgs;
  /**
   * Files of handlers that take the place of the platform's own, in TypeScript or Python, each by the name of its function.
   * @default `handlers/recommender/NAME.ts`
   * @example { invoke: "handlers/ratings/invoke.ts" }
   */
  handlers?: Partial<RecommenderHandlers>;
  /**
   * Days that functions' logs are kept.
   * @default 30
   */
  logRetention?: Input<number>;
}

/** The files of the recommender's functions, relative to the program. */
export const defaultHandlers = {
  train: "handlers/recommender/train.ts",
  deploy: "handlers/recommender/deploy.ts",
  invoke: "handlers/recommender/invoke.ts",
  status: "handlers/recommender/status.ts",
  undeploy: "handlers/recommender/undeploy.ts",
  retrain: "handlers/recommender/retrain.ts",
  sweep: "handlers/recommender/sweep.ts",
  observe: "handlers/recommender/observe.ts",
};

export type RecommenderHandlers = Record<keyof typeof defaultHandlers, string>;

/** The machine of a training job. */
export interface TrainingArgs {
  /** @default "ml.m5.xlarge" */
  instanceType?: string;
  /**
   * Disk in GB, 1 to 16,384.
   * @default 10
   */
  volume?: number;
  /**
   * Seconds after which a job is stopped, 60 to 2,419,200.
   * @default 10000
   */
  maximumSeconds?: number;
  /**
   * Jobs of this stack that may run at one time, 1 to 100; one more is refused, so that a mistake in a query costs no fortune.
   * @default 10
   */
  maximumJobs?: number;
  /**
   * What the container takes beside the tables' names.
   * @default {}: the container's own
   * @example { factors: "50", epochs: "30" }
   */
  hyperparameters?: Record<string, string>;
}

/** What serves a model: machines, as many as its callers need, or capacity by the call. */
export type ServingArgs = MachineArgs | { serverless: ServerlessArgs };

export interface MachineArgs {
  serverless?: never;
  /** @default "ml.t2.medium" */
  instanceType?: string;
  /**
   * Machines of an endpoint, and the fewest that it is scaled to.
   * @default 1
   */
  instances?: number;
  /**
   * The most machines that an endpoint is scaled to. Burstable ones (ml.t2) cannot be scaled.
   * @default as many as `instances`: it is not scaled
   */
  maximumInstances?: number;
  /**
   * Calls a minute and machine that scaling aims at.
   * @default 600
   */
  callsPerInstance?: number;
}

export interface ServerlessArgs {
  /**
   * MB, in steps of 1,024 up to 6,144.
   * @default 2048
   */
  memory?: number;
  /**
   * Calls at one time, 1 to 200.
   * @default 5
   */
  maximumConcurrency?: number;
}

/** When to train again, from what Snowflake has unloaded last. */
export interface RetrainArgs {
  /**
   * `rate(…)` or `cron(…)` of EventBridge Scheduler.
   * @example "cron(0 3 ? * SUN *)"
   */
  schedule: string;
  /** @default "UTC" */
  timezone?: string;
  /**
   * Table that the data is of: objects below `training/TABLE/`.
   * @default "ratings_train_data"
   */
  inputTable?: string;
  /**
   * Table that the recommendations are for: `recommendations/TABLE/`.
   * @default "user_movie_recommendations"
   */
  outputTable?: string;
}
