import type { Table } from "@pulumi/aws/dynamodb";
import type { CodeFunction } from "../codeFunction.ts";
import { functionsOf, type Observed } from "../observability/args.ts";
import type { NotebookFunction } from "./args.ts";

/** What nobody sees who does not look is notebooks that bill, and nobody uses. */
export function observedOf(
  name: string,
  { functions, table }: { functions: Record<NotebookFunction, CodeFunction>; table: Table },
): Observed {
  const fault = (by: NotebookFunction, metricName: string, means: string) => ({
    service: `${name}-${by}`,
    metricName,
    means,
  });
  return {
    functions: functionsOf(name, functions, {
      observe: "Changes of notebooks are not observed",
      clean: "Idle notebooks are not looked for",
    }),
    faults: {
      [`${name}-failed`]: fault("observe", "NotebookFailed", "A notebook failed"),
      [`${name}-silent`]: fault(
        "clean",
        "NotebookSilent",
        "A notebook has not reported for 30 minutes: it is never idle",
      ),
      [`${name}-running`]: fault("clean", "NotebookNotStopped", "An idle notebook could not be stopped"),
    },
    tables: { [`${name}-table`]: table },
  };
}
