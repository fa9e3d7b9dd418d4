/**
 * Application Auto Scaling: capacities that alarms change by step policies. Policies that track a target are kept and
 * described, without effect.
 * https://docs.aws.amazon.com/autoscaling/application/APIReference/API_Operations.html
 */
import type { Cloud, Service } from "../../service.ts";
import { policyOperations } from "./policies.ts";
import { Records } from "./records.ts";
import { targetOperations } from "./targets.ts";

export interface AutoscalingOptions {
  /** How much faster than AWS's the clock of cooldowns runs. Default 1. */
  clock?: number;
}

export function createAutoscaling(cloud: Cloud, { clock = 1 }: AutoscalingOptions = {}): Service {
  const records = new Records(cloud);
  return {
    name: "application-autoscaling",
    shapes: () => import("@aws-sdk/client-application-auto-scaling"),
    operations: { ...targetOperations(cloud, records), ...policyOperations(cloud, records, clock) },
  };
}
