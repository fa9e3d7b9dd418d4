import type { EngineEvent } from "./events.ts";
import type { Goal } from "./goal.ts";
import type { Properties } from "./provider.ts";
import type { ResourceState } from "./state.ts";

/** Watches a preview, to know of it what a run would do. */
export interface Observer {
  /** @returns what is previewed instead of what the program asks for. */
  take(goal: Goal): Goal;
  /** What the program is told that the resource is. */
  make(urn: string, outputs: Properties): void;
  /** Outputs of a component or of the stack. */
  registerOutputs(urn: string, outputs: Properties): void;
  /** What a run would record of a resource to which nothing is to be done. */
  keep?(state: ResourceState): void;
  note(event: EngineEvent): void;
}
