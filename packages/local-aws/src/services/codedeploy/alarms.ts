import { setTimeout as sleep } from "node:timers/promises";
import type { Cloud, Principal } from "../../service.ts";
import { asHalt, Halt } from "./halt.ts";
import type { Group } from "./records.ts";

/**
 * Checks the alarms of a group, as its service role.
 * @returns why the deployment must not go on: one is in ALARM, or they cannot be read and that must not be ignored.
 */
export async function lookAtAlarms(cloud: Cloud, group: Group, role: Principal): Promise<Halt | undefined> {
  const { enabled = false, alarms = [], ignorePollAlarmFailure = false } = group.alarmConfiguration ?? {};
  if (!enabled || alarms.length === 0) return undefined;
  const AlarmNames = alarms.map(({ name = "" }) => name);
  try {
    const red = await redAlarms(cloud, AlarmNames, role);
    return red.length > 0 ? new Halt("ALARM_ACTIVE", `${alarmMessage}: ${red.join(", ")}`) : undefined;
  } catch (error) {
    if (ignorePollAlarmFailure) return undefined;
    return new Halt(asHalt(error as Error).code, `Alarms could not be read: ${(error as Error).message}`);
  }
}

/**
 * Polls them until the signal is aborted.
 * @param alarmed aborted with a {@link Halt} once the deployment must not go on.
 */
export async function watchAlarms(
  look: () => Promise<Halt | undefined>,
  pollMs: number,
  alarmed: AbortController,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await sleep(pollMs, undefined, { signal }).catch(() => {});
    if (signal.aborted) return;
    const halt = await look();
    if (halt) alarmed.abort(halt);
  }
}

const alarmMessage = "One or more alarms have been activated according to the Amazon CloudWatch metrics you selected";

async function redAlarms(cloud: Cloud, AlarmNames: string[], role: Principal): Promise<string[]> {
  const { MetricAlarms = [] } = await cloud.call("monitoring", "DescribeAlarms", { AlarmNames }, role);
  return MetricAlarms.filter(({ StateValue }) => StateValue === "ALARM").map(({ AlarmName = "" }) => AlarmName);
}
