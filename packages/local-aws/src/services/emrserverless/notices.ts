import type { JobRunState } from "@aws-sdk/client-emr-serverless";
import { putEvent } from "../../kit/putEvent.ts";
import type { Cloud } from "../../service.ts";
import type { Application, JobRun } from "./model.ts";
import type { Names } from "./names.ts";

/**
 * Sends state changes of applications and runs to EventBridge.
 * https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/using-eventbridge.html
 */
export class Notices {
  readonly #cloud: Cloud;
  readonly #names: Names;

  constructor(cloud: Cloud, names: Names) {
    this.#cloud = cloud;
    this.#names = names;
  }

  application({ id, input, state, created, updated }: Application): void {
    const { autoStopConfiguration: stop, autoStartConfiguration: start } = input;
    this.#put("EMR Serverless Application State Change", this.#names.application(id), {
      applicationId: id,
      ...(input.name && { applicationName: input.name }),
      arn: this.#names.application(id),
      releaseLabel: input.releaseLabel,
      state,
      type: input.type?.toUpperCase(),
      createdAt: iso(created),
      updatedAt: iso(updated),
      autoStopConfig: { enabled: stop?.enabled ?? true, idleTimeout: stop?.idleTimeoutMinutes ?? 15 },
      autoStartConfig: { enabled: start?.enabled ?? true },
    });
  }

  run(run: JobRun, previousState: JobRunState | undefined, application: Application | undefined): void {
    this.#put("EMR Serverless Job Run State Change", this.#names.run(run.application, run.id), {
      ...this.#common(run, application),
      state: run.state,
      ...(previousState && { previousState }),
    });
  }

  retry(run: JobRun, application: Application | undefined): void {
    this.#put("EMR Serverless Job Run Retry", this.#names.run(run.application, run.id), {
      ...this.#common(run, application),
      previousAttempt: run.attempts.length - 1,
      previousAttemptState: "FAILED",
      previousAttemptCreatedAt: iso(run.attempts.at(-2)!.created),
      previousAttemptEndedAt: iso(run.attempts.at(-2)!.updated),
      newAttempt: run.attempts.length,
      newAttemptCreatedAt: iso(run.attempts.at(-1)!.created),
    });
  }

  #common(run: JobRun, application: Application | undefined): object {
    return {
      jobRunId: run.id,
      ...(run.input.name && { jobRunName: run.input.name }),
      applicationId: run.application,
      ...(application?.input.name && { applicationName: application.input.name }),
      arn: this.#names.run(run.application, run.id),
      releaseLabel: run.releaseLabel,
      createdBy: run.createdBy,
      updatedAt: iso(run.updated),
      createdAt: iso(run.created),
      attempt: run.attempts.length,
      attemptCreatedAt: iso(run.attempts.at(-1)!.created),
      attemptUpdatedAt: iso(run.attempts.at(-1)!.updated),
    };
  }

  #put(DetailType: string, sourceArn: string, Detail: object): void {
    // Unlike SageMaker's, these events name no resources.
    putEvent(this.#cloud, "emr-serverless", { DetailType, Detail, Resources: [], sourceArn });
  }
}

const iso = (at: number): string => new Date(at).toISOString();
