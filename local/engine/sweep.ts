import { EngineError } from "./events.ts";
import type { ResourceState, State } from "./state.ts";
import { protectedError, type Steps } from "./steps.ts";

interface Sweep {
  state: State;
  steps: Steps;
  preview: boolean;
  /** URNs that the program asked for in this run. */
  registered: ReadonlySet<string>;
}

/**
 * Deletes what the program no longer asks for, and what was replaced: dependents before what they depend on, and all that
 * may go at the same time at the same time.
 */
export async function sweep({ state, steps, preview, registered }: Sweep): Promise<void> {
  const leftovers = state.leftovers();
  const gone = state.list().filter(({ urn }) => !registered.has(urn));
  const held = gone.find(({ protect }) => protect);
  if (held) throw protectedError(held.urn, "deleted");

  // A replaced resource goes before what it depended on, which may be leaving too.
  await inReverse(leftovers, async (old) => {
    await steps.remove(old);
    if (!preview) state.forgetLeftover(old);
  });
  const leaving = new Set(gone.map(({ urn }) => urn));
  await inReverse(gone, async (old) => {
    // It goes with its container: AWS deletes it by itself.
    const withContainer = old.deletedWith !== undefined && leaving.has(old.deletedWith);
    await steps.remove(withContainer ? { ...old, retainOnDelete: true } : old);
    if (!preview) state.delete(old.urn);
  });
}

async function inReverse(resources: ResourceState[], remove: (one: ResourceState) => Promise<void>): Promise<void> {
  let waiting = [...resources];
  while (waiting.length > 0) {
    const needed = new Set(waiting.flatMap(({ dependencies, urn }) => dependencies.filter((one) => one !== urn)));
    const free = waiting.filter(({ urn }) => !needed.has(urn));
    // Dependencies cannot be circular; should state say so nevertheless, say so too.
    if (free.length === 0) throw new EngineError("the state's dependencies are circular", waiting[0]?.urn);
    const results = await Promise.allSettled(free.map(remove));
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
    waiting = waiting.filter((one) => !free.includes(one));
  }
}
