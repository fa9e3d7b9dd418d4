import type { LogGroup } from "@pulumi/aws/cloudwatch";
import type { Table } from "@pulumi/aws/dynamodb";
import type { Bucket } from "@pulumi/aws/s3";
import type { ScheduleGroup } from "@pulumi/aws/scheduler";
import { all, type Input, interpolate, jsonStringify, type Resource } from "@pulumi/pulumi";
import { CodeFunction, type CodeFunctionArgs } from "../codeFunction.ts";
import { functionBinding, type TableAction, tableBinding } from "../function/bindings.ts";
import { createExecutionRole, type ExecutionRole } from "../function/executionRole.ts";
import type { Binding, Statement } from "../function/statement.ts";
import { corsEnvironment } from "../openapi/cors.ts";
import { resourceTags } from "../resourceTags.ts";
import type { SparkApplication } from "./application.ts";
import { defaultHandlers, type JobFunction, type SparkJobsArgs } from "./args.ts";
import { rights } from "./rights.ts";
import { dataPrefix, scriptNames, scriptsPrefix } from "./scripts.ts";

export interface FunctionSettings {
  table: Table;
  bucket: Bucket;
  application: SparkApplication;
  /** What runs act as, and where they log. */
  role: ExecutionRole;
  logs: LogGroup;
  schedules: ScheduleGroup;
}

/** Everything that runs for jobs, each function with what it needs and no more. */
export function createJobFunctions(
  name: string,
  args: SparkJobsArgs,
  made: FunctionSettings,
  parent: Resource,
): Record<JobFunction, CodeFunction> {
  const { table, application, role, logs } = made;
  const settings = jobSettings(args, made.bucket);
  const create = (label: JobFunction, statements: Statement[], more: Partial<CodeFunctionArgs>) =>
    new CodeFunction(
      `${name}-${label}`,
      {
        entry: args.handlers?.[label] ?? defaultHandlers[label],
        ...more,
        environment: { JOBS: settings, JOB_LOG_GROUP: logs.name, ...more.environment },
        bindings: { APPLICATION_ID: { value: application.id, statements }, ...more.bindings },
        ...(args.logRetention !== undefined && { logRetention: args.logRetention }),
      } as CodeFunctionArgs,
      { parent },
    );
  const inTable = (...actions: TableAction[]) => ({ JOBS_TABLE: tableBinding(table, actions) });
  const asRole: Record<string, Binding> = {
    JOB_ROLE_ARN: {
      value: role.role.arn,
      statements: rights.passRole(role.role.arn, "emr-serverless.amazonaws.com"),
    },
  };
  // The gateway's 29 seconds, less its own second.
  const answering = { timeout: 28, memory: 512, environment: corsEnvironment(args.cors) };

  const run = create("run", rights.start(application), {
    description: "Starts the runs that schedules ask for",
    timeout: 60,
    bindings: { ...inTable("GetItem", "PutItem", "UpdateItem"), ...asRole },
    asynchronous: {},
  });
  // What brings a job about, and ends it.
  const making = [...rights.start(application), ...rights.cancel(application)];
  const scheduling = { ...asRole, ...scheduleBindings(name, made.schedules, run, parent) };
  return {
    run,
    read: create("read", rights.readLogs(logs), {
      ...answering,
      description: "Reads jobs, their runs and logs",
      bindings: inTable("GetItem", "Query"),
    }),
    change: create("change", [...making, ...rights.look(application), ...rights.readLogs(logs)], {
      ...answering,
      description: "Makes, runs, schedules, cancels and deletes jobs",
      bindings: {
        ...inTable("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
        ...scheduling,
      },
    }),
    mend: create("mend", making, {
      description: "Finishes what interrupted requests have left of jobs",
      timeout: 120,
      bindings: { ...inTable("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"), ...scheduling },
      // The next comes soon enough.
      asynchronous: { retries: 0 },
      schedule: { expression: "rate(15 minutes)" },
    }),
    observe: create("observe", [...rights.look(application), ...rights.list(application), ...rights.readLogs(logs)], {
      description: "Hears from EMR Serverless what becomes of runs, and looks for what was not told",
      timeout: 120,
      bindings: inTable("GetItem", "PutItem", "UpdateItem"),
      asynchronous: {},
      schedule: { expression: "rate(15 minutes)", input: { reconcile: true } },
    }),
    sweep: create("sweep", [...rights.list(application), ...rights.cancel(application), ...rights.stop(application)], {
      description: "Ends every run, as the stack goes",
      // Less than a NAT gateway bears a silent connection.
      timeout: 300,
      asynchronous: {},
    }),
  };
}

/** What schedules of jobs need: their group, what they call, and as whom. */
function scheduleBindings(
  name: string,
  group: ScheduleGroup,
  run: CodeFunction,
  parent: Resource,
): Record<string, Binding> {
  const { value, statements } = functionBinding(run);
  const { role } = createExecutionRole(`${name}-schedule`, "scheduler.amazonaws.com", statements, parent);
  return {
    SCHEDULE_GROUP: { value: group.name, statements: rights.schedule(group) },
    SCHEDULE_TARGET_ARN: { value, statements: [] },
    SCHEDULE_ROLE_ARN: { value: role.arn, statements: rights.passRole(role.arn, "scheduler.amazonaws.com") },
  };
}

/** A driver and two executors within 8 vCPU and 32 GB, their overhead included; their logs say what is not as it should be. */
const defaultParameters = [
  ...["driver", "executor"].flatMap((kind) => [`spark.${kind}.cores=2`, `spark.${kind}.memory=6g`]),
  ...["spark.executor.instances=2", "spark.log.level=WARN"],
].map((property) => `--conf ${property}`);

/** What functions are told of jobs: `handlers/jobs/settings.ts`. */
function jobSettings(args: SparkJobsArgs, bucket: Bucket): Input<string> {
  const scripts = scriptNames(args.scripts);
  const data = interpolate`s3://${bucket.bucket}/${dataPrefix}`;
  const scriptArguments = (script: string) =>
    (args.scriptArguments?.[script] ?? []).map((one) =>
      all([one, data]).apply(([text, uri]) => text.replace(/^DATA\//, uri)),
    );
  return jsonStringify({
    scripts: Object.fromEntries(scripts.map((script) => [script, { args: scriptArguments(script) }])),
    scriptsUri: interpolate`s3://${bucket.bucket}/${scriptsPrefix}`,
    defaultScript: args.defaultScript ?? scripts[0],
    sparkParameters: args.sparkParameters ?? defaultParameters.join(" "),
    timeoutMinutes: args.timeoutMinutes ?? 60,
    maximumTimeoutMinutes: args.maximumTimeoutMinutes ?? 1_440,
    retries: args.retries ?? 0,
    tags: resourceTags(),
  });
}
