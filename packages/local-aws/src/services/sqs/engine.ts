/**
 * The engine behind SQS: fauxqs' queues, kept in its SQLite file. Its parts are used in process, without its server,
 * which would listen on every interface and include an S3.
 */
import { mkdirSync } from "node:fs";
import type { DatabaseSync } from "node:sqlite";
import type * as sqs from "@aws-sdk/client-sqs";
import type { OperationName } from "../../sdks.ts";
import { AwsError } from "../../service.ts";

export interface Message {
  messageId: string;
  body: string;
  /** Milliseconds since the epoch. */
  sentTimestamp: number;
  approximateReceiveCount: number;
  /** The queue that it was moved here from as a dead letter. */
  sourceArn?: string;
}

export interface Received extends sqs.Message {
  MessageId: string;
  ReceiptHandle: string;
}

export interface Queue {
  name: string;
  arn: string;
  url: string;
  attributes: Record<string, string>;
  messages: Message[];
  delayedMessages: Message[];
  fifoMessages: Map<string, Message[]>;
  inflightMessages: Map<string, { message: Message; visibilityDeadline: number }>;
  isFifo(): boolean;
  enqueue(message: Message): void;
  dequeue(most: number, visibilityTimeout: number | undefined, deadLetters: (arn: string) => unknown): Received[];
  deleteMessage(receiptHandle: string): boolean;
  setAttributes(attributes: Record<string, string>): void;
}

interface QueueStore {
  region: string;
  persistence: unknown;
  allQueues(): Iterable<Queue>;
  getQueueByName(name: string): Queue | undefined;
  getQueueByArn(arn: string): Queue | undefined;
}

interface Persistence {
  db: DatabaseSync;
  transaction(work: () => void): void;
  insertMessage(queue: string, message: Message): void;
  updateMessageReady(messageId: string): void;
  deleteMessage(messageId: string): void;
  loadSqsAndSns(queues: QueueStore, topics: unknown): void;
  close(): void;
}

type Action = (input: object, store: QueueStore, request: { headers: object }) => object;

/** A module of fauxqs that its package does not export. */
const part = (path: string) => import(new URL(path, import.meta.resolve("fauxqs")).href);

/** `ReceiveMessage` is not among them: it waits (see `receive.ts`). */
const actions = [
  "ChangeMessageVisibility",
  "ChangeMessageVisibilityBatch",
  "CreateQueue",
  "DeleteMessage",
  "DeleteMessageBatch",
  "DeleteQueue",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ListQueueTags",
  "ListQueues",
  "PurgeQueue",
  "SendMessage",
  "SendMessageBatch",
  "SetQueueAttributes",
  "TagQueue",
  "UntagQueue",
] as const satisfies OperationName<"sqs">[];

export const engineActions: readonly EngineAction[] = actions;
export type EngineAction = (typeof actions)[number];

export class QueueEngine {
  readonly #store: QueueStore;
  readonly #persistence: Persistence;
  readonly #actions: Map<string, Action>;

  /** MD5 of a message's attributes, which clients compare. */
  readonly digest: (attributes: NonNullable<sqs.Message["MessageAttributes"]>) => string;

  private constructor(
    store: QueueStore,
    persistence: Persistence,
    loaded: Map<string, Action>,
    digest: QueueEngine["digest"],
  ) {
    this.digest = digest;
    this.#store = store;
    this.#persistence = persistence;
    this.#actions = loaded;
  }

