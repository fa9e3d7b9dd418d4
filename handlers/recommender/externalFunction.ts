import type { APIGatewayProxyHandler, APIGatewayProxyResult } from "aws-lambda";
import { httpHandler, json, RequestError } from "../lib/http.ts";
import { logger } from "../lib/logger.ts";
import { batchId, type Row, readBatch } from "./batch.ts";
import { loadBatch, type SavedBatch, saveBatch } from "./savedBatch.ts";

/** What a row is answered: JSON, which becomes a VARIANT in Snowflake. */
export type Answer = unknown;

/** What is wrong with one row; the others are answered. Its message is for whoever wrote the query. */
export class RowError extends Error {
  override readonly name = "RowError";
}

/** A row that could not be answered within the time; it is asked for again. */
export const later = Symbol("later");

export interface Work {
  /** Id of the batch, the same when Snowflake sends it again. */
  batch: string;
  /** Milliseconds since 1970 until which work may go on. */
  until: number;
}

/**
 * Answers rows, in their order. Two calls for one row do what one does: Snowflake may send a batch twice.
 * @returns for each row an answer, a {@link RowError}, or {@link later}.
 */
type AnswerRows = (rows: Row[], work: Work) => Promise<(Answer | RowError | typeof later)[]>;

/** API Gateway ends a call after 29 seconds; what is left then is answered to a poll. */
const patienceMs = 20_000;
/** What Lambda returns at most, less a little. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const largestAnswer = 6 * 1024 * 1024 - 1_024;

/**
 * A handler of a Snowflake external function: every row answered under its own number, in order. A row that is wrong
 * becomes `{"error": "…"}` and costs no other its answer; only a batch that is none is a 400. Work that takes longer
 * than a call may is 202, and goes on with each poll by GET.
 *
 * @param name of the function: batches that are put off are kept under it.
 */
export const externalFunction = (name: string, answerRows: AnswerRows): APIGatewayProxyHandler =>
  httpHandler(async (event, context) => {
    const id = batchId(event) ?? context.awsRequestId;
    const until = Date.now() + Math.min(patienceMs, context.getRemainingTimeInMillis() - 3_000);
    const polled = event.httpMethod === "GET";
    const batch = polled ? await loadBatch(name, id) : { rows: readBatch(event), answers: [] };
    if (!batch) throw new RequestError(404, "there is no such batch", "sf-external-function-query-batch-id");
    await proceed(batch, answerRows, { batch: id, until });
    const left = batch.rows.length - batch.answers.filter((answer) => answer !== null).length;
    logger.info("answered", { function: name, batch: id, rows: batch.rows.length, left });
    if (left === 0) return answered(batch);
    await saveBatch(name, id, batch);
    return json(202, {});
  });

/** Answers what is not answered yet. An answer is kept as `[answer]`, for null is an answer as well. */
async function proceed(batch: SavedBatch, answerRows: AnswerRows, work: Work): Promise<void> {
  const { rows, answers } = batch;
  for (const [index, { flaw }] of rows.entries()) {
    if (flaw) answers[index] = [{ error: `the row ${flaw}` }];
  }
  const open = rows.map((_row, index) => index).filter((index) => !answers[index]);
  if (open.length === 0) return;
  const found = await answerRows(
    open.map((index) => rows[index]!),
    work,
  );
  for (const [position, index] of open.entries()) {
    const answer = found[position];
    answers[index] = answer === later ? null : [answer instanceof RowError ? { error: answer.message } : answer];
  }
}

function answered({ rows, answers }: SavedBatch): APIGatewayProxyResult {
  const result = json(200, { data: rows.map(({ number }, index) => [number, answers[index]![0] ?? null]) });
  if (Buffer.byteLength(result.body) <= largestAnswer) return result;
  throw new RequestError(413, `the answer is larger than ${largestAnswer} bytes: lower MAX_BATCH_ROWS of the function`);
}

/** Answers rows one by one: what one throws is its own, and what does not fit into the time is for later. */
export async function eachRow(
  rows: Row[],
  { until }: Work,
  answer: (row: Row) => Promise<Answer | typeof later>,
): Promise<(Answer | RowError | typeof later)[]> {
  const answers: (Answer | RowError | typeof later)[] = [];
  for (const row of rows) {
    try {
      // One at least, so that each poll gets further.
      answers.push(answers.length > 0 && Date.now() > until ? later : await answer(row));
    } catch (error) {
      if (!(error instanceof RowError)) throw error;
      answers.push(error);
    }
  }
  return answers;
}
