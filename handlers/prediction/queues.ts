import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { retrying } from "./clients.ts";

export const sqs = new SQSClient(retrying);

/** Sends a value as a message in JSON. */
export async function sendMessage(QueueUrl: string, MessageBody: string): Promise<void> {
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
}
