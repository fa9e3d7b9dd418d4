/**
 * What is wrong with a dashboard's body, in the words of the validator that AWS uses.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
 */
import type { DashboardValidationMessage } from "@aws-sdk/client-cloudwatch";
import { parseJson } from "../../jsonText.ts";

type Fields = Record<string, unknown>;

const maxWidgets = 500;
/** Columns of the grid. */
const [columns, rows] = [24, 1000];

/** What the properties of each type of widget must have. */
const required: Record<string, string[]> = {
  alarm: ["alarms"],
  custom: ["endpoint"],
  explorer: ["metrics"],
  log: ["region", "query"],
  metric: ["region"],
  text: ["markdown"],
};

const isFields = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** @returns a message for each fault, with the place of it: `/widgets/0/properties`. */
export function dashboardFaults(text: string): DashboardValidationMessage[] {
  let body: unknown;
  try {
    body = parseJson(text);
  } catch {
    return [{ Message: "The field DashboardBody must be a valid JSON object" }];
  }
  if (!isFields(body)) return [{ DataPath: "", Message: "Should be object" }];
  const { widgets, variables } = body;
  const faults: DashboardValidationMessage[] = [];
  if (widgets === undefined) faults.push({ DataPath: "", Message: "Should have required property 'widgets'" });
  else if (!Array.isArray(widgets)) faults.push({ DataPath: "/widgets", Message: "Should be array" });
  else if (widgets.length > maxWidgets) {
    faults.push({ DataPath: "/widgets", Message: `Should NOT have more than ${maxWidgets} items` });
  } else faults.push(...widgets.flatMap((widget, index) => ofWidget(widget, `/widgets/${index}`)));
  if (variables !== undefined && !Array.isArray(variables))
    faults.push({ DataPath: "/variables", Message: "Should be array" });
  return faults;
}

function ofWidget(widget: unknown, at: string): DashboardValidationMessage[] {
  if (!isFields(widget)) return [{ DataPath: at, Message: "Should be object" }];
  const { type, properties } = widget;
  const faults = [...withinGrid(widget, at)];
  if (typeof type !== "string" || !Object.hasOwn(required, type)) {
    const Message =
      type === undefined ? "Should have required property 'type'" : "Should be equal to one of the allowed values";
    return [...faults, { DataPath: type === undefined ? at : `${at}/type`, Message }];
  }
  if (properties === undefined)
    return [...faults, { DataPath: at, Message: "Should have required property 'properties'" }];
  if (!isFields(properties)) return [...faults, { DataPath: `${at}/properties`, Message: "Should be object" }];
  for (const name of required[type] as string[]) {
    if (properties[name] === undefined)
      faults.push({ DataPath: `${at}/properties`, Message: `Should have required property '${name}'` });
  }
  if (type === "metric") faults.push(...ofMetrics(properties, `${at}/properties`));
  return faults;
}

function* withinGrid(widget: Fields, at: string): Generator<DashboardValidationMessage> {
  const bounds: [name: string, least: number, most: number][] = [
    ["x", 0, columns - 1],
    ["y", 0, Number.MAX_SAFE_INTEGER],
    ["width", 1, columns],
    ["height", 1, rows],
  ];
  for (const [name, least, most] of bounds) {
    const value = widget[name];
    const DataPath = `${at}/${name}`;
    if (value === undefined) continue;
    if (typeof value !== "number" || !Number.isInteger(value)) yield { DataPath, Message: "Should be integer" };
    else if (value < least) yield { DataPath, Message: `Should be >= ${least}` };
    else if (value > most) yield { DataPath, Message: `Should be <= ${most}` };
  }
}

/** A metric is its namespace, its name, pairs of a dimension's name and value, and how it is drawn. */
function* ofMetrics({ metrics, annotations }: Fields, at: string): Generator<DashboardValidationMessage> {
  if (metrics === undefined) {
    if (annotations === undefined) yield { DataPath: at, Message: "Should have required property 'metrics'" };
    return;
  }
  if (!Array.isArray(metrics)) {
    yield { DataPath: `${at}/metrics`, Message: "Should be array" };
    return;
  }
  for (const [index, metric] of metrics.entries()) {
    const DataPath = `${at}/metrics/${index}`;
    if (!Array.isArray(metric)) {
      yield { DataPath, Message: "Should be array" };
      continue;
    }
    const drawn = isFields(metric.at(-1)) ? metric.slice(0, -1) : metric;
    if (metric.length === 0) yield { DataPath, Message: "Should NOT have fewer than 1 items" };
    for (const [place, field] of drawn.entries()) {
      if (typeof field === "string") continue;
      const Message = 'Invalid metric field type, only "String" type is allowed';
      yield { DataPath: `${DataPath}/${place}`, Message };
    }
  }
}
