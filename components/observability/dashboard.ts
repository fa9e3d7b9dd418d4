import { type Input, interpolate } from "@pulumi/pulumi";
import { metricNamespace } from "../naming.ts";
import type { together } from "./args.ts";
import { apiMetric, functionMetric, iteratorAge, type Metric, queueMetric } from "./metric.ts";

/** What a dashboard shows of a system. */
export interface Shown {
  system: string;
  region: Input<string>;
  observed: ReturnType<typeof together>;
  /** ARNs of all alarms. */
  alarms: Input<string>[];
  /** A link in Markdown, or a path. */
  runbook: string;
  /** URL of the traces that begin at the system's APIs. */
  traces: Input<string>;
}

/** A line of a graph. */
interface Line {
  metric: Metric;
  label: string;
  stat: string;
}

/** The grid's columns. */
const columns = 24;
const seconds = 300;

/**
 * From top to bottom: what to do and what rings, then traffic, errors, latency and saturation of the whole, then its parts. Graphs
 * without a line are left out.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
export function dashboardBody(shown: Shown): { widgets: object[] } {
  const { system, region, alarms, runbook } = shown;
  const graph = (title: string, metrics: unknown[], unit: string) => ({
    type: "metric",
    properties: {
      title,
      region,
      view: "timeSeries",
      period: seconds,
      metrics,
      yAxis: { left: { min: 0, label: unit } },
    },
  });
  const rows = [...goldenSignals(shown), ...parts(shown)].map((row) =>
    row.flatMap(([title, unit, lines]) => (lines.length > 0 ? [graph(title, lines, unit)] : [])),
  );
  const text = {
    type: "text",
    properties: {
      markdown: interpolate`# ${system}\nWhat each alarm means, and what to do: ${runbook}. [Traces](${shown.traces})`,
    },
  };
  const status = { type: "alarm", properties: { title: "Alarms", alarms } };
  // Six alarms fit beside each other.
  const heights = [2, 1 + Math.ceil(alarms.length / 6)];
  return { widgets: inRows([[text], [status], ...rows.filter((row) => row.length > 0)], heights) };
}

type Graph = [title: string, unit: string, lines: unknown[]];

function goldenSignals({ observed: { apis, functions, machines } }: Shown): Graph[][] {
  const api = perThing(apis, apiMetric);
  const machine = perThing(machines, ({ arn }, metricName) => ({
    namespace: "AWS/States",
    metricName,
    dimensions: { StateMachineArn: arn },
  }));
  const unattended = Object.fromEntries(
    Object.entries(functions).flatMap(([name, { function: one, unattended: means }]) => (means ? [[name, one]] : [])),
  );
  const function_ = perThing(unattended, functionMetric);
  const all = perThing(
    Object.fromEntries(Object.entries(functions).map(([name, { function: one }]) => [name, one])),
    functionMetric,
  );
  return [
    [
      [
        "Traffic",
        "a period",
        [...api("Count", "Sum"), ...machine("ExecutionsStarted", "Sum"), ...function_("Invocations", "Sum")],
      ],
      [
        "Errors",
        "a period",
        [
          ...api("5XXError", "Sum", "5xx"),
          ...api("4XXError", "Sum", "4xx"),
          ...machine("ExecutionsFailed", "Sum", "failed"),
          ...machine("ExecutionsTimedOut", "Sum", "too long"),
          ...function_("Errors", "Sum"),
        ],
      ],
      [
        "Latency",
        "ms",
        [...api("Latency", "p50", "p50"), ...api("Latency", "p99", "p99"), ...machine("ExecutionTime", "p99", "p99")],
      ],
      [
        "Saturation",
        "functions at one time, and refused",
        [...all("ConcurrentExecutions", "Maximum"), ...all("Throttles", "Sum", "refused")],
      ],
    ],
    [
      ["Functions: duration, p99", "ms", all("Duration", "p99")],
      ["Functions: errors", "a period", all("Errors", "Sum")],
    ],
  ];
}

function parts({ observed }: Shown): Graph[][] {
  const queues = Object.fromEntries(Object.entries(observed.queues).map(([name, { queue }]) => [name, queue]));
  const failures = Object.entries(observed.functions).flatMap(([name, { function: one }]) =>
    one.failures ? [[`${name}-failures`, one.failures] as const] : [],
  );
  const queue = perThing(queues, queueMetric);
  const dead = perThing({ ...observed.deadLetters, ...Object.fromEntries(failures) }, queueMetric);
  const table = perThing(observed.tables, ({ name }, metricName) => ({
    namespace: "AWS/DynamoDB",
    metricName,
    dimensions: { TableName: name },
  }));
  const streams = Object.entries(observed.streams).map(([name, { reader }]) =>
    line({ metric: iteratorAge(reader), label: name, stat: "Maximum" }),
  );
  const faults = Object.entries(observed.faults).map(([name, { service, metricName }]) =>
    line({ metric: { namespace: metricNamespace(), metricName, dimensions: { service } }, label: name, stat: "Sum" }),
  );
  return [
    [
      ["Streams: age of records", "ms", streams],
      ["Queues: age of the oldest message", "s", queue("ApproximateAgeOfOldestMessage", "Maximum")],
      ["Queues: messages that wait", "messages", queue("ApproximateNumberOfMessagesVisible", "Maximum")],
      ["Dead letters", "messages", dead("ApproximateNumberOfMessagesVisible", "Maximum")],
      ["Faults", "a period", faults],
    ],
    [
      [
        "Tables: capacity used",
        "units",
        [
          ...table("ConsumedReadCapacityUnits", "Sum", "read"),
          ...table("ConsumedWriteCapacityUnits", "Sum", "written"),
        ],
      ],
      [
        "Tables: refused",
        "a period",
        [...table("ReadThrottleEvents", "Sum", "reads"), ...table("WriteThrottleEvents", "Sum", "writes")],
      ],
    ],
    ...observed.endpoints.map((prefix): Graph[] => [
      ["Endpoints: calls", "a period", [searched(prefix, "Invocations", "Sum")]],
      ["Endpoints: errors", "a period", [searched(prefix, "Invocation5XXErrors", "Sum")]],
      ["Endpoints: latency of models, p99", "µs", [searched(prefix, "ModelLatency", "p99")]],
    ]),
  ];
}

/** The same metric of each thing, as lines of a graph. */
const perThing =
  <Thing>(things: Record<string, Thing>, metric: (thing: Thing, metricName: string) => Metric) =>
  (metricName: string, stat: string, suffix = ""): unknown[] =>
    Object.entries(things).map(([name, thing]) =>
      line({ metric: metric(thing, metricName), label: `${name} ${suffix}`.trim(), stat }),
    );

const line = ({ metric: { namespace, metricName, dimensions }, label, stat }: Line): unknown[] => [
  namespace,
  metricName,
  ...Object.entries(dimensions).flat(),
  { label, stat },
];

/** Endpoints come and go as the stack runs: their metrics are looked for by what their names begin with. */
const searched = (prefix: string, metricName: string, stat: string): unknown[] => [
  {
    expression: `SEARCH('{AWS/SageMaker,EndpointName,VariantName} MetricName="${metricName}" "${prefix}"', '${stat}', ${seconds})`,
  },
];

/** Widgets beside each other, each row as wide as the grid; the first rows as high as is said. */
function inRows(rows: object[][], heights: number[]): object[] {
  let y = 0;
  return rows.flatMap((row, index) => {
    const width = Math.floor(columns / row.length);
    const height = heights[index] ?? 6;
    const top = y;
    y += height;
    return row.map((widget, column) => ({ ...widget, x: column * width, y: top, width, height }));
  });
}
