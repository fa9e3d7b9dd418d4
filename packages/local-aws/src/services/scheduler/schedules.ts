/** Schedules: create, read, update, delete, list. */

import type { CreateScheduleInput, FlexibleTimeWindow, ListSchedulesInput, Target } from "@aws-sdk/client-scheduler";
import { isTarget } from "../../delivery/deliver.ts";
import { parseJson } from "../../jsonText.ts";
import { brokenConstraint } from "../../kit/constraint.ts";
import { page } from "../../kit/page.ts";
import { passRole } from "../../kit/passRole.ts";
import type { Operations } from "../../operations.ts";
import { parseSchedule } from "../../schedule/schedule.ts";
import { checkName, conflict, invalid, type ScheduleRecord, type SchedulerState, scheduleKey } from "./records.ts";

type Named = { Name?: string; GroupName?: string };

/** @param plan schedules a schedule; `forget` unschedules it. */
export function scheduleOperations(
  state: SchedulerState,
  plan: (schedule: ScheduleRecord) => void,
  forget: (key: string) => void,
): Operations<"scheduler"> {
  const arnOf = ({ Name, GroupName = "default" }: Named) => state.arn(`schedule/${GroupName}/${Name}`);
  const access = (action: string) => (input: Named) => [{ action: `scheduler:${action}`, resource: arnOf(input) }];
  const writing = (action: string) => (input: CreateScheduleInput) => [
    ...access(action)(input as Named),
    ...passRole("scheduler.amazonaws.com", input.Target?.RoleArn),
  ];
  const write = async (input: CreateScheduleInput, before: ScheduleRecord | undefined) => {
    const schedule = await read(state, input, arnOf(input as Named), before);
    state.schedules.put(scheduleKey(schedule.group, schedule.name), schedule);
    plan(schedule);
    return { ScheduleArn: schedule.arn };
  };
  return {
    CreateSchedule: {
      access: writing("CreateSchedule"),
      run(input: CreateScheduleInput) {
        const name = input.Name as string;
        checkName(name, "name");
        if (state.schedules.has(scheduleKey(state.group(input.GroupName).name, name))) {
          throw conflict(`Schedule ${name} already exists.`);
        }
        return write(input, undefined);
      },
    },
    UpdateSchedule: {
      access: writing("UpdateSchedule"),
      run: (input: CreateScheduleInput) => write(input, state.schedule(input.GroupName, input.Name as string)),
    },
    GetSchedule: {
      access: access("GetSchedule"),
      run: ({ GroupName, Name }: Named) => described(state.schedule(GroupName, Name as string)),
    },
    DeleteSchedule: {
      access: access("DeleteSchedule"),
      run({ GroupName, Name }: Named) {
        const { group, name } = state.schedule(GroupName, Name as string);
        state.schedules.delete(scheduleKey(group, name));
        forget(scheduleKey(group, name));
        return {};
      },
    },
    ListSchedules: {
      access: () => [{ action: "scheduler:ListSchedules", resource: "*" }],
      run(input: ListSchedulesInput) {
        const group = input.GroupName === undefined ? "" : `${state.group(input.GroupName).name}/`;
        const found = state.schedules
          .values(group)
          .filter((one) => one.name.startsWith(input.NamePrefix ?? "") && (!input.State || one.state === input.State));
        const { items, next: NextToken } = page(found, input, (one) => [one.group, one.name]);
        const Schedules = items.map((one) => ({ ...described(one), Target: { Arn: one.target.Arn } }));
        return { Schedules, NextToken };
      },
    },
  };
}

const described = (one: ScheduleRecord) => ({
  Name: one.name,
  GroupName: one.group,
  Arn: one.arn,
  ScheduleExpression: one.expression,
  ScheduleExpressionTimezone: one.timezone,
  State: one.state,
  Description: one.description,
  Target: one.target,
  FlexibleTimeWindow: one.flexible,
  ActionAfterCompletion: one.afterCompletion,
  CreationDate: new Date(one.created),
  LastModificationDate: new Date(one.modified),
  ...(one.start && { StartDate: new Date(one.start) }),
  ...(one.end && { EndDate: new Date(one.end) }),
});

