/** Contributor insights: whether they are on; what they would show is not collected. */
import type { Engine } from "../engine.ts";
import { AwsError } from "../errors.ts";
import type { Table } from "./table.ts";

interface Input {
  TableName: string;
  IndexName?: string;
}

function found({ tables }: Engine, { TableName, IndexName }: Input): Table {
  const table = tables.existing(TableName);
  if (IndexName !== undefined && !table.definition.global.some(({ name }) => name === IndexName)) {
    throw new AwsError("ResourceNotFoundException", `Requested resource not found: Index: ${IndexName} not found`, 400);
  }
  return table;
}

export function describeInsights(engine: Engine, input: Input): object {
  const { definition } = found(engine, input);
  const mode = definition.insights?.[input.IndexName ?? ""];
  return {
    TableName: definition.name,
    ...(input.IndexName !== undefined && { IndexName: input.IndexName }),
    ContributorInsightsStatus: mode === undefined ? "DISABLED" : "ENABLED",
    ...(mode !== undefined && { ContributorInsightsMode: mode }),
  };
}

export function updateInsights(
  engine: Engine,
  input: Input & { ContributorInsightsAction: string; ContributorInsightsMode?: string },
): object {
  const table = found(engine, input);
  const { ContributorInsightsAction: action, ContributorInsightsMode: mode = "ACCESSED_AND_THROTTLED_KEYS" } = input;
  const { [input.IndexName ?? ""]: _, ...others } = table.definition.insights ?? {};
  const insights = action === "ENABLE" ? { ...others, [input.IndexName ?? ""]: mode } : others;
  engine.tables.save(table, { ...table.definition, insights });
  const { ContributorInsightsStatus: __, ...described } = describeInsights(engine, input) as Record<string, unknown>;
  return { ...described, ContributorInsightsStatus: action === "ENABLE" ? "ENABLING" : "DISABLING" };
}
