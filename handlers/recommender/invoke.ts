import { DescribeEndpointCommand } from "@aws-sdk/client-sagemaker";
import { InvokeEndpointCommand } from "@aws-sdk/client-sagemaker-runtime";
import { logger } from "../lib/logger.ts";
import { entityId, modelName } from "./arguments.ts";
import type { Row } from "./batch.ts";
import { runtime, sagemaker } from "./clients.ts";
import { type Answer, externalFunction, later, RowError, type Work } from "./externalFunction.ts";
import { endpointName, isMissing } from "./names.ts";

/** Rows of one request to an endpoint: well below SageMaker's 6 MB, whatever the ids. */
const chunkRows = 5_000;
/** A request to an endpoint may take 60 seconds, and a call of the function fewer. */
const shortestRequestMs = 2_000;

interface Question {
  index: number;
  line: string;
}

/** `invoke_model(model_name, user_id, item_id)`: the predicted rating. One request for each model and chunk of rows. */
export const handler = externalFunction("invoke", async (rows, work) => {
  const answers = new Array<Answer>(rows.length);
  const models = new Map<string, Question[]>();
  for (const [index, row] of rows.entries()) {
    const question = read(row);
    if (question instanceof RowError) answers[index] = question;
    else {
      const { model, line } = question;
      const questions = models.get(model) ?? [];
      questions.push({ index, line });
      models.set(model, questions);
    }
  }
  await Promise.all(
    [...models].map(async ([model, questions]) => {
      const found = await predict(model, questions, work);
      for (const [position, { index }] of questions.entries()) answers[index] = found[position];
    }),
  );
  return answers;
});

function read({ args: [model, user, item] }: Row): { model: string; line: string } | RowError {
  try {
    const name = modelName(model);
    return { model: name, line: [entityId("user_id", user), entityId("item_id", item)].map(csvField).join(",") };
  } catch (error) {
    if (error instanceof RowError) return error;
    throw error;
  }
}

const csvField = (text: string): string => (/[",]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** One model's rows, chunk by chunk: what does not fit into the time is for later. */
async function predict(model: string, questions: Question[], { until }: Work): Promise<Answer[]> {
  const answers: Answer[] = [];
  while (answers.length < questions.length) {
    const chunk = questions.slice(answers.length, answers.length + chunkRows);
    const answer =
      until - Date.now() < shortestRequestMs && answers.length > 0 ? later : await ask(model, chunk, until);
    // One answer for all of them: why there is none, or later.
    if (!Array.isArray(answer)) return [...answers, ...questions.slice(answers.length).map(() => answer)];
    answers.push(...answer);
  }
  return answers;
}

async function ask(model: string, chunk: Question[], until: number): Promise<number[] | RowError | typeof later> {
  const EndpointName = endpointName(model);
  try {
    const { Body } = await runtime.send(
      new InvokeEndpointCommand({
        EndpointName,
        ContentType: "text/csv",
        Accept: "text/csv",
        Body: chunk.map(({ line }) => line).join("\n"),
      }),
      { abortSignal: AbortSignal.timeout(Math.max(shortestRequestMs, until - Date.now())) },
    );
    const ratings = Buffer.from(Body!).toString("utf8").trimEnd().split("\n").map(Number);
    if (ratings.length === chunk.length && ratings.every(Number.isFinite)) return ratings;
    return new RowError(`the endpoint of ${model} answered ${ratings.length} ratings for ${chunk.length} rows`);
  } catch (error) {
    return explain(error as Error, model, EndpointName);
  }
}

/** Why a request has no answer: a model that is being deployed answers later, one that is not deployed never does. */
async function explain(error: Error, model: string, EndpointName: string): Promise<RowError | typeof later> {
  logger.warn("the endpoint did not answer", error);
  if (error.name === "TimeoutError" || error.name === "AbortError") return later;
  if (
    !isMissing(error) &&
    !/^(ModelError|ModelNotReadyException|ServiceUnavailable|InternalFailure)/.test(error.name)
  ) {
    throw error;
  }
  const endpoint = await sagemaker.send(new DescribeEndpointCommand({ EndpointName })).catch((missing) => {
    if (isMissing(missing)) return undefined;
    throw missing;
  });
  if (!endpoint) return new RowError(`there is no model ${model}: deploy_model makes it`);
  const { EndpointStatus: status, FailureReason: reason } = endpoint;
  if (status === "Creating" || error.name === "ModelNotReadyException") return later;
  // It was being made when it was asked, and is there by now.
  if (status === "InService" && isMissing(error)) return later;
  if (status === "Failed") return new RowError(`the endpoint of ${model} failed: ${reason ?? "no reason is known"}`);
  if (status === "Deleting") return new RowError(`the endpoint of ${model} is being removed`);
  return new RowError(`the model ${model} did not answer; try again`);
}
