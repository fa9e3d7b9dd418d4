import { unknownText } from "./compare.ts";
import { EngineError } from "./events.ts";
import { noHooks } from "./goal.ts";
import type { ResourceState } from "./state.ts";
import { type RunContext, type StepExecutor, subjectOf } from "./stepExecutor.ts";
import { nameOf } from "./urn.ts";
import { plain } from "./values.ts";

/** Deletes: what the program no longer asks for, what has been replaced, and what must go before something else comes. */
export class Removals {
  readonly #run: RunContext;
  readonly #executor: StepExecutor;
  readonly #awaitingReplacement = new Set<string>();

  constructor(run: RunContext, executor: StepExecutor) {
    this.#run = run;
    this.#executor = executor;
  }

  /** Whether the resource was deleted in this run because one that it needs is being replaced. */
  awaitsReplacement(urn: string): boolean {
    return this.#awaitingReplacement.has(urn);
  }

  /**
   * At the end of a run that succeeded: dependents go before what they depend on, and all that may go at the same time
   * goes at the same time.
   * @param registered URNs that the program asked for.
   */
  async sweep(registered: ReadonlySet<string>): Promise<void> {
    const { state, preview } = this.#run;
    const gone = state.list().filter(({ urn }) => !registered.has(urn));
    const held = gone.find(({ protect, external }) => protect && !external);
    if (held) throw protectedError(held.urn, "deleted");
    const leaving = new Set(gone.map(({ urn }) => urn));
    const replaced = new Set(state.leftovers());

    await inReverse([...replaced, ...gone], async (old) => {
      if (replaced.has(old)) {
        await this.#remove(old, "delete-replaced");
        if (!preview) state.forgetLeftover(old);
      } else {
        // With its container gone there is nothing left to delete.
        const withContainer = old.deletedWith !== undefined && leaving.has(old.deletedWith);
        await this.#remove(old, "delete", withContainer);
        if (!preview) state.delete(old.urn);
      }
    });
  }

  /**
   * Deletes a resource that goes before its replacement comes, and first what cannot live through that: resources that
   * have one of its outputs as an input that cannot change in place. The program makes those again when it gets to them.
   */
  async beforeReplacement(target: ResourceState): Promise<void> {
    const { state, preview } = this.#run;
    const leaving = [target, ...(await this.#dependents(target))];
    const held = leaving.find(({ protect }) => protect);
    if (held) throw protectedError(held.urn, "replaced");
    await inReverse(leaving, async (old) => {
      await this.#remove(old, "delete-replaced");
      if (old !== target) this.#awaitingReplacement.add(old.urn);
      if (!preview) state.delete(old.urn);
    });
  }

  async #dependents(target: ResourceState): Promise<ResourceState[]> {
    const { state, providers } = this.#run;
    const leaving = new Set([target.urn]);
    const found: ResourceState[] = [];
    for (const one of state.list()) {
      const keys = Object.entries(one.propertyDependencies)
        .filter(([, urns]) => urns.some((urn) => leaving.has(urn)))
        .map(([key]) => key);
      if (keys.length === 0 || !one.custom || one.external || leaving.has(one.urn)) continue;
      const subject = subjectOf(one, nameOf(one.urn), noHooks());
      const inputs = plain(one.inputs);
      const after = { ...inputs, ...Object.fromEntries(keys.map((key) => [key, unknownText])) };
      const diff = await providers.for(subject).diff(inputs, after, this.#executor.contextOf(subject, one));
      if (diff.replaces.length === 0) continue;
      leaving.add(one.urn);
      found.push(one);
    }
    return found;
  }

  async #remove(old: ResourceState, operation: "delete" | "delete-replaced", withContainer = false): Promise<void> {
    const subject = subjectOf(old, nameOf(old.urn), { ...noHooks(), ...old.hooks });
    const kept = old.retainOnDelete || old.external;
    if (kept) return this.#executor.done(subject, "discard");
    await this.#executor.tell(subject, operation, () => {
      const values = { id: old.id, oldInputs: old.inputs, oldOutputs: old.outputs };
      return this.#executor.attempt("delete", subject, values, async (signal) => {
        const nothing = !old.custom || old.type.startsWith("pulumi:") || withContainer || this.#run.preview;
        if (nothing) return;
        const context = this.#executor.contextOf(subject, old, signal);
        await this.#run.providers.for(subject).delete(old.id, plain(old.outputs), context);
      });
    });
  }
}

/** @param what `deleted` or `replaced`. */
export const protectedError = (urn: string, what: string, position?: string): EngineError =>
  new EngineError(`it is protected and would be ${what}; take \`protect\` off it first`, urn, position);

/** After a failure nothing new begins, and what is under way ends. */
async function inReverse(resources: ResourceState[], remove: (one: ResourceState) => Promise<void>): Promise<void> {
  const waiting = new Set(resources);
  const underWay = new Map<ResourceState, Promise<void>>();
  const failures: unknown[] = [];
  while (waiting.size > 0) {
    const needed = new Set([...waiting].flatMap(({ dependencies }) => dependencies));
    const free = [...waiting].filter((one) => !needed.has(one.urn) && !underWay.has(one));
    // Dependencies cannot be circular; should the state say so nevertheless, say so too.
    if (failures.length + free.length + underWay.size === 0) {
      throw new EngineError("the state's dependencies are circular", [...waiting][0]?.urn);
    }
    for (const one of failures.length > 0 ? [] : free) {
      const removed = remove(one)
        .then(
          () => waiting.delete(one),
          (error: unknown) => failures.push(error),
        )
        .then(() => void underWay.delete(one));
      underWay.set(one, removed);
    }
    if (underWay.size === 0) break;
    await Promise.race(underWay.values());
  }
  if (failures.length > 0) throw failures[0];
}
