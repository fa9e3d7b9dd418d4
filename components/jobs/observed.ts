import type { Table } from "@pulumi/aws/dynamodb";
import type { CodeFunction } from "../codeFunction.ts";
import { functionsOf, type Observed } from "../observability/args.ts";
import type { JobFunction } from "./args.ts";

/** Runs of schedules are those that nobody waits for. */
export const observedOf = (
  name: string,
  { functions, table }: { functions: Record<JobFunction, CodeFunction>; table: Table },
): Observed => ({
  functions: functionsOf(name, functions, {
    run: "Scheduled runs do not start",
    observe: "Changes of runs are not observed",
    mend: "A job is not what its item says: its schedule, its first run or its end",
  }),
  faults: {
    [`${name}-failed`]: { service: `${name}-observe`, metricName: "JobFailed", means: "A run of a job failed" },
  },
  tables: { [`${name}-table`]: table },
});
