import { Config } from "@pulumi/pulumi";

const config = new Config();

/** Version that whodis and oleoleole report. */
export const appVersion = config.require("appVersion");

/** Whether a new version gets its traffic step by step, judged by hooks and alarms; otherwise all at once. */
export const gradualDeployment = config.getBoolean("gradualDeployment") ?? true;

/** ARN of the key that log groups are encrypted with; empty for CloudWatch's own encryption. */
export const logKeyArn = config.get("logKeyArn");

/** What predicts irises: a function, or containers that drain a queue. */
export const irisCompute = config.get<"lambda" | "fargate">("irisCompute") ?? "lambda";
