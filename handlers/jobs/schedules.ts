import {
  CreateScheduleCommand,
  type CreateScheduleCommandInput,
  DeleteScheduleCommand,
  UpdateScheduleCommand,
} from "@aws-sdk/client-scheduler";
import { RequestError } from "../lib/http.ts";
import { logger } from "../lib/logger.ts";
import { scheduler } from "./clients.ts";
import type { Job } from "./job.ts";
import { settings } from "./settings.ts";

/** What a schedule sends: with the moment that it is for, the same event again is the same run. */
export interface ScheduledStart {
  jobId: string;
  scheduledTime: string;
}

/**
 * Makes a job's schedule what the job says: there, changed, or not there.
 * @throws {RequestError} 400 for a schedule that EventBridge Scheduler does not take.
 */
export async function putSchedule(job: Job): Promise<void> {
  if (job.schedule === undefined) return removeSchedule(job.JobId);
  const schedule: CreateScheduleCommandInput = {
    GroupName: settings.scheduleGroup,
    Name: job.JobId,
    Description: `Runs the job ${job.job_name}`,
    ScheduleExpression: job.schedule,
    ScheduleExpressionTimezone: job.timezone,
    FlexibleTimeWindow: { Mode: "OFF" },
    Target: {
      Arn: settings.scheduleTargetArn,
      RoleArn: settings.scheduleRoleArn,
      Input: JSON.stringify({
        jobId: job.JobId,
        scheduledTime: "<aws.scheduler.scheduled-time>",
      } satisfies ScheduledStart),
      RetryPolicy: { MaximumRetryAttempts: 5, MaximumEventAgeInSeconds: 3_600 },
    },
  };
  try {
    await scheduler.send(new CreateScheduleCommand(schedule)).catch((error: Error) => {
      if (error.name !== "ConflictException") throw error;
      return scheduler.send(new UpdateScheduleCommand(schedule));
    });
  } catch (error) {
    if ((error as Error).name !== "ValidationException") throw error;
    logger.warn("refused by EventBridge Scheduler", error as Error);
    const allowed = "one that EventBridge Scheduler takes in its time zone";
    throw new RequestError(400, `schedule: is ${JSON.stringify(job.schedule)}; allowed is ${allowed}`, "schedule");
  }
}

export async function removeSchedule(jobId: string): Promise<void> {
  try {
    await scheduler.send(new DeleteScheduleCommand({ GroupName: settings.scheduleGroup, Name: jobId }));
  } catch (error) {
    if ((error as Error).name !== "ResourceNotFoundException") throw error;
  }
}
