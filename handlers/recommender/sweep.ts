import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchClient, GetMetricStatisticsCommand } from "@aws-sdk/client-cloudwatch";
import {
  CloudWatchLogsClient,
  DeleteLogGroupCommand,
  paginateDescribeLogGroups,
} from "@aws-sdk/client-cloudwatch-logs";
import {
  type EndpointSummary,
  paginateListEndpoints,
  paginateListTrainingJobs,
  StopTrainingJobCommand,
} from "@aws-sdk/client-sagemaker";
import type { Context } from "aws-lambda";
import { logger } from "../lib/logger.ts";
import { sagemaker } from "./clients.ts";
import { isRemovable, removeConfigsBelow, removeEndpoint } from "./remove.ts";
import { settings } from "./settings.ts";

const cloudwatch = new CloudWatchClient({ maxAttempts: 5 });
const logs = new CloudWatchLogsClient({ maxAttempts: 5 });

/** `idleHours`: endpoints that nobody has called for that long are removed; all of them, as the stack is destroyed. */
interface SweepEvent {
  idleHours?: number;
  /** Added by Pulumi: what happens to the resource that calls. */
  tf?: { action: "create" | "update" | "delete" };
}

interface Swept {
  /** Names of endpoints. */
  removed: string[];
}

/** The cost guard: removes endpoints of this stack, which bill by the hour, when nobody needs them. */
export async function handler(
  { idleHours, tf }: SweepEvent,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<Swept> {
  if (tf?.action === "delete") return sweepAll(Date.now() + context.getRemainingTimeInMillis() - 10_000);
  return tf || !idleHours ? { removed: [] } : sweepIdle(idleHours);
}

async function sweepIdle(hours: number): Promise<Swept> {
  const removed: string[] = [];
  for (const endpoint of await endpoints()) {
    if (!isRemovable(endpoint.EndpointStatus) || !(await isIdle(endpoint, hours))) continue;
    await removeEndpoint(endpoint.EndpointName!);
    removed.push(endpoint.EndpointName!);
  }
  logger.info("removed what was idle", { removed, hours });
  return { removed };
}

/**
 * Jobs are stopped and endpoints removed, those that are being changed as soon as they are not, with their logs.
 * @throws Error naming what is left, shortly before the function's time is up.
 */
async function sweepAll(until: number): Promise<Swept> {
  await stopJobs();
  const removed: string[] = [];
  for (;;) {
    const left = await endpoints();
    if (left.length === 0) break;
    const changing: string[] = [];
    for (const { EndpointName = "", EndpointStatus } of left) {
      if (EndpointStatus === "Deleting") continue;
      const before = await removeEndpoint(EndpointName);
      if (isRemovable(before)) removed.push(EndpointName);
      else if (before && before !== "Deleting") changing.push(EndpointName);
    }
    if (Date.now() > until) {
      if (changing.length === 0) break;
      const names = changing.join(", ");
      throw new Error(`Endpoints cannot be removed while they change: ${names}. Run destroy again in some minutes`);
    }
    await sleep(1_000);
  }
  // What deployments have left that were killed.
  await removeConfigsBelow(settings.prefix);
  await removeLogs();
  logger.info("removed all", { removed });
  return { removed };
}

/** SageMaker makes a log group for each endpoint, which nobody else would remove. Those of jobs are in one of the account's. */
async function removeLogs(): Promise<void> {
  const logGroupNamePrefix = `/aws/sagemaker/Endpoints/${settings.prefix}`;
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: logs }, { logGroupNamePrefix })) {
    for (const { logGroupName } of logGroups) await logs.send(new DeleteLogGroupCommand({ logGroupName }));
  }
}

async function stopJobs(): Promise<void> {
  const query = { NameContains: settings.prefix, StatusEquals: "InProgress" as const };
  for await (const page of paginateListTrainingJobs({ client: sagemaker }, query)) {
    for (const { TrainingJobName } of page.TrainingJobSummaries ?? []) {
      if (!TrainingJobName?.startsWith(settings.prefix)) continue;
      // One that has just ended is well, too.
      await sagemaker
        .send(new StopTrainingJobCommand({ TrainingJobName }))
        .catch((error: Error) => logger.warn("a training job was not stopped", error));
    }
  }
}

async function endpoints(): Promise<EndpointSummary[]> {
  const found: EndpointSummary[] = [];
  for await (const page of paginateListEndpoints({ client: sagemaker }, { NameContains: settings.prefix })) {
    found.push(...(page.Endpoints ?? []).filter(({ EndpointName }) => EndpointName?.startsWith(settings.prefix)));
  }
  return found;
}

async function isIdle({ EndpointName, LastModifiedTime }: EndpointSummary, hours: number): Promise<boolean> {
  const EndTime = new Date();
  const StartTime = new Date(EndTime.getTime() - hours * 3_600_000);
  if (LastModifiedTime! > StartTime) return false;
  const { Datapoints = [] } = await cloudwatch.send(
    new GetMetricStatisticsCommand({
      Namespace: "AWS/SageMaker",
      MetricName: "Invocations",
      Dimensions: [
        { Name: "EndpointName", Value: EndpointName },
        { Name: "VariantName", Value: "variant-1" },
      ],
      StartTime,
      EndTime,
      Period: 3_600,
      Statistics: ["Sum"],
    }),
  );
  return Datapoints.every(({ Sum }) => !Sum);
}
