import { randomBytes } from "node:crypto";
import { BatchWriteItemCommand } from "@aws-sdk/client-dynamodb";
import { dynamodb } from "./clients.ts";
import { expires, type Question, readItem, readQuestion } from "./questions.ts";
import { settings } from "./settings.ts";

export interface Link {
  /** 32 random bytes, base64url: the only thing that lets someone in. */
  id: string;
  question: string;
  approver: string;
}

const linkKey = (id: string) => ({ Id: { S: `link#${id}` } });

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
  const item = await readItem(linkKey(id));
  const link = item && { id, question: item.Question?.S ?? "", approver: item.Approver?.S ?? "" };
  const question = link && (await readQuestion(link.question));
  return question && { link, question };
}
