import { setTimeout as delay } from "node:timers/promises";
import { DeleteMessageBatchCommand, type Message, ReceiveMessageCommand, type SQSClient } from "@aws-sdk/client-sqs";
import { logger } from "../../handlers/lib/logger.ts";

const LONGEST_PAUSE_MS = 30_000;
const BATCH = 10;

interface ConsumerOptions {
  client: SQSClient;
  queueUrl: string;
  /** Handles one message. When it throws, the message stays and comes again, until the queue's redrive policy takes it. */
  handle(messageId: string, body: string): Promise<void>;
  /** Called after each batch. */
  afterBatch?(): void;
  /** Batches in work side by side. Default 4. */
  concurrency?: number;
  /** Seconds that a call waits for a message. Default 20, the most that SQS allows. */
  waitSeconds?: number;
  /** Ends receiving; what is in work is finished. */
  signal: AbortSignal;
}

/** Drains a queue until it is stopped. Messages of a batch are handled side by side, and deleted as one. */
export async function consume(options: ConsumerOptions): Promise<void> {
  await Promise.all(Array.from({ length: options.concurrency ?? 4 }, () => consumeInTurn(options)));
}

async function consumeInTurn(options: ConsumerOptions): Promise<void> {
  const { client, queueUrl, signal, waitSeconds = 20, afterBatch } = options;
  let failures = 0;
  while (!signal.aborted) {
    try {
      const { Messages = [] } = await client.send(
        new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: BATCH, WaitTimeSeconds: waitSeconds }),
        { abortSignal: signal },
      );
      await handleBatch(options, Messages);
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      logger.error("the queue could not be read", error as Error);
      // A random part of a growing pause, so that consumers do not come back all at once.
      const pause = Math.random() * Math.min(LONGEST_PAUSE_MS, 200 * 2 ** failures++);
      await delay(pause, undefined, { signal }).catch(() => {});
    } finally {
      afterBatch?.();
    }
  }
}

async function handleBatch({ client, queueUrl, handle }: ConsumerOptions, messages: Message[]): Promise<void> {
  const results = await Promise.allSettled(messages.map(({ MessageId, Body }) => handle(MessageId ?? "", Body ?? "")));
  const done: Message[] = [];
  for (const [index, result] of results.entries()) {
    const message = messages[index]!;
    if (result.status === "fulfilled") done.push(message);
    else logger.error("the message comes again", { messageId: message.MessageId, error: result.reason as Error });
  }
  if (done.length === 0) return;
  const Entries = done.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
  const { Failed = [] } = await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
  for (const { Id, Code } of Failed)
    logger.warn("not deleted, comes again", { messageId: done[Number(Id)]?.MessageId, Code });
}
