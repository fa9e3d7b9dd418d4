import { EngineError, type EngineEvent, type Operation } from "./events.ts";
import type { Goal, HookMoment } from "./goal.ts";
import { copyAt, differsAt, parsePath } from "./paths.ts";
import type { Diff, Made, Properties, ResourceContext, ResourceProvider } from "./provider.ts";
import type { Providers } from "./providers.ts";
import type { ResourceState, State } from "./state.ts";
import { nameOf, typeOf } from "./urn.ts";
import { containsUnknown, keepSecrets, mapValues, toProvider, unknown } from "./values.ts";

/** What a step needs of the run that it belongs to. */
export interface StepContext {
  project: string;
  stack: string;
  preview: boolean;
  state: State;
  providers: Providers;
  signal: AbortSignal;
  emit(event: EngineEvent): void;
  /** Runs the program's hooks of that moment. @throws when one fails. */
  runHooks(names: string[], resource: HookedResource): Promise<void>;
}

export interface HookedResource {
  urn: string;
  id: string;
  name: string;
  type: string;
  moment: HookMoment;
  oldInputs?: Properties;
  oldOutputs?: Properties;
  newInputs?: Properties;
  newOutputs?: Properties;
}

/** What the program gets back for a resource. In a preview, what only a deployment will know is missing. */
export interface Registered {
  id: string;
  outputs: Properties;
}

const noHooks = { beforeDelete: [], afterDelete: [] };

/** Brings one resource from what it is to what the program asks for: the one place where something is made or changed. */
export class Steps {
  readonly #context: StepContext;
  #order: number;

  constructor(context: StepContext) {
    this.#context = context;
    this.#order = context.state.list().reduce((highest, { order }) => Math.max(highest, order), 0);
  }

  /** A component or a provider: nothing to make, only to remember. */
  record(goal: Goal, id = ""): Registered {
    const { state, preview } = this.#context;
    const before = this.#current(goal);
    const operation = before ? (sameValue(before.inputs, goal.inputs) ? "same" : "update") : "create";
    if (!preview) state.put(this.#stateOf(goal, id, goal.inputs, before?.outputs ?? {}));
    this.#emitDone(goal, operation, 0, []);
    return { id, outputs: goal.inputs };
  }

  /** A custom resource: create, update, replace, import or leave as it is. */
  async apply(goal: Goal): Promise<Registered> {
    const provider = this.#context.providers.for(goal);
    const before = this.#current(goal);
    const inputs = before ? ignoreChanges(goal, before.inputs) : goal.inputs;
    const context = this.#resourceContext(goal, before);
    const checked = this.#check(goal, provider, inputs, context);

    if (!before)
      return goal.importId
        ? this.#import(goal, provider, checked, context)
        : this.#create(goal, provider, checked, context);
    const diff = this.#diff(goal, provider, before, checked, context);
    if (diff.replaces.length > 0) return this.#replace(goal, provider, before, checked, diff, context);
    if (diff.changes.length > 0) return this.#update(goal, provider, before, checked, diff, context);

    if (!this.#context.preview) this.#context.state.put(this.#stateOf(goal, before.id, before.inputs, before.outputs));
    this.#emitDone(goal, "same", 0, []);
    return { id: before.id, outputs: before.outputs };
  }

  /** `Resource.get`: a thing that exists and belongs to somebody else. */
  async read(goal: Goal, id: string): Promise<Registered> {
    const provider = this.#context.providers.for(goal);
    if (!provider.read) throw new EngineError(`${goal.type} cannot be looked up locally`, goal.urn, goal.position);
    const made = await provider.read(id, this.#resourceContext(goal, undefined));
    if (!made) throw new EngineError(`there is no ${goal.type} with id "${id}"`, goal.urn, goal.position);
    const outputs = keepSecrets(made.outputs, goal.inputs, goal.additionalSecretOutputs);
    if (!this.#context.preview) {
      this.#context.state.put({ ...this.#stateOf(goal, made.id, goal.inputs, outputs), external: true });
    }
    this.#emitDone(goal, "read", 0, []);
    return { id: made.id, outputs };
  }

  /** Deletes for good. In a preview it is only said. */
  async remove(state: ResourceState, operation: "delete" | "discard" = "delete"): Promise<void> {
    const { preview } = this.#context;
    const goal = { urn: state.urn, type: state.type, name: nameOf(state.urn), position: undefined };
    const kept = state.retainOnDelete || state.external || !state.custom || state.type.startsWith("pulumi:providers:");
    await this.#run(goal, kept ? "discard" : operation, [], async () => {
      if (preview || kept) return;
      const hooks = state.hooks ?? noHooks;
      const hooked = { ...goal, id: state.id, oldInputs: state.inputs, oldOutputs: state.outputs };
      await this.#context.runHooks(hooks.beforeDelete, { ...hooked, moment: "beforeDelete" });
      const context = this.#resourceContext(
        { ...goal, provider: state.provider, customTimeouts: state.customTimeouts ?? {} },
        state,
      );
      await this.#context.providers.for(goal).delete(state.id, plain(state.outputs), context);
      await this.#context.runHooks(hooks.afterDelete, { ...hooked, moment: "afterDelete" });
    });
  }

