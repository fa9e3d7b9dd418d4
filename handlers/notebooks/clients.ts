import { SageMakerClient } from "@aws-sdk/client-sagemaker";

/** Throttled and failed calls are tried again after a random, growing time. */
export const sagemaker = new SageMakerClient({ maxAttempts: 5 });
