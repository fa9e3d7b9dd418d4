import type { Cloud, Principal } from "../../service.ts";
import type { Clock } from "./clock.ts";
import type { Course } from "./course.ts";
import { Halt } from "./halt.ts";
import { configNamed, stepsOf } from "./presets.ts";
import type { Deployment, Records } from "./records.ts";

/** AllowTraffic: moves the alias step by step, as the deployment's configuration defines. */
export async function shiftTraffic(
  { cloud, records, clock }: { cloud: Cloud; records: Records; clock: Clock },
  course: Course,
  role: Principal,
  signal: AbortSignal,
): Promise<void> {
  if (course.done("AllowTraffic")) return;
  const { deploymentConfigName: name, target } = course.deployment;
  const config = configNamed(records, name);
  if (!config) throw new Halt("CODEDEPLOY_RESOURCE_CANNOT_BE_FOUND", `There is no configuration ${name}`);
  const startTime = course.event("AllowTraffic").startTime ?? clock.time.now();
  course.updateEvent("AllowTraffic", { status: "InProgress", startTime });
  let due = startTime;
  try {
    for (const { percent, minutes } of stepsOf(config.trafficRoutingConfig)) {
      signal.throwIfAborted();
      await route(cloud, role, target, percent);
      course.update({ percent });
      due += clock.ms(minutes);
      // After a restart, only the rest of a step's time is waited for.
      const rest = due - clock.time.now();
      if (rest > 0) await clock.time.sleep(rest, signal);
    }
  } catch (error) {
    const diagnostics = { errorCode: "UnknownError" as const, message: (error as Error).message };
    if (!signal.aborted) course.updateEvent("AllowTraffic", { status: "Failed", endTime: Date.now(), diagnostics });
    throw error;
  }
  course.updateEvent("AllowTraffic", { status: "Succeeded", endTime: Date.now() });
}

/** @param percent share of the new version. */
export function route(
  cloud: Cloud,
  role: Principal,
  { functionName, alias, currentVersion, targetVersion }: Deployment["target"],
  percent: number,
): Promise<unknown> {
  const whole = percent === 100 || percent === 0;
  return cloud.call(
    "lambda",
    "UpdateAlias",
    {
      FunctionName: functionName,
      Name: alias,
      FunctionVersion: percent === 100 ? targetVersion : currentVersion,
      RoutingConfig: { AdditionalVersionWeights: whole ? {} : { [targetVersion]: percent / 100 } },
    },
    role,
  );
}
