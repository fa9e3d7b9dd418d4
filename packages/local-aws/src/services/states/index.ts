/** Step Functions behind AWS's own API: an interpreter of Amazon States Language, machines, executions, activities. */
import type { Cloud, Service } from "../../service.ts";
import { Activities, activityOperations } from "./activities.ts";
import { aliasOperations } from "./aliases.ts";
import { executionOperations } from "./executions.ts";
import { machineOperations } from "./machines.ts";
import { MapRuns, mapRunOperations } from "./mapRuns.ts";
import { ExecutionMetrics } from "./metrics.ts";
import { announce } from "./notices.ts";
import { Records } from "./records.ts";
import { Runner } from "./runner.ts";
import { Sessions } from "./sessions.ts";
import { testOperations } from "./testState.ts";
import { Tokens } from "./tokens.ts";
import { versionOperations } from "./versions.ts";

export function createStates(cloud: Cloud): Service {
  const records = new Records(cloud);
  const tokens = new Tokens(records);
  const activities = new Activities(cloud);
  const mapRuns = new MapRuns(cloud);
  const house = { cloud, records, tokens, sessions: new Sessions(cloud), activities, mapRuns };
  const metrics = new ExecutionMetrics(cloud);
  const runner = new Runner(house, {
    onStart: (execution) => metrics.started(execution),
    onEnd(execution) {
      metrics.ended(execution);
      announce(cloud, records, execution);
    },
  });
  return {
    name: "states",
    shapes: () => import("@aws-sdk/client-sfn"),
    operations: {
      ...machineOperations(cloud, records),
      ...versionOperations(records),
      ...aliasOperations(records),
      ...executionOperations(cloud, records, runner, tokens),
      ...activityOperations(cloud, activities),
      ...mapRunOperations(mapRuns),
      ...testOperations(cloud),
    },
    async start() {
      runner.resume();
    },
    async stop() {
      await runner.close();
      await metrics.flush();
    },
  };
}
