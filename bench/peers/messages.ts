/** Queues, topics and buses. */
import { EventBridgeClient, PutEventsCommand, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateTopicCommand, PublishCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import type { Server } from "../lib/server.ts";
import { fresh } from "./names.ts";
import type { Scenario } from "./scenario.ts";

interface Queue {
  url: string;
  arn: string;
}

/** A queue into which that service may send. */
async function queue(server: Server, service?: string): Promise<Queue> {
  const sqs = server.client(SQSClient);
  const url = (await sqs.send(new CreateQueueCommand({ QueueName: fresh("queue") }))).QueueUrl!;
  const AttributeNames = ["QueueArn" as const];
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames }));
  const arn = Attributes!.QueueArn!;
  if (service) {
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sqs:SendMessage", Resource: arn }],
    });
    await sqs.send(new SetQueueAttributesCommand({ QueueUrl: url, Attributes: { Policy } }));
  }
  return { url, arn };
}

/** Takes one message out of the queue. */
async function take(server: Server, QueueUrl: string): Promise<void> {
  const sqs = server.client(SQSClient);
  const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
  if (Messages.length !== 1) throw new Error("no message within 5 s");
  await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: Messages[0]!.ReceiptHandle }));
}

export const messages: Scenario[] = [
  {
    what: "SQS: send, receive, delete",
    count: 500,
    async prepare(server) {
      const { url } = await queue(server);
      return async (n) => {
        await server.client(SQSClient).send(new SendMessageCommand({ QueueUrl: url, MessageBody: `measured ${n}` }));
        await take(server, url);
      };
    },
  },
  {
    what: "SNS to 5 SQS, each received and deleted",
    count: 100,
    async prepare(server) {
      const sns = server.client(SNSClient);
      const { TopicArn } = await sns.send(new CreateTopicCommand({ Name: fresh("topic") }));
      const queues: Queue[] = [];
      for (let n = 0; n < 5; n++) {
        const made = await queue(server, "sns.amazonaws.com");
        await sns.send(new SubscribeCommand({ TopicArn, Protocol: "sqs", Endpoint: made.arn }));
        queues.push(made);
      }
      return async (n) => {
        await sns.send(new PublishCommand({ TopicArn, Message: `measured ${n}` }));
        for (const { url } of queues) await take(server, url);
      };
    },
  },
  {
    what: "EventBridge to SQS, received and deleted",
    count: 400,
    async prepare(server) {
      const events = server.client(EventBridgeClient);
      const { url, arn } = await queue(server, "events.amazonaws.com");
      const Source = fresh("bench");
      const Name = fresh("rule");
      await events.send(new PutRuleCommand({ Name, EventPattern: JSON.stringify({ source: [Source] }) }));
      await events.send(new PutTargetsCommand({ Rule: Name, Targets: [{ Id: "queue", Arn: arn }] }));
      return async (n) => {
        const Entries = [{ Source, DetailType: "measured", Detail: JSON.stringify({ n }) }];
        const { FailedEntryCount } = await events.send(new PutEventsCommand({ Entries }));
        if (FailedEntryCount) throw new Error("PutEvents refuses an event");
        await take(server, url);
      };
    },
  },
  {
    what: "SQS receive, of messages",
    count: 200,
    sizes: [1_000, 10_000],
    async prepare(server, size) {
      const sqs = server.client(SQSClient);
      const { url: QueueUrl } = await queue(server);
      for (let from = 0; from < size; from += 10) {
        const Entries = Array.from({ length: 10 }, (_, n) => ({ Id: `${n}`, MessageBody: `measured ${from + n}` }));
        await sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
      }
      return async () => {
        const { Messages = [] } = await sqs.send(new ReceiveMessageCommand({ QueueUrl }));
        if (Messages.length !== 1) throw new Error("no message of many");
      };
    },
  },
];
