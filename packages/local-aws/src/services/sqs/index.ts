/** SQS: queues of an engine behind AWS's endpoint, with IAM and queue policies before them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Permission, policyOf, withoutPermission, withPermission } from "../../kit/permissions.ts";
import type { Access, Call, Cloud, Operation, Service } from "../../service.ts";
import { AwsError } from "../../service.ts";
import type { Wakes } from "../../wakes.ts";
import { queueAccess } from "./access.ts";
import { checkedAttributes, checkName, checkPage } from "./attributes.ts";
import { type EngineAction, engineActions, type Queue, QueueEngine } from "./engine.ts";
import { checkMessages } from "./messages.ts";
import { QueueMetrics } from "./metrics.ts";
import { MoveTasks, sourcesOf } from "./moveTasks.ts";
import { type ReceiveInput, Receiver } from "./receive.ts";

interface Input extends ReceiveInput {
  QueueName?: string;
  Attributes?: Record<string, string>;
  SourceArn?: string;
  DestinationArn?: string;
  MaxNumberOfMessagesPerSecond?: number;
  TaskHandle?: string;
  Label?: string;
}

type Output = Record<string, unknown>;

/** The engine, and what is made of it once it is open. */
interface Opened {
  engine: QueueEngine;
  receiver: Receiver;
  tasks: MoveTasks;
  metrics: QueueMetrics;
}

/** They may make a message visible. */
const waking = new Set(["SendMessage", "SendMessageBatch", "ChangeMessageVisibility", "ChangeMessageVisibilityBatch"]);

