import { setTimeout as sleep } from "node:timers/promises";
import { GetApplicationCommand, paginateListJobRuns, StopApplicationCommand } from "@aws-sdk/client-emr-serverless";
import type { Context } from "aws-lambda";
import { logger } from "../lib/logger.ts";
import { emr } from "./clients.ts";
import { cancelRun } from "./runs.ts";
import { settings } from "./settings.ts";

/** As Pulumi's `lambda.Invocation` calls it: https://www.pulumi.com/registry/packages/aws/api-docs/lambda/invocation/ */
interface SweepEvent {
  tf?: { action?: string };
}

const active = ["SUBMITTED", "QUEUED", "PENDING", "SCHEDULED", "RUNNING", "CANCELLING"] as const;

/**
 * As the stack is destroyed: cancels every run, and stops the application, which can be deleted only then.
 * @throws Error shortly before the function's time is up.
 */
export async function handler(
  { tf }: SweepEvent,
  context: Pick<Context, "getRemainingTimeInMillis">,
): Promise<{ cancelled: string[] }> {
  if (tf?.action !== "delete") return { cancelled: [] };
  const until = Date.now() + context.getRemainingTimeInMillis() - 10_000;
  const { applicationId } = settings;
  const cancelled = new Set<string>();
  for (;;) {
    const left = await activeRuns();
    for (const { id, state } of left) if (state !== "CANCELLING") await cancelRun(id);
    for (const { id } of left) cancelled.add(id);
    const isStopped = left.length === 0 && (await stopped(applicationId));
    if (isStopped) break;
    if (Date.now() > until) throw new Error("The Spark application ends slowly. Run destroy again in some minutes");
    await sleep(1_000);
  }
  logger.info("stopped all", { cancelled: [...cancelled] });
  return { cancelled: [...cancelled] };
}

async function activeRuns(): Promise<{ id: string; state: string }[]> {
  const found: { id: string; state: string }[] = [];
  const query = { applicationId: settings.applicationId, states: [...active] };
  for await (const { jobRuns = [] } of paginateListJobRuns({ client: emr }, query)) {
    found.push(...jobRuns.map(({ id, state }) => ({ id: id!, state: state! })));
  }
  return found;
}

/** Whether an application can be deleted; one that runs is stopped. */
async function stopped(applicationId: string): Promise<boolean> {
  const { application } = await emr.send(new GetApplicationCommand({ applicationId }));
  if (application?.state === "STARTED") await emr.send(new StopApplicationCommand({ applicationId }));
  return ["CREATED", "STOPPED", "TERMINATED"].includes(application?.state ?? "TERMINATED");
}
