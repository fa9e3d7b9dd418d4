import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud, Principal } from "../service.ts";
import { Halt } from "./halt.ts";
import type { Group } from "./records.ts";

/** How often alarms are looked at. */
const pollMs = 1_000;

/**
 * Looks at the alarms of a group, as its service role, until the deployment has ended.
 * @param alarmed aborted with a {@link Halt} once one is red, or once they cannot be read and that is not to be ignored.
 */
export async function watchAlarms(
  cloud: Cloud,
  group: Group,
  role: Principal,
  alarmed: AbortController,
  signal: AbortSignal,
): Promise<void> {
  const { enabled = false, alarms = [], ignorePollAlarmFailure = false } = group.alarmConfiguration ?? {};
  if (!enabled || alarms.length === 0) return;
  const AlarmNames = alarms.map(({ name }) => name);
  while (!signal.aborted) {
    try {
      const red = await redAlarms(cloud, AlarmNames, role);
      if (red.length > 0) alarmed.abort(new Halt("ALARM_ACTIVE", `${alarmMessage}: ${red.join(", ")}`, "Stopped"));
    } catch (error) {
      const reason = `Alarms could not be read: ${(error as Error).message}`;
      if (!ignorePollAlarmFailure) alarmed.abort(new Halt("ALARMS_UNREADABLE", reason));
    }
    await sleep(pollMs, undefined, { signal }).catch(() => {});
  }
}

const alarmMessage = "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected";

async function redAlarms(cloud: Cloud, AlarmNames: string[], role: Principal): Promise<string[]> {
  const { MetricAlarms = [] } = await cloud.call<{ MetricAlarms?: { AlarmName: string; StateValue: string }[] }>(
    "monitoring",
    "DescribeAlarms",
    { AlarmNames },
    role,
  );
  return MetricAlarms.filter(({ StateValue }) => StateValue === "ALARM").map(({ AlarmName }) => AlarmName);
}
