/** SQS: fauxqs behind AWS's endpoint, with IAM and queue policies before it. */
import type { SQSClient } from "@aws-sdk/client-sqs";
import { engineError, type MessagingEngine } from "../messaging.ts";
import type { Access, Cloud, Operation, PolicyDocument, Service } from "../service.ts";
import { queueAccess } from "./access.ts";

type Input = { QueueUrl?: string; QueueName?: string; Attributes?: Record<string, string> };

/** Operations of the engine, each under AWS's own name. */
const operations = [
  "AddPermission",
  "CancelMessageMoveTask",
  "ChangeMessageVisibility",
  "ChangeMessageVisibilityBatch",
  "CreateQueue",
  "DeleteMessage",
  "DeleteMessageBatch",
  "DeleteQueue",
  "GetQueueAttributes",
  "GetQueueUrl",
  "ListDeadLetterSourceQueues",
  "ListMessageMoveTasks",
  "ListQueues",
  "ListQueueTags",
  "PurgeQueue",
  "ReceiveMessage",
  "RemovePermission",
  "SendMessage",
  "SendMessageBatch",
  "SetQueueAttributes",
  "StartMessageMoveTask",
  "TagQueue",
  "UntagQueue",
] as const;

export interface Sqs extends Service {
  /** URL of a queue: the front's own origin, so that clients find it where they find everything else. */
  urlOf(name: string): string;
}

export function createSqs(cloud: Cloud, engine: MessagingEngine): Sqs {
  const policies = cloud.store.collection<PolicyDocument>("sqs.policies");
  const urlOf = (name: string) => `${cloud.origin}/${cloud.accountId}/${name}`;
  let client: Promise<SQSClient> | undefined;

  const send = async (operation: string, input: Input): Promise<Record<string, unknown>> => {
    const sdk = await import("@aws-sdk/client-sqs");
    client ??= engine.client().then((options) => new sdk.SQSClient({ ...options, useQueueUrlAsEndpoint: false }));
    const Command = sdk[`${operation}Command` as "SendMessageCommand"];
    try {
      return (await (await client).send(new Command(input as never))) as unknown as Record<string, unknown>;
    } catch (error) {
      throw engineError(error);
    }
  };

  const run = (operation: string) => async (input: Input) => {
    const output = await send(operation, input);
    keepPolicy(operation, input);
    if (typeof output.QueueUrl === "string") output.QueueUrl = urlOf(nameOf(output.QueueUrl));
    for (const list of ["QueueUrls", "queueUrls"]) {
      if (Array.isArray(output[list])) output[list] = output[list].map((url: string) => urlOf(nameOf(url)));
    }
    return output;
  };

  /** The engine stores a queue's policy and asks nobody; it is read here on every call. */
  function keepPolicy(operation: string, { QueueName, QueueUrl, Attributes }: Input): void {
    const name = QueueName ?? nameOf(QueueUrl ?? "");
    if (operation === "DeleteQueue") policies.delete(name);
    if (Attributes?.Policy !== undefined) {
      if (Attributes.Policy === "") policies.delete(name);
      else policies.put(name, JSON.parse(Attributes.Policy));
    }
  }

  const access =
    (operation: string) =>
    (input: Input): Access[] => {
      const name = input.QueueName ?? (input.QueueUrl ? nameOf(input.QueueUrl) : undefined);
      return queueAccess(
        operation,
        `arn:aws:sqs:${cloud.region}:${cloud.accountId}`,
        name,
        name ? policies.get(name) : undefined,
      );
    };

  return {
    name: "sqs",
    shapes: () => import("@aws-sdk/client-sqs"),
    operations: Object.fromEntries(
      operations.map((operation): [string, Operation] => [
        operation,
        { access: access(operation), run: run(operation) },
      ]),
    ),
    urlOf,
    async stop() {
      (await client)?.destroy();
      await engine.stop();
    },
  };
}

const nameOf = (url: string): string => url.split("/").at(-1) ?? "";
