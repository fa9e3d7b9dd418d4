import { logger } from "../lib/logger.ts";
import { JOBS, type Job, table } from "./job.ts";
import { mend } from "./settle.ts";

/** Milliseconds after which whoever began something has done it, or is not going to: a function has half a minute. */
const LONGEST_REQUEST = 120_000;

/**
 * On a schedule: finishes what a killed function has left half-done, a job without its schedule or its first run, one that
 * was to be deleted.
 * @throws Error naming the jobs that cannot be mended, after all others are.
 */
export async function handler(): Promise<{ mended: string[] }> {
  const mended: string[] = [];
  const failed: string[] = [];
  for await (const item of table.all(JOBS)) {
    const job = item as Job;
    const since = job.DeleteRequested ?? job.Unsettled;
    if (since === undefined || Date.now() - Date.parse(since) < LONGEST_REQUEST) continue;
    try {
      await mend(job);
      mended.push(job.JobId);
    } catch (error) {
      logger.error("not mended", { job: job.JobId, error: error as Error });
      failed.push(job.JobId);
    }
  }
  logger.info("mended", { mended });
  if (failed.length > 0) throw new Error(`jobs are not what their items say: ${failed.join(", ")}`);
  return { mended };
}
