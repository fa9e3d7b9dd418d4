/** Retry and Catch. https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html */
import { StateError } from "./failure.ts";
import type { Outcome, Running } from "./running.ts";

interface Retrier {
  ErrorEquals: string[];
  IntervalSeconds?: number;
  MaxAttempts?: number;
  BackoffRate?: number;
  MaxDelaySeconds?: number;
  JitterStrategy?: "FULL" | "NONE";
}
interface Catcher {
  ErrorEquals: string[];
  Next: string;
  ResultPath?: string | null;
  Assign?: unknown;
  Output?: unknown;
}

/** What `States.ALL` does not match. */
const terminal = ["States.Runtime", "States.DataLimitExceeded"];
const timeouts = ["States.Timeout", "States.HeartbeatTimeout"];

function matches(names: string[], error = ""): boolean {
  return names.some((name) => {
    if (name === error) return true;
    if (name === "States.ALL") return !terminal.includes(error);
    if (name === "States.Timeout") return timeouts.includes(error);
    return name === "States.TaskFailed" && !timeouts.includes(error) && !terminal.includes(error);
  });
}

/** Seconds before a retry. @param tried how often this retrier has been used. */
function delayOf({ IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds, JitterStrategy }: Retrier, tried: number) {
  const delay = Math.min(IntervalSeconds * BackoffRate ** tried, MaxDelaySeconds ?? Number.POSITIVE_INFINITY);
  return JitterStrategy === "FULL" ? Math.random() * delay : delay;
}

/** How a failure is taken: `index` is the retrier's. */
export interface Retrying {
  index: number;
  /** In seconds. */
  delay: number | undefined;
}

/** How often each retrier of a state has been used. */
export class Retries {
  readonly #retriers: Retrier[];
  readonly #tried: number[];

  /** @param before retries before this one, of a state that is tried alone. */
  constructor(running: Running, before = 0) {
    this.#retriers = running.state.Retry ?? [];
    this.#tried = this.#retriers.map(() => before);
  }

  /** @returns undefined when nothing retries it; without a delay when it is not retried any more. */
  next({ error }: StateError): Retrying | undefined {
    const index = this.#retriers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, error));
    const retrier = this.#retriers[index];
    if (!retrier) return undefined;
    const tried = this.#tried[index] ?? 0;
    this.#tried[index] = tried + 1;
    return { index, delay: tried < (retrier.MaxAttempts ?? 3) ? delayOf(retrier, tried) : undefined };
  }
}

/** @returns the output of the catcher that takes the failure, and its place; undefined when none does. */
export async function caught(
  running: Running,
  failure: StateError,
): Promise<(Outcome & { index: number }) | undefined> {
  const catchers: Catcher[] = running.state.Catch ?? [];
  const index = catchers.findIndex(({ ErrorEquals }) => matches(ErrorEquals, failure.error));
  const catcher = catchers[index];
  if (!catcher) return undefined;
  const errorOutput = { Error: failure.error ?? "", Cause: failure.cause ?? "" };
  const seen = { errorOutput };
  const field = `Catch[${index}]`;
  const assigned = await running.assigned(catcher.Assign, errorOutput, seen, `${field}/Assign`);
  let output: unknown = errorOutput;
  if (!running.jsonata) output = running.placed(catcher.ResultPath, errorOutput);
  else if (catcher.Output !== undefined) output = await running.evaluate(catcher.Output, `${field}/Output`, seen);
  return { output, next: catcher.Next, assigned, index };
}

/**
 * Runs a state's work until it goes well, is caught, or fails for good.
 * @param given called with a failure that nothing retries, before it may be caught.
 */
export async function attempts(
  running: Running,
  work: () => Promise<unknown>,
  given: (failure: StateError) => void = () => {},
): Promise<Outcome> {
  const { frame } = running;
  const { trial } = frame.surroundings;
  const retries = new Retries(running, trial?.retried);
  for (;;) {
    let result: unknown;
    try {
      result = await work();
    } catch (error) {
      if (!(error instanceof StateError)) throw error;
      const failure = error.at(whereabouts(running));
      const retrying = retries.next(failure);
      if (retrying) trial?.retries(retrying.index, retrying.delay);
      const delay = retrying?.delay;
      if (delay !== undefined) {
        if (trial) throw failure;
        const until = frame.surroundings.keep(`${running.attempt} again`, () => Date.now() + delay * 1_000);
        await frame.surroundings.waitUntil(until, frame.signal);
        running.retryCount++;
        continue;
      }
      tellEvaluation(running, failure);
      given(failure);
      const outcome = await caught(running, failure);
      if (outcome) {
        trial?.caughtBy(outcome.index, failure);
        return outcome;
      }
      throw failure;
    }
    return running.outcome(result);
  }
}

export const whereabouts = ({ name, enteredId }: Running): string =>
  `An error occurred while executing the state '${name}' (entered at the event id #${enteredId}).`;

const told = new WeakSet<StateError>();

/** A failed expression has an event of its own, once. */
export function tellEvaluation({ frame, name }: Running, failure: StateError): void {
  const { error, cause, location } = failure;
  if (error !== "States.QueryEvaluationError" || told.has(failure)) return;
  told.add(failure);
  const details = { error, cause, ...(location !== undefined && { location }), state: name };
  frame.surroundings.add("EvaluationFailed", { evaluationFailedEventDetails: details }, frame.chain);
}
