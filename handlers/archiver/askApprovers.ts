import { SESv2Client, SendEmailCommand } from "@aws-sdk/client-sesv2";
import { PublishCommand, paginateListSubscriptionsByTopic, SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { logger } from "../lib/logger.ts";
import { metrics } from "../lib/metrics.ts";
import { type Link, makeLinks } from "./approvalLinks.ts";
import { plain, sizeText } from "./format.ts";
import { type Granule, NoApprover } from "./granule.ts";
import { putQuestion, type Question } from "./questions.ts";
import { settings } from "./settings.ts";

/** What the state machine hands over, with `waitForTaskToken`. */
export interface AskEvent {
  taskToken: string;
  /** The execution's ARN. */
  execution: string;
  /** The record's key. */
  id: string;
  /** Seconds that an answer is waited for. */
  timeout: number;
  granule: Granule;
}

const config = { maxAttempts: 6 };
const sns = new SNSClient(config);
let ses: SESv2Client | undefined;
let sqs: SQSClient | undefined;

/**
 * The Data Manager Approval task by mail: keeps the token, and sends each approver a mail and a personal link; where the
 * stack has a queue, also the message that its readers expect.
 * @throws {NoApprover} when nobody can be asked, which ends the wait at once.
 */
export async function handler(event: AskEvent): Promise<void> {
  const { taskToken, execution, id, timeout, granule } = event;
  const now = Date.now();
  const asked = new Date(now).toISOString();
  const until = new Date(now + timeout * 1_000).toISOString();
  const question: Question = { id, execution, taskToken, granule, asked, until };
  await putQuestion(question);
  if (settings.approvalQueueUrl) await sendMessage(settings.approvalQueueUrl, event);

  const { reachable, unconfirmed } = settings.mailFrom
    ? { reachable: settings.approvers, unconfirmed: [] }
    : await confirmedApprovers(settings.approvers);
  if (unconfirmed.length > 0) {
    logger.warn("approvers have not confirmed their subscription", { id, unconfirmed });
    metrics.addMetric("UnconfirmedApprovers", "Count", unconfirmed.length);
    metrics.publishStoredMetrics();
  }
  if (reachable.length === 0 && !settings.approvalQueueUrl) {
    throw new NoApprover(`no approver has confirmed their subscription: ${unconfirmed.join(", ")}`);
  }
  const links = await makeLinks(question, reachable);
  await Promise.all(links.map((link) => sendMail(link, question)));
  logger.info("asked", { id, approvers: links.length, until });
}

/** Who has confirmed their subscription to the topic, and who has not yet (or has unsubscribed). */
async function confirmedApprovers(approvers: string[]): Promise<{ reachable: string[]; unconfirmed: string[] }> {
  const confirmed = new Set<string>();
  for await (const { Subscriptions = [] } of paginateListSubscriptionsByTopic(
    { client: sns },
    { TopicArn: settings.approvalTopic },
  )) {
    for (const { Protocol, Endpoint = "", SubscriptionArn = "" } of Subscriptions) {
      if (Protocol === "email" && SubscriptionArn.startsWith("arn:")) confirmed.add(Endpoint);
    }
  }
  return {
    reachable: approvers.filter((one) => confirmed.has(one)),
    unconfirmed: approvers.filter((one) => !confirmed.has(one)),
  };
}

async function sendMail(link: Link, question: Question): Promise<void> {
  const subject = subjectOf(question);
  const body = bodyOf(link, question);
  if (!settings.mailFrom) {
    // The approver's subscription takes messages with their address only.
    const MessageAttributes = { approver: { DataType: "String", StringValue: link.approver } };
    const TopicArn = settings.approvalTopic;
    await sns.send(new PublishCommand({ TopicArn, Subject: subject, Message: body, MessageAttributes }));
    return;
  }
  ses ??= new SESv2Client(config);
  await ses.send(
    new SendEmailCommand({
      FromEmailAddress: settings.mailFrom,
      Destination: { ToAddresses: [link.approver] },
      Content: { Simple: { Subject: { Data: subject }, Body: { Text: { Data: body } } } },
    }),
  );
}

const nameOf = ({ file, url }: Granule): string => file?.key.split("/").at(-1) || file?.key || url;

/** SNS takes printable ASCII, less than 100 characters. https://docs.aws.amazon.com/sns/latest/api/API_Publish.html */
const subjectOf = ({ granule }: Question): string =>
  `Archive "${nameOf(granule)}"?`.replace(/[^ -~]/gu, "?").replace(/^(.{96}).{4,}$/, "$1...");

function bodyOf({ id, approver }: Link, { granule, until }: Question): string {
  const { quality, archive, file, url } = granule;
  return [
    "You are asked whether a file is to be archived. Look at it, and decide:",
    "",
    `  ${settings.approvalUrl}/approvals/${id}`,
    "",
    `  File     ${plain(url)}`,
    ...(file ? [`  Size     ${sizeText(file.size)}`, `  Type     ${plain(file.contentType)}`] : []),
    `  Quality  ${quality} of 100`,
    ...(archive ? [] : ["  Archive  no: a yes leaves it where it is"]),
    "",
    `The link is for ${approver} alone, works once, and until ${until}. Nothing is decided by opening it.`,
    "",
  ].join("\n");
}

/** The very message that a queue alone would get. */
async function sendMessage(QueueUrl: string, { taskToken, execution, granule }: AskEvent): Promise<void> {
  const { id, quality, archive, url } = granule;
  const body = {
    Message: "Approve me!",
    TaskToken: taskToken,
    Execution: execution,
    id,
    quality,
    archive,
    url,
    granule,
  };
  sqs ??= new SQSClient(config);
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(body) }));
}
