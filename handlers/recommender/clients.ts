import { S3Client } from "@aws-sdk/client-s3";
import { SageMakerClient } from "@aws-sdk/client-sagemaker";
import { SageMakerRuntimeClient } from "@aws-sdk/client-sagemaker-runtime";

/** Throttled and failed calls are tried again after a random, growing time. */
const config = { maxAttempts: 5 };

export const s3 = new S3Client(config);
export const sagemaker = new SageMakerClient(config);
/** What is not there yet is asked for again by Snowflake. */
export const runtime = new SageMakerRuntimeClient({ maxAttempts: 2 });
