/** CodeDeploy for Lambda: canary and linear shifts of an alias, with hooks, alarms and rollback. */
import type { Cloud, Service } from "../../service.ts";
import { Clock, type Time } from "./clock.ts";
import { Conductor } from "./conductor.ts";
import { deploymentOperations } from "./deployments.ts";
import { Records } from "./records.ts";
import { setupOperations } from "./setup.ts";
import { tagOperations } from "./tags.ts";

export interface CodeDeployOptions {
  /** How much faster than AWS's the clock of deployments runs: 60 makes five minutes five seconds. Default 1. */
  clock?: number;
  /** Default: the machine's. */
  time?: Time;
}

export function createCodeDeploy(cloud: Cloud, { clock = 1, time }: CodeDeployOptions = {}): Service {
  const records = new Records(cloud);
  const conductor = new Conductor(cloud, records, new Clock(clock, time));
  return {
    name: "codedeploy",
    shapes: () => import("@aws-sdk/client-codedeploy"),
    operations: {
      ...setupOperations(cloud, records),
      ...deploymentOperations(cloud, records, conductor),
      ...tagOperations(records),
    },
    async start() {
      conductor.resume();
    },
    stop: () => conductor.close(),
  };
}
