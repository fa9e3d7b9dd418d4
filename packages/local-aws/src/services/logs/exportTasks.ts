/**
 * Export tasks: a log group's events in a bucket, one compressed object for each stream.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/S3ExportTasks.html
 */
import { randomUUID } from "node:crypto";
import { setImmediate } from "node:timers/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { ExportTask } from "@aws-sdk/client-cloudwatch-logs";
import type { Operations } from "../../operations.ts";
import { AwsError, type Principal } from "../../service.ts";
import type { Collection } from "../../store.ts";
import { protector } from "./dataProtection.ts";
import { invalid, notFound } from "./errors.ts";
import { actsFor, type LogGroups, pageOf } from "./groups.ts";

const zip = promisify(gzip);

export interface ExportRecord extends ExportTask {
  taskId: string;
  logGroupName: string;
  from: number;
  to: number;
  destination: string;
  destinationPrefix: string;
  streamPrefix: string;
  status: NonNullable<ExportTask["status"]>;
}

const isActive = ({ status }: ExportRecord): boolean => status.code === "PENDING" || status.code === "RUNNING";

export class ExportTasks {
  readonly #logs: LogGroups;
  readonly records: Collection<ExportRecord>;
  #stopped = false;

  constructor(logs: LogGroups, records: Collection<ExportRecord>) {
    this.#logs = logs;
    this.records = records;
  }

  /** What an earlier process has left undone is not done again. */
  start(): void {
    for (const task of this.records.values()) if (isActive(task)) this.#end(task, "FAILED", "the local cloud ended");
  }

  stop(): void {
    this.#stopped = true;
  }

  /** @returns as whom the bucket may be written to. @throws AwsError in the words of CloudWatch Logs. */
  async admitted(group: string, Bucket: string, prefix: string): Promise<Principal> {
    const { cloud } = this.#logs;
    const principal = actsFor(this.#logs, group);
    let asked = "GetBucketAcl";
    try {
      await cloud.call("s3", "GetBucketAcl", { Bucket }, principal);
      asked = "PutObject";
      const test = { Bucket, Key: `${prefix}/aws-logs-write-test`, Body: "Permission Check Successful" };
      await cloud.call("s3", "PutObject", test, principal);
      return principal;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      throw invalid(
        error.code === "NoSuchBucket"
          ? "The given bucket does not exist. Please make sure the bucket is valid."
          : `${asked} call on the given bucket failed. Please check if CloudWatch Logs has been granted permission to perform this operation.`,
      );
    }
  }

  begin(task: ExportRecord, as: Principal): void {
    this.records.put(task.taskId, task);
    this.#run(task, as).catch((error: Error) => this.#end(task, "FAILED", error.message));
  }

  cancel(task: ExportRecord): void {
    this.#end(task, "CANCELLED", "Cancelled by user");
  }

  async #run(task: ExportRecord, as: Principal): Promise<void> {
    const { taskId, logGroupName, from, to, destination: Bucket, destinationPrefix, streamPrefix } = task;
    this.records.put(taskId, { ...task, status: { code: "RUNNING", message: "Started successfully" } });
    const lines = new Map<string, string[]>();
    const shownEvent = protector(this.#logs.group(logGroupName));
    for (const batch of this.#logs.events.batches(logGroupName, { from, to })) {
      for (const { stream, timestamp, message } of batch.map(shownEvent)) {
        if (!stream.startsWith(streamPrefix)) continue;
        const line = `${new Date(timestamp).toISOString()} ${message.replace(/\n$/, "")}\n`;
        const before = lines.get(stream);
        if (before) before.push(line);
        else lines.set(stream, [line]);
      }
      await setImmediate();
      if (this.#ended(taskId)) return;
    }
    for (const [stream, all] of lines) {
      const Key = `${destinationPrefix}/${taskId}/${stream.replaceAll("/", "-")}/000000.gz`;
      await this.#logs.cloud.call("s3", "PutObject", { Bucket, Key, Body: await zip(all.join("")) }, as);
      if (this.#ended(taskId)) return;
    }
    this.#end(task, "COMPLETED", "Completed successfully");
  }

  #ended(taskId: string): boolean {
    if (this.#stopped) return true;
    const task = this.records.get(taskId);
    return !task || !isActive(task);
  }

  #end(task: ExportRecord, code: "COMPLETED" | "CANCELLED" | "FAILED", message: string): void {
    if (this.#stopped) return;
    const executionInfo = { ...task.executionInfo, completionTime: Date.now() };
    this.records.put(task.taskId, { ...task, status: { code, message }, executionInfo });
  }
}

export function exportTaskOperations(logs: LogGroups, tasks: ExportTasks): Operations<"logs"> {
  const anything = (action: string) => () => [{ action: `logs:${action}`, resource: "*" }];
  const shown = ({ streamPrefix: _, ...task }: ExportRecord): ExportTask => task;
  return {
    CreateExportTask: {
      access: ({ logGroupName }) => logs.access("CreateExportTask", logGroupName),
      async run({ logGroupName, taskName, from, to, destination, destinationPrefix: prefix, logStreamNamePrefix }) {
        logs.group(logGroupName);
        if (from < 0 || to <= from) throw invalid(`from is ${from}, to ${to}; the end must be after the start.`);
        const destinationPrefix = prefix ?? "exportedlogs";
        const as = await tasks.admitted(logGroupName, destination, destinationPrefix);
        if (tasks.records.values().some(isActive))
          throw new AwsError("LimitExceededException", "Resource limit exceeded.", 400);
        const taskId = randomUUID();
        const task: ExportRecord = {
          ...{
            taskId,
            logGroupName,
            from,
            to,
            destination,
            destinationPrefix,
            streamPrefix: logStreamNamePrefix ?? "",
          },
          ...(taskName !== undefined && { taskName }),
          status: { code: "PENDING" },
          executionInfo: { creationTime: Date.now() },
        };
        tasks.begin(task, as);
        return { taskId };
      },
    },
    DescribeExportTasks: {
      access: anything("DescribeExportTasks"),
      run({ taskId, statusCode, ...rest }) {
        if (taskId !== undefined && statusCode !== undefined)
          throw invalid("taskId and statusCode cannot both be given.");
        const found = tasks.records
          .values()
          .filter(
            (task) =>
              (taskId === undefined || task.taskId === taskId) &&
              (statusCode === undefined || task.status.code === statusCode),
          );
        const { items, paging } = pageOf(found, rest, ({ taskId: id, executionInfo }) => [
          -(executionInfo?.creationTime ?? 0),
          id,
        ]);
        return { exportTasks: items.map(shown), ...paging };
      },
    },
    CancelExportTask: {
      access: anything("CancelExportTask"),
      run({ taskId }) {
        const task = tasks.records.get(taskId);
        if (!task) throw notFound("export task");
        if (!isActive(task))
          throw new AwsError("InvalidOperationException", "The specified export task has already finished.", 400);
        tasks.cancel(task);
        return {};
      },
    },
  };
}