/** @param options.clock how much faster than AWS's the clock of alarms runs. Default 1. */
export function createSqs(cloud: Cloud, wakes: Wakes, { clock = 1 }: { clock?: number } = {}): Service {
  const arnOf = (name: string) => `arn:aws:sqs:${cloud.region}:${cloud.accountId}:${name}`;
  /** The front's own origin, so that clients find a queue where they find everything else. */
  const urlOf = (name: string) => `${cloud.origin}/${cloud.accountId}/${name}`;
  const directory = join(cloud.directory, "queues");
  let opening: Promise<Opened> | undefined;
  let expiring: NodeJS.Timeout | undefined;

  const open = (): Promise<Opened> => {
    opening ??= QueueEngine.open(directory, cloud.region).then((engine) => {
      expiring = setInterval(() => engine.expire(), 60_000).unref();
      const tasks = new MoveTasks(cloud.store.collection("sqs.moveTasks"), engine, wakes);
      return { engine, receiver: new Receiver(engine, wakes), tasks, metrics: new QueueMetrics(cloud, engine, clock) };
    });
    return opening;
  };

  const existing = (engine: QueueEngine, name: string): Queue => {
    const queue = engine.queue(name);
    if (!queue) throw new AwsError("QueueDoesNotExist", "The specified queue does not exist.", 400);
    return queue;
  };

  const changePolicy = async (input: Input, change: (queue: Queue) => string) => {
    const { engine } = await open();
    const QueueUrl = input.QueueUrl as string;
    const Policy = change(existing(engine, nameOf(QueueUrl)));
    return engine.call("SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
  };

  /** Operations that the engine does not have, or not as AWS does. */
  const own: Record<string, (input: Input, call: Call) => Promise<Output>> = {
    async ReceiveMessage(input, { signal }) {
      const { receiver, metrics } = await open();
      metrics.used(nameOf(input.QueueUrl ?? ""));
      return (await receiver.receive(nameOf(input.QueueUrl ?? ""), input, signal)) as Output;
    },
    async StartMessageMoveTask({ SourceArn = "", DestinationArn, MaxNumberOfMessagesPerSecond }) {
      return (await open()).tasks.start(SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond);
    },
    async CancelMessageMoveTask({ TaskHandle = "" }) {
      return (await open()).tasks.cancel(TaskHandle);
    },
    async ListMessageMoveTasks({ SourceArn = "", ...input }) {
      const { MaxResults = 1 } = input as { MaxResults?: number };
      const tasks = (await open()).tasks.list(SourceArn).slice(0, MaxResults);
      return {
        Results: tasks.map(({ TaskHandle, ...task }) => (task.Status === "RUNNING" ? { TaskHandle, ...task } : task)),
      };
    },
    async ListDeadLetterSourceQueues({ QueueUrl = "" }) {
      const { engine } = await open();
      const { arn } = existing(engine, nameOf(QueueUrl));
      return { queueUrls: sourcesOf(engine, arn).map(({ name }) => urlOf(name)) };
    },
    AddPermission: (input) =>
      changePolicy(input, ({ arn, attributes }) =>
        withPermission(attributes.Policy, "SQS", arn, input as Input & Permission),
      ),
    RemovePermission: (input) =>
      changePolicy(input, ({ attributes }) => withoutPermission(attributes.Policy, input.Label ?? "")),
  };

  const run = (operation: EngineAction) => async (input: Input) => {
    const { engine, metrics } = await open();
    const name = input.QueueName ?? nameOf(input.QueueUrl ?? "");
    if (operation === "CreateQueue") checkName(name);
    if (operation === "ListQueues") checkPage(input as { MaxResults?: number });
    checkMessages(operation, name.endsWith(".fifo"), input);
    const sets = operation === "CreateQueue" || operation === "SetQueueAttributes";
    const given = sets ? { ...input, Attributes: checkedAttributes(engine, arnOf(name), input.Attributes) } : input;
    const output = engine.call(operation, binaryAsText(given) as object);
    if (waking.has(operation)) {
      wakes.ring(arnOf(name));
      metrics.used(name);
    }
    // An attribute that is set to nothing is taken away.
    if (operation === "GetQueueAttributes") output.Attributes = present(output.Attributes as Record<string, string>);
    if (typeof output.QueueUrl === "string") output.QueueUrl = urlOf(nameOf(output.QueueUrl));
    if (Array.isArray(output.QueueUrls)) output.QueueUrls = output.QueueUrls.map((url: string) => urlOf(nameOf(url)));
    // Lists that are empty are left out.
    for (const list of ["QueueUrls", "Successful", "Failed"]) {
      if (Array.isArray(output[list]) && output[list].length === 0) delete output[list];
    }
    return output;
  };

  const access =
    (operation: string) =>
    async (input: Input): Promise<Access[]> => {
      const { engine, tasks } = await open();
      const arn = input.SourceArn ?? (input.TaskHandle && tasks.sourceOf(input.TaskHandle));
      const name =
        input.QueueName ?? (input.QueueUrl ? nameOf(input.QueueUrl) : arn ? arn.split(":").at(-1) : undefined);
      const policy = name ? policyOf(engine.queue(name)?.attributes.Policy) : undefined;
      return queueAccess(operation, arnOf(""), name, policy);
    };

  const operations: [string, Operation][] = [
    ...engineActions.map((name): [string, Operation] => [name, { access: access(name), run: run(name) }]),
    ...Object.entries(own).map(([name, work]): [string, Operation] => [
      name,
      { access: access(name), run: async (input: Input, call) => textAsBinary(await work(input, call)) },
    ]),
  ];

  return {
    name: "sqs",
    shapes: () => import("@aws-sdk/client-sqs"),
    operations: Object.fromEntries(operations),
    // Alarms watch queues that are there from the beginning, whether or not somebody calls.
    async start() {
      if (existsSync(directory)) await open();
    },
    async stop() {
      clearInterval(expiring);
      const opened = await opening;
      opened?.metrics.stop();
      opened?.tasks.stop();
      opened?.receiver.stop();
      opened?.engine.close();
    },
  };
}

const present = (attributes: Record<string, string> = {}) =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== ""));

const nameOf = (url: string): string => url.split("/").at(-1) ?? "";

/** The engine keeps JSON: bytes are base64 in it. */
function binaryAsText(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(binaryAsText);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, binaryAsText(item)]));
}

function textAsBinary(output: Output): Output {
  for (const message of (output.Messages ?? []) as {
    MessageAttributes?: Record<string, { BinaryValue?: unknown }>;
  }[]) {
    for (const [name, attribute] of Object.entries(message.MessageAttributes ?? {})) {
      if (typeof attribute.BinaryValue !== "string" || !message.MessageAttributes) continue;
      message.MessageAttributes[name] = { ...attribute, BinaryValue: Buffer.from(attribute.BinaryValue, "base64") };
    }
  }
  return output;
}
