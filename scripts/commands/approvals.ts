import { userInfo } from "node:os";
import { DescribeExecutionCommand, SendTaskSuccessCommand } from "@aws-sdk/client-sfn";
import { paginateListSubscriptionsByTopic, SNSClient } from "@aws-sdk/client-sns";
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  type Message,
  ReceiveMessageCommand,
} from "@aws-sdk/client-sqs";
import pc from "picocolors";
import type { CommandModule } from "yargs";
import { archiveClients } from "../lib/archive.ts";
import { Failure } from "../lib/failure.ts";
import { printJson, printTable } from "../lib/print.ts";
import { output, readStack, type Stack } from "../lib/stack.ts";

interface Common {
  stack?: string;
  json?: boolean;
}

/** A question in the queue. Its token stays here. */
interface Question {
  id: string;
  url: string;
  quality: number;
  archive: boolean;
  sent: string;
}

interface Received extends Question {
  /** ARN. */
  execution: string;
  token: string;
  receipt: string;
}

/** Messages that were looked at, hidden from others until they are released. */
interface Looked {
  questions: Received[];
  /** Ids of those that were answered elsewhere, as by mail. */
  decided: string[];
  /** Makes every message visible again that is not settled. */
  release(settled?: ReadonlySet<string>): Promise<void>;
}

/** Looks at the queue's messages until no new one comes. */
async function readQuestions(stack: Stack): Promise<Looked> {
  const { sqs } = archiveClients(stack);
  const QueueUrl = output(stack, "approvalQueueUrl");
  const found = new Map<string, Received>();
  const receipts: string[] = [];
  // A long poll asks every part of the queue: when it brings nothing, there is nothing.
  for (;;) {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        VisibilityTimeout: 60,
        WaitTimeSeconds: 1,
        MessageSystemAttributeNames: ["SentTimestamp"],
      }),
    );
    if (Messages.length === 0) break;
    for (const message of Messages) {
      receipts.push(message.ReceiptHandle!);
      const question = questionOf(message);
      if (question) found.set(question.id, question);
    }
  }
  const waiting = await stillWaiting(stack, [...found.values()]);
  return {
    decided: [...found.keys()].filter((id) => !waiting.some((question) => question.id === id)),
    questions: waiting.sort((one, other) => one.sent.localeCompare(other.sent)),
    async release(settled = new Set()) {
      const others = receipts.filter((receipt) => !settled.has(receipt));
      for (const ReceiptHandle of others) {
        await sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }));
      }
    },
  };
}

/** Those whose execution has not ended: a question that is answered by mail stays in the queue. */
async function stillWaiting(stack: Stack, questions: Received[]): Promise<Received[]> {
  const { sfn } = archiveClients(stack);
  const status = ({ execution }: Received) =>
    sfn.send(new DescribeExecutionCommand({ executionArn: execution })).then(
      (described) => described.status,
      (error: Error) => {
        if (error.name !== "ExecutionDoesNotExist") throw error;
        return "ABORTED";
      },
    );
  const states = await Promise.all(questions.map(status));
  return questions.filter((_, index) => states[index] === "RUNNING");
}

function questionOf({ Body = "", ReceiptHandle: receipt = "", Attributes }: Message): Received | undefined {
  try {
    const { TaskToken, Execution, url, quality, archive } = JSON.parse(Body);
    if (typeof TaskToken !== "string") return undefined;
    const sent = new Date(Number(Attributes?.SentTimestamp ?? 0)).toISOString();
    const execution = String(Execution);
    return { id: execution.split(":").at(-1)!, execution, url, quality, archive, sent, token: TaskToken, receipt };
  } catch {
    return undefined;
  }
}

const list: CommandModule<object, Common> = {
  command: "list",
  describe: "List what waits for an answer, oldest first",
  async handler({ stack: name, json }) {
    const { questions, release } = await readQuestions(await readStack(name));
    await release();
    const shown: Question[] = questions.map(({ token, receipt, execution, ...question }) => question);
    if (json) return printJson(shown);
    if (shown.length === 0) return console.log("Nothing waits for an answer.");
    printTable(
      shown.map(({ sent, id, quality, archive, url }) => [
        sent,
        id,
        String(quality).padStart(3),
        archive ? "archive" : "non_archive",
        url,
      ]),
    );
  },
};

