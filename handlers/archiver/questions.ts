import { type AttributeValue, GetItemCommand, PutItemCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
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

/** Seconds for which a question and its links are remembered once its time is over: who opens a link late learns so. */
const remembered = 30 * 86_400;
const questionKey = (id: string) => ({ Id: { S: `question#${id}` } });
/** When DynamoDB may delete what belongs to a question. */
export const expires = (until: string) => ({ N: String(Math.ceil(Date.parse(until) / 1_000) + remembered) });

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

/** @returns undefined for a question that is forgotten. */
export async function readQuestion(id: string): Promise<Question | undefined> {
  const item = await readItem(questionKey(id));
  if (!item) return undefined;
  const text = (name: string) => item[name]?.S ?? "";
  return {
    id,
    execution: text("Execution"),
    taskToken: text("TaskToken"),
    granule: JSON.parse(text("Granule")),
    asked: text("Asked"),
    until: text("Until"),
    ...(item.Decision && { decision: JSON.parse(text("Decision")) }),
  };
}

/** An item of the table of questions and links, as it is now. */
export async function readItem(Key: { Id: { S: string } }): Promise<Record<string, AttributeValue> | undefined> {
  const read = new GetItemCommand({ TableName: settings.approvalTable, Key, ConsistentRead: true });
  return (await dynamodb.send(read)).Item;
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
