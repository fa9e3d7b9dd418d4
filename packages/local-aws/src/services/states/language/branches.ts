/** Work that goes on side by side, and ends together: branches and iterations. */
import { setImmediate as nextTurn } from "node:timers/promises";

/**
 * Runs jobs, at most so many at a time, each beginning in a turn of its own, in their order. The first failure ends the others.
 * @param most may change while they run. @returns their results, in order.
 */
export async function sideBySide<T>(
  jobs: ((signal: AbortSignal) => Promise<T>)[],
  most: () => number,
  outer: AbortSignal,
): Promise<T[]> {
  const own = new AbortController();
  const end = () => own.abort();
  if (outer.aborted) end();
  outer.addEventListener("abort", end, { once: true });
  const results: T[] = new Array(jobs.length);
  const running = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  try {
    for (const [index, job] of jobs.entries()) {
      while (running.size >= most()) await Promise.race(running);
      if (failure || own.signal.aborted) break;
      const ended = job(own.signal)
        .then(
          (result) => {
            results[index] = result;
          },
          (error) => {
            failure ??= { error };
            own.abort();
          },
        )
        .finally(() => running.delete(ended));
      running.add(ended);
      if (index < jobs.length - 1) await nextTurn();
    }
    await Promise.all(running);
  } finally {
    outer.removeEventListener("abort", end);
  }
  if (failure) throw failure.error;
  return results;
}
