/** Which messages a subscription accepts. https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */

import { compilePattern, type EventMatcher, PatternError } from "../../eventPattern/pattern.ts";
import { parseJson } from "../../jsonText.ts";
import type { Attributes } from "./message.ts";
import { invalid, type Subscription } from "./records.ts";

const compiled = new Map<string, EventMatcher>();

/** @throws AwsError `InvalidParameterException` */
export function checkFilterPolicy(text: string): void {
  if (text !== "" && text !== "{}") matcher(text);
}

export function takes({ attributes }: Subscription, message: string, messageAttributes: Attributes): boolean {
  const policy = attributes.FilterPolicy;
  if (!policy || policy === "{}") return true;
  const matches = matcher(policy);
  if (attributes.FilterPolicyScope !== "MessageBody") return matches(plain(messageAttributes));
  try {
    const body: unknown = parseJson(message);
    return typeof body === "object" && body !== null && matches(body);
  } catch {
    return false;
  }
}

function matcher(text: string): EventMatcher {
  let found = compiled.get(text);
  if (!found) {
    try {
      found = compilePattern(text);
    } catch (error) {
      if (error instanceof PatternError) throw invalid(`FilterPolicy: ${error.message}`);
      throw error;
    }
    if (compiled.size > 1000) compiled.clear();
    compiled.set(text, found);
  }
  return found;
}

/** Values as a policy compares them: numbers as numbers, lists as lists; bytes are not compared. */
function plain(attributes: Attributes): Record<string, unknown> {
  const values = Object.entries(attributes).flatMap(([name, { DataType, StringValue }]) => {
    if (StringValue === undefined) return [];
    if (DataType.startsWith("Number")) return [[name, Number(StringValue)]];
    return [[name, DataType === "String.Array" ? list(StringValue) : StringValue]];
  });
  return Object.fromEntries(values);
}

function list(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}
