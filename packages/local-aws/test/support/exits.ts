/** What the cloud has told of containers that ended by themselves. */
import { type Activity, activityChannel, type ExitActivity } from "../../src/activity.ts";

type Told = Omit<ExitActivity, "at" | "milliseconds" | "region">;

/** Hears them from now on. @returns what was told of a resource whose ARN ends so, without times; and what ends hearing. */
export function hearExits(): { of(end: string): Told[]; stop(): void } {
  const told: ExitActivity[] = [];
  const hear = (message: unknown) => {
    const activity = message as Activity;
    if (activity.kind === "exit") told.push(activity);
  };
  activityChannel.subscribe(hear);
  return {
    of: (end) =>
      told
        .filter(({ resource, milliseconds }) => resource.endsWith(end) && milliseconds >= 0)
        .map(({ at, milliseconds, region, ...rest }) => rest),
    stop: () => activityChannel.unsubscribe(hear),
  };
}
