import { createHash } from "node:crypto";
import type {
  EncryptionConfiguration,
  HistoryEventType,
  LoggingConfiguration,
  TracingConfiguration,
} from "@aws-sdk/client-sfn";
import { brokenConstraint } from "../../kit/constraint.ts";
import { type Key, type PageRequest, page } from "../../kit/page.ts";
import { AwsError, type Cloud } from "../../service.ts";
import type { Collection, Store } from "../../store.ts";
import type { Redrive, Unfinished } from "./unfinished.ts";

/** A state machine as it was created or last updated. */
export interface Machine {
  arn: string;
  name: string;
  type: "STANDARD" | "EXPRESS";
  /** Amazon States Language, as text. */
  definition: string;
  roleArn: string;
  /** Seconds since 1970. */
  created: number;
  /** Made by the first update. */
  revision?: string;
  loggingConfiguration?: LoggingConfiguration;
  tracingConfiguration?: TracingConfiguration;
  encryptionConfiguration?: EncryptionConfiguration;
  tags: Record<string, string>;
  /** Number of the version published last: numbers are never used twice. */
  lastVersion?: number;
}

/** A machine as it was when it was published. */
export interface Version extends Omit<Machine, "tags" | "lastVersion"> {
  /** With the number. */
  arn: string;
  machineArn: string;
  number: number;
  description?: string;
}

/** A name for one version, or for two with their shares of the executions. */
export interface Alias {
  arn: string;
  machineArn: string;
  name: string;
  description?: string;
  routing: { stateMachineVersionArn: string; weight: number }[];
  /** Milliseconds since 1970. */
  created: number;
  updated: number;
}

export type Status = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** One execution. What it needs to go on after a restart: its machine as it was, its input, and its journal. */
export interface Execution {
  arn: string;
  name: string;
  machineArn: string;
  /** ARNs of the version and alias that were started, if they were. */
  versionArn?: string;
  aliasArn?: string;
  type: Machine["type"];
  /** Id of the definition: see {@link Records.keepDefinition}. */
  definition: string;
  roleArn: string;
  input: string;
  status: Status;
  /** Milliseconds since 1970. */
  started: number;
  stopped?: number;
  output?: string;
  error?: string;
  cause?: string;
  logging?: Machine["loggingConfiguration"];
  tracing?: Machine["tracingConfiguration"];
  /** Where it is sampled: header for what it calls, whose parent is its own segment; and what that is below. */
  trace?: { header: string; parent?: string };
  revision?: string;
  /** Where it ended, if not well. */
  unfinished?: Unfinished[];
  redrives?: Redrive[];
}

/** What a task gave, so that an execution that goes on after a restart does not do it twice. */
export interface Outcome {
  output?: unknown;
  error?: { name?: string; message?: string };
}

/** A task that waits for its answer. */
export interface Token {
  token: string;
  executionArn: string;
  /** Place in the execution's journal. */
  key: string;
  /** When the task began to wait, in milliseconds since 1970. */
  since: number;
  outcome?: Outcome;
}

/** An event of an execution's history, in AWS's shape, with `timestamp` in milliseconds since 1970. */
export interface HistoryEvent {
  id: number;
  previousEventId: number;
  timestamp: number;
  type: HistoryEventType;
  [details: string]: unknown;
}

/** Milliseconds that events may wait until they are written. */
const delay = 1_000;

interface Work {
  write(): void;
  /** It is on disk. */
  written(): void;
  /** It cannot be. */
  lost(error: Error): void;
}

/** All that Step Functions remembers. */
export class Records {
  readonly machines: Collection<Machine>;
  /** By ARN, which begins with the machine's. */
  readonly versions: Collection<Version>;
  readonly aliases: Collection<Alias>;
  readonly executions: Collection<Execution>;
  /** Definitions that executions began with, by their digest: each is large, and many share it. */
  readonly #definitions: Collection<string>;
  readonly #definitionIds = new Map<string, string>();
  readonly tokens: Collection<Token>;
  /** The token by its place in the journal: begins with the execution's ARN. */
  readonly tokenByKey: Collection<string>;
  readonly journal: Collection<Outcome>;
  /** The execution that just now goes on after a restart, if any. */
  readonly resuming: Collection<string>;
  /** Events, some at a time: by the execution's ARN and the first one's number. */
  readonly #history: Collection<HistoryEvent[]>;
  readonly #store: Store;
  /** Events that are not written yet, by execution. */
  readonly #events = new Map<string, HistoryEvent[]>();
  #soon: NodeJS.Timeout | undefined;
  /** Other writes that wait for the next transaction, and who waits for them. */
  #works: Work[] = [];
  #due = false;
  #closed = false;

