import { setTimeout as sleep } from "node:timers/promises";

/** Asks again until it is as wished: what a provider does while AWS makes something ready. */
export async function until<T>(ask: () => Promise<T>, isIt: (found: T) => boolean): Promise<T> {
  for (let wait = 20; ; wait = Math.min(wait * 1.5, 1_000)) {
    const found = await ask();
    if (isIt(found)) return found;
    await sleep(wait);
  }
}