  async #create(
    goal: Goal,
    provider: ResourceProvider,
    inputs: Properties,
    context: ResourceContext,
  ): Promise<Registered> {
    return this.#run(goal, "create", [], async () => {
      if (this.#context.preview) return { id: "", outputs: inputs };
      const { state } = this.#context;
      const hooked = { urn: goal.urn, id: "", name: goal.name, type: goal.type, newInputs: inputs };
      await this.#context.runHooks(goal.hooks.beforeCreate, { ...hooked, moment: "beforeCreate" });
      state.begin(goal.urn, inputs);
      const made = await provider.create(plain(inputs), context);
      const registered = this.#keep(goal, provider, inputs, made);
      await this.#context.runHooks(goal.hooks.afterCreate, {
        ...hooked,
        id: made.id,
        newOutputs: registered.outputs,
        moment: "afterCreate",
      });
      return registered;
    });
  }

  async #import(
    goal: Goal,
    provider: ResourceProvider,
    inputs: Properties,
    context: ResourceContext,
  ): Promise<Registered> {
    return this.#run(goal, "read", [], async () => {
      const made = await provider.read?.(goal.importId!, context);
      if (!made)
        throw new EngineError(`there is no ${goal.type} with id "${goal.importId}" to import`, goal.urn, goal.position);
      return this.#context.preview ? { id: made.id, outputs: made.outputs } : this.#keep(goal, provider, inputs, made);
    });
  }

  async #update(
    goal: Goal,
    provider: ResourceProvider,
    before: ResourceState,
    inputs: Properties,
    diff: Diff,
    context: ResourceContext,
  ): Promise<Registered> {
    return this.#run(goal, "update", diff.changes, async () => {
      if (this.#context.preview) return { id: before.id, outputs: { ...before.outputs, ...inputs } };
      const hooked = { urn: goal.urn, id: before.id, name: goal.name, type: goal.type };
      const values = { oldInputs: before.inputs, oldOutputs: before.outputs, newInputs: inputs };
      await this.#context.runHooks(goal.hooks.beforeUpdate, { ...hooked, ...values, moment: "beforeUpdate" });
      const made = await provider.update(before.id, plain(before.inputs), plain(inputs), context);
      const registered = this.#keep(goal, provider, inputs, made);
      await this.#context.runHooks(goal.hooks.afterUpdate, {
        ...hooked,
        ...values,
        newOutputs: registered.outputs,
        moment: "afterUpdate",
      });
      return registered;
    });
  }

  async #replace(
    goal: Goal,
    provider: ResourceProvider,
    before: ResourceState,
    inputs: Properties,
    diff: Diff,
    context: ResourceContext,
  ): Promise<Registered> {
    if (before.protect) throw protectedError(goal.urn, "replaced", goal.position);
    // A resource that goes first may not keep its generated name in the meantime; one that comes first needs a new one.
    const oldGoesFirst = goal.deleteBeforeReplace ?? diff.deleteBeforeReplace;
    const fresh = oldGoesFirst ? inputs : this.#check(goal, provider, goal.inputs, { ...context, previous: undefined });
    return this.#run(goal, "replace", diff.replaces, async () => {
      if (this.#context.preview) return { id: "", outputs: fresh };
      const { state } = this.#context;
      if (oldGoesFirst) {
        await this.remove(before);
        state.delete(goal.urn);
      }
      state.begin(goal.urn, fresh);
      const made = await provider.create(plain(fresh), { ...context, previous: undefined });
      if (!oldGoesFirst) state.keepForDeletion(before);
      return this.#keep(goal, provider, fresh, made);
    });
  }

  #keep(goal: Goal, provider: ResourceProvider, inputs: Properties, made: Made): Registered {
    const secrets = [...goal.additionalSecretOutputs, ...(provider.secretOutputs ?? [])];
    const outputs = keepSecrets(made.outputs, inputs, secrets);
    this.#context.state.put(this.#stateOf(goal, made.id, inputs, outputs));
    return { id: made.id, outputs };
  }

  /** The resource under its URN, or under one of its aliases. */
  #current(goal: Goal): ResourceState | undefined {
    const { state, preview } = this.#context;
    const own = state.get(goal.urn);
    if (own) return own.external ? undefined : own;
    for (const alias of goal.aliases) {
      const found = state.get(alias);
      if (!found) continue;
      const renamed = { ...found, urn: goal.urn, type: typeOf(goal.urn) };
      if (!preview) state.rename(alias, renamed);
      return renamed;
    }
    return undefined;
  }

  #check(goal: Goal, provider: ResourceProvider, inputs: Properties, context: ResourceContext): Properties {
    const { inputs: checked, failures } = provider.check(plain(inputs), context);
    // In a preview an unknown input is neither there nor missing.
    const real = failures.filter(({ property }) => !containsUnknown(inputs[property.split(/[.[]/)[0]!]));
    if (real.length > 0) {
      const list = real.map(({ property, reason }) => `${property} ${reason}`).join("; ");
      throw new EngineError(list, goal.urn, goal.position);
    }
    // What the provider added (a name, a default) comes on top; what the program gave keeps its secrets and unknowns.
    return { ...checked, ...Object.fromEntries(Object.entries(inputs).filter(([, value]) => value !== undefined)) };
  }

  #diff(
    goal: Goal,
    provider: ResourceProvider,
    before: ResourceState,
    inputs: Properties,
    context: ResourceContext,
  ): Diff {
    // An unknown is compared as such: it may differ, so a preview says that it does.
    const after = mapValues(plain(inputs), (leaf) => leaf) as Properties;
    for (const [key, value] of Object.entries(inputs)) if (containsUnknown(value)) after[key] = String(unknown);
    const diff = provider.diff(plain(before.inputs), after, context);
    const forced = goal.replaceOnChanges.filter((path) =>
      path === "*" ? diff.changes.length > 0 : differsAt(plain(before.inputs), after, parsePath(path)),
    );
    return { ...diff, replaces: [...new Set([...diff.replaces, ...forced])] };
  }

  #resourceContext(
    goal: Pick<Goal, "urn" | "type" | "name"> & Partial<Pick<Goal, "provider" | "customTimeouts">>,
    before: ResourceState | undefined,
  ): ResourceContext {
    const { project, stack, providers, signal, emit, state } = this.#context;
    const unfinished = before ? undefined : state.unfinished(goal.urn);
    const previous = before ?? (unfinished && { id: "", inputs: unfinished, outputs: {} });
    return {
      urn: goal.urn,
      type: goal.type,
      name: goal.name,
      project,
      stack,
      provider: providers.settings(goal.type.split(":")[0]!, goal.provider),
      ...(previous && {
        previous: { id: previous.id, inputs: plain(previous.inputs), outputs: plain(previous.outputs) },
      }),
      log: (severity, text) => emit({ kind: "message", urn: goal.urn, severity, text }),
      signal,
    };
  }

  #stateOf(goal: Goal, id: string, inputs: Properties, outputs: Properties): ResourceState {
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
      protect: goal.protect,
      retainOnDelete: goal.retainOnDelete,
      ...(goal.deletedWith && { deletedWith: goal.deletedWith }),
      customTimeouts: goal.customTimeouts,
      hooks: { beforeDelete: goal.hooks.beforeDelete, afterDelete: goal.hooks.afterDelete },
      external: false,
      order: ++this.#order,
    };
  }

  async #run<R>(
    goal: Pick<Goal, "urn" | "type" | "position">,
    operation: Operation,
    changes: string[],
    work: () => Promise<R>,
  ): Promise<R> {
    const began = performance.now();
    const { urn, type } = goal;
    this.#context.emit({ kind: "step", urn, type, operation, status: "started" });
    try {
      const result = await work();
      this.#emitDone(goal, operation, (performance.now() - began) / 1000, changes);
      return result;
    } catch (error) {
      const reason = (error as Error).message;
      const seconds = (performance.now() - began) / 1000;
      this.#context.emit({ kind: "step", urn, type, operation, status: "failed", seconds, changes, error: reason });
      throw error instanceof EngineError ? error : new EngineError(describe(error), urn, goal.position);
    }
  }

  #emitDone({ urn, type }: Pick<Goal, "urn" | "type">, operation: Operation, seconds: number, changes: string[]): void {
    this.#context.emit({ kind: "step", urn, type, operation, status: "done", seconds, changes });
  }
}

export const protectedError = (urn: string, what: string, position?: string): EngineError =>
  new EngineError(`it is protected and would be ${what}; take \`protect\` off it first`, urn, position);

const plain = (properties: Properties): Properties => toProvider(properties) as Properties;

const sameValue = (a: unknown, b: unknown): boolean => JSON.stringify(toProvider(a)) === JSON.stringify(toProvider(b));

function ignoreChanges(goal: Goal, before: Properties): Properties {
  return goal.ignoreChanges.reduce(
    (inputs, path) => copyAt(inputs, before, parsePath(path)) as Properties,
    goal.inputs,
  );
}

/** AWS's own words with their code; anything else is a defect of the local cloud, and says so. */
function describe(error: unknown): string {
  const { name, message, code, stack } = error as Error & { code?: unknown };
  if (typeof code === "string" && code === name) return `${code}: ${message}`;
  return name === "Error" ? message : `the local cloud failed: ${stack ?? message}`;
}
