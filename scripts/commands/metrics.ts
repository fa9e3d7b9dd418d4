import { CloudWatchClient, GetMetricDataCommand, type MetricDataQuery } from "@aws-sdk/client-cloudwatch";
import pc from "picocolors";
import type { CommandModule } from "yargs";
import { parseAge } from "../lib/logEvents.ts";
import { printJson, printTable } from "../lib/print.ts";
import { readStack } from "../lib/stack.ts";
import { chosenFunctions } from "../lib/stackFunctions.ts";

interface Options {
  functions?: string[];
  since: string;
  stack?: string;
  json?: boolean;
}

/** What is asked of each function: a metric of AWS/Lambda, and its statistic over the whole time. */
const columns = [
  ["Invocations", "Sum"],
  ["Errors", "Sum"],
  ["Throttles", "Sum"],
  ["Duration", "p50"],
  ["Duration", "p99"],
  ["Duration", "Maximum"],
  ["ConcurrentExecutions", "Maximum"],
] as const;
const heads = ["INVOCATIONS", "ERRORS", "THROTTLES", "P50 MS", "P99 MS", "MAX MS", "AT ONCE"];

/** Queries of one GetMetricData. https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html */
const mostQueries = 500;

/** `dsp metrics`: how often functions ran, failed and were throttled, and how long they took. */
export const metrics: CommandModule<object, Options> = {
  command: "metrics [functions..]",
  describe: "Show how often functions ran and failed, and how long they took",
  builder: (command) =>
    command
      .positional("functions", {
        type: "string",
        array: true,
        describe: "Names in the program, or of what they belong to [default: all that ran]",
      })
      .option("since", { type: "string", default: "1h", describe: "How far back: 30s, 10m, 2h, 1d" })
      .example("dsp metrics iris", "The pipeline's functions in the last hour"),
  async handler({ functions = [], since, stack: name, json }) {
    const stack = await readStack(name);
    const chosen = (await chosenFunctions(stack, functions)).filter((one) => one.functionName !== undefined);
    const age = parseAge(since);
    const client = new CloudWatchClient(stack.client);
    // One period over the whole time, in whole minutes, which CloudWatch asks for.
    const period = Math.max(60, Math.ceil(age / 60_000) * 60);
    const end = new Date(Math.ceil(Date.now() / 60_000) * 60_000);
    const start = new Date(end.getTime() - period * 1_000);
    const queries = chosen.flatMap(({ functionName }, row) =>
      columns.map(
        ([MetricName, Stat], column): MetricDataQuery => ({
          Id: `m${row}_${column}`,
          MetricStat: {
            Metric: {
              ...{ Namespace: "AWS/Lambda", MetricName, Dimensions: [{ Name: "FunctionName", Value: functionName }] },
            },
            ...{ Period: period, Stat },
          },
        }),
      ),
    );
    const values = new Map<string, number>();
    for (let from = 0; from < queries.length; from += mostQueries) {
      const input = { StartTime: start, EndTime: end, MetricDataQueries: queries.slice(from, from + mostQueries) };
      const { MetricDataResults = [] } = await client.send(new GetMetricDataCommand(input));
      for (const { Id = "", Values = [] } of MetricDataResults) {
        // The clock may have divided the time in two.
        const [, column = "0"] = Id.split("_");
        const isSum = columns[Number(column)]?.[1] === "Sum";
        if (Values.length > 0) values.set(Id, isSum ? Values.reduce((sum, one) => sum + one, 0) : Math.max(...Values));
      }
    }
    const rows = chosen.map(({ name }, row) => ({
      name,
      values: columns.map((_, column) => values.get(`m${row}_${column}`)),
    }));
    const shown = functions.length > 0 ? rows : rows.filter((row) => row.values.some((value) => value));
    if (json) {
      return printJson(
        shown.map((row) => ({
          function: row.name,
          ...Object.fromEntries(
            columns.map(([metric, stat], column) => [
              stat === "Sum" ? metric : `${metric} ${stat}`,
              row.values[column] ?? null,
            ]),
          ),
        })),
      );
    }
    if (shown.length === 0) return console.log(`No function has run in the last ${since}.`);
    printTable([
      ["FUNCTION", ...heads].map((head) => pc.dim(head)),
      ...shown.map((row) => [pc.bold(row.name), ...row.values.map((value, column) => cell(value, column))]),
    ]);
  },
};

function cell(value: number | undefined, column: number): string {
  if (value === undefined) return "-";
  const text = value >= 100 || Number.isInteger(value) ? String(Math.round(value)) : value.toFixed(1);
  return (column === 1 || column === 2) && value > 0 ? pc.red(text) : text;
}
