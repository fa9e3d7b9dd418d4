import { Metrics } from "@aws-lambda-powertools/metrics";

/** CloudWatch metrics, written as log lines; namespace and service come from the environment. */
export const metrics = new Metrics();
