/** Tries again, as AWS's services do between each other: a call that is throttled, or fails by a service's own fault, is not the end. */
import { setTimeout as sleep } from "node:timers/promises";
import { AwsError } from "../service.ts";

const passing = /Throttl|TooMany|SlowDown|ThroughputExceeded|RequestLimitExceeded|ExecutionLimitExceeded|Busy|Conflict/;

/** Whether another try may succeed. What is missing, forbidden or wrong is no different the next time. */
export const isTransient = (error: unknown): boolean =>
  !(error instanceof AwsError) || error.status >= 500 || passing.test(error.code);

/**
 * How long to wait before another try: longer each time, and never the same, so that tries do not come all at once.
 * @param tried how often it was tried, from 1.
 * @param first milliseconds, at most, after the first try; `longest` after any.
 */
export const pauseAfter = (tried: number, first: number, longest: number): number =>
  Math.min(first * 2 ** (tried - 1), longest) * (0.5 + Math.random() / 2);

const tries = 9;
/** Milliseconds; some 15 seconds in all. */
const firstPause = 100;
const longestPause = 5_000;

/** @throws what the last try threw, or the first that no other would mend. */
export async function patiently<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await attempt();
    } catch (error) {
      if (tried === tries || !isTransient(error)) throw error;
      await sleep(pauseAfter(tried, firstPause, longestPause), undefined, { ref: false });
    }
  }
}
