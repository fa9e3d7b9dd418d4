import type { Target } from "@aws-sdk/client-scheduler";
import { brokenConstraint } from "../../kit/constraint.ts";
import { AwsError, type Cloud } from "../../service.ts";
import type { Collection } from "../../store.ts";

export interface GroupRecord {
  name: string;
  arn: string;
  created: string;
  modified: string;
  tags: Record<string, string>;
}

export interface ScheduleRecord {
  name: string;
  group: string;
  arn: string;
  expression: string;
  timezone: string;
  state: "ENABLED" | "DISABLED";
  target: Target;
  description?: string;
  /** ISO dates. */
  created: string;
  modified: string;
  start?: string;
  end?: string;
  flexible: { Mode: "OFF" | "FLEXIBLE"; MaximumWindowInMinutes?: number };
  afterCompletion: "NONE" | "DELETE";
  /** The due time, in milliseconds, of its last run. */
  last?: number;
}

export class SchedulerState {
  readonly cloud: Cloud;
  readonly groups: Collection<GroupRecord>;
  /** By group and name. */
  readonly schedules: Collection<ScheduleRecord>;

  constructor(cloud: Cloud) {
    this.cloud = cloud;
    this.groups = cloud.store.collection("scheduler.groups");
    this.schedules = cloud.store.collection("scheduler.schedules");
    if (!this.groups.has("default")) this.groups.put("default", this.newGroup("default"));
  }

  newGroup(name: string): GroupRecord {
    const now = new Date().toISOString();
    return { name, arn: this.arn(`schedule-group/${name}`), created: now, modified: now, tags: {} };
  }

  arn(resource: string): string {
    return `arn:aws:scheduler:${this.cloud.region}:${this.cloud.accountId}:${resource}`;
  }

  group(name = "default"): GroupRecord {
    const group = this.groups.get(name);
    if (!group) throw notFound(`Schedule group ${name} does not exist.`);
    return group;
  }

  schedule(group: string | undefined, name: string): ScheduleRecord {
    const found = this.schedules.get(scheduleKey(this.group(group).name, name));
    if (!found) throw notFound(`Schedule ${name} does not exist.`);
    return found;
  }
}

export const scheduleKey = (group: string, name: string): string => `${group}/${name}`;
export const notFound = (message: string): AwsError =>
  new AwsError("ResourceNotFoundException", message, 404, { Message: message });
export const invalid = (message: string): AwsError =>
  new AwsError("ValidationException", message, 400, { Message: message });
export const conflict = (message: string): AwsError =>
  new AwsError("ConflictException", message, 409, { Message: message });

/** @throws AwsError `ValidationException` */
export function checkName(name: string, field: string): void {
  if (/^[0-9a-zA-Z-_.]{1,64}$/.test(name)) return;
  throw invalid(brokenConstraint(name, field, "Member must satisfy regular expression pattern: [0-9a-zA-Z-_.]+"));
}
