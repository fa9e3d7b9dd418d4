import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-eventbridge";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

export const queueArn = (name: string) => `arn:aws:sqs:us-east-1:000000000000:${name}`;

/** Rules on a local cloud of their own, and queues that hear of what they select. */
export class Events {
  readonly cloud: TestCloud;
  readonly client: sdk.EventBridgeClient;
  readonly sqs: SQSClient;

  private constructor(cloud: TestCloud) {
    this.cloud = cloud;
    this.client = cloud.client(sdk.EventBridgeClient);
    this.sqs = cloud.client(SQSClient);
  }

  static async start(): Promise<Events> {
    return new Events(await startCloud());
  }

  /** A queue into which EventBridge (or S3) may write. */
  async queue(name: string, service = "events.amazonaws.com") {
    const arn = queueArn(name);
    const Policy = JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sqs:SendMessage", Resource: arn }],
    });
    const { QueueUrl } = await this.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: { Policy } }));
    const receive = async () => {
      const command = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MessageAttributeNames: ["All"] });
      const { Messages: [first] = [] } = await this.sqs.send(command);
      assert.ok(first, `nothing in ${name}`);
      return { body: first.Body ?? "", attributes: first.MessageAttributes };
    };
    return { arn, receive };
  }

  async rule(Name: string, pattern: object, target: Omit<sdk.Target, "Id">, EventBusName?: string): Promise<void> {
    await this.client.send(new sdk.PutRuleCommand({ Name, EventPattern: JSON.stringify(pattern), EventBusName }));
    const Targets = [{ Id: "t", ...target } as sdk.Target];
    await this.client.send(new sdk.PutTargetsCommand({ Rule: Name, EventBusName, Targets }));
  }
}
