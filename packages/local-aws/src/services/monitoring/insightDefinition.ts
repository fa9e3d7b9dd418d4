/**
 * Definitions of Contributor Insights' rules: which events of which log groups count, and for whom.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/ContributorInsights-RuleSyntax.html
 */
import { parseJson } from "../../jsonText.ts";
import { selected, spaceFields } from "../../kit/logFields.ts";
import { validation } from "./query.ts";

/** Whether a field of an event is as a rule wants it. */
type Test = (value: unknown) => boolean;

export interface InsightDefinition {
  /** `CloudWatchLogRule/1` */
  schema: string;
  /** Names of log groups; with `*` at the end those that begin so. */
  groups: string[];
  /** Names of what makes a contributor. */
  keys: string[];
  sums: boolean;
  /** A contributor and what it contributes by an event; `undefined` for an event that does not count. */
  read(message: string): { keys: string[]; value: number } | undefined;
}

interface Given {
  Schema?: { Name?: unknown; Version?: unknown };
  LogGroupNames?: unknown;
  LogGroupARNs?: unknown;
  LogFormat?: unknown;
  Fields?: unknown;
  Contribution?: { Keys?: unknown; ValueOf?: unknown; Filters?: unknown };
  AggregateOn?: unknown;
}

const [maxKeys, maxFilters] = [4, 4];

const number = (value: unknown): number =>
  typeof value === "string" && value.trim() === "" ? Number.NaN : Number(value);
const same = (value: unknown, other: unknown) => value !== undefined && String(value) === String(other);
const texts = (value: unknown): unknown[] => (Array.isArray(value) ? value : [value]);

const tests: Record<string, (wanted: unknown) => Test> = {
  In: (wanted) => (value) => texts(wanted).some((one) => same(value, one)),
  NotIn: (wanted) => (value) => !texts(wanted).some((one) => same(value, one)),
  StartsWith: (wanted) => (value) =>
    value !== undefined && texts(wanted).some((one) => String(value).startsWith(String(one))),
  EqualTo: (wanted) => (value) => same(value, wanted) || number(value) === number(wanted),
  NotEqualTo: (wanted) => (value) => !same(value, wanted) && number(value) !== number(wanted),
  GreaterThan: (wanted) => (value) => number(value) > number(wanted),
  LessThan: (wanted) => (value) => number(value) < number(wanted),
  IsPresent: (wanted) => (value) => (value !== undefined) === (wanted === true || wanted === "true"),
};

/** @throws AwsError in CloudWatch's words, naming the member. */
export function insightDefinition(text: string): InsightDefinition {
  const wrong = (why: string) => validation(`The value for parameter RuleDefinition is invalid: ${why}`);
  let given: Given;
  try {
    given = parseJson(text) as Given;
  } catch {
    throw wrong("it must be a JSON document.");
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) throw wrong("it must be a JSON object.");
  const { Schema, LogFormat: format, Contribution, AggregateOn: aggregate = "Count" } = given;
  if (Schema?.Name !== "CloudWatchLogRule" || Schema.Version !== 1)
    throw wrong('Schema must be {"Name":"CloudWatchLogRule","Version":1}.');
  const groups = listed(given.LogGroupNames ?? arns(given.LogGroupARNs));
  if (groups.length === 0) throw wrong("LogGroupNames must have at least one log group.");
  if (format !== "JSON" && format !== "CLF") throw wrong("LogFormat must be JSON or CLF.");
  const keys = listed(Contribution?.Keys);
  if (keys.length === 0 || keys.length > maxKeys) throw wrong(`Contribution.Keys must have 1 to ${maxKeys} fields.`);
  if (aggregate !== "Count" && aggregate !== "Sum") throw wrong("AggregateOn must be Count or Sum.");
  const measure = Contribution?.ValueOf;
  if (aggregate === "Sum" && typeof measure !== "string")
    throw wrong("Contribution.ValueOf is required to aggregate on Sum.");
  const filters = conditions(Contribution?.Filters ?? [], wrong);
  const fields = fieldReader(format, given.Fields);
  return {
    schema: "CloudWatchLogRule/1",
    groups,
    keys,
    sums: aggregate === "Sum",
    read(message) {
      const field = fields(message);
      if (!field || !filters.every(({ match, test }) => test(field(match)))) return undefined;
      const found = keys.map((key) => field(key));
      const value = aggregate === "Sum" ? number(field(measure as string)) : 1;
      if (found.includes(undefined) || Number.isNaN(value)) return undefined;
      return { keys: found.map(String), value };
    },
  };
}

const listed = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === "string" && one !== "") : [];

const arns = (value: unknown): string[] =>
  listed(value).map((arn) => arn.split(":").slice(6).join(":").replace(/:\*$/, ""));

function conditions(given: unknown, wrong: (why: string) => Error): { match: string; test: Test }[] {
  if (!Array.isArray(given) || given.length > maxFilters)
    throw wrong(`Contribution.Filters must be a list of at most ${maxFilters}.`);
  return given.map((filter: Record<string, unknown> | null) => {
    const { Match: match, ...rest } = filter ?? {};
    const [[name, wanted] = ["", undefined], ...others] = Object.entries(rest);
    const test = Object.hasOwn(tests, name) ? tests[name] : undefined;
    if (typeof match !== "string" || !test || others.length > 0)
      throw wrong(`a filter has Match and one of ${Object.keys(tests).join(", ")}.`);
    return { match, test: test(wanted) };
  });
}

/** @param named names of fields by their place, or by their selector. */
function fieldReader(
  format: "JSON" | "CLF",
  named: unknown,
): (message: string) => ((name: string) => unknown) | undefined {
  const places = new Map(
    Object.entries(typeof named === "object" && named !== null ? named : {}).map(([place, name]) => [
      String(name),
      place,
    ]),
  );
  if (format === "CLF") {
    return (message) => {
      const fields = spaceFields(message);
      return (name) => fields[Number(places.get(name) ?? name) - 1];
    };
  }
  return (message) => {
    let document: unknown;
    try {
      document = parseJson(message);
    } catch {
      return undefined;
    }
    return (name) => {
      const found = selected(document, places.get(name) ?? name);
      return found === null || typeof found === "object" ? undefined : found;
    };
  };
}
