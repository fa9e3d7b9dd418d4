/** SQS: queues and messages behind AWS's own protocols, with IAM and queue policies before them. */
import { policyOf } from "../../kit/permissions.ts";
import type { Operations } from "../../operations.ts";
import type { Access, Cloud, Operation, Service } from "../../service.ts";
import type { Wakes } from "../../wakes.ts";
import { queueAccess } from "./access.ts";
import { MoveTasks, sourceOf } from "./deadLetters/moveTasks.ts";
import { Engine, nameOf } from "./engine.ts";
import type { Name } from "./handlers.ts";
import { useQueuesKey, usesKey } from "./keyUse.ts";
import { messagesOf } from "./messages/look.ts";
import { Receiver } from "./messages/receive.ts";
import { QueueMetrics } from "./metrics.ts";
import { handlers } from "./operations/index.ts";
import { convertFormerState } from "./storage/formerState.ts";

/** What operations name their queue or task by. */
interface Named {
  QueueName?: string;
  QueueUrl?: string;
  SourceArn?: string;
  TaskHandle?: string;
}

/** The engine, and what works with it. */
interface Parts {
  engine: Engine;
  receiver: Receiver;
  tasks: MoveTasks;
  metrics: QueueMetrics;
}

/** Operations that use a queue, and so have its metrics reported. */
const uses = /^(SendMessage|ReceiveMessage|ChangeMessageVisibility)/;

/** @param options.clock how much faster than AWS's the clock of alarms runs. Default 1. */
export function createSqs(cloud: Cloud, wakes: Wakes, { clock = 1 }: { clock?: number } = {}): Service {
  const engine = new Engine(cloud, wakes);
  convertFormerState(engine, cloud.directory);
  const parts: Parts = {
    engine,
    receiver: new Receiver(engine),
    tasks: new MoveTasks(cloud.store.collection("sqs.moveTasks"), engine),
    metrics: new QueueMetrics(cloud, engine, clock),
  };
  const runs = { ...answering(engine), ...waiting(parts) };
  const operations = Object.entries(runs).map(([name, run]): [string, Operation] => [
    name,
    {
      access: (input: Named) => access(engine, name, input),
      run: keyed(cloud, engine, name, counted(parts.metrics, name, run)),
    },
  ]);
  return {
    name: "sqs",
    shapes: () => import("@aws-sdk/client-sqs"),
    operations: Object.fromEntries(operations),
    looks: { Messages: ({ QueueUrl }: { QueueUrl: string }) => ({ Messages: messagesOf(engine, QueueUrl) }) },
    async stop() {
      parts.metrics.stop();
      parts.tasks.stop();
      parts.receiver.stop();
      engine.sweeper.stop();
    },
  };
}

type Runs = { [Of in Name]?: Operation["run"] };

const answering = (engine: Engine): Runs =>
  Object.fromEntries(
    Object.entries(handlers).map(([name, handle]): [string, Operation["run"]] => [
      name,
      (input, call) => handle(engine, input, call),
    ]),
  );

/** Those that wait, or go on when they have answered. */
function waiting({ receiver, tasks }: Parts): Runs {
  const own: { [Of in Name]?: NonNullable<Operations<"sqs">[Of]>["run"] } = {
    ReceiveMessage: (input, { signal }) => receiver.receive(nameOf(input.QueueUrl), input, signal),
    StartMessageMoveTask: ({ SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond }) =>
      tasks.start(SourceArn, DestinationArn, MaxNumberOfMessagesPerSecond),
    CancelMessageMoveTask: ({ TaskHandle }) => tasks.cancel(TaskHandle),
    ListMessageMoveTasks: ({ SourceArn, MaxResults }) => ({ Results: tasks.list(SourceArn, MaxResults) }),
  };
  return own;
}

const counted =
  (metrics: QueueMetrics, name: string, run: Operation["run"]): Operation["run"] =>
  (input: Named, call) => {
    if (uses.test(name) && input.QueueUrl) metrics.used(nameOf(input.QueueUrl));
    return run(input, call);
  };

/** A queue that a customer's key encrypts asks KMS first; no other waits. */
function keyed(cloud: Cloud, { queues }: Engine, operation: string, run: Operation["run"]): Operation["run"] {
  if (!usesKey(operation)) return run;
  return (input: Named, call) => {
    const name = input.QueueUrl ? nameOf(input.QueueUrl) : "";
    const keyId = queues.get(name)?.attributes.KmsMasterKeyId;
    if (!keyId) return run(input, call);
    return useQueuesKey(cloud, queues.arn(name), keyId, call).then(() => run(input, call));
  };
}

function access({ queues }: Engine, operation: string, input: Named): Access[] {
  const arn = input.SourceArn ?? (input.TaskHandle && sourceOf(input.TaskHandle));
  const name = input.QueueName ?? (input.QueueUrl ? nameOf(input.QueueUrl) : arn?.split(":").at(-1));
  const policy = name ? policyOf(queues.get(name)?.attributes.Policy) : undefined;
  return queueAccess(operation, queues.arn(""), name, policy);
}
