import { RolePolicy } from "@pulumi/aws/iam";
import type { StateMachine } from "@pulumi/aws/sfn";
import { type Topic, TopicSubscription } from "@pulumi/aws/sns";
import type { Queue } from "@pulumi/aws/sqs";
import { type Input, jsonStringify, type Resource } from "@pulumi/pulumi";
import { ApiWithLambdas, type Throttling } from "../apiWithLambdas.ts";
import { CodeFunction } from "../codeFunction.ts";
import { queueBinding, tableBinding, topicBinding } from "../function/bindings.ts";
import type { Binding, Statement } from "../function/statement.ts";
import { createTable } from "../table.ts";
import { createTopic } from "../topic.ts";
import type { ArchiverHandlers, SesArgs } from "./args.ts";

interface MailApprovalArgs {
  handlers: ArchiverHandlers;
  approvers: string[];
  ses: SesArgs | undefined;
  /** Is asked as well. */
  queue: Queue | undefined;
  logRetention: number | undefined;
  /** Of the page's routes. */
  throttling: Throttling | undefined;
  /** Of the page. */
  reservedConcurrency: Input<number> | undefined;
}

export interface MailApproval {
  /** The task: keeps the token and sends the mails. */
  ask: CodeFunction;
  /** The page that decides. */
  page: CodeFunction;
  api: ApiWithLambdas;
  /** What approvers subscribe to; none with SES. */
  topic: Topic | undefined;
}

/** Mails with links to a page of an API of its own. Links and task tokens are in a table, and nowhere else. */
export function createMailApproval(name: string, args: MailApprovalArgs, parent: Resource): MailApproval {
  const { handlers, approvers, ses, queue, logRetention, throttling, reservedConcurrency } = args;
  const retention = logRetention ? { logRetention } : {};
  const table = createTable(
    `${name}-ApprovalTable`,
    {
      hashKey: "Id",
      attributes: [{ name: "Id", type: "S" }],
      ttl: { attributeName: "Expires", enabled: true },
    },
    parent,
  );
  const page = new CodeFunction(
    `${name}-approvalPage`,
    {
      description: `Shows approvers of ${name} what is to be decided, and takes their decision`,
      entry: handlers.approvalPage,
      bindings: { APPROVAL_TABLE: tableBinding(table, ["GetItem", "UpdateItem"]) },
      ...retention,
      ...(reservedConcurrency !== undefined && { reservedConcurrency }),
    },
    { parent },
  );
  const route = { function: page, auth: "none" as const };
  const api = new ApiWithLambdas(
    `${name}-approvals`,
    {
      description: `Where approvers of ${name} decide`,
      // Its paths are all that it asks for: neither logs nor traces keep them.
      definition: { tracing: false, ...(throttling && { throttling }) },
      routes: {
        "GET /approvals/{id}": route,
        // A form; the function says what is wrong with it, as a page.
        "POST /approvals/{id}": { ...route, requestModel: decisionSchema, validated: false },
      },
    },
    { parent },
  );
  const topic = ses ? undefined : createApproverTopic(name, approvers, parent);
  const ask = new CodeFunction(
    `${name}-askApprovers`,
    {
      description: `Asks the approvers of ${name} by mail`,
      entry: handlers.askApprovers,
      timeout: 60,
      environment: {
        APPROVERS: JSON.stringify(approvers),
        APPROVAL_URL: api.url,
        ...(ses && { MAIL_FROM: ses.from }),
      },
      bindings: {
        APPROVAL_TABLE: tableBinding(table, ["BatchWriteItem", "PutItem"]),
        ...(topic && { APPROVAL_TOPIC: approverTopicBinding(topic) }),
        ...(queue && { APPROVAL_QUEUE_URL: queueBinding(queue, ["SendMessage"]) }),
      },
      statements: ses ? [{ Effect: "Allow", Action: ["ses:SendEmail"], Resource: [ses.identityArn] }] : [],
      ...retention,
    },
    { parent },
  );
  return { ask, page, api, topic };
}

/**
 * The page answers the machine's tasks, and looks up what became of a question: rights of their own, since the machine
 * comes after the page.
 */
export function grantAnswers(name: string, { page }: MailApproval, machine: StateMachine, parent: Resource): void {
  const executions = machine.arn.apply((arn) => `${arn.replace(":stateMachine:", ":execution:")}:*`);
  const statements: Statement[] = [
    // IAM's list has the action without a resource; AWS asks for it on the machine, as CDK's grantTaskResponse does.
    { Effect: "Allow", Action: ["states:SendTaskSuccess"], Resource: [machine.arn] },
    { Effect: "Allow", Action: ["states:GetExecutionHistory"], Resource: [executions] },
  ];
  new RolePolicy(
    `${name}-approvalPage-answers`,
    { role: page.role.role.name, policy: jsonStringify({ Version: "2012-10-17", Statement: statements }) },
    { parent },
  );
}

/** One subscription for each approver, which takes the messages to that approver alone. */
function createApproverTopic(name: string, approvers: string[], parent: Resource): Topic {
  const topic = createTopic(`${name}-approvals`, { publishers: [], displayName: name }, parent);
  for (const approver of approvers) {
    new TopicSubscription(
      `${name}-approver-${approver}`,
      {
        topic: topic.arn,
        protocol: "email",
        endpoint: approver,
        filterPolicy: JSON.stringify({ approver: [approver] }),
      },
      { parent },
    );
  }
  return topic;
}

const approverTopicBinding = (topic: Topic): Binding => {
  const { value, statements } = topicBinding(topic);
  const list: Statement = { Effect: "Allow", Action: ["sns:ListSubscriptionsByTopic"], Resource: [topic.arn] };
  return { value, statements: [...statements, list] };
};

const decisionSchema = {
  type: "object",
  required: ["decision"],
  properties: {
    decision: { type: "string", enum: ["approve", "reject"] },
    reason: { type: "string", maxLength: 1_000 },
  },
};
