/** Step Functions: `aws-local-stepfunctions` as the interpreter, behind AWS's own API. */
import type { Cloud, Service } from "../../service.ts";
import { aliasOperations } from "./aliases.ts";
import { executionOperations } from "./executions.ts";
import { machineOperations } from "./machines.ts";
import { announce } from "./notices.ts";
import { Records } from "./records.ts";
import { Runner } from "./runner.ts";
import { Tokens } from "./tokens.ts";
import { versionOperations } from "./versions.ts";

export function createStates(cloud: Cloud): Service {
  const records = new Records(cloud);
  const tokens = new Tokens(records);
  const runner = new Runner(cloud, records, tokens, (execution) => announce(cloud, records, execution));
  return {
    name: "states",
    shapes: () => import("@aws-sdk/client-sfn"),
    operations: {
      ...machineOperations(cloud, records),
      ...versionOperations(records),
      ...aliasOperations(records),
      ...executionOperations(cloud, records, runner, tokens),
    },
    async start() {
      runner.resume();
    },
    stop: () => runner.close(),
  };
}
