import { SendTaskSuccessCommand } from "@aws-sdk/client-sfn";
import type { APIGatewayProxyEvent, APIGatewayProxyHandler, APIGatewayProxyResult } from "aws-lambda";
import { RequestError } from "../lib/http.ts";
import { parseJson } from "../lib/json.ts";
import { logger } from "../lib/logger.ts";
import { bodyText } from "../lib/parse.ts";
import { findLink, type Link } from "./approvalLinks.ts";
import { askPage, decidedPage, messagePage } from "./approvalPages.ts";
import { sfn } from "./clients.ts";
import { type Fate, fateOf } from "./fate.ts";
import { htmlAnswer } from "./htmlAnswer.ts";
import { type Decision, noteDecision, type Question } from "./questions.ts";

/** Characters of a reason. */
const longestReason = 500;

/**
 * The page that a mail's link leads to. GET shows what is to be decided, and changes nothing, so that mail scanners may open
 * it; POST decides. Step Functions takes one answer for each question: whoever comes later learns who decided, and when.
 */
export const handler: APIGatewayProxyHandler = async (event, context) => {
  logger.addContext(context);
  try {
    const found = await findLink(event.pathParameters?.id ?? "");
    if (!found) {
      return htmlAnswer(404, messagePage("No such question", "This link leads to nothing. Was it copied whole?"));
    }
    const { link, question } = found;
    if (event.httpMethod === "POST") return await decide(link, question, event);
    const fate = await fateOf(question);
    return fate.kind === "open" ? htmlAnswer(200, askPage(link, question)) : late(question, fate, 200);
  } catch (error) {
    if (error instanceof RequestError) return htmlAnswer(error.statusCode, nothingDecided(error.message));
    logger.error("failed", error as Error);
    const { requestId } = event.requestContext;
    return htmlAnswer(
      500,
      messagePage("Something went wrong", `Nothing is lost: try again in a minute. Request ${requestId}`),
    );
  }
};

async function decide(link: Link, question: Question, event: APIGatewayProxyEvent): Promise<APIGatewayProxyResult> {
  const { decision: said, reason = "" } = formOf(event);
  if (said !== "approve" && said !== "reject") {
    return htmlAnswer(400, nothingDecided('The field "decision" must be approve or reject.'));
  }
  if (typeof reason !== "string" || reason.length > longestReason) {
    return htmlAnswer(400, nothingDecided(`A reason has at most ${longestReason} characters.`));
  }
  const at = new Date().toISOString();
  const decision: Decision = { approved: said === "approve", approver: link.approver, reason: reason.trim(), at };
  const before = await fateOf(question);
  if (before.kind !== "open") return late(question, before, 409);
  try {
    const output = JSON.stringify(decision);
    await sfn.send(new SendTaskSuccessCommand({ taskToken: question.taskToken, output }));
  } catch (error) {
    if (!/^(TaskTimedOut|TaskDoesNotExist|InvalidToken)$/.test((error as Error).name)) throw error;
    // Somebody was faster, or it is our own answer, whose confirmation was lost.
    const now = await fateOf(question);
    if (
      now.kind === "decided" &&
      now.decision.approver === link.approver &&
      now.decision.approved === decision.approved
    ) {
      return htmlAnswer(200, decidedPage(question, now.decision, "now"));
    }
    return late(question, now, 409);
  }
  logger.info("decided", { id: question.id, approved: decision.approved, approver: link.approver });
  // The answer counts, whatever becomes of our own note of it.
  await noteDecision(question, decision).catch((error) => logger.warn("not noted", error as Error));
  return htmlAnswer(200, decidedPage(question, decision, "now"));
}

/** A form, or JSON of the same fields. */
function formOf(event: APIGatewayProxyEvent): Record<string, unknown> {
  const text = bodyText(event);
  const type = Object.entries(event.headers).find(([name]) => name.toLowerCase() === "content-type")?.[1] ?? "";
  if (!type.startsWith("application/json")) return Object.fromEntries(new URLSearchParams(text));
  return Object(parseJson(text));
}

const nothingDecided = (why: string) => messagePage("Nothing was decided", why);

/** @param decided status where somebody has decided; where nobody did, the question is gone. */
function late(question: Question, fate: Fate, decided: number): APIGatewayProxyResult {
  if (fate.kind === "decided") return htmlAnswer(decided, decidedPage(question, fate.decision, "before"));
  // Step Functions has taken an answer, and does not show it yet.
  if (fate.kind === "open")
    return htmlAnswer(409, messagePage("Already answered", "Somebody has answered a moment ago."));
  const texts = {
    expired: `Nobody answered until ${question.until}, and the file was left as it is.`,
    stopped: "The execution that asked was stopped before anybody answered.",
    failed: "The execution that asked has failed, or was given an answer that it cannot use.",
  };
  return htmlAnswer(410, messagePage("This question is closed", texts[fate.why]));
}
