import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchLogsClient, CreateLogGroupCommand } from "@aws-sdk/client-cloudwatch-logs";
import { CreateApplicationCommand, EMRServerlessClient } from "@aws-sdk/client-emr-serverless";
import { CreateBucketCommand, PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { CreateScheduleGroupCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import type { APIGatewayProxyEvent } from "aws-lambda";
import { startCloud } from "local-aws/testing";
import { handler as change } from "../../../handlers/jobs/change.ts";
import { handler as observe } from "../../../handlers/jobs/observe.ts";
import { handler as read } from "../../../handlers/jobs/read.ts";
import type { JobSettings } from "../../../handlers/jobs/settings.ts";
import { clientEnvironment, createItemTable, setEnvironment } from "../support/environment.ts";
import { answer, proxyEvent } from "../support/proxyEvent.ts";

const bucket = "scripts";

export const jobs: JobSettings = {
  scripts: { "hello.py": { args: ["--greeting", "hello"] }, "wait.py": { args: [] }, "fail.py": { args: [] } },
  scriptsUri: `s3://${bucket}/jobs/`,
  defaultScript: "hello.py",
  sparkParameters: "--conf spark.executor.instances=1",
  timeoutMinutes: 60,
  maximumTimeoutMinutes: 1_440,
  retries: 0,
  tags: { stack: "test" },
};

const scripts: Record<string, string> = {
  "hello.py": "import sys\nprint(' '.join(sys.argv[1:]))\nprint('to whom it concerns', file=sys.stderr)\n",
  "wait.py": "import os, time\nprint('waiting', os.getpid(), flush=True)\ntime.sleep(60)\n",
  "fail.py": "raise SystemExit('it went wrong')\n",
};

// biome-ignore lint/suspicious/noExplicitAny: bodies of every route
type Body = any;

interface Options {
  id?: string;
  run?: string;
  body?: unknown;
  headers?: Record<string, string>;
  query?: Record<string, string>;
}

/** A request to the API, as the function of its route gets it. */
export function requested(method: string, resource: string, { id, run, body, headers, query }: Options = {}) {
  const pathParameters = { ...(id !== undefined && { id }), ...(run !== undefined && { run }) };
  return proxyEvent(method, resource, {
    resource,
    pathParameters,
    body: body === undefined ? null : typeof body === "string" ? body : JSON.stringify(body),
    headers: headers ?? {},
    queryStringParameters: query ?? null,
  } as Partial<APIGatewayProxyEvent>);
}

/** What a request to the API is answered. */
export const call = (
  method: string,
  resource: string,
  options?: Options,
): Promise<{ statusCode: number; headers: Record<string, unknown>; body: Body }> =>
  answer(method === "GET" ? read : change, requested(method, resource, options));

let applicationId: string;

/** What EMR Serverless's event makes of the item. */
export const hear = (jobRunId: string, application = applicationId) =>
  observe({ detail: { applicationId: application, jobRunId } });

/** A run when it has ended, events included. */
export async function ended(id: string, run: string): Promise<Body> {
  for (;;) {
    await hear(run);
    const { body } = await call("GET", "/jobs/{id}/runs/{run}", { id, run });
    if (/^(SUCCESS|FAILED|CANCELLED)$/.test(body.State)) return body;
    await sleep(50);
  }
}

/** A local cloud with the jobs' table, application, roles, scripts and schedule group, and the functions' environment. */
export async function startJobs() {
  const cloud = await startCloud({ region: "eu-west-1" });
  await createItemTable(cloud, "jobs", ["JobId", "Entry"]);
  const s3 = cloud.client(S3Client);
  await s3.send(
    new CreateBucketCommand({ Bucket: bucket, CreateBucketConfiguration: { LocationConstraint: "eu-west-1" } }),
  );
  for (const [name, Body] of Object.entries(scripts)) {
    await s3.send(new PutObjectCommand({ Bucket: bucket, Key: `jobs/${name}`, Body }));
  }
  await cloud.client(CloudWatchLogsClient).send(new CreateLogGroupCommand({ logGroupName: "/jobs" }));
  const emr = cloud.client(EMRServerlessClient);
  const application = await emr.send(
    new CreateApplicationCommand({ name: "jobs", type: "SPARK", releaseLabel: "emr-7.5.0" }),
  );
  applicationId = application.applicationId!;
  const scheduler = cloud.client(SchedulerClient);
  await scheduler.send(new CreateScheduleGroupCommand({ Name: "jobs" }));
  const job = await cloud.mintRole(
    [
      { Effect: "Allow", Action: ["s3:GetObject"], Resource: `arn:aws:s3:::${bucket}/*` },
      { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: "*" },
    ],
    { name: "job", trust: "emr-serverless.amazonaws.com" },
  );
  const schedule = await cloud.mintRole([], { name: "schedule", trust: "scheduler.amazonaws.com" });
  const restore = setEnvironment({
    ...clientEnvironment(cloud),
    JOBS_TABLE: "jobs",
    APPLICATION_ID: applicationId,
    JOB_ROLE_ARN: job.roleArn,
    JOB_LOG_GROUP: "/jobs",
    SCHEDULE_GROUP: "jobs",
    SCHEDULE_TARGET_ARN: "arn:aws:lambda:eu-west-1:000000000000:function:run:live",
    SCHEDULE_ROLE_ARN: schedule.roleArn,
    JOBS: JSON.stringify(jobs),
  });
  return {
    cloud,
    emr,
    scheduler,
    applicationId,
    async stop() {
      restore();
      await cloud.stop();
    },
  };
}

export type TestJobs = Awaited<ReturnType<typeof startJobs>>;
