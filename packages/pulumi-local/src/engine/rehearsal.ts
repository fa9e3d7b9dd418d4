import { isDeepStrictEqual } from "node:util";
import type { Deployment } from "./deployment.ts";
import type { EngineEvent } from "./events.ts";
import type { Goal } from "./goal.ts";
import type { Observer } from "./observer.ts";
import type { Properties } from "./provider.ts";
import type { RepackingStep } from "./repacking.ts";
import type { ResourceState, State } from "./state.ts";
import { containsUnknown } from "./values.ts";

/**
 * A preview before a run, which may take the run's place: where it has found updates and nothing else, and knew all that the
 * program asked for, what is left is to do them. Outputs that an update changes are told as they are expected to be, and
 * looked at when it has been done.
 */
export class Rehearsal implements Observer {
  readonly #state: State;
  readonly #goals = new Map<string, Goal>();
  readonly #told = new Map<string, Properties>();
  readonly #outputs = new Map<string, Properties>();
  readonly #unchanged: ResourceState[] = [];
  readonly #changed: string[] = [];
  /** What the program has said meanwhile. */
  readonly #messages: EngineEvent[] = [];
  #onlyUpdates = true;

  constructor(state: State) {
    this.#state = state;
  }

  take(goal: Goal): Goal {
    this.#goals.set(goal.urn, goal);
    // It has another name until now.
    if (!this.#state.has(goal.urn)) this.#onlyUpdates = false;
    return goal;
  }

  make(urn: string, outputs: Properties): void {
    this.#told.set(urn, outputs);
  }

  registerOutputs(urn: string, outputs: Properties): void {
    this.#outputs.set(urn, outputs);
  }

  keep(state: ResourceState): void {
    this.#unchanged.push(state);
  }

  note(event: EngineEvent): void {
    if (event.kind === "message") this.#messages.push(event);
    if (event.kind !== "step" || event.status !== "done") return;
    if (event.operation === "update") this.#changed.push(event.urn);
    // What comes and goes takes its place among the others by a run, and what is looked up is recorded by it.
    else if (event.operation !== "same") this.#onlyUpdates = false;
  }

  /**
   * Does what the preview has found.
   * @param emit is told what the program has said, before anything is touched.
   * @returns the number of updates when all has become what a run would make of it; `undefined` when the program has to run.
   * @throws {EngineError} with what a resource refuses.
   */
  async carryOut(deployment: Deployment, emit: (event: EngineEvent) => void): Promise<number | undefined> {
    const goals = this.#changed.map((urn) => this.#goals.get(urn) as Goal);
    if (!this.#onlyUpdates || !goals.every(isKnown) || containsUnknown([...this.#outputs.values()])) return undefined;
    for (const message of this.#messages) emit(message);
    await deployment.repack(inOrder(goals));
    if (!goals.every((goal) => this.#isAsTold(goal))) return undefined;
    this.#record();
    return goals.length;
  }

  #isAsTold({ urn, custom }: Goal): boolean {
    const made = this.#state.get(urn)?.outputs ?? {};
    const told = Object.entries(this.#told.get(urn) ?? {}).filter(([, value]) => !containsUnknown(value));
    return !custom || told.every(([key, value]) => isDeepStrictEqual(made[key], value));
  }

  /** What the program says of resources beside what they are made of, and what components and the stack export. */
  #record(): void {
    for (const one of this.#unchanged) {
      const known = this.#state.get(one.urn);
      this.#put(known, known && { ...one, outputs: one.custom ? one.outputs : known.outputs, order: known.order });
    }
    for (const [urn, outputs] of this.#outputs) {
      const known = this.#state.get(urn);
      this.#put(known, known && { ...known, outputs });
    }
  }

  #put(known: ResourceState | undefined, now: ResourceState | undefined): void {
    if (now && !isDeepStrictEqual(known, now)) this.#state.put(now);
  }
}

/** A hook runs in the program; what a package makes of a component is its own. */
const isKnown = ({ inputs, remote, hooks }: Goal): boolean =>
  !containsUnknown(inputs) && !remote && Object.values(hooks).flat().length === 0;

function inOrder(goals: Goal[]): RepackingStep[] {
  const urns = new Set(goals.map(({ urn }) => urn));
  return goals.map((goal) => ({
    goal,
    after: goal.dependencies.filter((urn) => urns.has(urn)),
    inputs: () => goal.inputs,
  }));
}
