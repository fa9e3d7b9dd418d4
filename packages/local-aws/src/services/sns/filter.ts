/** Which messages a subscription accepts. https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html */

import { compilePattern, type EventMatcher, PatternError } from "../../eventPattern/pattern.ts";
import { parseJson } from "../../jsonText.ts";
import type { Attributes } from "./message.ts";
import { invalid, type Subscription } from "./records.ts";

const compiled = new Map<string, EventMatcher>();

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** https://docs.aws.amazon.com/sns/latest/dg/subscription-filter-policy-constraints.html */
const maxCombinations = 150;

/**
 * @param where before the reason: `Attributes Reason: ` of a new subscription.
 * @throws AwsError `InvalidParameterException`
 */
export function checkFilterPolicy(text: string, scope = "MessageAttributes", where = ""): void {
  if (text === "" || text === "{}") return;
  const wrong = (why: string) => invalid(`${where}FilterPolicy: ${why}`);
  let policy: unknown;
  try {
    policy = parseJson(text);
  } catch (error) {
    throw wrong(`failed to parse JSON. ${(error as Error).message}`);
  }
  if (!isObject(policy)) throw wrong("Filter policy must be a JSON object");
  const isNested = (fields: Record<string, unknown>) => Object.values(fields).some(isObject);
  if (scope !== "MessageBody" && isNested(policy))
    throw invalid(`${where}Filter policy scope MessageAttributes does not support nested filter policy`);
  if (combinations(policy, 1) > maxCombinations) throw wrong("Filter policy is too complex");
  try {
    matcher(text);
  } catch (error) {
    throw error instanceof PatternError ? wrong(error.message) : error;
  }
}

/** How many combinations of values a policy has: each value of a nested field counts as often as it is deep. */
function combinations(policy: Record<string, unknown>, depth: number): number {
  return Object.entries(policy).reduce((product, [name, value]) => {
    if (name === "$or" && Array.isArray(value) && value.every(isObject))
      return product * value.reduce((sum, one) => sum + combinations(one, depth), 0);
    if (Array.isArray(value)) return product * value.length * depth;
    return isObject(value) ? product * combinations(value, depth + 1) : product;
  }, 1);
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
    found = compilePattern(text);
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
