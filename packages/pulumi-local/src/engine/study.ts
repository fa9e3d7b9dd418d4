import type { EngineEvent } from "./events.ts";
import type { Goal } from "./goal.ts";
import type { Observer } from "./observer.ts";
import { packagePaths, repacked } from "./packages.ts";
import type { Properties } from "./provider.ts";
import { containsUnknown } from "./values.ts";

/** What would change with other packages: a resource that has one, or an input that follows from one. */
export interface Follower {
  /** What the program asks for; an input that follows from a package has unknown values in it. */
  goal: Goal;
  /** Outputs that another package changes. */
  unsure: ReadonlySet<string>;
}

/**
 * Learns of a preview what follows from the packages of a program's resources, such as a function's version, which its alias
 * names: each package is taken for another one, so whatever follows from it is unknown. A program that has run once need not
 * run again for a package whose followers are known.
 */
export class Study implements Observer {
  /** Followers in the order in which the program asks for them. */
  readonly followers: Follower[] = [];
  /** Outputs of components and of the stack that have something unknown in them, by URN. */
  readonly outputs = new Map<string, Properties>();
  /** The program's own modules: it has to run when one of them changes. */
  modules: ReadonlySet<string> = new Set();
  readonly #goals = new Map<string, Goal>();
  readonly #made = new Map<string, Properties>();
  readonly #changed = new Set<string>();
  #steady = true;

  /** @returns the same with other packages. */
  take(goal: Goal): Goal {
    this.#goals.set(goal.urn, goal);
    return { ...goal, inputs: repacked(goal.inputs) };
  }

  make(urn: string, outputs: Properties): void {
    this.#made.set(urn, outputs);
  }

  registerOutputs(urn: string, outputs: Properties): void {
    if (containsUnknown(outputs)) this.outputs.set(urn, outputs);
  }

  note(event: EngineEvent): void {
    if (event.kind !== "step" || event.status !== "done") return;
    if (event.operation === "update") this.#changed.add(event.urn);
    // What comes or goes with a package, only the program knows.
    else if (event.operation !== "same" && event.operation !== "read") this.#steady = false;
  }

  /**
   * The preview has ended.
   * @param known outputs of a resource as they are.
   * @param modules what the program has loaded.
   * @returns whether what follows from a package is always an update.
   */
  end(known: (urn: string) => Properties, modules: readonly string[]): boolean {
    this.modules = new Set(modules);
    for (const [urn, goal] of this.#goals) {
      if (!this.#changed.has(urn)) continue;
      // A hook runs in the program; what a package makes of a component is its own.
      if (goal.remote || Object.values(goal.hooks).flat().length > 0) this.#steady = false;
      const made = this.#made.get(urn) ?? {};
      const unsure = Object.keys(known(urn)).filter((key) => !(key in made) || containsUnknown(made[key]));
      this.followers.push({ goal, unsure: new Set(unsure) });
    }
    return this.#steady;
  }

  /** Paths of all packages. */
  get packages(): string[] {
    return this.followers.flatMap(({ goal }) => packagePaths(goal.inputs));
  }
}
