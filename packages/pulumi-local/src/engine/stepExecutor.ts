import { changesOf } from "./changes.ts";
import { parseDuration } from "./duration.ts";
import { EngineError, type EngineEvent, type Operation, type Which } from "./events.ts";
import type { CustomTimeouts, Goal, HookMoment, Verb } from "./goal.ts";
import type { HookedResource, Hooks } from "./hooks.ts";
import type { Observer } from "./observer.ts";
import type { Properties, ResourceContext } from "./provider.ts";
import type { Providers } from "./providers.ts";
import type { ResourceState, State } from "./state.ts";
import { containsUnknown, plain } from "./values.ts";

/** What the steps of a run share. */
export interface RunContext {
  project: string;
  stack: string;
  preview: boolean;
  state: State;
  providers: Providers;
  hooks: Hooks;
  /** Resources keep their places in the order of creation. Default: they are in the order of this run. */
  inPlace?: boolean;
  /** In a preview: outputs that an update changes are told as they are expected to be. Default: they are unknown. */
  expecting?: boolean;
  /** In a preview: takes what a run would record of a resource to which nothing is to be done. */
  observer?: Pick<Observer, "keep">;
  signal: AbortSignal;
  emit(event: EngineEvent): void;
}

/** The resource that something is done to. */
export interface Subject extends Pick<Goal, "urn" | "type" | "name" | "hooks" | "customTimeouts" | "provider"> {
  position: string | undefined;
  inputs?: Properties;
  /** URN of its parent. */
  parent?: string | undefined;
  /** Input properties that are not mentioned when they change. */
  hideDiffs: string[];
}

/** What differs in a resource: the properties, and the inputs that they are in. */
export interface Changes {
  keys: string[];
  before: Properties;
  after: Properties;
}

const none: Changes = { keys: [], before: {}, after: {} };

const which = ({ urn, type, parent }: Subject): Which => ({ urn, type, ...(parent && { parent }) });

/** A thing that did not end in the time the program gives it: it may still end. */
class TimeoutError extends Error {
  override readonly name = "TimeoutError";
}

/** Carries out what has been decided: tells of it, runs the program's hooks around it, keeps its time. */
export class StepExecutor {
  readonly #run: RunContext;

  constructor(run: RunContext) {
    this.#run = run;
  }

  /** What a provider is given about a resource. */
  contextOf(subject: Subject, before: ResourceState | undefined, signal = this.#run.signal): ResourceContext {
    const { project, stack, providers, emit, state } = this.#run;
    const interrupted = before ? undefined : state.interrupted(subject.urn);
    const previous = before ?? (interrupted && { id: "", inputs: interrupted, outputs: {} });
    const { urn, type, name } = subject;
    return {
      urn,
      type,
      name,
      project,
      stack,
      provider: providers.settings(type.split(":")[0]!, subject.provider),
      ...(previous && {
        previous: { id: previous.id, inputs: plain(previous.inputs), outputs: plain(previous.outputs) },
      }),
      unknowns: Object.keys(subject.inputs ?? {}).filter((key) => containsUnknown(subject.inputs?.[key])),
      log: (severity, text) => emit({ kind: "message", urn, severity, text }),
      signal,
    };
  }

  /** One line of what is displayed: begins, and ends well or not. */
  async tell<Result>(
    subject: Subject,
    operation: Operation,
    work: () => Promise<Result>,
    changes: Changes = none,
  ): Promise<Result> {
    const began = performance.now();
    this.#run.emit({ kind: "step", ...which(subject), operation, status: "started" });
    try {
      const result = await work();
      this.done(subject, operation, (performance.now() - began) / 1000, changes);
      return result;
    } catch (error) {
      const failure = located(error, subject);
      const seconds = (performance.now() - began) / 1000;
      const ended = { operation, status: "failed", seconds, changes: changes.keys, error: failure.message } as const;
      this.#run.emit({ kind: "step", ...which(subject), ...ended });
      throw failure;
    }
  }

