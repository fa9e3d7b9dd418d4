import type { LogGroup } from "@pulumi/aws/cloudwatch";
import type { Table } from "@pulumi/aws/dynamodb";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import type { Bucket } from "@pulumi/aws/s3";
import { ScheduleGroup } from "@pulumi/aws/scheduler";
import { ComponentResource, type ComponentResourceOptions, interpolate, type Output } from "@pulumi/pulumi";
import { createBucket } from "./bucket.ts";
import type { CodeFunction } from "./codeFunction.ts";
import { createEventRule } from "./function/eventRule.ts";
import { createExecutionRole, type ExecutionRole } from "./function/executionRole.ts";
import type { Statement } from "./function/statement.ts";
import { createSweepOnDestroy } from "./function/sweepOnDestroy.ts";
import { createItemTable } from "./itemTable.ts";
import { type SparkApplication, sparkApplication } from "./jobs/application.ts";
import type { JobFunction, SparkJobsArgs } from "./jobs/args.ts";
import { createJobFunctions } from "./jobs/functions.ts";
import { observedOf } from "./jobs/observed.ts";
import { dataStatements, runStatements } from "./jobs/rights.ts";
import { jobRoutes } from "./jobs/routes.ts";
import { dataPrefix, uploadScripts } from "./jobs/scripts.ts";
import { jobRules } from "./jobs/validate.ts";
import { createCodeLogs } from "./logGroup.ts";
import type { SparkCluster } from "./notebooks/args.ts";
import type { Observed } from "./observability/args.ts";
import { validate } from "./validation.ts";

export type { SparkJobsArgs } from "./jobs/args.ts";

/**
 * Spark jobs on EMR Serverless, by routes for an API: scripts of the program, run now, on a schedule, or both. States and
 * the ends of logs reach a table, which keeps the history; what is not told is looked for. It costs while something runs.
 *
 * @example
 * const jobs = new SparkJobs("jobs", { scriptArguments: { "iris_predictions.py": ["--table", table.name] } });
 * const api = new ApiWithLambdas("platform", { routes: jobs.routes });
 */
export class SparkJobs extends ComponentResource {
  readonly table: Table;
  /** Scripts, and below `data/` what runs read and write. */
  readonly bucket: Bucket;
  readonly application: SparkApplication;
  /** What runs act as. */
  readonly role: ExecutionRole;
  /** What runs say while they run. */
  readonly logGroup: LogGroup;
  readonly functions: Record<JobFunction, CodeFunction>;
  /** For `Observability`. */
  readonly observed: Observed;
  /** For an API: `GET /jobs` and so on. */
  readonly routes: ReturnType<typeof jobRoutes>;
  /** For cluster-backed notebooks. */
  readonly cluster: SparkCluster;
  /** `s3://BUCKET/data`: what runs may read and write. */
  readonly dataUri: Output<string>;
  /** Lets its holder read and write the same, for a notebook. */
  readonly dataStatements: Statement[];

  constructor(name: string, args: SparkJobsArgs = {}, opts?: ComponentResourceOptions) {
    validate(`SparkJobs "${name}"`, jobRules(name, args));
    super("dsp:index:SparkJobs", name, {}, opts);
    const { auth = "iam", grants = [], logRetention } = args;

    this.table = createItemTable(`${name}-table`, ["JobId", "Entry"], this);
    this.bucket = createBucket(`${name}-data`, {}, this);
    uploadScripts(name, args.scripts, this.bucket, this);
    this.logGroup = createCodeLogs(`${name}-runs`, { service: "emr-serverless", retention: logRetention }, this);
    const statements = [...runStatements(this.bucket, this.logGroup), ...grants];
    this.role = createExecutionRole(`${name}-job`, "emr-serverless.amazonaws.com", statements, this);
    this.application = sparkApplication(name, args, this);
    const schedules = new ScheduleGroup(`${name}-schedules`, {}, { parent: this });
    const { table, bucket, application, role, logGroup: logs } = this;
    this.functions = createJobFunctions(name, args, { table, bucket, application, role, logs, schedules }, this);
    createEventRule(`${name}-changes`, changesOf(application), this.functions.observe, this);
    const needed = [role.role, role.policy, ...(application.resource ? [application.resource] : [])];
    createSweepOnDestroy(name, { sweep: this.functions.sweep, after: needed }, this);
    this.observed = observedOf(name, this);

    this.routes = jobRoutes(this.functions, auth);
    const { region } = getRegionOutput({}, { parent: this });
    this.cluster = {
      livyUrl: interpolate`https://${application.id}.livy.emr-serverless-services.${region}.amazonaws.com`,
      applicationArn: application.arn,
      executionRoleArn: role.role.arn,
    };
    this.dataUri = interpolate`s3://${bucket.bucket}/${dataPrefix}`.apply((uri) => uri.replace(/\/$/, ""));
    this.dataStatements = dataStatements(bucket);
    this.registerOutputs({ tableName: table.name, applicationId: application.id });
  }
}

/** https://docs.aws.amazon.com/emr/latest/EMR-Serverless-UserGuide/using-eventbridge.html */
const changesOf = ({ id }: SparkApplication) => ({
  description: "Runs of jobs that change their state",
  eventPattern: {
    source: ["aws.emr-serverless"],
    "detail-type": ["EMR Serverless Job Run State Change"],
    detail: { applicationId: [id] },
  },
});
