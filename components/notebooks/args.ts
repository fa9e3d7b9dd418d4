import type { Input } from "@pulumi/pulumi";
import type { ApiAuth } from "../api/args.ts";
import type { Statement } from "../function/statement.ts";
import type { Network } from "../network.ts";
import type { Cors } from "../openapi/cors.ts";

export interface NotebookServiceArgs {
  /**
   * Who may call the routes.
   * @default "iam"
   */
  auth?: ApiAuth;
  /**
   * The CORS settings of the API that has the routes: functions answer for them.
   * @default none
   */
  cors?: Cors;
  /**
   * Machines that users may choose; the first is the one that they get without a choice.
   * https://docs.aws.amazon.com/sagemaker/latest/dg/notebooks-available-instance-types.html
   * @default ["ml.t3.medium", "ml.t3.large", "ml.t3.xlarge", "ml.m5.xlarge", "ml.m5.2xlarge"]
   */
  instanceTypes?: string[];
  /**
   * GB that a notebook's volume may have, 5 to 16,384.
   * @default 100
   */
  maximumVolumeSize?: number;
  /**
   * Minutes without activity, 30 to 10,080, after which a notebook is stopped that says nothing of it.
   * @default 120
   */
  idleMinutes?: number;
  /**
   * Whether users may be root on their instances.
   * @default false
   */
  rootAccess?: boolean;
  /**
   * Whether notebooks may have a way of their own to the internet. Without it they need a network.
   * @default true without a network, false in one
   */
  directInternet?: boolean;
  /**
   * Subnets that notebooks are in, and the VPC that these are of.
   * @default none: SageMaker's own network
   */
  network?: Network;
  /**
   * What notebooks may do besides what every one needs.
   * @default []
   * @example [{ Effect: "Allow", Action: ["s3:GetObject"], Resource: [interpolate`${bucket.arn}/data/*`] }]
   */
  grants?: Statement[];
  /**
   * The Spark application of cluster-backed notebooks: `cluster` of a `SparkJobs`.
   * @default none: no notebook is cluster-backed
   */
  cluster?: SparkCluster;
  /**
   * ARN of the key for notebooks' volumes. Its policy leaves it to the account.
   * @default none: SageMaker's own
   */
  encryptionKeyArn?: Input<string>;
  /**
   * Files of handlers that take the place of the platform's own, in TypeScript or Python, each by the name of its function.
   * @default `handlers/notebooks/NAME.ts`
   * @example { clean: "handlers/mine/clean.ts" }
   */
  handlers?: Partial<Record<NotebookFunction, string>>;
  /**
   * Days that functions' logs are kept.
   * @default 30
   */
  logRetention?: Input<number>;
}

/** A Spark application that notebooks may use. */
export interface SparkCluster {
  /** Of its Livy endpoint. */
  livyUrl: Input<string>;
  applicationArn: Input<string>;
  /** What its sessions act as. */
  executionRoleArn: Input<string>;
}

/** The files of the functions, relative to the program. */
export const defaultHandlers = {
  read: "handlers/notebooks/read.ts",
  change: "handlers/notebooks/change.ts",
  observe: "handlers/notebooks/observe.ts",
  clean: "handlers/notebooks/clean.ts",
  sweep: "handlers/notebooks/sweep.ts",
};

export type NotebookFunction = keyof typeof defaultHandlers;
