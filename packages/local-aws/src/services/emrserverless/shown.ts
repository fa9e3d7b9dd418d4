/** Runs as the service shows them. https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_JobRun.html */
import { isOver, type JobRun } from "./model.ts";
import type { Records } from "./records.ts";

export function shownSummary(records: Records, run: JobRun) {
  const last = run.attempts.at(-1)!;
  return {
    applicationId: run.application,
    id: run.id,
    ...(run.input.name && { name: run.input.name }),
    mode: run.input.mode ?? "BATCH",
    arn: records.names.run(run.application, run.id),
    createdBy: run.createdBy,
    createdAt: new Date(run.created),
    updatedAt: new Date(run.updated),
    executionRole: run.input.executionRoleArn,
    state: run.state,
    stateDetails: run.details,
    releaseLabel: run.releaseLabel,
    type: run.type,
    attempt: last.number,
    attemptCreatedAt: new Date(last.created),
    attemptUpdatedAt: new Date(last.updated),
  };
}

/** @param number of an attempt; default the last. */
export function shownRun(records: Records, run: JobRun, number = run.attempts.length) {
  const { id: jobRunId, ...summary } = shownSummary(records, run);
  const { executionRoleArn: _, applicationId: __, executionTimeoutMinutes, retryPolicy, ...input } = run.input;
  const attempt = run.attempts[number - 1]!;
  const end = run.ended ?? run.updated;
  const seconds = run.started ? Math.max(0, Math.round((end - run.started) / 1_000)) : undefined;
  const used = seconds !== undefined && isOver(run.state) && run.resources && utilization(run.resources, seconds);
  return {
    ...input,
    ...summary,
    jobDriver: run.input.jobDriver,
    jobRunId,
    attempt: attempt.number,
    state: attempt.state,
    stateDetails: attempt.details,
    attemptCreatedAt: new Date(attempt.created),
    attemptUpdatedAt: new Date(attempt.updated),
    executionTimeoutMinutes: executionTimeoutMinutes ?? (summary.mode === "STREAMING" ? 0 : 720),
    retryPolicy: { maxAttempts: 1, ...retryPolicy },
    tags: records.tags.get(summary.arn) ?? {},
    ...(run.started && { startedAt: new Date(run.started) }),
    ...(run.ended && { endedAt: new Date(run.ended) }),
    ...(run.started && { queuedDurationMilliseconds: run.started - run.created }),
    ...(seconds !== undefined && { totalExecutionDurationSeconds: seconds }),
    ...(used && { totalResourceUtilization: used, billedResourceUtilization: used }),
  };
}

/** What it would have been billed for: whole workers, for as long as they ran. */
function utilization({ cpu, memory }: { cpu: number; memory: number }, seconds: number) {
  const hours = seconds / 3_600;
  const round = (value: number) => Math.round(value * 1_000) / 1_000;
  // A worker has 20 GB of storage that are free of charge.
  return { vCPUHour: round(cpu * hours), memoryGBHour: round((memory / 2 ** 30) * hours), storageGBHour: 0 };
}
