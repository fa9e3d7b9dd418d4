import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CloudWatchLogsClient,
  DescribeLogGroupsCommand,
  paginateFilterLogEvents,
} from "@aws-sdk/client-cloudwatch-logs";
import { type AttributeValue, DynamoDBClient, GetItemCommand, paginateScan } from "@aws-sdk/client-dynamodb";
import { PutObjectCommand, type PutObjectCommandInput, S3Client } from "@aws-sdk/client-s3";
import { SendTaskSuccessCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { DeleteMessageBatchCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import type { Platform } from "./platform.ts";

export interface ArchiveRecord {
  Id: string;
  Execution: string;
  Action: string;
  Approved?: boolean;
  Approver?: string;
}

/** The archiver of a running platform, from outside. */
export class Archive {
  readonly #outputs: Record<string, unknown>;
  readonly #sfn: SFNClient;
  readonly #sqs: SQSClient;
  readonly #s3: S3Client;
  readonly #dynamodb: DynamoDBClient;
  readonly #logs: CloudWatchLogsClient;

  constructor({ outputs, stateDirectory }: Platform) {
    const { aws, region } = JSON.parse(readFileSync(join(stateDirectory, "endpoint.json"), "utf8"));
    const credentials = { accessKeyId: "test", secretAccessKey: "test" };
    const client = { endpoint: aws, region, credentials, maxAttempts: 5 };
    this.#outputs = outputs;
    this.#sfn = new SFNClient({ ...client, disableHostPrefix: true });
    this.#sqs = new SQSClient(client);
    this.#s3 = new S3Client({ ...client, forcePathStyle: true });
    this.#dynamodb = new DynamoDBClient(client);
    this.#logs = new CloudWatchLogsClient(client);
  }

  #output(name: string): string {
    return String(this.#outputs[name]);
  }

  /** @returns the execution's ARN. */
  async start(input: object): Promise<string> {
    const stateMachineArn = this.#output("archiverStateMachineArn");
    const command = new StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
    return (await this.#sfn.send(command)).executionArn!;
  }

  async records(): Promise<ArchiveRecord[]> {
    const found: ArchiveRecord[] = [];
    const TableName = this.#output("archiveTableName");
    for await (const { Items = [] } of paginateScan({ client: this.#dynamodb }, { TableName, ConsistentRead: true })) {
      found.push(...Items.map((item) => unmarshall(item) as ArchiveRecord));
    }
    return found;
  }

  /** Waits until each execution has its record. @throws when one has none in time, or two. */
  async recorded(executions: string[], longestSeconds = 300): Promise<ArchiveRecord[]> {
    const wanted = new Set(executions);
    for (const end = performance.now() + longestSeconds * 1_000; ; ) {
      const found = (await this.records()).filter(({ Execution }) => wanted.has(Execution));
      if (new Set(found.map(({ Execution }) => Execution)).size === wanted.size) return found;
      if (performance.now() > end) throw new Error(`${wanted.size - found.length} of ${wanted.size} are not recorded`);
      await sleep(50);
    }
  }

  /** Drops a file, and waits for its record. @returns the record's key. */
  async drop(Key: string, Body: PutObjectCommandInput["Body"], ContentLength: number): Promise<string> {
    const Bucket = this.#output("dropBucketName");
    const { VersionId } = await this.#s3.send(
      new PutObjectCommand({ Bucket, Key, Body, ContentLength, ChecksumAlgorithm: "CRC64NVME" }),
    );
    // As the archiver names the execution of a drop.
    const identity = createHash("sha256").update(JSON.stringify([Bucket, Key, VersionId]));
    return `drop-${identity.digest("hex").slice(0, 48)}`;
  }

  async recordOf(id: string, longestSeconds = 300): Promise<Record<string, AttributeValue>> {
    const input = { TableName: this.#output("archiveTableName"), Key: { Id: { S: id } }, ConsistentRead: true };
    for (const end = performance.now() + longestSeconds * 1_000; performance.now() < end; await sleep(1)) {
      const { Item } = await this.#dynamodb.send(new GetItemCommand(input));
      if (Item) return Item;
    }
    throw new Error(`${id} is not recorded`);
  }

  /** Takes so many questions out of the queue. @returns tokens by execution. */
  async questions(count: number): Promise<Map<string, string>> {
    const tokens = new Map<string, string>();
    const QueueUrl = this.#output("approvalQueueUrl");
    while (tokens.size < count) {
      const { Messages = [] } = await this.#sqs.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 5 }),
      );
      if (Messages.length === 0) continue;
      for (const { Body } of Messages) {
        const { Execution, TaskToken } = JSON.parse(Body!);
        tokens.set(Execution, TaskToken);
      }
      const Entries = Messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
      await this.#sqs.send(new DeleteMessageBatchCommand({ QueueUrl, Entries }));
    }
    return tokens;
  }

  async answer(taskToken: string, answer: object): Promise<void> {
    await this.#sfn.send(new SendTaskSuccessCommand({ taskToken, output: JSON.stringify(answer) }));
  }

  /** The most memory that invocations of a function have used, in MB, as Lambda reports it. */
  async memoryOf(name: string): Promise<number> {
    const { logGroups = [] } = await this.#logs.send(new DescribeLogGroupsCommand({}));
    const group = logGroups.find(({ logGroupName }) => logGroupName?.includes(name));
    if (!group) throw new Error(`${name} has no log group`);
    let most = 0;
    const pages = paginateFilterLogEvents(
      { client: this.#logs },
      { logGroupName: group.logGroupName, filterPattern: '"platform.report"' },
    );
    for await (const { events = [] } of pages) {
      for (const { message = "{}" } of events) {
        most = Math.max(most, Number(JSON.parse(message).record?.metrics?.maxMemoryUsedMB ?? 0));
      }
    }
    return most;
  }
}
