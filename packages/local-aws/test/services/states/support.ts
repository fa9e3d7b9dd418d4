import { setTimeout as sleep } from "node:timers/promises";
import * as sfn from "@aws-sdk/client-sfn";
import * as sqs from "@aws-sdk/client-sqs";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

export type States = Record<string, unknown>;

export const pass = { Type: "Pass", End: true };

/** What a machine of the tests may do: send to queue `ask`, start other machines. */
const statements = [
  { Effect: "Allow", Action: "sqs:SendMessage", Resource: "arn:aws:sqs:*:000000000000:ask" },
  { Effect: "Allow", Action: "states:StartExecution", Resource: "*" },
];

/** State machines on a local cloud of their own, with a role and a queue that people are asked by. */
export class Machines {
  readonly test: TestCloud;
  readonly client: sfn.SFNClient;
  readonly roleArn: string;
  readonly queueUrl: string;
  #count = 0;

  private constructor(test: TestCloud, roleArn: string, queueUrl: string) {
    this.test = test;
    this.client = test.client(sfn.SFNClient, { config: { disableHostPrefix: true } });
    this.roleArn = roleArn;
    this.queueUrl = queueUrl;
  }

  static async start(): Promise<Machines> {
    const test = await startCloud();
    const { roleArn } = await test.mintRole(statements, {
      name: "machine",
      trust: "states.amazonaws.com",
      source: "arn:aws:states:us-east-1:000000000000:stateMachine:*",
    });
    const created = await test.client(sqs.SQSClient).send(new sqs.CreateQueueCommand({ QueueName: "ask" }));
    return new Machines(test, roleArn, created.QueueUrl!);
  }

  /** The same cloud, started again. Its queue is where it is now. */
  async restart(): Promise<Machines> {
    await this.test.stop({ keep: true });
    const test = await startCloud({ directory: this.test.directory });
    return new Machines(test, this.roleArn, this.queueUrl.replace(this.test.origin, test.origin));
  }

  /** @param more `TimeoutSeconds` of the definition, or settings of the machine. @returns its ARN. */
  async make(States: States, more: object = {}, roleArn = this.roleArn): Promise<string> {
    const [inDefinition, settings] = "TimeoutSeconds" in more ? [more, {}] : [{}, more];
    const definition = JSON.stringify({ StartAt: Object.keys(States)[0], States, ...inDefinition });
    const name = `machine-${++this.#count}`;
    const command = new sfn.CreateStateMachineCommand({ name, definition, roleArn, ...settings });
    return (await this.client.send(command)).stateMachineArn!;
  }

  /** @returns the execution's ARN. */
  async run(stateMachineArn: string, input: unknown = {}): Promise<string> {
    const command = new sfn.StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) });
    return (await this.client.send(command)).executionArn!;
  }

  async ended(executionArn: string): Promise<sfn.DescribeExecutionCommandOutput> {
    for (let attempt = 0; attempt < 400; attempt++) {
      const described = await this.client.send(new sfn.DescribeExecutionCommand({ executionArn }));
      if (described.status !== "RUNNING") return described;
      await sleep(10);
    }
    throw new Error("the execution did not end");
  }

  async output(executionArn: string) {
    return JSON.parse((await this.ended(executionArn)).output ?? "null");
  }

  /** Takes one message off the queue. */
  async message(): Promise<Record<string, string>> {
    const queue = this.test.client(sqs.SQSClient);
    const receive = new sqs.ReceiveMessageCommand({ QueueUrl: this.queueUrl, WaitTimeSeconds: 5 });
    const { Messages: [first] = [] } = await queue.send(receive);
    const { ReceiptHandle } = first!;
    await queue.send(new sqs.DeleteMessageCommand({ QueueUrl: this.queueUrl, ReceiptHandle }));
    return JSON.parse(first!.Body!);
  }

  /** A task that waits for an answer. */
  ask(more: object = {}) {
    return {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
      Parameters: {
        QueueUrl: this.queueUrl,
        MessageBody: { "TaskToken.$": "$$.Task.Token", "execution.$": "$$.Execution.Id", "state.$": "$$.State.Name" },
      },
      ...more,
    };
  }
}
