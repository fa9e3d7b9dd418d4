/** What a stack costs a month, by the usage that is expected of it. */

import { type PriceName, prices } from "./prices.ts";
import { isMade, labelOf, type PlannedResource, shortType } from "./stacks.ts";
import type { Usage } from "./usage.ts";

/** How much of a price's unit a resource takes in a month. */
type Amounts = Partial<Record<PriceName, number>>;

// biome-ignore lint/suspicious/noExplicitAny: inputs have the shape of their type.
type Inputs = Record<string, any>;

/** AWS's month. */
const hours = 730;

/** By type, what is paid for; what nothing is asked for gives an empty answer. */
const paidFor: Record<string, (inputs: Inputs, usage: Record<string, number>) => Amounts> = {
  "apigateway:RestApi": (_inputs, { requests = 0 }) => ({ restRequest: requests }),
  "apigatewayv2:Api": (_inputs, { requests = 0 }) => ({ httpRequest: requests }),
  "cloudwatch:CompositeAlarm": () => ({ compositeAlarm: 1 }),
  "cloudwatch:Dashboard": () => ({ dashboard: 1 }),
  "cloudwatch:EventBus": (_inputs, { events = 0 }) => ({ customEvent: events }),
  "cloudwatch:LogGroup": (_inputs, { gigabytes = 0, stored = 0 }) => ({ logIngestion: gigabytes, logStorage: stored }),
  // One alarm for each metric that its mathematics read.
  "cloudwatch:MetricAlarm": ({ metricQueries = [] }) => ({
    alarm: Math.max(1, metricQueries.filter(({ metric }: Inputs) => metric).length),
  }),
  "dynamodb:Table": ({ billingMode }, { reads = 0, writes = 0 }): Amounts =>
    billingMode === "PAY_PER_REQUEST" ? { tableRead: reads, tableWrite: writes } : {},
  "ec2:NatGateway": () => ({ natHour: hours }),
  "emrserverless:Application": (_inputs, { vcpuHours = 0, gigabyteHours = 0 }) => ({
    emrVcpu: vcpuHours,
    emrMemory: gigabyteHours,
  }),
  "kms:Key": () => ({ key: 1 }),
  "lambda:Function": ({ memorySize = 128, architectures = ["x86_64"] }, { requests = 0, milliseconds = 0 }) => {
    const gigabyteSeconds = (requests * milliseconds * memorySize) / 1000 / 1024;
    return {
      functionRequest: requests,
      [architectures[0] === "arm64" ? "functionArm" : "functionX86"]: gigabyteSeconds,
    };
  },
  "s3:Bucket": (_inputs, { gigabytes = 0, writes = 0 }) => ({ objectStorage: gigabytes, objectWrite: writes }),
  "secretsmanager:Secret": () => ({ secret: 1 }),
  "sfn:StateMachine": ({ type }, { transitions = 0 }): Amounts =>
    type === "EXPRESS" ? {} : { transition: transitions },
  "sns:Topic": (_inputs, { requests = 0 }) => ({ publish: requests }),
  "sqs:Queue": ({ fifoQueue }, { requests = 0 }) => ({ [fifoQueue ? "queueRequestFifo" : "queueRequest"]: requests }),
};

/** Types that are paid for, and that have no price here: instances, mostly, of which there are too many. */
const unpriced = new Set([
  "ec2:VpcEndpoint",
  "ecr:Repository",
  "ecs:Service",
  "lambda:ProvisionedConcurrencyConfig",
  "route53:Zone",
  "sagemaker:EndpointConfiguration",
  "sagemaker:NotebookInstance",
]);

/** What one resource costs, and of what. */
export interface CostLine {
  resource: string;
  amounts: { amount: number; price: PriceName; usd: number }[];
  /** Dollars a month. */
  usd: number;
}

export interface Cost {
  lines: CostLine[];
  /** Dollars a month, of what is priced. */
  usd: number;
  /** What costs something, and has no price. */
  unpriced: string[];
}

/** A `fargate` service's share is by its tasks, an endpoint's by its instances: both are counted as not priced. */
export function costOf(resources: PlannedResource[], usage: Usage): Cost {
  const made = resources.filter(isMade);
  const lines = made.flatMap((resource): CostLine[] => {
    const type = shortType(resource.type);
    const asked = paidFor[type]?.(resource.inputs, usage(type, resource.name)) ?? {};
    const amounts = (Object.entries(asked) as [PriceName, number][])
      .filter(([, amount]) => amount > 0)
      .map(([price, amount]) => ({ amount, price, usd: amount * prices[price].usd }));
    const usd = amounts.reduce((sum, one) => sum + one.usd, 0);
    return amounts.length > 0 ? [{ resource: labelOf(resource), amounts, usd }] : [];
  });
  return {
    lines,
    usd: lines.reduce((sum, one) => sum + one.usd, 0),
    unpriced: made
      .filter(({ type, inputs }) => unpriced.has(shortType(type)) || isProvisioned(type, inputs))
      .map(labelOf),
  };
}

/** Capacity that is paid by the hour, or workflows by their duration: neither is in the table. */
const isProvisioned = (type: string, inputs: Inputs): boolean =>
  (shortType(type) === "dynamodb:Table" && inputs.billingMode !== "PAY_PER_REQUEST") ||
  (shortType(type) === "sfn:StateMachine" && inputs.type === "EXPRESS");

/** Lines that a change adds, takes away or makes another. */
export function costBetween(before: Cost, after: Cost): { usd: number; lines: { resource: string; usd: number }[] } {
  const was = new Map(before.lines.map(({ resource, usd }) => [resource, usd]));
  const is = new Map(after.lines.map(({ resource, usd }) => [resource, usd]));
  const lines = [...new Set([...was.keys(), ...is.keys()])]
    .map((resource) => ({ resource, usd: (is.get(resource) ?? 0) - (was.get(resource) ?? 0) }))
    .filter(({ usd }) => Math.abs(usd) >= 0.005)
    .sort((a, b) => Math.abs(b.usd) - Math.abs(a.usd));
  return { usd: after.usd - before.usd, lines };
}
