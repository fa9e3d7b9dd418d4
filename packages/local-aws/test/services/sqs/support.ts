import type * as sqs from "@aws-sdk/client-sqs";
import { SQS } from "@aws-sdk/client-sqs";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { signedFetch } from "../../support/signedFetch.ts";

export interface Queues {
  test: TestCloud;
  /** Speaks JSON. */
  client: SQS;
  arn(name: string): string;
  /** @returns the URL. A name that ends with `.fifo` makes a FIFO queue. */
  create(name: string, attributes?: Record<string, string>): Promise<string>;
  /** With all attributes of each message. */
  receive(url: string, more?: Partial<sqs.ReceiveMessageRequest>): Promise<sqs.Message[]>;
  bodies(url: string, more?: Partial<sqs.ReceiveMessageRequest>): Promise<(string | undefined)[]>;
  /** Visible, received and delayed messages. */
  counts(url: string): Promise<number[]>;
  /** The query protocol. @param accept type of the answer. Default: XML. @returns the status and the text. */
  query(action: string, fields: Record<string, string>, accept?: string): Promise<{ status: number; body: string }>;
}

const approximate = ["", "NotVisible", "Delayed"].map(
  (what) => `ApproximateNumberOfMessages${what}` as sqs.QueueAttributeName,
);

/** @param directory of a cloud that was there before. */
export async function startQueues(directory?: string): Promise<Queues> {
  const test = await startCloud(directory === undefined ? {} : { directory });
  const client = test.client(SQS);
  const receive: Queues["receive"] = async (QueueUrl, more) => {
    const all = { MessageAttributeNames: ["All"], MessageSystemAttributeNames: ["All" as const] };
    const { Messages = [] } = await client.receiveMessage({ QueueUrl, ...all, ...more });
    return Messages;
  };
  return {
    test,
    client,
    arn: (name) => `arn:aws:sqs:us-east-1:000000000000:${name}`,
    async create(QueueName, attributes = {}) {
      const Attributes = { ...(QueueName.endsWith(".fifo") && { FifoQueue: "true" }), ...attributes };
      return (await client.createQueue({ QueueName, Attributes })).QueueUrl as string;
    },
    receive,
    bodies: async (url, more) => (await receive(url, more)).map(({ Body }) => Body),
    async counts(QueueUrl) {
      const { Attributes = {} } = await client.getQueueAttributes({ QueueUrl, AttributeNames: approximate });
      return approximate.map((name) => Number(Attributes[name]));
    },
    query: (Action, fields, accept) =>
      signedFetch(`${test.origin}/`, {
        method: "POST",
        body: String(new URLSearchParams({ Action, Version: "2012-11-05", ...fields })),
        headers: { "content-type": "application/x-www-form-urlencoded", ...(accept && { accept }) },
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
        service: "sqs",
      }),
  };
}

/** The handle of a message that must be there. */
export function handleOf([message]: sqs.Message[]): string {
  if (!message?.ReceiptHandle) throw new Error("nothing was received");
  return message.ReceiptHandle;
}
