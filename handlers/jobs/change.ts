import { randomUUID } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { APIGatewayProxyEvent, APIGatewayProxyResult } from "aws-lambda";
import { json, RequestError } from "../lib/http.ts";
import type { Item } from "../lib/itemTable.ts";
import { logger } from "../lib/logger.ts";
import { parseBody } from "../lib/parse.ts";
import { changedMeanwhile, checkIfMatch, etagOf, headerOf, repeatable, reusedKey } from "../lib/revision.ts";
import { routes } from "../lib/routes.ts";
import {
  change,
  checkSchedule,
  creation,
  foundJob,
  foundRun,
  JOBS,
  type Job,
  jobKey,
  publicItem,
  type Run,
  runRequest,
  table,
} from "./job.ts";
import { cancelRun, describeRun, hasEnded, refreshRun, startRun } from "./runs.ts";
import { removeJob, settle } from "./settle.ts";

/** Routes that change jobs, and start and cancel their runs. */
export const handler = routes({
  "POST /jobs": create,
  "PATCH /jobs/{id}": update,
  "DELETE /jobs/{id}": remove,
  "POST /jobs/{id}/runs": start,
  "DELETE /jobs/{id}/runs/{run}": cancel,
});

const answer = (statusCode: number, item: object): APIGatewayProxyResult =>
  json(statusCode, publicItem(item), { etag: etagOf((item as Item).Revision) });

/** 201 with the item; 200 with it where the same request made it before; 409 where the name is taken. */
async function create(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const asked = parseBody(event, creation());
  if (asked.schedule !== undefined) checkSchedule(asked.schedule);
  else if (!asked.run_on_init) {
    throw new RequestError(
      400,
      "schedule: is not given; allowed is one, or run_on_init true: or it never runs",
      "schedule",
    );
  }
  const request = repeatable(event, "POST /jobs");
  const JobId = asked.job_name.toLowerCase();
  const Timestamp = new Date().toISOString();
  const job = { ...jobKey(JobId), ...asked, Timestamp, Unsettled: Timestamp } satisfies Job & Item;
  const made = await table.create({ ...job, Listed: JOBS, TimeKey: `${Timestamp}#${JobId}` }, request);
  if (!made) {
    const name = JSON.stringify(asked.job_name);
    throw new RequestError(409, `job_name: is ${name}; allowed is one that no job has`, "job_name");
  }
  // The same request before may have been interrupted.
  if (!made.isNew)
    return answer(200, made.item.Unsettled ? ((await settle(made.item as Job)) ?? made.item) : made.item);
  try {
    const settled = await settle(job);
    logger.info("made", { job: JobId });
    return answer(201, settled ?? made.item);
  } catch (error) {
    await removeJob(JobId, request);
    throw error;
  }
}

/** 200 with the item. */
async function update(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const before = await usedJob(event);
  const given = parseBody(event, change()) as Item;
  // What is taken away is undefined from here on.
  const changes: Item = Object.fromEntries(Object.entries(given).map(([key, value]) => [key, value ?? undefined]));
  if (Object.keys(changes).length === 0) throw new RequestError(400, "the body is {}; allowed is at least one field");
  if (changes.schedule !== undefined) checkSchedule(changes.schedule);
  checkIfMatch(event, before.Revision);
  const isRescheduled = "schedule" in changes || "timezone" in changes;
  if (isRescheduled) changes.Unsettled = new Date().toISOString();
  const after = (await table.update(jobKey(before.JobId), changes, unchanged(before))) as Job | undefined;
  if (!after) throw changedMeanwhile();
  if (!isRescheduled) return answer(200, after);
  try {
    return answer(200, (await settle(after)) ?? after);
  } catch (error) {
    const undone = Object.fromEntries(Object.keys(changes).map((key) => [key, (before as object as Item)[key]]));
    const condition = { expression: "Unsettled = :since", values: { ":since": changes.Unsettled } };
    await table.update(jobKey(before.JobId), undone, condition);
    throw error;
  }
}

/** 204: its schedule goes, its runs are cancelled, its history is forgotten. */
async function remove(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const job = await foundJob(event.pathParameters?.id);
  checkIfMatch(event, job.Revision);
  // From here on nobody else's change counts, and one that is interrupted is gone on with.
  const hasMatch = headerOf(event, "if-match") !== undefined;
  const DeleteRequested = job.DeleteRequested ?? new Date().toISOString();
  const marked = await table.update(jobKey(job.JobId), { DeleteRequested }, hasMatch ? unchanged(job) : undefined);
  if (!marked && hasMatch) throw changedMeanwhile();
  await removeJob(job.JobId);
  return { statusCode: 204, headers: json(204, {}).headers!, body: "" };
}

/** 201 with the run; the same request again is the same run. */
async function start(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const job = await usedJob(event);
  const { args } = event.body ? parseBody(event, runRequest()) : {};
  const token = repeatable(event, `POST /jobs/${job.JobId}/runs`)?.key ?? randomUUID();
  const run = await startRun(job, { trigger: "request", token, args });
  if (!isDeepStrictEqual(run.args, args ?? job.args)) throw reusedKey();
  return answer(201, run);
}

/** 202 with the run, which ends a little later; 409 where it has ended before. */
async function cancel(event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { JobId } = await foundJob(event.pathParameters?.id);
  const run = await foundRun(JobId, event.pathParameters?.run);
  if (hasEnded(run.State)) {
    throw new RequestError(409, `the run is ${run.State}; it can be cancelled before it has ended`);
  }
  await cancelRun(run.RunId);
  const now = await describeRun(run.RunId);
  return answer(202, (now && (await refreshRun(now))) ?? run);
}

/** @throws {RequestError} 404; 409 for one that is being deleted. */
async function usedJob({ pathParameters }: APIGatewayProxyEvent): Promise<Job> {
  const job = await foundJob(pathParameters?.id);
  if (job.DeleteRequested) throw new RequestError(409, "the job is being deleted");
  return job;
}

const unchanged = ({ Revision }: Job | Run) => ({ expression: "Revision = :seen", values: { ":seen": Revision } });
