import type { Properties } from "./provider.ts";
import type { ResourceState, State } from "./state.ts";
import { containsSecret, containsUnknown, toProvider } from "./values.ts";

/** A resource as the last run left it; a secret is `[secret]`. */
export type StackResource = Pick<
  ResourceState,
  | "urn"
  | "type"
  | "id"
  | "parent"
  | "inputs"
  | "outputs"
  | "dependencies"
  | "propertyDependencies"
  | "protect"
  | "retainOnDelete"
>;

/** A stack as the last run left it. */
export interface StackSnapshot {
  project: string;
  stack: string;
  /** By full key, `shop:region`; a secret is `[secret]`. */
  config: Record<string, string>;
  /** In the order of creation. */
  resources: readonly StackResource[];
}

/** What a stack has. */
export class Listing {
  readonly #state: State;
  #last: { revision: number; resources: StackResource[] } | undefined;

  constructor(state: State) {
    this.#state = state;
  }

  /** In the order of creation; the same list until the state changes. */
  resources(): readonly StackResource[] {
    const revision = this.#state.revision();
    if (this.#last?.revision !== revision) this.#last = { revision, resources: this.#state.list().map(asShown) };
    return this.#last.resources;
  }
}

/** A resource of the state, without what only the engine needs. */
function asShown({ inputs, outputs, ...rest }: ResourceState): StackResource {
  const { urn, type, id, parent, dependencies, propertyDependencies, protect, retainOnDelete } = rest;
  const options = { ...(parent && { parent }), dependencies, propertyDependencies, protect, retainOnDelete };
  return { urn, type, id, inputs: shown(inputs), outputs: shown(outputs), ...options };
}

/** Values in the shape of `pulumi stack output --json`: a secret is `[secret]`. */
export const shown = (outputs: Properties): Properties =>
  Object.fromEntries(
    Object.entries(outputs)
      .filter(([, value]) => !containsUnknown(value))
      .map(([key, value]) => [key, containsSecret(value) ? "[secret]" : toProvider(value)]),
  );
