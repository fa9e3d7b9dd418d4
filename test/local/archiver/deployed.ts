import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  paginateDescribeLogGroups,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import { DynamoDBClient, GetItemCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { S3Client } from "@aws-sdk/client-s3";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Mail } from "local-aws";
import { Platform } from "pulumi-local";
import { prepareAccount } from "../../../bootstrap/localAccount.ts";

const root = resolve(import.meta.dirname, "../../..");

const program = `
import { ArchiverWorkflow } from "./components/archiverWorkflow.ts";
const archiver = new ArchiverWorkflow("archiver", { approval: { timeout: 3600 }, express: true });
const mailed = new ArchiverWorkflow("mailed", {
  approval: { mode: "both", approvers: ["anna@example.org", "ben@example.org"], timeout: 3600 },
  table: archiver.table,
});
export const archiverStateMachineArn = archiver.stateMachine.arn;
export const archiverExpressStateMachineArn = archiver.expressStateMachine?.arn;
export const archiveTableName = archiver.table.name;
export const approvalQueueUrl = archiver.approvalQueue?.url;
export const dropBucketName = archiver.buckets.drop.bucket;
export const archiveBucketName = archiver.buckets.archive.bucket;
export const quarantineBucketName = archiver.buckets.quarantine.bucket;
export const reconcileName = archiver.functions.reconcile.function.name;
export const mailedStateMachineArn = mailed.stateMachine.arn;
export const mailedDropBucketName = mailed.buckets.drop.bucket;
export const mailedQueueUrl = mailed.approvalQueue?.url;
export const approvalTopicArn = mailed.approvalTopic?.arn;
`;

export interface ArchiveRecord {
  Id: string;
  Archive: boolean;
  Quality: number;
  Action: string;
  Timestamp: string;
  Approval: boolean;
  Approved?: boolean;
  Approver?: string;
  Reason?: string;
  Error?: string;
  Url: string;
  Execution: string;
}

/** A program with nothing but the archiver, brought up on one machine as `npm start` does. */
export class Deployed {
  readonly directory = mkdtempSync(join(tmpdir(), "archiver-"));
  platform!: Platform;
  outputs!: Record<string, string>;
  readonly #clients = new Map<unknown, unknown>();
  /** The same one over a restart, which keeps its port. */
  readonly #client = <Client>(type: new (config: never) => Client): Client => {
    if (!this.#clients.has(type)) {
      const client = new type({
        region: "eu-west-1",
        endpoint: this.platform.local.cloud.origin,
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
        disableHostPrefix: true,
      } as never);
      this.#clients.set(type, client);
    }
    return this.#clients.get(type) as Client;
  };

  async start(): Promise<void> {
    const folders = ["components", "handlers", "policy"];
    for (const part of [
      "config.ts",
      "environment.ts",
      "package.json",
      "tsconfig.json",
      "Pulumi.yaml",
      "Pulumi.local.yaml",
      ...folders,
    ]) {
      cpSync(join(root, part), join(this.directory, part), { recursive: true });
    }
    symlinkSync(join(root, "node_modules"), join(this.directory, "node_modules"));
    writeFileSync(join(this.directory, "index.ts"), program);
    await this.open();
    const { error } = (await this.platform.up()) as { error?: string };
    if (error) throw new Error(error);
    this.outputs = this.platform.engine.outputs() as Record<string, string>;
  }

  /** Ports may differ; the program is not run again. */
  async open(ports: { awsPort: number; apiPort: number } = { awsPort: 0, apiPort: 0 }): Promise<void> {
    this.platform = await Platform.open({
      programDirectory: this.directory,
      stack: "local",
      local: { clock: 60, prepare: prepareAccount },
      stateDirectory: join(this.directory, ".local"),
      ...ports,
      onEvent() {},
    });
  }

  /** Ends the local cloud and begins again on its folder. */
  async restart(): Promise<void> {
    const { origin, apiOrigin } = this.platform.local.cloud;
    await this.platform.close();
    await this.open({ awsPort: Number(new URL(origin).port), apiPort: Number(new URL(apiOrigin).port) });
  }

  async stop(): Promise<void> {
    await this.platform?.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  get sfn(): SFNClient {
    return this.#client(SFNClient);
  }
  get s3(): S3Client {
    return this.#client(S3Client);
  }
  get sqs(): SQSClient {
    return this.#client(SQSClient);
  }
  get lambda(): LambdaClient {
    return this.#client(LambdaClient);
  }
  get dynamodb(): DynamoDBClient {
    return this.#client(DynamoDBClient);
  }
  /** Of a queue as it is after a restart. */
  queueUrl(output = "approvalQueueUrl"): string {
    return `${this.platform.local.cloud.origin}${new URL(this.outputs[output]!).pathname}`;
  }

  async startExecution(input: unknown, stateMachineArn = this.outputs.archiverStateMachineArn): Promise<string> {
    const command = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
    return (await this.sfn.send(command)).executionArn!;
  }

  async ended(executionArn: string) {
    return until(async () => {
      const described = await this.sfn.send(new DescribeExecutionCommand({ executionArn }));
      return described.status === "RUNNING" ? undefined : described;
    });
  }

  /** Mails so far to a receiver, oldest first. */
  mails(to: string): Mail[] {
    const all = this.platform.local.cloud.store.collection<Mail>("mail").values();
    return all.filter((mail) => mail.to === to);
  }

  /** Lines of the log groups whose name matches. */
  async logOf(groups: RegExp): Promise<string[]> {
    const client = this.#client(CloudWatchLogsClient);
    const lines: string[] = [];
    for await (const { logGroups = [] } of paginateDescribeLogGroups({ client }, {})) {
      for (const { logGroupName } of logGroups.filter((group) => groups.test(group.logGroupName!))) {
        for await (const { events = [] } of paginateFilterLogEvents({ client }, { logGroupName })) {
          lines.push(...events.map(({ message }) => message!));
        }
      }
    }
    return lines;
  }

  async records(): Promise<ArchiveRecord[]> {
    const records: ArchiveRecord[] = [];
    const TableName = this.outputs.archiveTableName;
    for await (const { Items = [] } of paginateScan({ client: this.dynamodb }, { TableName, ConsistentRead: true })) {
      records.push(...Items.map((item) => unmarshall(item) as ArchiveRecord));
    }
    return records;
  }

  /** The one record of an execution, once it is there. */
  async recordOf(executionArn: string): Promise<ArchiveRecord> {
    const Key = { Id: { S: executionArn.split(":").at(-1)! } };
    const input = { TableName: this.outputs.archiveTableName, Key, ConsistentRead: true };
    return until(async () => {
      const { Item } = await this.dynamodb.send(new GetItemCommand(input));
      return Item && (unmarshall(Item) as ArchiveRecord);
    });
  }

  /** The next question in the queue, taken out of it. */
  async question(output?: string): Promise<Record<string, string>> {
    const QueueUrl = this.queueUrl(output);
    return until(async () => {
      const { Messages } = await this.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 2 }));
      const [message] = Messages ?? [];
      if (!message) return undefined;
      await this.sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
      return JSON.parse(message.Body!);
    });
  }
}

/** Asks until there is an answer. */
export async function until<Value>(ask: () => Promise<Value | undefined>): Promise<Value> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(20)) {
    const value = await ask();
    if (value !== undefined) return value;
  }
  throw new Error("what was waited for did not come");
}
