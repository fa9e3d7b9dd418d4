import { Config } from "@pulumi/pulumi";

const config = new Config();

/** Version that whodis and oleoleole report. */
export const appVersion = config.require("appVersion");

/** ARN of the key that log groups are encrypted with; empty for CloudWatch's own encryption. */
export const logKeyArn = config.get("logKeyArn");
