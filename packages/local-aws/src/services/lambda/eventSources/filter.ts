/**
 * Which records a mapping passes to its function.
 * https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 */

import type { FilterCriteria } from "@aws-sdk/client-lambda";
import { compilePattern, type EventMatcher, PatternError } from "../../../eventPattern/pattern.ts";
import { parseJson } from "../../../jsonText.ts";
import { AwsError } from "../../../service.ts";
import type { SourceKind } from "./records.ts";

const maxFilters = 10;

/** Whether a record passes. */
export type Filter = (record: Record<string, unknown>) => boolean;

/** @throws AwsError `InvalidParameterValueException` */
export function checkFilter(criteria: FilterCriteria | undefined, kind: SourceKind): void {
  const count = criteria?.Filters?.length ?? 0;
  if (count > maxFilters) throw invalid(`at most ${maxFilters} filters are allowed, these are ${count}`);
  compileFilter(criteria, kind);
}

/** A record passes when any of the filters matches it, or when there are none. */
export function compileFilter(criteria: FilterCriteria | undefined, kind: SourceKind): Filter {
  const patterns = (criteria?.Filters ?? []).map(({ Pattern = "{}" }) => compile(Pattern, kind));
  if (patterns.length === 0) return () => true;
  return (record) => patterns.some((matches) => matches(record));
}

function compile(text: string, kind: SourceKind): Filter {
  try {
    const pattern = parseJson(text) as Record<string, unknown> | null;
    if (pattern === null) throw new PatternError("Filter is not an object");
    // An empty pattern accepts everything.
    if (Object.keys(pattern).length === 0) return () => true;
    const matches = compilePattern(pattern);
    if (kind === "dynamodb") return matches;
    return onText(pattern, matches, kind === "sqs" ? "body" : "data");
  } catch (error) {
    if (error instanceof PatternError || error instanceof SyntaxError) throw invalid(error.message);
    throw error;
  }
}

/** A message's body, or a record's data, is compared as JSON by a pattern of objects, as text by a list of texts; one does not pass the other. */
function onText(pattern: Record<string, unknown>, matches: EventMatcher, member: "body" | "data"): Filter {
  if (pattern[member] === undefined) return matches;
  const asText = Array.isArray(pattern[member]);
  return (record) => {
    const json = parsed(String(record[member]));
    if (asText) return json === undefined && matches(record);
    return json !== undefined && matches({ ...record, [member]: json });
  };
}

function parsed(text: string): object | undefined {
  try {
    const value: unknown = parseJson(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

const invalid = (reason: string) =>
  new AwsError("InvalidParameterValueException", `Invalid filter pattern definition. (${reason})`, 400, {
    Type: "User",
  });
