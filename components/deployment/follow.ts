import { setTimeout as sleep } from "node:timers/promises";
import type { DeploymentInfo, LambdaTarget } from "@aws-sdk/client-codedeploy";
import { type ShiftInputs, targetOf } from "./codeDeploy.ts";
import type { Connection } from "./connection.ts";
import { hookLog } from "./hookLog.ts";

/** How long one look at a deployment is from the next, in milliseconds: soon at first, then less often. */
export interface Pace {
  firstMs: number;
  longestMs: number;
  /** What a hook is given beyond its timeout, to be started and to report. */
  graceMs: number;
  /** What rights are given that are new, to count everywhere. */
  rightsMs: number;
}

export const usualPace: Pace = { firstMs: 200, longestMs: 2_000, graceMs: 30_000, rightsMs: 20_000 };

/** The id of a rollback may appear after the failed deployment's end: this many looks are taken for it. */
const rollbackLooks = 5;
/** A right that a deployment of such an age lacks is missing, not new; in milliseconds. */
const youngMs = 120_000;

/** How often the progress is repeated while nothing changes, in milliseconds. */
const reminderMs = 60_000;
/** An alarm knows nothing of versions: it may ring for the one that is to be replaced. */
const alarmAdvice =
  "Where the alarm rings for the old version and this is its fix: wait until it is quiet and deploy again, or set ignoreAlarms of the deployment";
type Say = (text: string) => void;
type Aws = Pick<Connection, "codedeploy" | "logs">;

/** A deployment that did not succeed, whose traffic is back. */
export class DeploymentFailure extends Error {
  /** Whether somebody was refused something so soon that the right may just not have spread yet. */
  readonly refusedEarly: boolean;

  constructor(reason: string, { createTime, completeTime }: DeploymentInfo, outcome: string) {
    super(`${reason}\n${outcome}`);
    const age = (completeTime?.getTime() ?? 0) - (createTime?.getTime() ?? 0);
    this.refusedEarly = age < youngMs && /AccessDenied|not authorized to perform|IAM_ROLE_PERMISSIONS/.test(reason);
  }
}

/**
 * Tells how a deployment goes, until it has ended and, should it fail, the traffic is back.
 * A hook that was killed, ran out of memory or never began cannot report, and CodeDeploy waits an hour for it: the
 * deployment is stopped, with rollback, when a hook is past its timeout.
 *
 * @throws {DeploymentFailure} with CodeDeploy's reason and the failed hook's log, unless it succeeded.
 * @throws Error when the rollback fails too, or the deployment can be watched no longer.
 */
export async function follow(
  aws: Aws,
  inputs: ShiftInputs,
  deploymentId: string,
  say: Say,
  pace: Pace = usualPace,
): Promise<void> {
  let told = "";
  let toldAt = 0;
  let wait = pace.firstMs;
  let late: string | undefined;
  for (;;) {
    const { info, target } = await look(aws, deploymentId);
    const progress = describeProgress(target);
    const news = progress !== told;
    if (progress && (news || Date.now() - toldAt >= reminderMs)) {
      say(`${progress}, ${elapsed(info)}`);
      toldAt = Date.now();
    }
    told = progress;
    if (info.status === "Succeeded") return;
    if (info.status === "Failed" || info.status === "Stopped") {
      const reason = await describeFailure(aws, inputs, info, target, late);
      const rolledBack = await waitForRollback(aws, info, pace).catch((error: Error) => {
        throw new Error(`${reason}\n${error.message}`);
      });
      const outcome = `${rolledBack ? "All traffic is with the old version; the" : "The"} next up tries again`;
      const alarmed = info.errorInformation?.code === "ALARM_ACTIVE" ? `\n${alarmAdvice}` : "";
      throw new DeploymentFailure(reason, info, outcome + alarmed);
    }
    if (!late) {
      late = overdueHook(inputs, target, pace.graceMs);
      if (late) {
        say(`${late}; the deployment is stopped`);
        await requestStop(aws, deploymentId);
      }
    }
    wait = news ? pace.firstMs : Math.min(wait * 1.5, pace.longestMs);
    await sleep(wait);
  }
}

async function look(
  aws: Aws,
  deploymentId: string,
): Promise<{ info: DeploymentInfo; target: LambdaTarget | undefined }> {
  try {
    const { deploymentInfo: info = {} } = await aws.codedeploy.getDeployment({ deploymentId });
    return { info, target: await targetOf(aws, deploymentId) };
  } catch (error) {
    const { name, message } = error as Error;
    const reason = /^(ExpiredToken|RequestExpired)/.test(name) ? "the credentials have expired, renew them" : message;
    throw new Error(
      `deployment ${deploymentId} is not watched any more: ${reason}. It goes on, and the next up joins it`,
    );
  }
}

