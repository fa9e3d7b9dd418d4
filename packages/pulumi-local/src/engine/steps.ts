import { check, compare, desiredInputs } from "./compare.ts";
import { EngineError } from "./events.ts";
import type { Goal } from "./goal.ts";
import { type Diff, type Made, PartlyMade, type Properties, type ResourceProvider } from "./provider.ts";
import { protectedError, Removals } from "./removals.ts";
import type { ResourceState } from "./state.ts";
import { type RunContext, StepExecutor } from "./stepExecutor.ts";
import { typeOf } from "./urn.ts";
import { keepSecrets, plain, sameValue } from "./values.ts";

/** What the program gets back for a resource. In a preview, what only a deployment will know is missing. */
export interface Registered {
  id: string;
  outputs: Properties;
}

/** Brings one resource from what it is to what the program asks for. */
export class Steps {
  readonly removals: Removals;
  /** URNs of resources that a preview would make: nothing can be asked of them yet. */
  readonly pendingCreation = new Set<string>();

  readonly #run: RunContext;
  readonly #executor: StepExecutor;
  readonly #replaced = new Set<string>();
  #order: number;

  constructor(run: RunContext) {
    this.#run = run;
    this.#executor = new StepExecutor(run);
    this.removals = new Removals(run, this.#executor);
    this.#order = run.state.highestOrder();
  }

  /** A component or a provider: nothing to make, only to remember. */
  async record(goal: Goal, id = ""): Promise<Registered> {
    const { state, preview } = this.#run;
    const before = await this.#current(goal);
    const keep = async (): Promise<Registered> => {
      if (!preview) state.put(this.#stateOf(goal, id, goal.inputs, before?.outputs ?? {}));
      return { id, outputs: goal.inputs };
    };
    if (before && sameValue(before.inputs, goal.inputs)) {
      this.#record(this.#stateOf(goal, id, goal.inputs, before.outputs));
      this.#executor.done(goal, "same");
      return { id, outputs: goal.inputs };
    }
    const verb = before ? "update" : "create";
    const keys = Object.keys({ ...before?.inputs, ...goal.inputs });
    const changes = before ? keys.filter((key) => !sameValue(before.inputs[key], goal.inputs[key])) : [];
    const work = () =>
      this.#executor.attempt(verb, goal, { id, newInputs: goal.inputs, ...oldValues(before) }, keep, (made) => ({
        newOutputs: made.outputs,
      }));
    return this.#executor.tell(goal, verb, work, {
      keys: changes,
      before: before?.inputs ?? {},
      after: goal.inputs,
    });
  }

  /** A custom resource: create, update, replace, import or leave as it is. */
  async apply(goal: Goal): Promise<Registered> {
    const provider = this.#run.providers.for(goal);
    const before = await this.#current(goal);
    if (!before && goal.importId) return this.#import(goal, goal.importId, provider);
    const context = this.#executor.contextOf(goal, before);
    const inputs = await check(goal, provider, desiredInputs(goal, before), context);
    if (!before) return this.#create(goal, provider, inputs);

    const diff = await compare(goal, provider, before, inputs, context);
    const withAnother = goal.replaceWith.some((urn) => this.#replaced.has(urn));
    if (diff.replaces.length > 0 || withAnother) return this.#replace(goal, provider, before, inputs, diff);
    if (diff.changes.length > 0 || before.incomplete) return this.#update(goal, provider, before, inputs, diff);

    const outputs = this.#secretly(goal, provider, inputs, before.outputs);
    this.#record(this.#stateOf(goal, before.id, inputs, outputs));
    this.#executor.done(goal, "same");
    return { id: before.id, outputs };
  }

  /** `Resource.get`: a thing that exists and belongs to somebody else. */
  async read(goal: Goal, id: string): Promise<Registered> {
    const provider = this.#run.providers.for(goal);
    const made = await this.#find(goal, id, provider, "to get");
    const outputs = this.#secretly(goal, provider, goal.inputs, made.outputs);
    if (!this.#run.preview) {
      this.#run.state.put({ ...this.#stateOf(goal, made.id, goal.inputs, outputs), external: true });
    }
    this.#executor.done(goal, "read");
    return { id: made.id, outputs };
  }

  /** Of a resource to which nothing is to be done. */
  #record(known: ResourceState): void {
    if (this.#run.preview) this.#run.observer?.keep?.(known);
    else this.#run.state.put(known);
  }

  #create(goal: Goal, provider: ResourceProvider, inputs: Properties): Promise<Registered> {
    // What went before the resource that it needs was replaced comes back as part of that replacement.
    const operation = this.removals.awaitsReplacement(goal.urn) ? "replace" : "create";
    return this.#executor.tell(goal, operation, () => this.#make(goal, provider, inputs));
  }

  async #import(goal: Goal, id: string, provider: ResourceProvider): Promise<Registered> {
    return this.#executor.tell(goal, "import", async () => {
      const made = await this.#find(goal, id, provider, "to import");
      const context = this.#executor.contextOf(goal, undefined);
      const previous = { id: made.id, inputs: made.outputs, outputs: made.outputs };
      const inputs = await check(goal, provider, goal.inputs, { ...context, previous });
      const existing = pick(made.outputs, Object.keys(inputs));
      const { changes } = await provider.diff(existing, pick(plain(inputs), Object.keys(existing)), context);
      if (changes.length > 0) {
        throw new EngineError(`what exists as "${id}" differs in ${changes.join(", ")}: make the program say the same`);
      }
      return this.#run.preview ? made : this.#keep(goal, provider, inputs, made);
    });
  }

  #update(
    goal: Goal,
    provider: ResourceProvider,
    before: ResourceState,
    inputs: Properties,
    diff: Diff,
  ): Promise<Registered> {
    const work = async (signal: AbortSignal): Promise<Registered> => {
      if (this.#run.preview) {
        const known = Object.entries(before.outputs).filter(([key]) => !diff.unknownOutputs?.includes(key));
        const expected = this.#run.expecting ? diff.expectedOutputs : {};
        return { id: before.id, outputs: { ...Object.fromEntries(known), ...inputs, ...expected } };
      }
      const context = this.#executor.contextOf(goal, before, signal);
      try {
        const made = await provider.update(before.id, plain(before.inputs), plain(inputs), context);
        return this.#keep(goal, provider, inputs, made);
      } catch (error) {
        if (error instanceof PartlyMade) this.#keep(goal, provider, inputs, error.made, { incomplete: error.message });
        throw error;
      }
    };
    const values = { id: before.id, newInputs: inputs, ...oldValues(before) };
    const attempt = () =>
      this.#executor.attempt("update", goal, values, work, ({ outputs }) => ({ newOutputs: outputs }));
    return this.#executor.tell(goal, "update", attempt, { keys: diff.changes, before: before.inputs, after: inputs });
  }

  async #replace(
    goal: Goal,
    provider: ResourceProvider,
    before: ResourceState,
    inputs: Properties,
    diff: Diff,
  ): Promise<Registered> {
    if (before.protect) throw protectedError(goal.urn, "replaced", goal.position);
    this.#replaced.add(goal.urn);
    const oldGoesFirst = goal.deleteBeforeReplace ?? diff.deleteBeforeReplace;
    if (oldGoesFirst) {
      const work = async () => {
        await this.removals.beforeReplacement(before);
        return this.#make(goal, provider, inputs);
      };
      return this.#executor.tell(goal, "replace", work, { keys: diff.replaces, before: before.inputs, after: inputs });
    }
    // Old and new exist side by side for a while, so a generated name is generated again.
    const fresh = await check(goal, provider, goal.inputs, this.#executor.contextOf(goal, undefined));
    const changes = { keys: diff.replaces, before: before.inputs, after: fresh };
    return this.#executor.tell(goal, "replace", () => this.#make(goal, provider, fresh, before), changes);
  }

  /** @param replaced the old resource, which is deleted once the program has succeeded. */
  #make(goal: Goal, provider: ResourceProvider, inputs: Properties, replaced?: ResourceState): Promise<Registered> {
    const { state, preview } = this.#run;
    const work = async (signal: AbortSignal): Promise<Registered> => {
      if (preview) {
        this.pendingCreation.add(goal.urn);
        return { id: "", outputs: inputs };
      }
      const context = this.#executor.contextOf(goal, undefined, signal);
      state.begin(goal.urn, inputs);
      try {
        return this.#keep(goal, provider, inputs, await provider.create(plain(inputs), context), { replaced });
      } catch (error) {
        if (error instanceof PartlyMade) {
          this.#keep(goal, provider, inputs, error.made, { replaced, incomplete: error.message });
        } else if (!signal.aborted) {
          state.abandon(goal.urn);
        }
        throw error;
      }
    };
    return this.#executor.attempt("create", goal, { id: "", newInputs: inputs }, work, ({ id, outputs }) => ({
      id,
      newOutputs: outputs,
    }));
  }

  #keep(
    goal: Goal,
    provider: ResourceProvider,
    inputs: Properties,
    made: Made,
    { replaced, incomplete }: { replaced?: ResourceState | undefined; incomplete?: string } = {},
  ): Registered {
    const outputs = this.#secretly(goal, provider, inputs, made.outputs);
    const state = this.#stateOf(goal, made.id, inputs, outputs);
    this.#run.state.put(incomplete ? { ...state, incomplete } : state, replaced);
    return { id: made.id, outputs };
  }

  #secretly(goal: Goal, provider: ResourceProvider, inputs: Properties, outputs: Properties): Properties {
    return keepSecrets(outputs, inputs, [...goal.additionalSecretOutputs, ...(provider.secretOutputs ?? [])]);
  }

  async #find(goal: Goal, id: string, provider: ResourceProvider, purpose: string): Promise<Made> {
    if (!provider.read) throw new EngineError(`${goal.type} cannot be looked up locally`, goal.urn, goal.position);
    const made = await provider.read(id, this.#executor.contextOf(goal, undefined), plain(goal.inputs));
    if (made) return made;
    throw new EngineError(`there is no ${goal.type} with id "${id}" ${purpose}`, goal.urn, goal.position);
  }

  /** The resource under its URN, or under one of its aliases. */
  async #current(goal: Goal): Promise<ResourceState | undefined> {
    const { state, preview } = this.#run;
    const own = state.get(goal.urn);
    if (own) return own.external ? undefined : own;
    for (const alias of goal.aliases) {
      const found = state.get(alias);
      if (!found) continue;
      const renamed = { ...found, urn: goal.urn, type: typeOf(goal.urn) };
      if (preview) return renamed;
      state.rename(alias, renamed);
      return renamed;
    }
    return undefined;
  }

  #stateOf(goal: Goal, id: string, inputs: Properties, outputs: Properties): ResourceState {
    const { state, inPlace } = this.#run;
    const { beforeDelete, afterDelete, onError } = goal.hooks;
    return {
      urn: goal.urn,
      type: goal.type,
      custom: goal.custom,
      id,
      inputs,
      outputs,
      ...(goal.parent && { parent: goal.parent }),
      ...(goal.provider && { provider: goal.provider }),
      dependencies: goal.dependencies,
      propertyDependencies: goal.propertyDependencies,
      protect: goal.protect,
      retainOnDelete: goal.retainOnDelete,
      ...(goal.deletedWith && { deletedWith: goal.deletedWith }),
      ...(goal.replacementTrigger !== undefined && { replacementTrigger: goal.replacementTrigger }),
      customTimeouts: goal.customTimeouts,
      hooks: { beforeDelete, afterDelete, onError },
      external: false,
      order: (inPlace && state.get(goal.urn)?.order) || ++this.#order,
    };
  }
}

const oldValues = (before: ResourceState | undefined) =>
  before && { oldInputs: before.inputs, oldOutputs: before.outputs };

const pick = (properties: Properties, keys: string[]): Properties =>
  Object.fromEntries(keys.filter((key) => key in properties).map((key) => [key, properties[key]]));
