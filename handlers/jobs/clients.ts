import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { EMRServerlessClient } from "@aws-sdk/client-emr-serverless";
import { SchedulerClient } from "@aws-sdk/client-scheduler";

/** Throttled and failed calls are tried again after a random, growing time. */
const config = { maxAttempts: 5 };

export const emr = new EMRServerlessClient(config);
export const logs = new CloudWatchLogsClient(config);
export const scheduler = new SchedulerClient(config);
