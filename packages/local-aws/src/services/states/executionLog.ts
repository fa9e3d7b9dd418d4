/** Writes what a machine's `loggingConfiguration` asks for. https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html */
import { randomBytes } from "node:crypto";
import type { Cloud } from "../../service.ts";
import type { Execution, HistoryEvent, Machine } from "./records.ts";

type Logging = NonNullable<Machine["loggingConfiguration"]>;

/** https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html#cloudwatch-log-level */
const levels: Record<string, (type: string) => boolean> = {
  ALL: () => true,
  ERROR: (type) => /(Failed|TimedOut|Aborted)$/.test(type),
  FATAL: (type) => /^Execution(Failed|TimedOut|Aborted)$/.test(type),
};

/** What events hold of the execution's data. */
const data = ["input", "inputDetails", "output", "outputDetails", "parameters", "cause", "error"];

/** How long events are gathered, in milliseconds. */
const gathering = 100;

export class ExecutionLog {
  readonly #cloud: Cloud;
  readonly #logging: Logging;
  readonly #execution: Pick<Execution, "arn" | "machineArn" | "redrives">;
  readonly #group: string;
  readonly #stream: string;
  #events: { timestamp: number; message: string }[] = [];
  #writing: Promise<void> = Promise.resolve();
  #soon: NodeJS.Timeout | undefined;
  #made = false;

  /** @returns undefined for an execution whose machine logs nothing. */
  static of(cloud: Cloud, execution: Execution): ExecutionLog | undefined {
    const { logging } = execution;
    const arn = logging?.destinations?.[0]?.cloudWatchLogsLogGroup?.logGroupArn;
    if (!arn || !logging?.level || !(logging.level in levels)) return undefined;
    return new ExecutionLog(cloud, logging, execution, arn.split(":log-group:")[1]!.replace(/:\*$/, ""));
  }

  private constructor(cloud: Cloud, logging: Logging, execution: Execution, group: string) {
    this.#cloud = cloud;
    this.#logging = logging;
    this.#execution = execution;
    this.#group = group;
    const minute = new Date(execution.started).toISOString().slice(0, 16).replace(/[T:]/g, "-");
    const name = execution.machineArn.split(":").at(-1);
    this.#stream = `states/${name}/${minute}/${randomBytes(4).toString("hex")}`;
  }

  add({ id, previousEventId, timestamp, type, ...rest }: HistoryEvent): void {
    if (!levels[this.#logging.level!]!(type)) return;
    const [details] = Object.values(rest) as Record<string, unknown>[];
    const shown =
      details && !this.#logging.includeExecutionData
        ? Object.fromEntries(Object.entries(details).filter(([name]) => !data.includes(name)))
        : details;
    const entry = {
      id: String(id),
      type,
      ...(shown && { details: shown }),
      previous_event_id: String(previousEventId),
      event_timestamp: String(timestamp),
      execution_arn: this.#execution.arn,
      redrive_count: String(this.#execution.redrives?.length ?? 0),
    };
    this.#events.push({ timestamp, message: JSON.stringify(entry) });
    this.#soon ??= setTimeout(() => this.#write(), gathering);
  }

  /** @returns when all that was told before is written. */
  end(): Promise<void> {
    if (this.#soon) this.#write();
    return this.#writing;
  }

  #write(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    const logEvents = this.#events;
    this.#events = [];
    // Whoever deleted the group wants no log.
    this.#writing = this.#writing.then(() => this.#put(logEvents)).catch(() => {});
  }

  async #put(logEvents: { timestamp: number; message: string }[]): Promise<void> {
    const of = { logGroupName: this.#group, logStreamName: this.#stream };
    if (!this.#made) await this.#cloud.call("logs", "CreateLogStream", of);
    this.#made = true;
    await this.#cloud.call("logs", "PutLogEvents", { ...of, logEvents });
  }
}
