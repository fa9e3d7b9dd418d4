import { parseSchedule } from "../src/schedule/schedule.ts";

/**
 * Times when a schedule is due, as the local EventBridge Scheduler finds them.
 * @param expression `cron(...)`, `rate(...)` or `at(...)`.
 * @param from after which: ISO 8601.
 * @returns at most `count`, as ISO 8601 in UTC with seconds, as `<aws.scheduler.scheduled-time>` is.
 */
export function duesOf(expression: string, timezone: string, from: string, count: number): string[] {
  const { next } = parseSchedule(expression, { timezone, start: Date.parse(from), anyPlural: true });
  const found: string[] = [];
  for (let due = next(Date.parse(from)); due !== undefined && found.length < count; due = next(due)) {
    found.push(`${new Date(due).toISOString().slice(0, 19)}Z`);
  }
  return found;
}
