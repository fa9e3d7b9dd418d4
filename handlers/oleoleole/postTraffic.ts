import { setTimeout as sleep } from "node:timers/promises";
import { trafficHook } from "../lib/trafficHook.ts";
import { requireGreeting } from "./expectation.ts";

/** An alias that was moved is so everywhere within moments: only an answer that stays wrong counts. */
const attempts = 3;
const pauseMs = 500;

/** Asks as callers do, through the API, once the new version has all traffic. */
export const handler = trafficHook(async () => {
  const url = process.env.ROUTE_URL ?? "";
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      return requireGreeting(answer.status, await answer.text());
    } catch (error) {
      if (attempt === attempts) throw error;
      await sleep(pauseMs);
    }
  }
});
