import { setTimeout as sleep } from "node:timers/promises";

/** Answers that may be another one a little later. */
const transient = [429, 502, 503, 504];

/**
 * Asks an API, and again after a random, growing pause as long as that may help.
 * @param tries how often in all.
 */
export async function askPatiently(ask: () => Promise<Response>, tries: number): Promise<Response> {
  for (let asked = 1; ; asked++) {
    const response = await ask();
    if (!transient.includes(response.status) || asked === tries) return response;
    await response.body?.cancel();
    await sleep(250 * 2 ** asked * Math.random());
  }
}

/** An answer's JSON; undefined for any other text. */
export function parseAnswer(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** What an API says is wrong; undefined where it does not say. API Gateway's own refusals begin with a capital. */
export function messageOf(answer: unknown): string | undefined {
  const { message, Message } = Object(answer) as { message?: string; Message?: string };
  return message ?? Message;
}
