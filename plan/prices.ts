/**
 * What AWS asks in us-east-1, on demand, in dollars, without free tiers and discounts. Each price names AWS's page, where it can be
 * looked up again, and the day on which the figure was read: in AWS's price list, on its page, or where others cite it. What is not here is not priced: a plan counts it.
 */
export interface Price {
  /** Dollars for one unit. */
  usd: number;
  /** What is paid for: `GB-second`. */
  unit: string;
  page: string;
  /** `2025-10-28` */
  read: string;
}

const price = (usd: number, unit: string, service: string, read: string): Price => ({
  usd,
  unit,
  page: `https://aws.amazon.com/${service}/pricing/`,
  read,
});

const million = 1_000_000;

export const prices = {
  alarm: price(0.1, "alarm", "cloudwatch", "2025-10-28"),
  compositeAlarm: price(0.5, "composite alarm", "cloudwatch", "2025-10-28"),
  customEvent: price(1 / million, "event", "eventbridge", "2025-10-28"),
  dashboard: price(3, "dashboard", "cloudwatch", "2026-11-29"),
  emrMemory: price(0.0057785, "GB-hour", "emr", "2026-11-29"),
  emrVcpu: price(0.052624, "vCPU-hour", "emr", "2026-11-29"),
  fargateMemory: price(0.004445, "GB-hour", "fargate", "2026-11-29"),
  fargateVcpu: price(0.04048, "vCPU-hour", "fargate", "2026-11-29"),
  functionArm: price(0.0000133334, "GB-second", "lambda", "2025-10-28"),
  functionRequest: price(0.2 / million, "request", "lambda", "2025-10-28"),
  functionX86: price(0.0000166667, "GB-second", "lambda", "2025-10-28"),
  httpRequest: price(1 / million, "request", "api-gateway", "2026-11-29"),
  key: price(1, "key", "kms", "2026-11-29"),
  logIngestion: price(0.5, "GB", "cloudwatch", "2025-10-28"),
  logStorage: price(0.03, "GB", "cloudwatch", "2025-10-28"),
  natHour: price(0.045, "hour", "vpc", "2026-11-29"),
  objectStorage: price(0.023, "GB", "s3", "2025-10-28"),
  objectWrite: price(0.005 / 1000, "request", "s3", "2025-10-28"),
  publish: price(0.5 / million, "request", "sns", "2026-11-29"),
  queueRequest: price(0.4 / million, "request", "sqs", "2026-11-29"),
  queueRequestFifo: price(0.5 / million, "request", "sqs", "2026-11-29"),
  restRequest: price(3.5 / million, "request", "api-gateway", "2026-11-29"),
  secret: price(0.4, "secret", "secrets-manager", "2026-09-20"),
  tableRead: price(0.125 / million, "read unit", "dynamodb", "2026-11-29"),
  tableWrite: price(0.625 / million, "write unit", "dynamodb", "2026-11-29"),
  transition: price(0.025 / 1000, "state transition", "step-functions", "2026-11-29"),
} satisfies Record<string, Price>;

export type PriceName = keyof typeof prices;