async function read(
  state: SchedulerState,
  input: CreateScheduleInput,
  arn: string,
  before: ScheduleRecord | undefined,
): Promise<ScheduleRecord> {
  const { ScheduleExpression: expression = "", ScheduleExpressionTimezone: timezone = "UTC" } = input;
  const now = new Date().toISOString();
  try {
    parseSchedule(expression, { timezone, anyPlural: true });
  } catch (error) {
    throw invalid(
      /timezone|time zone/i.test(String(error))
        ? `Invalid Schedule Expression Timezone ${timezone}.`
        : `Invalid Schedule Expression ${expression}.`,
    );
  }
  if (input.StartDate && input.EndDate && input.StartDate >= input.EndDate) {
    throw invalid("The start date must be before the end date.");
  }
  checkWindow(input.FlexibleTimeWindow);
  const target = input.Target as Target;
  const group = state.group(input.GroupName);
  await checkTarget(state, target, group.arn);
  const { Mode = "OFF", MaximumWindowInMinutes: window } = input.FlexibleTimeWindow ?? {};
  return {
    name: input.Name as string,
    group: group.name,
    arn,
    expression,
    timezone,
    state: input.State ?? "ENABLED",
    target,
    created: before?.created ?? now,
    modified: now,
    flexible: { Mode, ...(window !== undefined && { MaximumWindowInMinutes: window }) },
    afterCompletion: input.ActionAfterCompletion ?? "NONE",
    ...(input.Description && { description: input.Description }),
    ...(input.StartDate && { start: input.StartDate.toISOString() }),
    ...(input.EndDate && { end: input.EndDate.toISOString() }),
    ...(before?.last !== undefined && before.expression === expression && { last: before.last }),
  };
}

/** https://docs.aws.amazon.com/scheduler/latest/APIReference/API_FlexibleTimeWindow.html */
function checkWindow({ Mode, MaximumWindowInMinutes: minutes }: Partial<FlexibleTimeWindow> = {}): void {
  if (Mode === "FLEXIBLE" && minutes === undefined) {
    throw invalid("You must specify MaximumWindowInMinutes when the mode of FlexibleTimeWindow is FLEXIBLE.");
  }
  if (Mode === "OFF" && minutes !== undefined) {
    throw invalid("You cannot specify MaximumWindowInMinutes when the mode of FlexibleTimeWindow is OFF.");
  }
  if (minutes !== undefined && !(minutes >= 1 && minutes <= 1_440)) {
    throw invalid(
      brokenConstraint(
        minutes,
        "flexibleTimeWindow.maximumWindowInMinutes",
        "Member must have value between 1 and 1440",
      ),
    );
  }
}

/** As on AWS, the scheduler must be able to assume the role when the schedule is created. */
async function checkTarget(
  { cloud }: SchedulerState,
  { Arn = "", RoleArn = "", Input, KinesisParameters }: Target,
  groupArn: string,
): Promise<void> {
  if (!/^arn:aws[\w-]*:[a-z0-9-]+:/.test(Arn))
    throw invalid(`Provided Arn is not in correct format. TargetArn: ${Arn}`);
  if (!isTarget(Arn)) throw invalid(`The local cloud does not model targets like ${Arn}.`);
  if (Arn.split(":")[2] === "kinesis" && !KinesisParameters?.PartitionKey)
    throw invalid("KinesisParameters with a PartitionKey must be specified for a target that is a Kinesis stream.");
  if (Input !== undefined && /^arn:aws[\w-]*:(states|scheduler):/.test(Arn)) {
    try {
      parseJson(Input);
    } catch {
      throw invalid("Invalid JSON in the target's Input.");
    }
  }
  try {
    await cloud.assumeRole(RoleArn, "scheduler.amazonaws.com", "validation", groupArn);
  } catch {
    throw invalid("The execution role you provide must allow AWS EventBridge Scheduler to assume the role.");
  }
}
