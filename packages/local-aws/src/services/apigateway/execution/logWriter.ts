import { createHash } from "node:crypto";
import type { Cloud, Principal } from "../../../service.ts";
import type { Records } from "../records.ts";

const FLUSH_AFTER = 200;
/** Events of one call. https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_PutLogEvents.html */
const MAX_BATCH = 5000;
const MAX_BATCH_BYTES = 1_048_576;
/** Most events that wait to be written: a log service that cannot keep up must not exhaust memory. */
const MAX_WAITING = 100_000;
/** API Gateway truncates its events. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-known-issues.html */
const MAX_EVENT = 1024;

interface LogEvent {
  timestamp: number;
  message: string;
}

interface Group {
  name: string;
  /** Whether the gateway creates the group itself, as it does its execution logs. */
  own: boolean;
  waiting: LogEvent[];
  ready: boolean;
  complained: boolean;
}

/** Writes logs by the account's CloudWatch role, in batches. */
export class LogWriter {
  readonly #cloud: Cloud;
  readonly #records: Records;
  readonly #groups = new Map<string, Group>();
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> = Promise.resolve();
  #session: { roleArn: string; principal: Principal; until: number } | undefined;

  constructor(cloud: Cloud, records: Records) {
    this.#cloud = cloud;
    this.#records = records;
  }

  /** An event with the current time: a group's events must come in the order of their times. */
  write(groupName: string, own: boolean, message: string): void {
    const timestamp = Date.now();
    let group = this.#groups.get(groupName);
    if (!group) {
      group = { name: groupName, own, waiting: [], ready: false, complained: false };
      this.#groups.set(groupName, group);
    }
    if (group.waiting.length >= MAX_WAITING) return;
    group.waiting.push({
      timestamp,
      message: own && message.length > MAX_EVENT ? message.slice(0, MAX_EVENT) : message,
    });
    this.#timer ??= setTimeout(() => this.flush(), FLUSH_AFTER);
  }

  /** Writes what waits. @returns when all of it is written. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#flushing = this.#flushing.then(async () => {
      for (const group of this.#groups.values()) await this.#flushGroup(group);
    });
    return this.#flushing;
  }

  async #flushGroup(group: Group): Promise<void> {
    while (group.waiting.length > 0) {
      const logEvents = group.waiting.splice(0, fitting(group.waiting));
      try {
        const principal = await this.#principal();
        const stream = { logGroupName: group.name, logStreamName: streamName(group.name) };
        if (!group.ready) await this.#prepare(group, stream, principal);
        await this.#cloud.call("logs", "PutLogEvents", { ...stream, logEvents }, principal);
      } catch (error) {
        group.ready = false;
        // AWS stays silent; one warning per group is worth having.
        if (!group.complained)
          console.error(`API Gateway cannot write to log group ${group.name}: ${(error as Error).message}`);
        group.complained = true;
        return;
      }
    }
  }

  async #prepare(
    group: Group,
    stream: { logGroupName: string; logStreamName: string },
    principal: Principal,
  ): Promise<void> {
    const { logGroupName } = stream;
    if (group.own) await this.#make("CreateLogGroup", { logGroupName }, principal);
    await this.#make("CreateLogStream", stream, principal);
    group.ready = true;
  }

  async #make(operation: "CreateLogGroup" | "CreateLogStream", input: object, principal: Principal): Promise<void> {
    try {
      await this.#cloud.request("logs", operation, input, principal);
    } catch (error) {
      if ((error as Error).name !== "ResourceAlreadyExistsException") throw error;
    }
  }

  async #principal(): Promise<Principal> {
    const roleArn = this.#records.account.get("account")?.cloudwatchRoleArn;
    if (!roleArn) throw new Error("the account has no CloudWatch role");
    const now = Date.now();
    if (this.#session?.roleArn !== roleArn || this.#session.until < now) {
      const { principal, credentials } = await this.#cloud.assumeRole(
        roleArn,
        "apigateway.amazonaws.com",
        "BackplaneAssumeRoleSession",
      );
      this.#session = { roleArn, principal, until: credentials.expiration.getTime() - 60_000 };
    }
    return this.#session.principal;
  }
}

/** A stream's name is thirty-two hex digits, as AWS has them. */
const streamName = (group: string): string => createHash("sha256").update(group).digest("hex").slice(0, 32);

/** How many of these events fit into one call: an event counts 26 bytes more than its text, in UTF-8. */
function fitting(events: LogEvent[]): number {
  let bytes = 0;
  let count = 0;
  for (const { message } of events) {
    bytes += Buffer.byteLength(message) + 26;
    if (count > 0 && (bytes > MAX_BATCH_BYTES || count === MAX_BATCH)) break;
    count++;
  }
  return count;
}