/** Answers, and takes the question out of the queue. @returns `done`, or `too late`. */
async function settle(stack: Stack, { token, receipt }: Received, answer: string, done: string): Promise<string> {
  const { sfn, sqs } = archiveClients(stack);
  const result = await sfn.send(new SendTaskSuccessCommand({ taskToken: token, output: answer })).then(
    () => done,
    (error: Error) => {
      // Answered by someone else, stopped, or out of time: the question is settled.
      if (!/^(TaskTimedOut|TaskDoesNotExist|InvalidToken)$/.test(error.name)) throw error;
      return "too late";
    },
  );
  await sqs.send(new DeleteMessageCommand({ QueueUrl: output(stack, "approvalQueueUrl"), ReceiptHandle: receipt }));
  return result;
}

const decide = (
  verb: "approve" | "reject",
  done: string,
): CommandModule<object, Common & { ids: string[]; all: boolean; reason: string; approver: string }> => ({
  command: `${verb} [ids..]`,
  describe: verb === "approve" ? "Say yes" : "Say no",
  builder: (command) =>
    command
      .positional("ids", { type: "string", array: true, default: [], describe: "As dsp approvals list shows them" })
      .option("all", { type: "boolean", default: false, describe: "Everything that waits" })
      .option("reason", { type: "string", default: "", describe: "Kept in the record" })
      .option("approver", { type: "string", default: userInfo().username, describe: "Kept in the record" })
      .example(`dsp approvals ${verb} --all`, "Everything"),
  async handler({ stack: name, json, ids, all, reason, approver }) {
    if (all === ids.length > 0) throw new Failure(`Say which: dsp approvals ${verb} ID..., or --all`);
    const stack = await readStack(name);
    const { questions, decided, release } = await readQuestions(stack);
    const settled = new Set<string>();
    const results: { id: string; result: string }[] = [];
    try {
      const unknown = ids.find((id) => !questions.some((question) => question.id === id));
      if (unknown && decided.includes(unknown))
        throw new Failure(`${unknown} is decided already. See: dsp archive show ${unknown}`);
      if (unknown) throw new Failure(`Nothing waits under ${unknown}. See: dsp approvals list`);
      const chosen = all ? questions : questions.filter(({ id }) => ids.includes(id));
      const answer = JSON.stringify({ approved: verb === "approve", approver, reason });
      for (const question of chosen) {
        results.push({ id: question.id, result: await settle(stack, question, answer, done) });
        settled.add(question.receipt);
      }
    } finally {
      await release(settled);
    }
    if (json) printJson(results);
    else printTable(results.map(({ id, result }) => [id, result]));
    if (results.some(({ result }) => result === "too late")) process.exitCode = 1;
  },
});

async function subscribers(client: SNSClient, TopicArn: string): Promise<{ approver: string; confirmed: boolean }[]> {
  const found = [];
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic({ client }, { TopicArn })) {
    for (const { Endpoint = "", SubscriptionArn = "" } of Subscriptions) {
      found.push({ approver: Endpoint, confirmed: SubscriptionArn.startsWith("arn:") });
    }
  }
  return found;
}

const approvers: CommandModule<object, Common> = {
  command: "approvers",
  describe: "List who is asked by mail, and who has not confirmed yet",
  async handler({ stack: name, json }) {
    const stack = await readStack(name);
    const TopicArn = output(stack, "approvalTopicArn");
    const found = TopicArn ? await subscribers(new SNSClient(stack.client), TopicArn) : [];
    if (json) return printJson(found);
    if (found.length === 0)
      return console.log("Nobody has to confirm: nobody is asked by mail, or SES sends the mails.");
    printTable(found.map(({ approver, confirmed }) => [approver, confirmed ? "confirmed" : pc.yellow("unconfirmed")]));
    if (found.every(({ confirmed }) => confirmed)) return;
    console.log("Unconfirmed ones get no questions: AWS has sent them a mail with a link (here: dsp mail).");
  },
};

/** `dsp approvals`: what the archiver asks a human. */
export const approvals: CommandModule = {
  command: "approvals",
  describe: "See what waits for a human's word, and give it",
  builder: (command) =>
    command
      .command(list)
      .command(decide("approve", "approved"))
      .command(decide("reject", "rejected"))
      .command(approvers)
      .demandCommand(1, "Say which: list, approve, reject or approvers."),
  handler() {},
};
