import {
  CreateApplicationCommand,
  type CreateApplicationCommandInput,
  EMRServerlessClient,
  GetJobRunCommand,
  type JobRun,
  type JobRunState,
  StartJobRunCommand,
  type StartJobRunCommandInput,
} from "@aws-sdk/client-emr-serverless";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

/** A script that says on both of its streams what it was given. */
export const prints = `
import os, sys
print("arguments", sys.argv[1:])
print("warning", file=sys.stderr)
`;

/** A script that does not end by itself. */
export const waits = `
import time
print("waits", flush=True)
time.sleep(600)
`;

/** A cloud with a bucket of scripts, a role that may use it, and a queue of what EMR Serverless tells EventBridge. */
export class JobLab {
  readonly test: TestCloud;
  readonly client: EMRServerlessClient;
  readonly role: string;

  private constructor(test: TestCloud, role: string) {
    this.test = test;
    this.role = role;
    this.client = test.client(EMRServerlessClient);
  }

  static async start(options: Parameters<typeof startCloud>[0] = {}): Promise<JobLab> {
    const test = await startCloud(options);
    await test.cloud.call("s3", "CreateBucket", { Bucket: "jobs" });
    const { roleArn } = await test.mintRole(
      [
        {
          Effect: "Allow",
          Action: ["s3:GetObject", "s3:PutObject", "s3:DeleteObject"],
          Resource: "arn:aws:s3:::jobs/*",
        },
        { Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::jobs" },
        {
          Effect: "Allow",
          Action: ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
          Resource: "*",
        },
      ],
      {
        name: "jobs",
        trust: "emr-serverless.amazonaws.com",
        source: "arn:aws:emr-serverless:us-east-1:000000000000:/applications/*",
      },
    );
    const lab = new JobLab(test, roleArn);
    await lab.listen();
    return lab;
  }

  async application(input: Partial<CreateApplicationCommandInput> = {}): Promise<string> {
    const given = { type: "SPARK", releaseLabel: "emr-7.5.0", name: "lab", ...input };
    return (await this.client.send(new CreateApplicationCommand(given))).applicationId!;
  }

  async script(key: string, text: string): Promise<string> {
    await this.test.cloud.call("s3", "PutObject", { Bucket: "jobs", Key: key, Body: Buffer.from(text) });
    return `s3://jobs/${key}`;
  }

  async read(key: string): Promise<Buffer> {
    const { Body } = await this.test.cloud.call<{ Body: AsyncIterable<Uint8Array> }>("s3", "GetObject", {
      Bucket: "jobs",
      Key: key,
    });
    const parts: Uint8Array[] = [];
    for await (const part of Body) parts.push(part);
    return Buffer.concat(parts);
  }

  /** Starts that script. @returns the run's id. */
  async submit(application: string, text: string, input: Partial<StartJobRunCommandInput> = {}): Promise<string> {
    const entryPoint = await this.script(`scripts/${crypto.randomUUID()}.py`, text);
    const { sparkSubmit } = input.jobDriver ?? {};
    const jobDriver = { sparkSubmit: { ...sparkSubmit, entryPoint } };
    const given = { applicationId: application, executionRoleArn: this.role, ...input, jobDriver };
    return (await this.client.send(new StartJobRunCommand(given))).jobRunId!;
  }

  async job(applicationId: string, jobRunId: string): Promise<JobRun> {
    return (await this.client.send(new GetJobRunCommand({ applicationId, jobRunId }))).jobRun!;
  }

  /** Waits until it is in one of those states. */
  async until(application: string, run: string, ...states: JobRunState[]): Promise<JobRun> {
    for (;;) {
      const job = await this.job(application, run);
      if (states.includes(job.state!)) return job;
      if (/^(SUCCESS|FAILED|CANCELLED)$/.test(job.state!)) throw new Error(`${job.state}: ${job.stateDetails}`);
      await new Promise((next) => setTimeout(next, 50));
    }
  }

  over(application: string, run: string): Promise<JobRun> {
    return this.until(application, run, "SUCCESS", "FAILED", "CANCELLED");
  }

  private async listen(): Promise<void> {
    const { cloud, origin } = this.test;
    await cloud.call("sqs", "CreateQueue", { QueueName: "told" });
    const QueueArn = `arn:aws:sqs:us-east-1:${cloud.accountId}:told`;
    const Policy = JSON.stringify({
      Statement: {
        Effect: "Allow",
        Principal: { Service: "events.amazonaws.com" },
        Action: "sqs:SendMessage",
        Resource: QueueArn,
      },
    });
    await cloud.call("sqs", "SetQueueAttributes", {
      QueueUrl: `${origin}/${cloud.accountId}/told`,
      Attributes: { Policy },
    });
    await cloud.call("events", "PutRule", { Name: "told", EventPattern: '{"source":["aws.emr-serverless"]}' });
    await cloud.call("events", "PutTargets", { Rule: "told", Targets: [{ Id: "1", Arn: QueueArn }] });
  }

  /** Waits for an event that is as wished. @returns it, and all that came before. */
  async told(isIt: (event: Told) => boolean): Promise<[Told, Told[]]> {
    const { cloud, origin } = this.test;
    const QueueUrl = `${origin}/${cloud.accountId}/told`;
    for (;;) {
      const { Messages = [] } = await cloud.call<{ Messages?: { Body: string; ReceiptHandle: string }[] }>(
        "sqs",
        "ReceiveMessage",
        { QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 },
      );
      for (const { Body, ReceiptHandle } of Messages) {
        await cloud.call("sqs", "DeleteMessage", { QueueUrl, ReceiptHandle });
        this.#events.push(JSON.parse(Body));
      }
      const found = this.#events.find(isIt);
      if (found) return [found, this.#events];
    }
  }

  readonly #events: Told[] = [];
}

export interface Told {
  "detail-type": string;
  source: string;
  resources: string[];
  detail: Record<string, unknown>;
}
