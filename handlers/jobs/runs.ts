import {
  CancelJobRunCommand,
  GetJobRunCommand,
  type JobRun,
  StartJobRunCommand,
  type StartJobRunCommandOutput,
} from "@aws-sdk/client-emr-serverless";
import { RequestError } from "../lib/http.ts";
import { expiry, type Item } from "../lib/itemTable.ts";
import { logger } from "../lib/logger.ts";
import { hashOf, reusedKey } from "../lib/revision.ts";
import { emr } from "./clients.ts";
import { type Job, jobKey, type Run, runKey, runsOf, table } from "./job.ts";
import { readTail } from "./log.ts";
import { settings } from "./settings.ts";

/** Days that a run stays in its job's history. */
const HISTORY_DAYS = 90;

/** Milliseconds that clocks may differ by. */
const CLOCKS_MS = 5_000;

const ended = new Set(["SUCCESS", "FAILED", "CANCELLED"]);
export const hasEnded = (state: string): boolean => ended.has(state);

/** What the names of a run's log streams begin with: told to EMR Serverless as the run is started. */
const streamPrefix = (jobId: string, token: string): string => `${jobId}/${token}`;

export interface Start {
  trigger: "init" | "request" | "schedule";
  /** The same start again has the same: there is one run of it. */
  token: string;
  /** Instead of the job's own. */
  args?: string[] | undefined;
}

/**
 * Starts a run of a job: the same start again is the same run, whoever was interrupted where.
 * @throws {RequestError} for what the caller can do something about.
 */
export async function startRun(job: Job, { trigger, token, args = job.args }: Start): Promise<Run> {
  const { scripts, scriptsUri, sparkParameters, tags } = settings.jobs;
  const clientToken = hashOf(job.JobId, token);
  let started: StartJobRunCommandOutput;
  try {
    started = await emr.send(
      new StartJobRunCommand({
        applicationId: settings.applicationId,
        clientToken,
        name: job.JobId,
        executionRoleArn: settings.roleArn,
        jobDriver: {
          sparkSubmit: {
            entryPoint: `${scriptsUri}${job.script}`,
            entryPointArguments: [...(scripts[job.script]?.args ?? []), ...args],
            sparkSubmitParameters: sparkParameters,
          },
        },
        configurationOverrides: {
          monitoringConfiguration: {
            cloudWatchLoggingConfiguration: {
              enabled: true,
              logGroupName: settings.logGroup,
              logStreamNamePrefix: streamPrefix(job.JobId, clientToken),
              logTypes: { SPARK_DRIVER: ["STDOUT", "STDERR"] },
            },
          },
        },
        executionTimeoutMinutes: job.timeout_minutes,
        retryPolicy: { maxAttempts: job.retries + 1 },
        tags: { ...tags, job: job.JobId, token: clientToken, trigger },
      }),
    );
  } catch (error) {
    throw refusals(error);
  }
  const now = new Date().toISOString();
  const RunId = started.jobRunId!;
  const run: Run & Item = {
    ...runItem(job.JobId, RunId, now),
    ...{
      State: "SUBMITTED",
      Trigger: trigger,
      script: job.script,
      args,
      LogPrefix: streamPrefix(job.JobId, clientToken),
    },
  };
  // Where it is there already, an event or the same start was faster, and knows more.
  const made = await table.create(run);
  await noteLast(run, undefined);
  return (made?.item ?? (await table.read(runKey(job.JobId, RunId))) ?? run) as Run;
}

const runItem = (jobId: string, RunId: string, createdAt: string) => ({
  ...runKey(jobId, RunId),
  RunId,
  CreatedAt: createdAt,
  Listed: runsOf(jobId),
  TimeKey: `${createdAt}#${RunId}`,
  ExpiresAt: expiry(HISTORY_DAYS),
});

/** @returns undefined when there is no such run. */
export async function describeRun(jobRunId: string): Promise<JobRun | undefined> {
  try {
    return (await emr.send(new GetJobRunCommand({ applicationId: settings.applicationId, jobRunId }))).jobRun;
  } catch (error) {
    if ((error as Error).name === "ResourceNotFoundException") return undefined;
    throw error;
  }
}

