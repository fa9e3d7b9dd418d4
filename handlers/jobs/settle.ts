import { RequestError } from "../lib/http.ts";
import type { Condition } from "../lib/itemTable.ts";
import type { Repeatable } from "../lib/revision.ts";
import { type Job, jobKey, runKey, runsOf, table } from "./job.ts";
import { cancelRun, hasEnded, startRun } from "./runs.ts";
import { putSchedule, removeSchedule } from "./schedules.ts";

/**
 * Makes a job's schedule, and its first run, what its item says. Whoever was interrupted where, and however often: the same
 * again is as well as once, and of several at once the last one to change the item counts.
 * @returns the job as it is then; undefined where it has gone meanwhile.
 * @throws {RequestError} 400 for a schedule that EventBridge Scheduler does not take.
 */
export async function settle(given: Job): Promise<Job | undefined> {
  const { JobId } = given;
  for (let job: Job | undefined = given; job; ) {
    await putSchedule(job);
    if (job.run_on_init && !job.LastRunId) await startRun(job, { trigger: "init", token: `${job.Timestamp} init` });
    const settled = await table.update(jobKey(JobId), { Unsettled: undefined }, asScheduled(job));
    if (settled) return settled as Job;
    job = (await table.read(jobKey(JobId))) as Job | undefined;
  }
  await removeSchedule(JobId);
  return undefined;
}

/** That the item still says the schedule that was put. */
const asScheduled = ({ schedule, timezone }: Job): Condition => ({
  expression: `${schedule === undefined ? "attribute_not_exists(#s)" : "#s = :s"} AND #t = :t`,
  names: { "#s": "schedule", "#t": "timezone" },
  values: { ...(schedule !== undefined && { ":s": schedule }), ":t": timezone },
});

/**
 * A job's end: its schedule goes, its runs are cancelled, its history is forgotten.
 * @param request that made it, if that is to be forgotten, too.
 */
export async function removeJob(jobId: string, request?: Repeatable): Promise<void> {
  await removeSchedule(jobId);
  for await (const run of table.all(runsOf(jobId))) {
    if (!hasEnded(run.State)) await cancelRun(run.RunId);
    await table.remove(runKey(jobId, run.RunId));
  }
  // Last, so that one that is interrupted can be gone on with.
  await table.remove(jobKey(jobId), request);
}

/** Finishes what an interrupted request has left of a job. */
export async function mend(job: Job): Promise<void> {
  if (job.DeleteRequested) return removeJob(job.JobId);
  try {
    await settle(job);
  } catch (error) {
    // Nobody was told that there is such a job.
    if (error instanceof RequestError && job.Unsettled === job.Timestamp) return removeJob(job.JobId);
    throw error;
  }
}