  /** A step that took no work. */
  done(subject: Subject, operation: Operation, seconds = 0, { keys, before, after }: Changes = none): void {
    const changes = keys.filter((key) => !subject.hideDiffs.includes(key));
    const values = changesOf(before, after, changes);
    const ended = { operation, status: "done", seconds, changes, ...(values.length > 0 && { values }) } as const;
    this.#run.emit({ kind: "step", ...which(subject), ...ended });
  }

  /**
   * Makes, changes or deletes, between the hooks of its moment, within the program's time limit, and again when the
   * program's error hook asks for it.
   * @param outputs takes what the hooks afterwards are told out of the result.
   */
  async attempt<Result>(
    verb: Verb,
    subject: Subject,
    values: Pick<HookedResource, "id" | "oldInputs" | "oldOutputs" | "newInputs">,
    work: (signal: AbortSignal) => Promise<Result>,
    outputs: (result: Result) => Partial<Pick<HookedResource, "id" | "newOutputs">> = () => ({}),
  ): Promise<Result> {
    const { hooks } = this.#run;
    const { urn, type, name } = subject;
    const hooked = { urn, type, name, ...values };
    const warn = (text: string) => this.#run.emit({ kind: "message", urn, severity: "warning", text });
    const [before, after] = moments[verb];
    await hooks.run(before, subject.hooks[before], hooked, warn);
    const result = await this.#retrying(verb, subject, hooked, work);
    await hooks.run(after, subject.hooks[after], { ...hooked, ...outputs(result) }, warn);
    return result;
  }

  async #retrying<Result>(
    verb: Verb,
    subject: Subject,
    hooked: HookedResource,
    work: (signal: AbortSignal) => Promise<Result>,
  ): Promise<Result> {
    // As many tries as Pulumi gives a resource with error hooks.
    const errors: string[] = [];
    for (;;) {
      try {
        return await within(subject.customTimeouts, verb, this.#run.signal, work);
      } catch (error) {
        errors.unshift((error as Error).message);
        const retry = errors.length < 100 && (await this.#run.hooks.retry(subject.hooks.onError, hooked, verb, errors));
        if (!retry) throw error;
      }
    }
  }
}

const moments: Record<Verb, [HookMoment, HookMoment]> = {
  create: ["beforeCreate", "afterCreate"],
  update: ["beforeUpdate", "afterUpdate"],
  delete: ["beforeDelete", "afterDelete"],
};

/** Ends the wait after the program's `customTimeouts`, or when the run is interrupted. */
async function within<Result>(
  timeouts: CustomTimeouts,
  verb: Verb,
  interrupted: AbortSignal,
  work: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const text = timeouts[verb];
  if (!text) return work(interrupted);
  const limit = parseDuration(text);
  if (limit === undefined) {
    throw new EngineError(`customTimeouts.${verb} is "${text}"; it must be a duration such as 30s, 5m, 1h30m`);
  }
  const stop = new AbortController();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    const error = new TimeoutError(`${verb} did not end within ${text} (customTimeouts.${verb})`);
    stop.abort(error);
    late.reject(error);
  }, limit);
  try {
    return await Promise.race([work(AbortSignal.any([interrupted, stop.signal])), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** As the user reads it: a failure of a resource, with where the program asks for it. */
export const located = (error: unknown, { urn, position }: Pick<Subject, "urn" | "position">): EngineError => {
  if (error instanceof EngineError && error.urn) return error;
  return new EngineError(describe(error), urn, position);
};

/** AWS's own words with their code; anything else is a defect of the local cloud, and says so. */
function describe(error: unknown): string {
  const { name, message, code, stack } = error as Error & { code?: unknown };
  if (typeof code === "string" && code === name) return `${code}: ${message}`;
  return ["Error", "EngineError", "TimeoutError", "PartlyMade"].includes(name)
    ? message
    : `the local cloud failed: ${stack ?? message}`;
}

/** What is recorded of a resource, as the subject of a deletion. */
export const subjectOf = (state: ResourceState, name: string, hooks: Goal["hooks"]): Subject => ({
  urn: state.urn,
  type: state.type,
  parent: state.parent,
  name,
  hooks,
  customTimeouts: state.customTimeouts,
  provider: state.provider,
  position: undefined,
  hideDiffs: [],
});
