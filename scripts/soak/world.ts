import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EMRServerlessClient } from "@aws-sdk/client-emr-serverless";
import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SchedulerClient } from "@aws-sdk/client-scheduler";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SQSClient } from "@aws-sdk/client-sqs";
import type { Stack } from "../lib/stack.ts";
import type { Ledger } from "./ledger.ts";
import type { Measures } from "./measures.ts";
import type { Denied } from "./platform.ts";

/** What load and invariants have of the run. */
export interface World {
  stack: Stack;
  clients: Clients;
  /** Of the program, `KEY=VALUE`, as the run was started with it. */
  config: readonly string[];
  ledger: Ledger;
  measures: Measures;
  /** Of the platform. */
  denied: readonly Denied[];
  mistakes: readonly string[];
}

export type Clients = ReturnType<typeof clientsOf>;

/** Whose patience outlasts the faults, as that of a client with work to do. */
export function clientsOf({ client }: Pick<Stack, "client">) {
  const config = { ...client, maxAttempts: 8 };
  return {
    dynamodb: new DynamoDBClient(config),
    emr: new EMRServerlessClient(config),
    s3: new S3Client({ ...config, forcePathStyle: true }),
    sagemaker: new SageMakerClient(config),
    scheduler: new SchedulerClient(config),
    sfn: new SFNClient({ ...config, disableHostPrefix: true }),
    sqs: new SQSClient(config),
  };
}
