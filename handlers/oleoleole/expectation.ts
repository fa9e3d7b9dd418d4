import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";

const pauseMs = 500;
const longestAnswerMs = 2_000;

/** What a version must answer that is to have callers. @throws saying what it answers instead. */
export function requireGreeting(statusCode: number | undefined, body: string | undefined): void {
  assert.ok(statusCode === 200, `it answers ${statusCode}: ${body}`);
  const { message, version } = JSON.parse(body ?? "null") ?? {};
  assert.ok(message === "Feelin' hot hot hot!", `its message is ${JSON.stringify(message)}`);
  const wanted = process.env.APP_VERSION;
  assert.ok(version === wanted, `it says that it is version ${version}; ${wanted} is deployed`);
}

/**
 * The same of a route. An alias that was moved is so everywhere within moments: only an answer counts that stays wrong
 * until there is time for no other.
 * @param deadline in milliseconds since 1970.
 */
export async function requireRoute(url: string, deadline: number): Promise<void> {
  for (;;) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(longestAnswerMs) });
      return requireGreeting(answer.status, await answer.text());
    } catch (error) {
      if (Date.now() + pauseMs + longestAnswerMs > deadline) throw error;
      await sleep(pauseMs);
    }
  }
}