  /** @param directory of its file; made when missing. */
  static async open(directory: string, region: string): Promise<QueueEngine> {
    mkdirSync(directory, { recursive: true });
    const [{ SqsStore }, { SnsStore }, { PersistenceManager }, types, { md5OfMessageAttributes }] = await Promise.all(
      ["sqs/sqsStore.js", "sns/snsStore.js", "persistence.js", "sqs/sqsTypes.js", "common/md5.js"].map(part),
    );
    // It treats characters beyond the basic plane as invalid, and two attributes as unchangeable.
    types.INVALID_MESSAGE_BODY_CHAR.compile(/[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u);
    types.SETTABLE_ATTRIBUTES.add("DeduplicationScope").add("FifoThroughputLimit");
    const store: QueueStore = new SqsStore();
    store.region = region;
    const persistence = repaired(new PersistenceManager(directory));
    persistence.loadSqsAndSns(store, new SnsStore());
    store.persistence = persistence;
    for (const queue of store.allQueues()) (queue as Queue & { persistence: unknown }).persistence = persistence;
    restoreSources(store, persistence.db);
    const loaded = await Promise.all(
      actions.map(async (name): Promise<[string, Action]> => {
        const leaf = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
        return [name, (await part(`sqs/actions/${leaf}.js`))[leaf] as Action];
      }),
    );
    return new QueueEngine(store, persistence, new Map(loaded), md5OfMessageAttributes);
  }

  /** Performs one operation atomically. */
  call(action: EngineAction, input: object): Record<string, unknown> {
    return this.atOnce(() => {
      const request = { headers: { host: "engine" } };
      return this.#actions.get(action)?.(input, this.#store, request) as Record<string, unknown>;
    });
  }

  /** Runs synchronous work in one transaction. */
  atOnce<Result>(work: () => Result): Result {
    let result: Result | undefined;
    try {
      this.#persistence.transaction(() => {
        result = work();
      });
    } catch (error) {
      throw awsError(error);
    }
    return result as Result;
  }

  queue(name: string): Queue | undefined {
    return this.#store.getQueueByName(name);
  }

  /** @throws AwsError `QueueDoesNotExist` */
  existing(name: string): Queue {
    const queue = this.queue(name);
    if (!queue) throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.", 400);
    return queue;
  }

  byArn(arn: string): Queue | undefined {
    return this.#store.getQueueByArn(arn);
  }

  queues(): Queue[] {
    return [...this.#store.allQueues()];
  }

  /** Drops messages that are older than their queue keeps them. */
  expire(now = Date.now()): void {
    for (const queue of this.queues()) {
      const oldest = now - Number(queue.attributes.MessageRetentionPeriod) * 1000;
      const stale = (message: Message) => message.sentTimestamp < oldest;
      const lists = [queue.messages, queue.delayedMessages, ...queue.fifoMessages.values()];
      const gone = lists.flatMap((list) => list.filter(stale));
      if (gone.length === 0) continue;
      this.atOnce(() => {
        for (const { messageId } of gone) this.#persistence.deleteMessage(messageId);
      });
      for (const list of lists) list.splice(0, list.length, ...list.filter((message) => !stale(message)));
    }
  }

  close(): void {
    this.#persistence.close();
  }
}

/** Corrects how it writes to its file. */
function repaired(persistence: Persistence): Persistence {
  const { db } = persistence;
  // Each message is written several times; in WAL mode a killed process loses nothing this way either.
  db.exec("PRAGMA synchronous = NORMAL");
  if (!db.prepare("SELECT 1 FROM pragma_table_info('sqs_messages') WHERE name = 'source_arn'").get()) {
    db.exec("ALTER TABLE sqs_messages ADD COLUMN source_arn TEXT");
  }
  const ready = db.prepare(
    "UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?",
  );
  // Its own statement clears the receive count too, which its schema forbids.
  persistence.updateMessageReady = (messageId) => {
    ready.run(messageId);
  };
  const source = db.prepare("UPDATE sqs_messages SET source_arn = ? WHERE message_id = ?");
  const insert = persistence.insertMessage.bind(persistence);
  persistence.insertMessage = (queue, message) => {
    insert(queue, message);
    if (message.sourceArn) source.run(message.sourceArn, message.messageId);
  };
  return persistence;
}

function restoreSources(store: QueueStore, db: DatabaseSync): void {
  const rows = db.prepare("SELECT message_id, source_arn FROM sqs_messages WHERE source_arn IS NOT NULL").all();
  if (rows.length === 0) return;
  const sources = new Map(rows.map((row) => [row.message_id, row.source_arn as string]));
  for (const queue of store.allQueues()) {
    const inFlight = [...queue.inflightMessages.values()].map(({ message }) => message);
    for (const message of [
      ...queue.messages,
      ...queue.delayedMessages,
      ...[...queue.fifoMessages.values()].flat(),
      ...inFlight,
    ]) {
      const sourceArn = sources.get(message.messageId);
      if (sourceArn) message.sourceArn = sourceArn;
    }
  }
}

/** The engine's errors are AWS's own; any other is the local cloud's. */
function awsError(error: unknown): unknown {
  const { name, code, message, statusCode } = error as Error & { code: string; statusCode: number };
  return name === "SqsError" ? new AwsError(code, message, statusCode) : error;
}
