import { required, requiredJson } from "../lib/environment.ts";

/** What jobs run as and with, and what their users may choose. */
export interface JobSettings {
  /** Scripts by name, each with the arguments that go before a job's own. */
  scripts: Record<string, { args: string[] }>;
  /** `s3://BUCKET/PREFIX/`, below which the scripts are. */
  scriptsUri: string;
  /** The script of a job that names none. */
  defaultScript: string;
  /** Options of spark-submit: how large driver and executors are. */
  sparkParameters: string;
  /** Minutes after which a run is ended that says nothing of it, and that may be said at most. */
  timeoutMinutes: number;
  maximumTimeoutMinutes: number;
  /** Tries after the first, of a job that says nothing of it. */
  retries: number;
  tags: Record<string, string>;
}

/** What the component tells its functions by environment variables. */
export const settings = {
  /** The table of jobs and their runs: its name. */
  get table(): string {
    return required("JOBS_TABLE");
  },
  /** Of the Spark application. */
  get applicationId(): string {
    return required("APPLICATION_ID");
  },
  /** What runs act as. */
  get roleArn(): string {
    return required("JOB_ROLE_ARN");
  },
  /** Where runs log while they run. */
  get logGroup(): string {
    return required("JOB_LOG_GROUP");
  },
  /** The stack's schedules: group, what they call, and as whom. */
  get scheduleGroup(): string {
    return required("SCHEDULE_GROUP");
  },
  get scheduleTargetArn(): string {
    return required("SCHEDULE_TARGET_ARN");
  },
  get scheduleRoleArn(): string {
    return required("SCHEDULE_ROLE_ARN");
  },
  /** `JOBS`, as JSON. */
  get jobs(): JobSettings {
    return requiredJson("JOBS");
  },
};
