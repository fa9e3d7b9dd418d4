/** CodeDeploy for Lambda: canary and linear shifts of an alias, with hooks, alarms and rollback. */
import type { Cloud, Service } from "../service.ts";
import { Conductor } from "./conductor.ts";
import { deploymentOperations } from "./deployments.ts";
import { Records } from "./records.ts";
import { setupOperations } from "./setup.ts";

export interface CodeDeployOptions {
  /** How much faster than AWS's the clock of deployments runs: 60 makes five minutes five seconds. Default 1. */
  clock?: number;
}

export function createCodeDeploy(cloud: Cloud, { clock = 1 }: CodeDeployOptions = {}): Service {
  const records = new Records(cloud);
  const conductor = new Conductor(cloud, records, clock);
  return {
    name: "codedeploy",
    shapes: () => import("@aws-sdk/client-codedeploy"),
    operations: { ...setupOperations(cloud, records), ...deploymentOperations(cloud, records, conductor) },
    async start() {
      conductor.resume();
    },
    stop: () => conductor.close(),
  };
}
