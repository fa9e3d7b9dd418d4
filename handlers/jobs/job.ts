import * as z from "zod/mini";
import { field, strict } from "../lib/fields.ts";
import { RequestError } from "../lib/http.ts";
import { type Item, ItemTable, publicFields } from "../lib/itemTable.ts";
import { isTimeZone, scheduleFlaw } from "../lib/schedule.ts";
import { settings } from "./settings.ts";

/** What users say of a job, and may say again. */
export interface JobSpec {
  /** `rate(...)`, `cron(...)` or `at(...)` of EventBridge Scheduler. */
  schedule?: string | undefined;
  /** Of the schedule: a name of the IANA database. */
  timezone: string;
  script: string;
  args: string[];
  timeout_minutes: number;
  /** Tries after the first. */
  retries: number;
}

export interface Job extends JobSpec {
  /** Its name, in lower case: what routes and its schedule have of it. */
  JobId: string;
  job_name: string;
  run_on_init: boolean;
  /** When it was made: ISO 8601, UTC. */
  Timestamp: string;
  /** Of the run that was made last. */
  LastRunId?: string;
  LastRunState?: string;
  LastRunAt?: string;
  /** Last lines of the last run that ended. */
  LastLog?: string;
  /** When somebody has asked for its end. */
  DeleteRequested?: string;
  /** Since when its schedule and its first run may not be yet what it says; gone when they are. */
  Unsettled?: string | undefined;
  Revision?: string;
}

/** A run as the job's history has it. */
export interface Run {
  JobId: string;
  /** EMR Serverless's own. */
  RunId: string;
  State: string;
  StateDetails?: string | undefined;
  /** What asked for it: `init`, `request` or `schedule`. */
  Trigger?: string;
  script?: string;
  args?: string[];
  /** When it was made, changed and ended: ISO 8601, UTC. */
  CreatedAt: string;
  UpdatedAt?: string;
  EndedAt?: string | undefined;
  Attempt?: number | undefined;
  LastLog?: string;
  /** What the names of its log streams begin with. */
  LogPrefix: string;
  Revision?: string;
}

/** Jobs and runs, in one table: a job's own item is `job`, its runs' are `run#ID`. */
export const table = new ItemTable(() => settings.table, ["JobId", "Entry"]);
export const jobKey = (JobId: string) => ({ JobId, Entry: "job" });
export const runKey = (JobId: string, runId: string) => ({ JobId, Entry: `run#${runId}` });

/** The lists that items are in: of all jobs, and of each job's runs. */
export const JOBS = "jobs";
export const runsOf = (jobId: string): string => `runs#${jobId}`;

/** Characters of a name: a schedule's name has 64. */
const LONGEST_NAME = 40;

const name = field.text(
  /^[A-Za-z0-9](-*[A-Za-z0-9])*$/,
  LONGEST_NAME,
  `1 to ${LONGEST_NAME} letters, digits and hyphens, with no hyphen at its ends`,
);

function fields() {
  const { scripts, maximumTimeoutMinutes } = settings.jobs;
  return {
    schedule: z.string("is no text; allowed is an expression such as cron(0 6 * * ? *)"),
    timezone: z.string("is no text; allowed is a time zone such as Europe/Berlin").check(
      z.refine(isTimeZone, {
        error: ({ input }) => `is ${JSON.stringify(input)}; allowed is a time zone such as Europe/Berlin`,
      }),
    ),
    script: field.oneOf(Object.keys(scripts)),
    args: field.texts(
      (one) => one.length <= 1_024 && one.trim() !== "",
      50,
      "at most 50 texts of 1 to 1024 characters",
    ),
    timeout_minutes: field.integer(5, maximumTimeoutMinutes),
    retries: field.integer(0, 9),
  };
}

/** What `POST` takes. */
export function creation() {
  const { defaultScript, timeoutMinutes, retries } = settings.jobs;
  const each = fields();
  return strict({
    job_name: name,
    run_on_init: z._default(field.flag(), false),
    schedule: z.optional(each.schedule),
    timezone: z._default(each.timezone, "UTC"),
    script: z._default(each.script, defaultScript),
    args: z._default(each.args, []),
    timeout_minutes: z._default(each.timeout_minutes, timeoutMinutes),
    retries: z._default(each.retries, retries),
  });
}

/** What `PATCH` takes: `schedule: null` ends it. */
export function change() {
  const { schedule, ...rest } = fields();
  return strict({
    ...Object.fromEntries(Object.entries(rest).map(([key, type]) => [key, z.optional(type)])),
    schedule: z.nullish(schedule),
  });
}

/** What `POST` of a run takes. */
export const runRequest = () => strict({ args: z.optional(fields().args) });

/** @throws {RequestError} 400 for a schedule that is none. */
export function checkSchedule(expression: string): void {
  const allowed = scheduleFlaw(expression, Date.now());
  if (allowed) {
    throw new RequestError(
      400,
      `schedule: is ${JSON.stringify(expression.slice(0, 80))}; allowed is ${allowed}`,
      "schedule",
    );
  }
}

/** Fields that are nobody's business but the table's. */
const internal = new Set(["Entry", "Listed", "TimeKey", "ExpiresAt", "LogPrefix", "Revision", "Unsettled"]);

/** What callers see of a job or a run. */
export const publicItem = (item: object): Item => publicFields(item, internal);

const isId = (id: string, pattern: RegExp) => pattern.test(id);

/** @throws {RequestError} 404 */
export async function foundJob(id = ""): Promise<Job> {
  const job = isId(id, /^[a-z0-9-]{1,40}$/) ? await table.read(jobKey(id)) : undefined;
  if (!job) throw new RequestError(404, "there is no such job", "id");
  return job as Job;
}

/** @throws {RequestError} 404 */
export async function foundRun(jobId: string, id = ""): Promise<Run> {
  const run = isId(id, /^[0-9A-Za-z-]{1,64}$/) ? await table.read(runKey(jobId, id)) : undefined;
  if (!run) throw new RequestError(404, "there is no such run of the job", "run");
  return run as Run;
}
