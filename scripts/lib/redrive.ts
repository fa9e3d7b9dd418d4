import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { type FailureMessage, readFailureMessage } from "./failureMessage.ts";
import { output, type Stack } from "./stack.ts";
import { Unpredicted } from "./unpredicted.ts";

/** What became of a record, or of a message that names none. */
export interface Redriven {
  /** The record's id, or the message's. */
  id: string;
  outcome: Outcome;
  reason?: string;
}

/**
 * `put back`: the predictor gets it again, and what it rejects again is in the failure queue again. `predicted`: it has a
 * prediction by now. `gone`: there is no such record any more. `kept`: the failure queue keeps it.
 */
export type Outcome = "put back" | "predicted" | "gone" | "kept";

/** Seconds for which messages are hidden from others while they are put back. */
const hiddenSeconds = 300;

/**
 * Empties a pipeline's failure queue: each record goes back the way that it came, the table's stream or a queue. A message
 * is deleted when its record is on its way; what comes into the queue meanwhile is left alone.
 *
 * @param pipeline prefix of the stack's outputs: `iris` for `irisFailureQueueUrl`.
 */
export async function* redrive(stack: Stack, pipeline: string): AsyncGenerator<Redriven> {
  const sqs = new SQSClient(stack.client);
  const QueueUrl = output(stack, `${pipeline}FailureQueueUrl`);
  const recordQueueUrl = stack.outputs[`${pipeline}RecordQueueUrl`] as string | undefined;
  const putBack = recordQueueUrl
    ? byQueue(sqs, recordQueueUrl)
    : byStream(stack.client, output(stack, `${pipeline}TableName`));
  const began = Date.now();
  const left: Message[] = [];
  try {
    for (;;) {
      const { Messages = [] } = await sqs.send(
        new ReceiveMessageCommand({
          QueueUrl,
          MaxNumberOfMessages: 10,
          VisibilityTimeout: hiddenSeconds,
          WaitTimeSeconds: 1,
          MessageSystemAttributeNames: ["SentTimestamp"],
        }),
      );
      if (Messages.length === 0) return;
      const old = Messages.filter(({ Attributes }) => Number(Attributes?.SentTimestamp) <= began);
      left.push(...Messages.filter((message) => !old.includes(message)));
      for (const message of old) {
        const outcomes = await putBack(message.MessageId!, readFailureMessage(message.Body ?? ""));
        yield* outcomes;
        if (outcomes.some(({ outcome }) => outcome === "kept")) left.push(message);
        else await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message.ReceiptHandle }));
      }
      // Rejected again and again: what is left came after the beginning.
      if (old.length === 0) return;
    }
  } finally {
    for (const { ReceiptHandle } of left) {
      await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
    }
  }
}

type PutBack = (messageId: string, message: FailureMessage) => Promise<Redriven[]>;

/** Records that came by a queue go back to it, for whatever predicts them. */
function byQueue(sqs: SQSClient, QueueUrl: string): PutBack {
  const send = async (id: string, MessageBody: string): Promise<Redriven[]> => {
    await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
    return [{ id, outcome: "put back" }];
  };
  return async (messageId, message) => {
    switch (message.kind) {
      case "rejected":
        // Without a body the record is read from the table.
        return send(message.id, JSON.stringify({ id: message.id, ...(message.body && { record: message.body }) }));
      case "record":
        return send(message.id, message.text);
      case "batch":
        return [{ id: messageId, outcome: "kept", reason: "it is of a stream, and this pipeline has a queue" }];
      default:
        return [{ id: messageId, outcome: "kept", reason: message.reason }];
    }
  };
}

/** Records of the table come by its stream once more, as they are now. */
function byStream(client: Stack["client"], table: string): PutBack {
  const unpredicted = new Unpredicted(client, table);
  const putBack = async (id: string): Promise<Redriven> => {
    if (await unpredicted.redrive(id)) return { id, outcome: "put back" };
    return { id, outcome: (await unpredicted.has(id)) ? "predicted" : "gone" };
  };
  return async (messageId, message) => {
    if (message.kind === "unknown") return [{ id: messageId, outcome: "kept", reason: message.reason }];
    const ids = message.kind === "batch" ? await unpredicted.idsOf(message.batch) : [message.id];
    return Promise.all([...new Set(ids)].map(putBack));
  };
}
