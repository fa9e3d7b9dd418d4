/** Reads over queues and messages from the file of earlier versions. */
import { existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Tags } from "../../../kit/tags.ts";
import { newAttributes } from "../attributes.ts";
import type { Engine } from "../engine.ts";
import type { KeptAttribute } from "./messages.ts";
import { isFifo, newQueue, type Queue } from "./queues.ts";

interface FormerQueue {
  name: string;
  attributes: string;
  tags: string;
  /** Seconds since the epoch. */
  created_timestamp: number;
  last_modified_timestamp: number;
}

interface FormerMessage {
  message_id: string;
  body: string;
  md5_of_body: string;
  message_attributes: string;
  sent_timestamp: number;
  approximate_receive_count: number;
  approximate_first_receive_timestamp: number | null;
  delay_until: number | null;
  message_group_id: string | null;
  message_deduplication_id: string | null;
  visibility_deadline: number | null;
  source_arn?: string | null;
}

/** Once: afterwards the folder of that file is deleted. Receipt handles from then are not known any more. */
export function convertFormerState(engine: Engine, directory: string): void {
  const folder = join(directory, "queues");
  const file = join(folder, "fauxqs.db");
  if (!existsSync(file)) return;
  const former = new DatabaseSync(file);
  try {
    engine.atOnce(() => {
      for (const queue of former.prepare("SELECT * FROM sqs_queues").all() as unknown as FormerQueue[]) {
        // It is there if the process ended before the folder was deleted.
        if (!engine.queues.get(queue.name)) convertQueue(engine, former, queue);
      }
    });
  } finally {
    former.close();
  }
  rmSync(folder, { recursive: true });
}

function convertQueue(engine: Engine, former: DatabaseSync, { name, ...given }: FormerQueue): void {
  const pool = engine.pools.create();
  const queue = newQueue(name, pool, {
    attributes: newAttributes(JSON.parse(given.attributes) as Record<string, string>),
    tags: JSON.parse(given.tags) as Tags,
  });
  queue.created = given.created_timestamp * 1000;
  queue.modified = given.last_modified_timestamp * 1000;
  engine.queues.put(queue);
  const order = "coalesce(sequence_number, ''), sent_timestamp, rowid";
  const messages = former.prepare(`SELECT * FROM sqs_messages WHERE queue_name = ? ORDER BY ${order}`).iterate(name);
  for (const message of messages) convertMessage(engine, queue, message as unknown as FormerMessage);
}

function convertMessage(engine: Engine, queue: Queue, message: FormerMessage): void {
  const attributes = JSON.parse(message.message_attributes) as Record<string, KeptAttribute>;
  const { message_group_id: group, message_deduplication_id: deduplication, source_arn: source } = message;
  engine.messages.add(queue, {
    message: message.message_id,
    body: message.body,
    sent: message.sent_timestamp,
    visible: message.visibility_deadline ?? message.delay_until ?? message.sent_timestamp,
    receives: message.approximate_receive_count,
    received: message.approximate_first_receive_timestamp,
    grp: isFifo(queue) ? (group ?? "default") : null,
    details: {
      digest: message.md5_of_body,
      sender: engine.accountId,
      ...(Object.keys(attributes).length > 0 && { attributes }),
      ...(group && { group }),
      ...(deduplication && { deduplication }),
      ...(source && { source }),
    },
  });
}
