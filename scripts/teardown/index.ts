/** Takes a stack down, phase by phase; called again, it goes on with what is left. */
import { buckets } from "./buckets.ts";
import { deployments } from "./deployments.ts";
import { destroy } from "./destroy.ts";
import { leftovers } from "./leftovers.ts";
import type { Phase } from "./phase.ts";
import { protection } from "./protection.ts";
import { repositories } from "./repositories.ts";
import type { Doomed } from "./stack.ts";
import { sweeps } from "./sweeps.ts";

/** In their order: what makes data goes before the data, and all that Pulumi cannot remove before what it can. */
export const phases: readonly Phase[] = [deployments, sweeps, protection, buckets, repositories, destroy];

/** What would be done, by phase. */
export async function lookAt(stack: Doomed): Promise<{ phase: string; lines: string[] }[]> {
  const found: { phase: string; lines: string[] }[] = [];
  for (const { name, look } of phases) found.push({ phase: name, lines: await look(stack) });
  return found;
}

/**
 * Takes it down.
 * @param say told of each phase as it begins, with what is to be done in it.
 * @returns what is left with the stack's tags: ARNs.
 * @throws {Failure} with what a phase could not do; what it did stays done.
 */
export async function takeDown(stack: Doomed, say: (phase: string, lines: string[]) => void): Promise<string[]> {
  for (const { name, look, run } of phases) {
    const lines = await look(stack);
    say(name, lines);
    if (lines.length > 0) await run(stack);
  }
  return leftovers(stack);
}