/**
 * Brings a run's item, and its job's, up to what EMR Serverless says. Events come twice and out of order: what is written
 * is what is so now, unless somebody has written newer news meanwhile. The item is made where its start was interrupted.
 * @returns the run; undefined where it is none of a job that is there.
 */
export async function refreshRun(jobRun: JobRun): Promise<Run | undefined> {
  const jobId = jobRun.tags?.job;
  const job = jobId === undefined ? undefined : ((await table.read(jobKey(jobId))) as Job | undefined);
  // A run of an older job of that name is nobody's.
  if (!job || jobRun.createdAt!.getTime() < Date.parse(job.Timestamp) - CLOCKS_MS) return undefined;
  const key = runKey(job.JobId, jobRun.jobRunId!);
  const updatedAt = jobRun.updatedAt!.toISOString();
  const state = jobRun.state!;
  const LogPrefix = streamPrefix(job.JobId, jobRun.tags?.token ?? "");
  await table.create({
    ...runItem(job.JobId, jobRun.jobRunId!, jobRun.createdAt!.toISOString()),
    // How it is now comes with its log: nobody sees an end without one.
    ...{ State: "SUBMITTED", Trigger: jobRun.tags?.trigger, script: job.script, LogPrefix },
  });
  const LastLog = hasEnded(state) ? await readTail(LogPrefix) : undefined;
  const run = await table.update(
    key,
    {
      State: state,
      StateDetails: jobRun.stateDetails || undefined,
      UpdatedAt: updatedAt,
      Attempt: jobRun.attempt,
      EndedAt: hasEnded(state) ? (jobRun.endedAt ?? jobRun.updatedAt)!.toISOString() : undefined,
      ...(LastLog !== undefined && { LastLog }),
    },
    {
      expression: "attribute_not_exists(UpdatedAt) OR UpdatedAt < :u OR (UpdatedAt = :u AND #state <> :s)",
      names: { "#state": "State" },
      values: { ":u": updatedAt, ":s": state },
    },
  );
  if (run) await noteLast(run as Run, LastLog);
  return (run ?? (await table.read(key))) as Run;
}

/** A job's item says what became of its last run; of an older one it says no more. */
async function noteLast({ JobId, RunId, State, CreatedAt }: Run, LastLog: string | undefined): Promise<void> {
  await table.update(
    jobKey(JobId),
    { LastRunId: RunId, LastRunState: State, LastRunAt: CreatedAt, ...(LastLog !== undefined && { LastLog }) },
    {
      expression: "attribute_not_exists(LastRunAt) OR LastRunAt < :at OR LastRunId = :id",
      values: { ":at": CreatedAt, ":id": RunId },
    },
  );
}

/** Cancels a run; one that has ended is well. */
export async function cancelRun(jobRunId: string): Promise<void> {
  try {
    await emr.send(new CancelJobRunCommand({ applicationId: settings.applicationId, jobRunId }));
  } catch (error) {
    const { name } = error as Error;
    if (name !== "ValidationException" && name !== "ResourceNotFoundException" && name !== "ConflictException")
      throw error;
    logger.info("not cancelled", { run: jobRunId, reason: (error as Error).message });
  }
}

/** What EMR Serverless refuses for a reason that the caller can do something about; all else goes on. */
function refusals(error: unknown): unknown {
  const { name, message } = error as Error;
  const refusal = (statusCode: number, text: string) => {
    logger.warn("refused by EMR Serverless", { name, reason: message });
    return new RequestError(statusCode, text);
  };
  switch (name) {
    case "ServiceQuotaExceededException":
      return refusal(429, "the account's limit for job runs is reached; try again later");
    case "ThrottlingException":
      return refusal(429, "EMR Serverless takes no more calls just now; try again");
    case "ConflictException":
      return reusedKey();
    default:
      return error;
  }
}
