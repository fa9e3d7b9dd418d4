import * as sns from "@aws-sdk/client-sns";
import { type Sources, startSources } from "../../../testing/eventsources.ts";

/** A policy that allows `Principal` one action, for one source if given. */
export const policy = (Principal: object, Action: string, Resource: string, source?: string): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: {
      Effect: "Allow",
      Principal,
      Action,
      Resource,
      ...(source && { Condition: { ArnEquals: { "aws:SourceArn": source } } }),
    },
  });

/** Topics on a local cloud of their own, with queues and functions to deliver to. */
export class Topics {
  readonly sources: Sources;
  readonly client: sns.SNSClient;

  private constructor(sources: Sources) {
    this.sources = sources;
    this.client = sources.test.client(sns.SNSClient);
  }

  static async start(): Promise<Topics> {
    return new Topics(await startSources());
  }

  /** @returns the topic's ARN. */
  async make(Name: string, Attributes: Record<string, string> = {}): Promise<string> {
    return (await this.client.send(new sns.CreateTopicCommand({ Name, Attributes }))).TopicArn!;
  }

  /** @returns the subscription's ARN. */
  async subscribe(
    TopicArn: string,
    Protocol: string,
    Endpoint: string,
    Attributes: Record<string, string> = {},
  ): Promise<string> {
    const input = { TopicArn, Protocol, Endpoint, Attributes, ReturnSubscriptionArn: true };
    return (await this.client.send(new sns.SubscribeCommand(input))).SubscriptionArn!;
  }

  publish(TopicArn: string, Message: string, more: object = {}): Promise<sns.PublishCommandOutput> {
    return this.client.send(new sns.PublishCommand({ TopicArn, Message, ...more }));
  }

  /** Makes a queue that takes the messages of a topic. @returns its ARN. */
  async fedBy(name: string, topicArn: string): Promise<string> {
    const arn = `arn:aws:sqs:us-east-1:000000000000:${name}`;
    const Policy = policy({ Service: "sns.amazonaws.com" }, "sqs:SendMessage", arn, topicArn);
    return this.sources.queue(name, { Policy });
  }
}
