import type { ApiAuth, RouteArgs } from "../api/args.ts";
import type { CodeFunction } from "../codeFunction.ts";
import { errors, idempotencyKey, ifMatch, page, paging } from "../openapi/answers.ts";
import type { JsonSchema } from "../openapi/jsonSchema.ts";
import type { RouteKey } from "../openapi/route.ts";
import type { JobFunction } from "./args.ts";

const texts = { type: "array", items: { type: "string" }, maxItems: 50 };

/** What users may say, and say again. */
const changeable: Record<string, JsonSchema> = {
  schedule: { type: "string", description: "rate(...), cron(...) or at(...) of EventBridge Scheduler" },
  timezone: { type: "string", description: "Of the schedule: a name of the IANA database; UTC without it" },
  script: { type: "string", description: "One of the stack's scripts" },
  args: { ...texts, description: "The script's arguments" },
  timeout_minutes: { type: "integer", minimum: 5, description: "After which a run is ended" },
  retries: { type: "integer", minimum: 0, maximum: 9, description: "Tries after the first" },
};

const name = { type: "string", pattern: "^[A-Za-z0-9](-*[A-Za-z0-9])*$", maxLength: 40 };

const creation: JsonSchema = {
  type: "object",
  required: ["job_name"],
  properties: {
    job_name: name,
    run_on_init: { type: "boolean", description: "Whether it runs at once; needed where there is no schedule" },
    ...changeable,
  },
};

// API Gateway's schemas know no null, which ends a schedule.
const change: JsonSchema = { type: "object", minProperties: 1, properties: { ...changeable, schedule: {} } };

const log = { type: "string", description: "The end of the log" };

const jobItem: JsonSchema = {
  type: "object",
  required: ["JobId", "job_name", "run_on_init", "script", "args", "Timestamp"],
  properties: {
    JobId: { type: "string", description: "The name in lower case" },
    job_name: name,
    run_on_init: { type: "boolean" },
    ...changeable,
    Timestamp: { type: "string", description: "When it was made: ISO 8601, UTC" },
    LastRunId: { type: "string" },
    LastRunState: { type: "string" },
    LastRunAt: { type: "string" },
    LastLog: log,
    DeleteRequested: { type: "string", description: "When somebody has asked for its end" },
  },
};

const runItem: JsonSchema = {
  type: "object",
  required: ["JobId", "RunId", "State", "CreatedAt"],
  properties: {
    JobId: { type: "string" },
    RunId: { type: "string", description: "EMR Serverless's own" },
    State: {
      type: "string",
      description:
        "EMR Serverless's: SUBMITTED, QUEUED, PENDING, SCHEDULED, RUNNING, SUCCESS, FAILED, CANCELLING or CANCELLED",
    },
    StateDetails: { type: "string" },
    Trigger: { type: "string", description: "init, request or schedule" },
    script: { type: "string" },
    args: texts,
    CreatedAt: { type: "string" },
    UpdatedAt: { type: "string" },
    EndedAt: { type: "string" },
    Attempt: { type: "integer" },
    LastLog: log,
  },
};

const logLines: JsonSchema = {
  type: "object",
  required: ["lines", "token", "state", "done"],
  properties: {
    lines: {
      type: "array",
      items: {
        type: "object",
        properties: { time: { type: "string" }, stream: { type: "string" }, message: { type: "string" } },
      },
    },
    token: { type: "string", description: "Where to go on, now or later" },
    state: { type: "string" },
    done: { type: "boolean", description: "Whether the run has ended and all of its lines are here" },
  },
};

const job = (description: string) => ({ description, model: { name: "Job", schema: jobItem } });
const run = (description: string) => ({ description, model: { name: "JobRun", schema: runItem } });

/** The routes of jobs, for an API of any name. */
export function jobRoutes(functions: Record<JobFunction, CodeFunction>, auth: ApiAuth) {
  const { read, change: write } = functions;
  const route = (target: CodeFunction, args: Omit<RouteArgs, "function">): RouteArgs =>
    // The function itself refuses a bad body: its message names the field, the gateway's would not.
    ({ function: target, auth, validated: false, ...args }) as RouteArgs;
  return {
    "GET /jobs": route(read, {
      summary: "List jobs",
      optionalParameters: paging,
      responses: { 200: page("Job", jobItem), ...errors(400) },
    }),
    "POST /jobs": route(write, {
      summary: "Make a job: run it now, on a schedule, or both",
      requestModel: creation,
      optionalParameters: idempotencyKey,
      responses: { 200: job("The same request made it before"), 201: job("Made"), ...errors(400, 409, 413, 422) },
    }),
    "GET /jobs/{id}": route(read, {
      summary: "Get a job, with the end of its last log",
      responses: { 200: job("The job"), ...errors(404) },
    }),
    "PATCH /jobs/{id}": route(write, {
      summary: "Change a job; a schedule of null ends it",
      requestModel: change,
      optionalParameters: ifMatch,
      responses: { 200: job("Changed"), ...errors(400, 404, 409, 412, 413) },
    }),
    "DELETE /jobs/{id}": route(write, {
      summary: "Delete a job, its schedule and its history; its runs are cancelled",
      optionalParameters: ifMatch,
      responses: { 204: { description: "Gone" }, ...errors(404, 412) },
    }),
    "GET /jobs/{id}/runs": route(read, {
      summary: "List a job's runs of the last 90 days",
      optionalParameters: paging,
      responses: { 200: page("JobRun", runItem), ...errors(400, 404) },
    }),
    "POST /jobs/{id}/runs": route(write, {
      summary: "Run a job now",
      requestModel: {
        type: "object",
        properties: { args: { ...texts, description: "Instead of the job's own" } },
      },
      optionalParameters: idempotencyKey,
      responses: { 201: run("Submitted; the same request again is the same run"), ...errors(400, 404, 409, 413, 422) },
    }),
    "GET /jobs/{id}/runs/{run}": route(read, {
      summary: "Get a run",
      responses: { 200: run("The run"), ...errors(404) },
    }),
    "DELETE /jobs/{id}/runs/{run}": route(write, {
      summary: "Cancel a run",
      responses: { 202: run("It ends a little later"), ...errors(404, 409) },
    }),
    "GET /jobs/{id}/runs/{run}/logs": route(read, {
      summary: "Read a run's log, as far as it is there",
      optionalParameters: { "querystring.token": "Where to go on: of the answer before" },
      responses: {
        200: { description: "Lines of the driver", model: { name: "JobLog", schema: logLines } },
        ...errors(400, 404),
      },
    }),
  } satisfies Partial<Record<RouteKey, RouteArgs>>;
}
