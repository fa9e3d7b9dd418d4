import { RequestError } from "../lib/http.ts";
import { logger } from "../lib/logger.ts";
import { type Job, jobKey, table } from "./job.ts";
import { startRun } from "./runs.ts";
import type { ScheduledStart } from "./schedules.ts";

/** What a job's schedule asks for, maybe twice: one run for each moment. */
export async function handler({ jobId, scheduledTime }: ScheduledStart): Promise<void> {
  const job = (await table.read(jobKey(jobId))) as Job | undefined;
  // Its end was faster than its schedule's.
  if (!job?.schedule || job.DeleteRequested) return;
  try {
    const { RunId } = await startRun(job, { trigger: "schedule", token: scheduledTime });
    logger.info("started", { job: jobId, run: RunId, scheduledTime });
  } catch (error) {
    // To Lambda it is an error like any other, which is tried again and then kept.
    throw error instanceof RequestError ? new Error(error.message, { cause: error }) : error;
  }
}
