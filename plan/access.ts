/** Rights gained and lost by a change: what is allowed after it and was not before, whatever its policies look like. */
import type { Grant } from "./grants.ts";

export interface AccessChange {
  gained: Grant[];
  lost: Grant[];
}

/**
 * A right that another one had contained already is none that is gained, and one that another contains now is not lost. What
 * refused something of a resource that is gone, or refuses something of a new one, changes nobody's rights.
 * @param labels of the resources before and after, as grants name them.
 */
export function accessBetween(
  before: Grant[],
  after: Grant[],
  labels: { before: string[]; after: string[] } = { before: [], after: [] },
): AccessChange {
  const refusals = (these: Grant[], others: Grant[], here: string[], there: string[]): Grant[] => {
    const known = new Set(there);
    const alone = here.filter((label) => !known.has(label));
    const isOf = (text: string) => alone.some((label) => text === label || text.startsWith(`${label}/`));
    return missing(these, others, "Deny").filter(({ who, resource }) => !isOf(who) && !isOf(resource));
  };
  return {
    gained: distinct([...missing(after, before, "Allow"), ...refusals(before, after, labels.before, labels.after)]),
    lost: distinct([...missing(before, after, "Allow"), ...refusals(after, before, labels.after, labels.before)]),
  };
}

/** Statements of an effect that no statement of the others contains. */
function missing(these: Grant[], others: Grant[], effect: Grant["effect"]): Grant[] {
  const known = others.filter((one) => one.effect === effect);
  return these.filter((one) => one.effect === effect && !known.some((other) => contains(other, one)));
}

/** Whether the first says all that the second does. For a refusal a condition narrows, as it does for a right. */
const contains = (wide: Grant, narrow: Grant): boolean =>
  (wide.who === narrow.who || wide.who === "everyone") &&
  (wide.condition === "" || wide.condition === narrow.condition) &&
  matches(wide.action.toLowerCase(), narrow.action.toLowerCase()) &&
  matches(wide.resource, narrow.resource);

/** Whether a pattern of IAM's matches all that another one does; what the other leaves open is taken as it is written. */
function matches(pattern: string, text: string): boolean {
  if (pattern === text || pattern === "*") return true;
  // In linear time: each part between two stars is found at the first place after the one before it.
  const parts = pattern.split("*");
  if (parts.length === 1) return false;
  const [first = "", last = ""] = [parts[0], parts.at(-1)];
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
  let at = first.length;
  for (const part of parts.slice(1, -1)) {
    const found = text.indexOf(part, at);
    if (found < 0 || found + part.length > text.length - last.length) return false;
    at = found + part.length;
  }
  return true;
}

const distinct = (grants: Grant[]): Grant[] => [...new Map(grants.map((one) => [JSON.stringify(one), one])).values()];
