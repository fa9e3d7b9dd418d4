/**
 * The log of one environment: what its function writes, and the service's own lines about each request, written to
 * CloudWatch Logs in batches, with the function's role and only if that role may.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html
 */
import { debuglog } from "node:util";
import { AwsError, type Cloud, type Principal } from "../../../service.ts";

const debug = debuglog("lambda");

interface LogEvent {
  timestamp: number;
  message: string;
}

/** Functions for which a missing permission to log has been reported. */
const reported = new Set<string>();
const flushMs = 100;
/** Limits of one PutLogEvents call. */
const maxEvents = 10_000;
const maxBytes = 1_048_576;
const overhead = 26;
/** A longer line is cut into events of this many characters. */
const maxCharacters = 256 * 1024;
/** Pause after a refusal; what is written in the meantime is lost, as on AWS. */
const refusedMs = 2000;

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
  #last = 0;
  #refusedUntil = 0;

  constructor(cloud: Cloud, role: Principal, functionArn: string, group: string, stream: string) {
    this.#cloud = cloud;
    this.#role = role;
    this.#function = functionArn;
    this.group = group;
    this.stream = stream;
  }

  write(timestamp: number, message: string): void {
    if (message.length > maxCharacters) {
      this.write(timestamp, message.slice(0, maxCharacters));
      this.write(timestamp, message.slice(maxCharacters));
      return;
    }
    // In UTF-8, what JavaScript counts as one character has three bytes at most.
    const size = message.length * 3 + overhead;
    if (this.#events.length >= maxEvents || this.#bytes + size > maxBytes) void this.flush();
    // Events must come in the order of their times, even when the system clock is changed.
    this.#last = Math.max(this.#last, timestamp);
    this.#events.push({ timestamp: this.#last, message });
    this.#bytes += size;
    this.#timer ??= setTimeout(() => void this.flush(), flushMs);
  }

  /** Writes what is buffered; resolves when everything before has been written, too. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const events = this.#events;
    this.#events = [];
    this.#bytes = 0;
    if (events.length === 0 || Date.now() < this.#refusedUntil) return this.#flushing;
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
    const put = () => this.#call("PutLogEvents", { logStreamName: this.stream, logEvents });
    try {
      if (this.#made) {
        try {
          await put();
          return;
        } catch (error) {
          // The group was deleted, and perhaps recreated.
          if (!isMissing(error)) throw error;
        }
      }
      await this.#make();
      this.#made = true;
      await put();
    } catch (error) {
      this.#made = false;
      this.#refusedUntil = Date.now() + refusedMs;
      if (reported.has(this.#function)) return;
      reported.add(this.#function);
      debug("%s has no log: %s", this.#function, (error as Error).message);
    }
  }

  async #make(): Promise<void> {
    const makeStream = () => this.#call("CreateLogStream", { logStreamName: this.stream });
    try {
      await makeStream();
    } catch (error) {
      if (hasCode(error, "ResourceAlreadyExistsException")) return;
      if (!isMissing(error)) throw error;
      await this.#call("CreateLogGroup", {});
      await makeStream();
    }
  }

  #call(operation: string, input: object): Promise<unknown> {
    return this.#cloud.request("logs", operation, { logGroupName: this.group, ...input }, this.#role);
  }
}

const hasCode = (error: unknown, code: string) => error instanceof AwsError && error.code === code;
const isMissing = (error: unknown) => hasCode(error, "ResourceNotFoundException");
