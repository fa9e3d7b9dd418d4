import type { ListJobRunsRequest, StartJobRunRequest } from "@aws-sdk/client-emr-serverless";
import { page } from "../../kit/page.ts";
import { passRole } from "../../kit/passRole.ts";
import type { Operations } from "../../operations.ts";
import type { Call } from "../../service.ts";
import { typeOf } from "./applications.ts";
import { onceByToken } from "./idempotency.ts";
import { checkJobRun } from "./jobRunInput.ts";
import type { Lifecycle } from "./lifecycle.ts";
import { isOver, type JobRun } from "./model.ts";
import { invalid, newestFirst, newId } from "./names.ts";
import type { Records } from "./records.ts";
import type { Runner } from "./runner.ts";
import { shownRun, shownSummary } from "./shown.ts";

type Named = { applicationId: string; jobRunId: string };

/** https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_Operations.html */
export function jobRunOperations(records: Records, lifecycle: Lifecycle, runner: Runner): Operations<"emr-serverless"> {
  const { names } = records;
  const on =
    (action: string) =>
    ({ applicationId, jobRunId }: Named) => [
      { action: `emr-serverless:${action}`, resource: names.run(applicationId, jobRunId) },
    ];

  return {
    StartJobRun: {
      access: ({ applicationId, executionRoleArn }: StartJobRunRequest) => [
        { action: "emr-serverless:StartJobRun", resource: names.application(applicationId!) },
        ...passRole("emr-serverless.amazonaws.com", executionRoleArn),
      ],
      run: (input: StartJobRunRequest, call: Call) =>
        onceByToken(records, `run ${input.applicationId}`, input, (id) => {
          const application = records.application(input.applicationId!);
          if (id) return made(records.run(application.id, id));
          checkJobRun(input);
          const { state, input: settings } = application;
          const starts = settings.autoStartConfiguration?.enabled ?? true;
          if (state === "TERMINATED" || (!starts && state !== "STARTED" && state !== "STARTING")) {
            throw invalid(
              `Application ${application.id} must be in one of the following statuses [STARTING, STARTED]. Current status: ${state}`,
            );
          }
          const { clientToken: _, tags = {}, ...rest } = input;
          const now = Date.now();
          const run: JobRun = {
            application: application.id,
            id: newId(),
            input: rest,
            createdBy: call.principal.arn,
            releaseLabel: settings.releaseLabel!,
            type: typeOf(settings.type),
            state: "SUBMITTED",
            details: "",
            created: now,
            updated: now,
            attempts: [{ number: 1, state: "SUBMITTED", details: "", created: now, updated: now }],
          };
          records.addRun(run);
          records.tags.put(names.run(run.application, run.id), tags);
          lifecycle.busy(application.id);
          runner.submit(run);
          return made(run);
        }),
    },
    GetJobRun: {
      access: on("GetJobRun"),
      run: ({ applicationId, jobRunId, attempt }: Named & { attempt?: number }) => {
        const run = records.run(applicationId, jobRunId);
        if (attempt !== undefined && !run.attempts[attempt - 1]) {
          throw names.missing(`Attempt ${attempt} of job run`, jobRunId);
        }
        return { jobRun: shownRun(records, run, attempt) };
      },
    },
    ListJobRuns: {
      access: ({ applicationId }: Named) => [
        { action: "emr-serverless:ListJobRuns", resource: names.application(applicationId) },
      ],
      run(input: ListJobRunsRequest) {
        records.application(input.applicationId!);
        const { states, mode, createdAtAfter: after, createdAtBefore: before } = input;
        const found = records
          .runsOf(input.applicationId!)
          .filter(
            (run) =>
              (!states?.length || states.includes(run.state)) &&
              (!mode || (run.input.mode ?? "BATCH") === mode) &&
              (!after || run.created > after.getTime()) &&
              (!before || run.created < before.getTime()),
          );
        const { items, next } = newestFirst(found, input as object);
        return { jobRuns: items.map((run) => shownSummary(records, run)), nextToken: next };
      },
    },
    ListJobRunAttempts: {
      access: on("ListJobRunAttempts"),
      run(input: Named & { nextToken?: string; maxResults?: number }) {
        const run = records.run(input.applicationId, input.jobRunId);
        const { items, next } = page(run.attempts, input, ({ number }) => number, {
          size: 50,
          most: 50,
          descending: true,
        });
        const jobRunAttempts = items.map(({ number, state, details, created, updated }) => {
          const { attemptCreatedAt: _, attemptUpdatedAt: __, ...summary } = shownSummary(records, run);
          return {
            ...summary,
            attempt: number,
            state,
            stateDetails: details,
            jobCreatedAt: new Date(run.created),
            createdAt: new Date(created),
            updatedAt: new Date(updated),
          };
        });
        return { jobRunAttempts, nextToken: next };
      },
    },
    CancelJobRun: {
      access: on("CancelJobRun"),
      run(input: Named & { shutdownGracePeriodInSeconds?: number }) {
        const { applicationId, jobRunId, shutdownGracePeriodInSeconds: grace = 15 } = input;
        const run = records.run(applicationId, jobRunId);
        if (isOver(run.state)) {
          throw invalid(`Job run ${jobRunId} is in a terminal state: ${run.state}. It cannot be cancelled`);
        }
        if (run.state !== "CANCELLING") runner.cancel(run, grace * 1_000);
        return { applicationId, jobRunId };
      },
    },
  };

  function made({ application, id }: JobRun) {
    return { applicationId: application, jobRunId: id, arn: names.run(application, id) };
  }
}
