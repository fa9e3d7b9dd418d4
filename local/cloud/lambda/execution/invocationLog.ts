/**
 * The log of one environment: what its function writes, and what the service itself says of each request, written to
 * CloudWatch Logs in batches, as the function's role and only as far as that role may.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 */
import { debuglog } from "node:util";
import { AwsError, type Cloud, type Principal } from "../../service.ts";

const debug = debuglog("lambda");

interface LogEvent {
  timestamp: number;
  message: string;
}

/** Functions of which it was said that they may not write their log. */
const reported = new Set<string>();
const flushMs = 100;
/** PutLogEvents takes no more at once. */
const maxEvents = 10_000;
const maxBytes = 1_000_000;

export class LogStreamWriter {
  readonly group: string;
  readonly stream: string;
  readonly #cloud: Cloud;
  readonly #role: Principal;
  readonly #function: string;
  #events: LogEvent[] = [];
  #bytes = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;
  #made = false;
  #refused = false;

  constructor(cloud: Cloud, role: Principal, functionArn: string, group: string, stream: string) {
    this.#cloud = cloud;
    this.#role = role;
    this.#function = functionArn;
    this.group = group;
    this.stream = stream;
  }

  write(timestamp: number, message: string): void {
    if (this.#refused) return;
    this.#events.push({ timestamp, message });
    // A character is three bytes at most, in UTF-8 as JavaScript counts characters.
    this.#bytes += message.length * 3 + 26;
    if (this.#events.length >= maxEvents || this.#bytes >= maxBytes) void this.flush();
    else this.#timer ??= setTimeout(() => void this.flush(), flushMs);
  }

  /** Writes what is there; resolves when everything before has been written, too. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#events;
    this.#events = [];
    this.#bytes = 0;
    if (events.length === 0 || this.#refused) return this.#flushing;
    const before = this.#flushing;
    const writing = (async () => {
      await before;
      await this.#put(events);
    })();
    this.#flushing = writing;
    await writing;
    if (this.#flushing === writing) this.#flushing = undefined;
  }

  async #put(logEvents: LogEvent[]): Promise<void> {
    try {
      if (!this.#made) await this.#make();
      this.#made = true;
      await this.#call("PutLogEvents", { logStreamName: this.stream, logEvents });
    } catch (error) {
      // A group that was deleted meanwhile is made anew by the next environment.
      this.#refused = true;
      if (reported.has(this.#function)) return;
      reported.add(this.#function);
      debug("%s has no log: %s", this.#function, (error as Error).message);
    }
  }

  async #make(): Promise<void> {
    try {
      await this.#call("CreateLogStream", { logStreamName: this.stream });
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== "ResourceNotFoundException") throw error;
      await this.#call("CreateLogGroup", {});
      await this.#call("CreateLogStream", { logStreamName: this.stream });
    }
  }

  #call(operation: string, input: object): Promise<unknown> {
    return this.#cloud.call("logs", operation, { logGroupName: this.group, ...input }, this.#role);
  }
}
