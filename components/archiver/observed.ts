import type { Table } from "@pulumi/aws/dynamodb";
import type { StateMachine } from "@pulumi/aws/sfn";
import type { CodeFunction } from "../codeFunction.ts";
import { functionsOf, type Observed } from "../observability/args.ts";
import type { Approval } from "./approval.ts";

interface Workflow {
  stateMachine: StateMachine;
  expressStateMachine: StateMachine | undefined;
  table: Table;
  functions: Record<string, CodeFunction>;
}

/** Files that are not archived, and people who are not heard. */
export function observedOf(name: string, workflow: Workflow, asked: Approval | undefined): Observed {
  const { stateMachine, expressStateMachine, table, functions } = workflow;
  return {
    ...(asked?.mail && { apis: { [`${name}-approvals`]: asked.mail.api } }),
    functions: functionsOf(name, functions, {
      startDrop: "Dropped files are not archived",
      recordStopped: "Executions that were stopped have no record",
      reconcile: "Executions without a record are not looked for",
    }),
    machines: { [name]: stateMachine, ...(expressStateMachine && { [`${name}-express`]: expressStateMachine }) },
    ...(asked?.questions && {
      queues: {
        [`${name}-unanswered`]: {
          queue: asked.questions.unanswered,
          longestWait: 0,
          means: "A question was read a thousand times and not answered: nobody reads it any more",
        },
        [`${name}-approval-age`]: {
          queue: asked.questions.queue,
          longestWait: asked.timeout / 2,
          means: "A question waits for half of the time that it has for its answer",
        },
      },
    }),
    tables: { [`${name}-ArchiveTable`]: table },
  };
}