/** Stops a deployment, its traffic back, and waits for that. */
export async function stop(aws: Pick<Connection, "codedeploy">, deploymentId: string, pace = usualPace): Promise<void> {
  await requestStop(aws, deploymentId);
  for (;;) {
    const { deploymentInfo: info = {} } = await aws.codedeploy.getDeployment({ deploymentId });
    if (info.completeTime) {
      await waitForRollback(aws, info, pace);
      return;
    }
    await sleep(pace.firstMs);
  }
}

async function requestStop({ codedeploy }: Pick<Connection, "codedeploy">, deploymentId: string): Promise<void> {
  await codedeploy.stopDeployment({ deploymentId, autoRollbackEnabled: true }).catch((error: Error) => {
    // It ended in the meantime.
    if (error.name !== "DeploymentAlreadyCompletedException") throw error;
  });
}

/** The rollback is a deployment of its own. @returns whether there was one. */
async function waitForRollback(
  { codedeploy }: Pick<Connection, "codedeploy">,
  failed: DeploymentInfo,
  pace: Pace,
): Promise<boolean> {
  let { rollbackInfo = {} } = failed;
  for (let looks = 0; !rollbackInfo.rollbackDeploymentId && looks < rollbackLooks; looks++) {
    // It says why there will be none.
    if (rollbackInfo.rollbackMessage) return false;
    await sleep(pace.longestMs);
    const { deploymentInfo } = await codedeploy.getDeployment({ deploymentId: failed.deploymentId });
    rollbackInfo = deploymentInfo?.rollbackInfo ?? {};
  }
  const deploymentId = rollbackInfo.rollbackDeploymentId;
  if (!deploymentId) return false;
  for (;;) {
    const { deploymentInfo: info = {} } = await codedeploy.getDeployment({ deploymentId });
    if (info.status === "Succeeded") return true;
    if (info.status === "Failed" || info.status === "Stopped") {
      throw new Error(
        `rollback ${deploymentId} ${info.status.toLowerCase()}: ${info.errorInformation?.message}; look where the alias points`,
      );
    }
    await sleep(pace.firstMs);
  }
}

/** `BeforeAllowTraffic Succeeded, 10 % to version 4` */
function describeProgress(target: LambdaTarget | undefined): string {
  const { lambdaFunctionInfo: { targetVersion, targetVersionWeight = 0 } = {}, lifecycleEvents = [] } = target ?? {};
  const hooks = lifecycleEvents.flatMap(({ lifecycleEventName, status }) =>
    lifecycleEventName === "AllowTraffic" || status === "Skipped" || status === "Pending"
      ? []
      : [`${lifecycleEventName} ${status}`],
  );
  if (!targetVersion) return hooks.join(", ");
  return [...hooks, `${Math.round(targetVersionWeight * 100)} % to version ${targetVersion}`].join(", ");
}

function elapsed({ createTime, completeTime }: DeploymentInfo): string {
  const seconds = Math.max(
    0,
    Math.round(((completeTime ?? new Date()).getTime() - (createTime?.getTime() ?? 0)) / 1_000),
  );
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

const factsOf = (inputs: ShiftInputs, event: string | undefined) =>
  event === "BeforeAllowTraffic"
    ? inputs.beforeAllowTraffic
    : event === "AfterAllowTraffic"
      ? inputs.afterAllowTraffic
      : undefined;

/** The hook that should have reported by now, in a sentence. */
function overdueHook(inputs: ShiftInputs, target: LambdaTarget | undefined, graceMs: number): string | undefined {
  for (const { lifecycleEventName, status, startTime } of target?.lifecycleEvents ?? []) {
    const hook = factsOf(inputs, lifecycleEventName);
    if (!hook || status !== "InProgress" || !startTime) continue;
    if (Date.now() - startTime.getTime() < hook.timeout * 1_000 + graceMs) continue;
    return `the hook ${lifecycleEventName} (${hook.functionName}) did not report: it crashed, never began, or was ended at its timeout of ${hook.timeout} s`;
  }
  return undefined;
}

async function describeFailure(
  aws: Aws,
  inputs: ShiftInputs,
  { deploymentId, status, errorInformation, createTime }: DeploymentInfo,
  target: LambdaTarget | undefined,
  late: string | undefined,
): Promise<string> {
  const failed = target?.lifecycleEvents?.find((event) => event.status === "Failed")?.lifecycleEventName;
  const { code, message } = errorInformation ?? {};
  const reason = late ?? `${message ?? "no reason is given"}${code ? ` (${code})` : ""}`;
  const logGroup = factsOf(inputs, failed)?.logGroup;
  // What a hook that is late had to say has arrived long ago.
  const version = target?.lambdaFunctionInfo?.targetVersion ?? inputs.version;
  const lines = logGroup ? await hookLog(aws, logGroup, createTime, late === undefined) : [];
  return [
    `deployment ${deploymentId} of ${inputs.functionName} to version ${version} ${status?.toLowerCase()}: ${reason}`,
    ...lines.map((line) => `  ${line}`),
  ].join("\n");
}
