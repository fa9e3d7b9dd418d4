/** Refusals, each kind of them once. */
import type { Of } from "../../lib/activity.ts";

export interface Denial extends Pick<Of<"denied">, "principal" | "action" | "resource" | "by" | "explicit"> {
  id: string;
  times: number;
  /** Of the last. */
  at: number;
}

/** @param activities the latest first. */
export function denialsOf(activities: Of<"denied">[]): Denial[] {
  const found = new Map<string, Denial>();
  for (const { principal, action, resource, by, explicit, at } of activities) {
    const id = `${principal} ${action} ${resource} ${by}`;
    const there = found.get(id);
    if (there) there.times += 1;
    else found.set(id, { id, principal, action, resource, by, explicit, at, times: 1 });
  }
  return [...found.values()];
}

/** What would allow it, and no more. */
export function statementFor({ principal, action, resource, by }: Denial): object {
  const isService = !principal.startsWith("arn:");
  const Principal = isService ? { Service: principal } : { AWS: principal };
  return {
    Effect: "Allow",
    ...(by === "resource-based" && { Principal }),
    Action: action,
    Resource: resource,
  };
}
