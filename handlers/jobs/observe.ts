import { MetricUnit } from "@aws-lambda-powertools/metrics";
import { paginateListJobRuns } from "@aws-sdk/client-emr-serverless";
import type { EventBridgeEvent } from "aws-lambda";
import { logger } from "../lib/logger.ts";
import { metrics } from "../lib/metrics.ts";
import { emr } from "./clients.ts";
import { jobKey, runKey, table } from "./job.ts";
import { describeRun, refreshRun } from "./runs.ts";
import { settings } from "./settings.ts";

/** https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/using-eventbridge.html */
interface Change {
  applicationId?: string;
  jobRunId?: string;
}

type Heard = Pick<EventBridgeEvent<string, Change>, "detail"> | { reconcile: true };

/** How far back runs are looked for whose events were lost. */
const LOOK_BACK = 2 * 86_400_000;

/**
 * What EMR Serverless tells of runs, maybe twice, late, or of one that is gone: the item becomes what is so now. On a
 * schedule it looks by itself, for what was not told.
 */
export async function handler(event: Heard): Promise<void> {
  if ("reconcile" in event) return reconcile();
  const { applicationId, jobRunId } = event.detail;
  if (applicationId === settings.applicationId && jobRunId) await observe(jobRunId);
}

async function observe(jobRunId: string): Promise<void> {
  const jobRun = await describeRun(jobRunId);
  if (!jobRun) return;
  const jobId = jobRun.tags?.job;
  const before = jobId === undefined ? undefined : await table.read(runKey(jobId, jobRunId));
  const run = await refreshRun(jobRun);
  logger.info("heard", { job: jobId, run: jobRunId, before: before?.State, state: run?.State });
  if (run?.State !== "FAILED" || before?.State === "FAILED") return;
  metrics.addMetric("JobFailed", MetricUnit.Count, 1);
  metrics.publishStoredMetrics();
}

async function reconcile(): Promise<void> {
  const query = { applicationId: settings.applicationId, createdAtAfter: new Date(Date.now() - LOOK_BACK) };
  for await (const { jobRuns = [] } of paginateListJobRuns({ client: emr, pageSize: 50 }, query)) {
    for (const { id, name, state } of jobRuns) {
      // A run is named after its job; one of a job that is gone is nobody's.
      const run = await table.read(runKey(name ?? "-", id!));
      if (run?.State !== state && (run || (await table.read(jobKey(name ?? "-"))))) await observe(id!);
    }
  }
}
