import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod/mini";
import { retrying } from "./clients.ts";

const lambda = new LambdaClient(retrying);

/** A record's prediction, or why it has none. */
export type RemoteResult = { target: string; probability?: number | undefined } | { error: string };

const answerSchema = z.object({
  version: z.string().check(z.minLength(1)),
  results: z.array(
    z.union([
      z.object({ error: z.string() }),
      z.object({ target: z.string().check(z.minLength(1)), probability: z.optional(z.number()) }),
    ]),
  ),
});

interface Waiting {
  record: Record<string, number>;
  done(answer: { version: string; result: RemoteResult }): void;
  failed(error: unknown): void;
}

/**
 * A model behind a function of its own: the records of a batch, which are predicted side by side, are asked for at once.
 * What is asked and answered is in `handlers/prediction/python/serve.py`.
 */
export class RemotePredictor {
  readonly #function: string;
  #waiting: Waiting[] = [];

  /** @param functionArn of the function that has the model. */
  constructor(functionArn: string) {
    this.#function = functionArn;
  }

  /** Rejects when the function fails, or answers something else: then the record is for the next try. */
  predict(record: Record<string, number>): Promise<{ version: string; result: RemoteResult }> {
    return new Promise((done, failed) => {
      if (this.#waiting.push({ record, done, failed }) === 1) setImmediate(() => void this.#ask());
    });
  }

  async #ask(): Promise<void> {
    const asked = this.#waiting;
    this.#waiting = [];
    try {
      const { version, results } = await this.#invoke(asked.map(({ record }) => record));
      for (const [index, { done }] of asked.entries()) done({ version, result: results[index]! });
    } catch (error) {
      for (const { failed } of asked) failed(error);
    }
  }

  async #invoke(records: Record<string, number>[]): Promise<z.infer<typeof answerSchema>> {
    const { Payload, FunctionError } = await lambda.send(
      new InvokeCommand({ FunctionName: this.#function, Payload: JSON.stringify({ records }) }),
    );
    const text = Buffer.from(Payload ?? []).toString();
    if (FunctionError) throw new Error(`The model's function failed: ${text.slice(0, 1_000)}`);
    const answer = z.parse(answerSchema, JSON.parse(text));
    if (answer.results.length !== records.length) {
      throw new Error(`The model's function answered ${answer.results.length} of ${records.length} records`);
    }
    return answer;
  }
}
