import type { Input } from "@pulumi/pulumi";
import type { ApiAuth } from "../api/args.ts";
import type { Statement } from "../function/statement.ts";
import type { Network } from "../network.ts";
import type { Cors } from "../openapi/cors.ts";

export interface SparkJobsArgs {
  /**
   * Folder of the scripts (`*.py`), relative to the program.
   * @default "jobs"
   */
  scripts?: string;
  /**
   * Arguments by script that go before a job's own: what a script has to know of the stack. `DATA` in one stands for the
   * bucket's data, `s3://BUCKET/data`.
   * @default {}
   * @example { "iris_predictions.py": ["--table", table.name, "--output", "DATA/iris"] }
   */
  scriptArguments?: Record<string, Input<string>[]>;
  /**
   * The script of jobs that name none.
   * @default the first by name
   */
  defaultScript?: string;
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
   * What runs may do besides using the bucket's `data/` and their log.
   * @default []
   */
  grants?: Statement[];
  /**
   * ARN of an application of EMR Serverless that is there already, whose runs are of this stack's jobs alone. What follows
   * about the application is then its own affair.
   * @default one of the stack's own
   * @example "arn:aws:emr-serverless:eu-west-1:123456789012:/applications/00f1r2e3q4u5i6z7"
   */
  applicationArn?: string;
  /**
   * Release of EMR, which says which Spark and Python runs have.
   * https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/release-versions.html
   * @default "emr-7.5.0": Spark 3.5, Python 3.9
   */
  releaseLabel?: string;
  /**
   * vCPU that all runs have together at most, 4 to 400.
   * @default 8
   */
  maximumCpu?: number;
  /**
   * GB of memory that all runs have together at most, 8 to 3,000.
   * @default 32
   */
  maximumMemory?: number;
  /**
   * Minutes without a run, 1 to 10,080, after which the application stops, and costs nothing.
   * @default 15
   */
  autoStopMinutes?: number;
  /**
   * Options of spark-submit: how large driver and executors are.
   * @default a driver and two executors of 2 vCPU and 6 GB
   */
  sparkParameters?: string;
  /**
   * Minutes, 5 to `maximumTimeoutMinutes`, after which a run is ended whose job says nothing of it.
   * @default 60
   */
  timeoutMinutes?: number;
  /**
   * Minutes that a job may ask for, 5 to 10,080.
   * @default 1440
   */
  maximumTimeoutMinutes?: number;
  /**
   * Tries after the first, 0 to 9, of a run whose job says nothing of it.
   * @default 0
   */
  retries?: number;
  /**
   * Whether there is a Livy endpoint, by which notebooks use the application.
   * @default true
   */
  interactive?: boolean;
  /**
   * Subnets that runs are in, and the VPC that these are of.
   * @default none: they reach S3 and AWS's endpoints of the region, and nothing else
   */
  network?: Network;
  /**
   * Files of handlers that take the place of the platform's own, in TypeScript or Python, each by the name of its function.
   * @default `handlers/jobs/NAME.ts`
   * @example { read: "handlers/mine/read.ts" }
   */
  handlers?: Partial<Record<JobFunction, string>>;
  /**
   * Days that logs of runs and functions are kept.
   * @default 30
   */
  logRetention?: Input<number>;
}

/** The files of the functions, relative to the program. */
export const defaultHandlers = {
  read: "handlers/jobs/read.ts",
  change: "handlers/jobs/change.ts",
  observe: "handlers/jobs/observe.ts",
  run: "handlers/jobs/run.ts",
  mend: "handlers/jobs/mend.ts",
  sweep: "handlers/jobs/sweep.ts",
};

export type JobFunction = keyof typeof defaultHandlers;
