import { SendTaskSuccessCommand, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { DeleteMessageCommand, ReceiveMessageCommand } from "@aws-sdk/client-sqs";
import { output } from "../../lib/stack.ts";
import type { Started } from "../ledger.ts";
import type { Load } from "./load.ts";

/** Executions that are asked for by name, half of them with a human's word. */
export const executions: Load = {
  name: "executions",
  pause: 3_000,
  async step({ stack, clients, ledger, measures }, chance) {
    const started: Started = { name: `soak-${ledger.started.length}`, approval: chance.happens(0.5), accepted: false };
    ledger.started.push(started);
    const input = { approval_needed: started.approval, archive: chance.happens(0.8), quality: chance.between(0, 100) };
    await measures.timed("latency start", () =>
      clients.sfn.send(
        new StartExecutionCommand({
          ...{ stateMachineArn: output(stack, "archiverStateMachineArn"), name: started.name },
          input: JSON.stringify(input),
        }),
      ),
    );
    started.accepted = true;
  },
};

/** The human: answers what comes by the queue, once and for all. */
export const approver: Load = {
  name: "approver",
  pause: 1_000,
  async step({ stack, clients: { sfn, sqs }, ledger }, chance) {
    const QueueUrl = output(stack, "approvalQueueUrl");
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: 1, VisibilityTimeout: 5 }),
    );
    for (const { Body = "", ReceiptHandle } of Messages) {
      const { TaskToken, Execution } = JSON.parse(Body) as { TaskToken: string; Execution: string };
      const name = Execution.split(":").at(-1) as string;
      const approved = ledger.decisions.get(name) ?? chance.happens(0.7);
      ledger.decisions.set(name, approved);
      await sfn
        .send(new SendTaskSuccessCommand({ taskToken: TaskToken, output: JSON.stringify({ approved }) }))
        .catch((error: Error) => {
          // It was answered before, and the answer to that was lost.
          if (!/^Task(TimedOut|DoesNotExist)$/.test(error.name)) throw error;
        });
      await sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
    }
  },
};
