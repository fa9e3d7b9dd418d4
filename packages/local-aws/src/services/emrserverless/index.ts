/**
 * EMR Serverless: applications, and runs of their jobs. A run is the script itself, as a local process under the run's role:
 * on Spark where the script imports it, otherwise on Python alone.
 * https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_Operations.html
 */
import type { Tools } from "../../containers/tools.ts";
import type { Cloud, Service } from "../../service.ts";
import { applicationOperations } from "./applications.ts";
import { Dashboards } from "./dashboards.ts";
import { jobRunOperations } from "./jobRuns.ts";
import { Lifecycle } from "./lifecycle.ts";
import { Records } from "./records.ts";
import { Runner } from "./runner.ts";
import { tagOperations } from "./tags.ts";

export interface EmrServerlessOptions {
  /** Where Spark and Python are. */
  tools: Tools;
  /** How much faster than on AWS idle applications stop. Default 1. */
  clock?: number;
  /** Likewise for what limits runs, in tests of those limits: a script takes the time that it takes. Default 1. */
  runClock?: number;
}

export function createEmrServerless(cloud: Cloud, { tools, clock = 1, runClock = 1 }: EmrServerlessOptions): Service {
  const records = new Records(cloud);
  const lifecycle = new Lifecycle(cloud, records, clock);
  const runner = new Runner(cloud, records, lifecycle, { tools, clock: runClock });
  const dashboards = new Dashboards(cloud, records);
  return {
    name: "emr-serverless",
    shapes: () => import("@aws-sdk/client-emr-serverless"),
    operations: {
      ...applicationOperations(records, lifecycle),
      ...jobRunOperations(records, lifecycle, runner),
      ...tagOperations(records),
      ...dashboards.operations,
    },
    site: dashboards,
    async start() {
      lifecycle.resume();
      runner.resume();
    },
    async stop() {
      lifecycle.close();
      await runner.close();
    },
  };
}
