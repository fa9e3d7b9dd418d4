import { randomBytes } from "node:crypto";
import { BatchWriteItemCommand, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { dynamodb } from "./clients.ts";
import type { Granule } from "./granule.ts";
import { settings } from "./settings.ts";

/** What an execution asks, and what became of it. */
export interface Question {
  /** The record's key. */
  id: string;
  execution: string;
  /** Lets its holder answer: it stays in the table. */
  taskToken: string;
  granule: Granule;
  /** ISO 8601. */
  asked: string;
  until: string;
  /** What was said by a link, once something was. */
  decision?: Decision;
}

export interface Decision {
  approved: boolean;
  approver: string;
  reason: string;
  /** ISO 8601. */
  at: string;
}

export interface Link {
  /** 32 random bytes, base64url: the only thing that lets someone in. */
  id: string;
  question: string;
  approver: string;
}

/** A link that is opened late is told so for this long, in seconds; then it is forgotten. */
const remembered = 30 * 86_400;
const questionKey = (id: string) => ({ Id: { S: `question#${id}` } });
const linkKey = (id: string) => ({ Id: { S: `link#${id}` } });
const expires = (until: string) => ({ N: String(Math.ceil(Date.parse(until) / 1_000) + remembered) });

/** A question that is asked again (its task was tried again) is asked under its new token; links of before lead to it. */
export async function putQuestion({ id, execution, taskToken, granule, asked, until }: Question): Promise<void> {
  await dynamodb.send(
    new PutItemCommand({
      TableName: settings.approvalTable,
      Item: {
        ...questionKey(id),
        Execution: { S: execution },
        TaskToken: { S: taskToken },
        Granule: { S: JSON.stringify(granule) },
        Asked: { S: asked },
        Until: { S: until },
        Expires: expires(until),
      },
    }),
  );
}

/** A link for each approver, made before anything is sent. */
export async function makeLinks({ id: question, until }: Question, approvers: string[]): Promise<Link[]> {
  const links = approvers.map((approver) => ({ id: randomBytes(32).toString("base64url"), question, approver }));
  const items = links.map(({ id, approver }) => ({
    ...linkKey(id),
    Question: { S: question },
    Approver: { S: approver },
    Expires: expires(until),
  }));
  for (let from = 0; from < items.length; from += 25) {
    let requests = items.slice(from, from + 25).map((Item) => ({ PutRequest: { Item } }));
    for (let attempt = 0; requests.length > 0; attempt++) {
      if (attempt === 8) throw new Error("The table takes no links");
      if (attempt > 0) await new Promise((resolve) => setTimeout(resolve, 50 * 2 ** attempt));
      const { UnprocessedItems } = await dynamodb.send(
        new BatchWriteItemCommand({ RequestItems: { [settings.approvalTable]: requests } }),
      );
      requests = (UnprocessedItems?.[settings.approvalTable] ?? []) as typeof requests;
    }
  }
  return links;
}

/** @returns undefined for a link that was never made, or whose question is forgotten. */
export async function findLink(id: string): Promise<{ link: Link; question: Question } | undefined> {
  if (!/^[\w-]{43}$/.test(id)) return undefined;
  const read = async (Key: { Id: { S: string } }) =>
    (await dynamodb.send(new GetItemCommand({ TableName: settings.approvalTable, Key, ConsistentRead: true }))).Item;
  const link = await read(linkKey(id));
  const item = link && (await read(questionKey(link.Question?.S ?? "")));
  if (!item) return undefined;
  const text = (name: string) => item[name]?.S ?? "";
  return {
    link: { id, question: link.Question?.S ?? "", approver: link.Approver?.S ?? "" },
    question: {
      id: link.Question?.S ?? "",
      execution: text("Execution"),
      taskToken: text("TaskToken"),
      granule: JSON.parse(text("Granule")),
      asked: text("Asked"),
      until: text("Until"),
      ...(item.Decision && { decision: JSON.parse(text("Decision")) }),
    },
  };
}

/** For those who come later; the answer itself is with the execution. */
export async function noteDecision({ id }: Question, decision: Decision): Promise<void> {
  await dynamodb.send(
    new UpdateItemCommand({
      TableName: settings.approvalTable,
      Key: questionKey(id),
      UpdateExpression: "SET Decision = :decision",
      ConditionExpression: "attribute_exists(Id)",
      ExpressionAttributeValues: { ":decision": { S: JSON.stringify(decision) } },
    }),
  );
}
