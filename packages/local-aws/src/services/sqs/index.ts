/** SQS: queues of an engine behind AWS's endpoint, with IAM and queue policies before them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { policyOf, withoutPermission, withPermission } from "../../kit/permissions.ts";
import type { OperationOf } from "../../operations.ts";
import type { OperationName, Output } from "../../sdks.ts";
import type { Access, Cloud, Operation, Service } from "../../service.ts";
import type { Wakes } from "../../wakes.ts";
import { queueAccess } from "./access.ts";
import { checkedAttributes, checkName, checkPage } from "./attributes.ts";
import { type EngineAction, engineActions, type Queue, QueueEngine } from "./engine.ts";
import { checkMessages } from "./messages.ts";
import { QueueMetrics } from "./metrics.ts";
import { MoveTasks, sourcesOf } from "./moveTasks.ts";
import { Receiver } from "./receive.ts";

type Name = OperationName<"sqs">;

/** What operations name their queue or task by. */
interface Named {
  QueueName?: string;
  QueueUrl?: string;
  SourceArn?: string;
  TaskHandle?: string;
}

/** The engine, and what is created from it once it is open. */
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

  const changePolicy = async (QueueUrl: string, change: (queue: Queue) => string) => {
    const { engine } = await open();
    const Policy = change(engine.existing(nameOf(QueueUrl)));
    return engine.call("SetQueueAttributes", { QueueUrl, Attributes: { Policy } });
  };

  /** Operations that the engine lacks, or implements differently from AWS. */
  const own: { [Of in Name]?: OperationOf<"sqs", Of>["run"] } = {
    async ReceiveMessage(input, { signal }) {
      const { receiver, metrics } = await open();
      const name = nameOf(input.QueueUrl);
      metrics.used(name);
      return textAsBinary(await receiver.receive(name, input, signal));
    },
    async StartMessageMoveTask({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond }) {
      return (await open()).tasks.start(SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond);
    },
    async CancelMessageMoveTask({ TaskHandle }) {
      return (await open()).tasks.cancel(TaskHandle);
    },
    async ListMessageMoveTasks({ SourceArn, MaxResults = 1 }) {
      const tasks = (await open()).tasks.list(SourceArn).slice(0, MaxResults);
      return {
        Results: tasks.map(({ TaskHandle, ...task }) => (task.Status === "RUNNING" ? { TaskHandle, ...task } : task)),
      };
    },
    async ListDeadLetterSourceQueues({ QueueUrl }) {
      const { engine } = await open();
      const { arn } = engine.existing(nameOf(QueueUrl));
      return { queueUrls: sourcesOf(engine, arn).map(({ name }) => urlOf(name)) };
    },
    AddPermission: (input) =>
      changePolicy(input.QueueUrl, ({ arn, attributes }) => withPermission(attributes.Policy, "SQS", arn, input)),
    RemovePermission: (input) =>
      changePolicy(input.QueueUrl, ({ attributes }) => withoutPermission(attributes.Policy, input.Label)),
  };

  const run = (operation: EngineAction) => async (input: Named & { Attributes?: Record<string, string> }) => {
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
    // An attribute with an empty value is removed.
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
    (operation: Name) =>
    async (input: Named): Promise<Access[]> => {
      const { engine, tasks } = await open();
      const arn = input.SourceArn ?? (input.TaskHandle && tasks.sourceOf(input.TaskHandle));
      const name =
        input.QueueName ?? (input.QueueUrl ? nameOf(input.QueueUrl) : arn ? arn.split(":").at(-1) : undefined);
      const policy = name ? policyOf(engine.queue(name)?.attributes.Policy) : undefined;
      return queueAccess(operation, arnOf(""), name, policy);
    };

  const runs: { [Of in Name]?: Operation["run"] } = {
    ...Object.fromEntries(engineActions.map((name) => [name, run(name)])),
    ...own,
  };
  const operations = Object.entries(runs).map(([name, work]): [string, Operation] => [
    name,
    { access: access(name as Name), run: work },
  ]);

  return {
    name: "sqs",
    shapes: () => import("@aws-sdk/client-sqs"),
    operations: Object.fromEntries(operations),
    // Alarms may watch existing queues from the start, even if no one calls SQS.
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

/** Without a key, there is none to be used again. */
const present = (attributes: Record<string, string> = {}) =>
  Object.fromEntries(
    Object.entries(attributes).filter(
      ([name, value]) => value !== "" && (name !== "KmsDataKeyReusePeriodSeconds" || attributes.KmsMasterKeyId),
    ),
  );

const nameOf = (url: string): string => url.split("/").at(-1) ?? "";

/** The engine keeps JSON: bytes are base64 in it. */
function binaryAsText(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (Array.isArray(value)) return value.map(binaryAsText);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, binaryAsText(item)]));
}

function textAsBinary(output: Output<"sqs", "ReceiveMessage">): Output<"sqs", "ReceiveMessage"> {
  for (const attribute of (output.Messages ?? []).flatMap((message) =>
    Object.values(message.MessageAttributes ?? {}),
  )) {
    const { BinaryValue: value } = attribute as { BinaryValue?: unknown };
    if (typeof value === "string") attribute.BinaryValue = Buffer.from(value, "base64");
  }
  return output;
}
