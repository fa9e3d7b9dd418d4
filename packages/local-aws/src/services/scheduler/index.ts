/**
 * EventBridge Scheduler: schedules, in groups, each with one target that it calls in a session of its role.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_Operations.html
 */
import type { Target } from "@aws-sdk/client-scheduler";
import { Deliveries } from "../../delivery/deliveries.ts";
import { parseSchedule, type Schedule } from "../../schedule/schedule.ts";
import { Ticker } from "../../schedule/ticker.ts";
import type { Cloud, Service } from "../../service.ts";
import { groupOperations } from "./groups.ts";
import { type ScheduleRecord, SchedulerState, scheduleKey } from "./records.ts";
import { scheduleOperations } from "./schedules.ts";

export function createScheduler(cloud: Cloud): Service {
  const state = new SchedulerState(cloud);
  const deliveries = new Deliveries(cloud, "scheduler.deliveries");
  const ticker = new Ticker((key, due) => run(key, due));

  function run(key: string, due: number): void {
    const schedule = state.schedules.get(key);
    if (schedule?.state !== "ENABLED") return;
    const { target } = schedule;
    const delivery = {
      body: filled(target, schedule, due),
      target: target as never,
      sourceArn: schedule.arn,
      service: "scheduler.amazonaws.com",
      ...(target.KinesisParameters?.PartitionKey && { partitionKey: target.KinesisParameters.PartitionKey }),
    } as const;
    deliveries.add([delivery], delayWithin(schedule));
    const over = timetable(schedule).next(due) === undefined;
    if (over && schedule.afterCompletion === "DELETE") state.schedules.delete(key);
    else state.schedules.put(key, { ...schedule, last: due });
  }

  const plan = (schedule: ScheduleRecord): void => {
    const key = scheduleKey(schedule.group, schedule.name);
    if (schedule.state !== "ENABLED") ticker.delete(key);
    // An invocation missed while the cloud was down is made up for, once and only for one-time schedules.
    else
      ticker.set(
        key,
        timetable(schedule),
        schedule.expression.startsWith("at(") ? (schedule.last ?? Date.parse(schedule.created)) : Date.now(),
      );
  };
  return {
    name: "scheduler",
    shapes: () => import("@aws-sdk/client-scheduler"),
    operations: {
      ...groupOperations(state, (key) => ticker.delete(key)),
      ...scheduleOperations(state, plan, (key) => ticker.delete(key)),
    },
    async start() {
      for (const schedule of state.schedules.values()) plan(schedule);
      ticker.start();
      deliveries.start();
    },
    async stop() {
      ticker.stop();
      deliveries.stop();
    },
  };
}

/** A random time in its flexible window. https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-flexible-time-windows.html */
const delayWithin = ({ flexible: { Mode, MaximumWindowInMinutes = 0 } }: ScheduleRecord): number =>
  Mode === "FLEXIBLE" ? Math.floor(Math.random() * MaximumWindowInMinutes * 60_000) : 0;

/** Its expression, between its start and end dates. */
function timetable({ expression, timezone, created, start, end }: ScheduleRecord): Schedule {
  const first = Date.parse(start ?? created);
  const last = end ? Date.parse(end) : Number.POSITIVE_INFINITY;
  const schedule = parseSchedule(expression, { timezone, start: first, anyPlural: true });
  return {
    kind: schedule.kind,
    next(after) {
      const due = schedule.next(start ? Math.max(after, first - 1) : after);
      return due !== undefined && due <= last ? due : undefined;
    },
  };
}

/** https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html */
function filled({ Input = "{}" }: Target, schedule: ScheduleRecord, due: number): string {
  const values: Record<string, string> = {
    "schedule-arn": schedule.arn,
    "scheduled-time": `${new Date(due).toISOString().slice(0, 19)}Z`,
    "execution-id": crypto.randomUUID(),
    "attempt-number": "1",
  };
  return Input.replace(/<aws\.scheduler\.([a-z-]+)>/g, (whole, name: string) => values[name] ?? whole);
}