  constructor({ store }: Pick<Cloud, "store">) {
    this.#store = store;
    this.machines = store.collection("states.machines");
    this.versions = store.collection("states.versions");
    this.aliases = store.collection("states.aliases");
    this.executions = store.collection("states.executions");
    this.#definitions = store.collection("states.definitions");
    this.tokens = store.collection("states.tokens");
    this.tokenByKey = store.collection("states.tokenByKey");
    this.journal = store.collection("states.journal");
    this.resuming = store.collection("states.resuming");
    this.#history = store.collection("states.history");
  }

  /** @returns its id. */
  keepDefinition(text: string): string {
    let id = this.#definitionIds.get(text);
    if (!id) {
      id = createHash("sha256").update(text).digest("base64url");
      if (!this.#definitions.has(id)) this.#definitions.put(id, text);
      if (this.#definitionIds.size >= 100) this.#definitionIds.clear();
      this.#definitionIds.set(text, id);
    }
    return id;
  }

  definition(id: string): string {
    return this.#definitions.get(id)!;
  }

  /** An execution's events, in order. */
  eventsOf(arn: string): HistoryEvent[] {
    this.#commitAlone(this.#writingEvents(arn));
    return this.#history.values(`${arn} `).flat();
  }

  /**
   * Events are written some at a time, for they are many: those of the last moment may be lost by a kill. An execution that
   * goes on after it passes through its states again, and reports those that are missing.
   */
  addEvent(arn: string, event: HistoryEvent): void {
    if (this.#closed) return;
    const known = this.#events.get(arn);
    if (known) known.push(event);
    else this.#events.set(arn, [event]);
    this.#soon ??= setTimeout(() => this.flush(), delay);
  }

  /**
   * Writes in one transaction with what others write in this turn.
   * @param ended an execution whose events are written with it.
   * @returns when it is on disk.
   */
  commit(work: () => void, ended?: string): Promise<void> {
    if (this.#closed) return new Promise(() => {});
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#works.push({ write: work, written: resolve, lost: reject });
    if (ended) this.#works.push(this.#writingEvents(ended));
    if (!this.#due) {
      this.#due = true;
      setImmediate(() => this.#commit());
    }
    return promise;
  }

  /** Writes all that waits for it. */
  flush(): void {
    clearTimeout(this.#soon);
    this.#soon = undefined;
    for (const arn of this.#events.keys()) this.#works.push(this.#writingEvents(arn));
    this.#commit();
  }

  /** Writes all that waits for it; what comes later is lost as by a kill, and nobody hears that it was written. */
  close(): void {
    this.flush();
    this.#closed = true;
  }

  #commit(): void {
    const works = this.#works;
    this.#works = [];
    this.#due = false;
    if (works.length === 0) return;
    try {
      this.#store.transaction(() => {
        for (const { write } of works) write();
      });
      for (const { written } of works) written();
    } catch {
      // One execution's write that fails is no other's.
      for (const work of works) this.#commitAlone(work);
    }
  }

  #commitAlone({ write, written, lost }: Work): void {
    try {
      this.#store.transaction(write);
      written();
    } catch (error) {
      lost(error as Error);
    }
  }

  #writingEvents(arn: string): Work {
    const write = () => {
      const events = this.#events.get(arn);
      if (events) this.#history.put(`${arn} ${String(events[0]!.id).padStart(6, "0")}`, events);
    };
    const written = () => void this.#events.delete(arn);
    const lost = ({ message }: Error) => {
      written();
      console.error(`states: events of ${arn} are lost: ${message}`);
    };
    return { write, written, lost };
  }

  forgetHistory(arn: string): void {
    this.#events.delete(arn);
    for (const [key] of this.#history.entries(`${arn} `)) this.#history.delete(key);
  }

  /** What tasks gave, and the names of their tokens. @param place of a state, when only what it did is forgotten. */
  forgetJournal(arn: string, place?: string): void {
    const prefix = place === undefined ? `${arn} ` : `${arn} ${place} `;
    for (const [key] of this.journal.entries(prefix)) this.journal.delete(key);
    for (const [key] of this.tokenByKey.entries(prefix)) this.tokenByKey.delete(key);
  }

  /** Nobody waits for answers to an execution that has ended. */
  forgetTokens(arn: string): void {
    for (const token of this.tokenByKey.values(`${arn} `)) this.tokens.delete(token);
  }
}

/** A page of a list, in words of Step Functions. */
export function pageOf<T>(all: T[], request: PageRequest, key: (item: T) => Key, descending = false) {
  const { maxResults = 0 } = request;
  if (maxResults < 0 || maxResults > 1000) {
    const constraint = `Member must have value ${maxResults < 0 ? "greater than or equal to 0" : "less than or equal to 1000"}`;
    throw new AwsError("ValidationException", brokenConstraint(maxResults, "maxResults", constraint));
  }
  const invalid = () => new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");
  const { items, next } = page(all, request, key, { descending, invalid });
  return { items, paging: { ...(next && { nextToken: next }) } };
}
