import { setTimeout as sleep } from "node:timers/promises";
import type { Chance } from "../random.ts";
import type { World } from "../world.ts";

/** What one kind of client does, again and again. */
export interface Load {
  name: string;
  /** Milliseconds between two steps, at most. */
  pause: number;
  /** How many do it at the same time. Default 1. */
  clients?: number;
  /** Before the load begins, without faults. */
  prepare?(world: World): Promise<void>;
  /** @throws when it was refused, or not answered: that is no fault, nothing was promised. */
  step(world: World, chance: Chance): Promise<void>;
}

/** Answers that may be another one a little later. */
export const isTransient = (status: number): boolean => status === 429 || status >= 500;

/** Sends a request, and again when its answer may be another one. */
export async function patiently(ask: () => Promise<Response>, tries = 5): Promise<Response> {
  for (let asked = 1; ; asked++) {
    const response = await ask();
    if (!isTransient(response.status) || asked === tries) return response;
    await response.body?.cancel();
    await sleep(100 * 2 ** asked * Math.random());
  }
}
