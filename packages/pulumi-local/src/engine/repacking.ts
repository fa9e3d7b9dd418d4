import { isDeepStrictEqual } from "node:util";
import type { Goal } from "./goal.ts";
import { movedPackages, newPlace, packagePaths } from "./packages.ts";
import type { Properties } from "./provider.ts";
import type { ResourceState } from "./state.ts";
import type { Follower, Study } from "./study.ts";
import { containsUnknown, isObject, Secret, unknown } from "./values.ts";

/** Only the program can say what follows: it has to run. */
export class NeedsProgram extends Error {
  override readonly name = "NeedsProgram";
}

/** A resource to bring to what the program would ask for. */
export interface RepackingStep {
  goal: Goal;
  /** URNs of the steps that go before it. */
  after: string[];
  /** Its inputs, once those steps are done. @throws {NeedsProgram} */
  inputs(): Properties;
}

/** Takes each step once those are done that go before it. When one fails, those under way end. */
export async function inTurn(steps: RepackingStep[], make: (goal: Goal) => Promise<unknown>): Promise<void> {
  const done = new Map<string, Promise<unknown>>();
  for (const { goal, after, inputs } of steps) {
    const before = after.map((urn) => done.get(urn));
    done.set(
      goal.urn,
      Promise.all(before).then(() => make({ ...goal, inputs: inputs() })),
    );
  }
  const failed = (await Promise.allSettled(done.values())).find(({ status }) => status === "rejected");
  if (failed) throw (failed as PromiseRejectedResult).reason;
}

/** The output of a resource that a value is. */
interface Source {
  urn: string;
  key: string;
}

/**
 * What other packages lead to, as far as it can be known without the program: an input that follows from a package must be
 * an output that another package changes, as it is. Whatever is made of one, a text with a version in it or a hash, only the
 * program can make.
 */
export class Repacking {
  readonly steps: RepackingStep[] = [];
  readonly #study: Study;
  readonly #state: (urn: string) => ResourceState | undefined;
  /** Of each follower, as it was. */
  readonly #before = new Map<string, ResourceState>();

  /**
   * Plans; touches nothing.
   * @param places new places of packages, by those that they had.
   * @param state what is recorded of a resource, at any time.
   * @throws {NeedsProgram}
   */
  constructor(study: Study, places: ReadonlyMap<string, string>, state: (urn: string) => ResourceState | undefined) {
    this.#study = study;
    this.#state = state;
    for (const { goal } of study.followers) {
      const before = state(goal.urn);
      if (!before || before.external || before.incomplete) throw new NeedsProgram(`${goal.urn} is not whole`);
      this.#before.set(goal.urn, before);
    }
    const included = new Set<string>();
    for (const { goal } of study.followers) {
      const follows = sourceUrns(goal).some((urn) => included.has(urn));
      const moves = packagePaths(goal.inputs).some((path) => newPlace(path, places) !== undefined);
      this.#inputs(goal, goal.inputs, this.#was);
      if (!follows && !moves) continue;
      goal.inputs = movedPackages(goal.inputs, places);
      const after = goal.dependencies.filter((urn) => included.has(urn));
      this.steps.push({ goal, after, inputs: () => this.#inputs(goal, goal.inputs, this.#now) });
      included.add(goal.urn);
    }
    for (const urn of study.outputs.keys()) this.#outputs(urn, this.#was);
  }

  /**
   * Once all steps are done.
   * @returns what components and the stack export, by URN.
   * @throws {NeedsProgram} when something else has changed than was to be expected.
   */
  end(): Map<string, Properties> {
    for (const { goal, unsure } of this.#study.followers) {
      const [before, now] = [this.#before.get(goal.urn)?.outputs ?? {}, this.#state(goal.urn)?.outputs ?? {}];
      const changed = Object.keys({ ...before, ...now }).filter((key) => !isDeepStrictEqual(before[key], now[key]));
      const unexpected = changed.find((key) => !unsure.has(key) && !(key in goal.inputs));
      if (unexpected) throw new NeedsProgram(`${goal.urn} has another ${unexpected}`);
    }
    return new Map([...this.#study.outputs.keys()].map((urn) => [urn, this.#outputs(urn, this.#now)]));
  }

  #inputs(goal: Goal, inputs: Properties, take: Take): Properties {
    const was = this.#before.get(goal.urn)?.inputs ?? {};
    const entries = Object.entries(inputs).map(([key, value]) => {
      if (!containsUnknown(value)) return [key, value];
      const urns = goal.propertyDependencies[key] ?? [];
      return [key, filled(value, was[key], (old) => take(this.#sources(old, urns)))];
    });
    return Object.fromEntries(entries);
  }

  #outputs(urn: string, take: Take): Properties {
    const was = this.#state(urn)?.outputs ?? {};
    const urns = this.#study.followers.map(({ goal }) => goal.urn);
    const outputs = this.#study.outputs.get(urn) ?? {};
    return filled(outputs, was, (old) => take(this.#sources(old, urns))) as Properties;
  }

  /** The outputs of these resources that follow from a package, and were this value. */
  #sources(value: unknown, urns: string[]): Source[] {
    const isSource = ({ goal }: Follower) => urns.includes(goal.urn);
    const found = this.#study.followers.filter(isSource).flatMap(({ goal: { urn }, unsure }) => {
      const outputs = this.#before.get(urn)?.outputs ?? {};
      return [...unsure].filter((key) => isDeepStrictEqual(outputs[key], value)).map((key) => ({ urn, key }));
    });
    if (found.length === 0) throw new NeedsProgram("a value is made of what follows from a package");
    return found;
  }

  readonly #was: Take = ([{ urn, key } = { urn: "", key: "" }]) => this.#before.get(urn)?.outputs[key];

  readonly #now: Take = (sources) => {
    const [value, ...others] = sources.map(({ urn, key }) => this.#state(urn)?.outputs[key]);
    if (others.some((other) => !isDeepStrictEqual(other, value))) throw new NeedsProgram("a value has two sources");
    return value;
  };
}

type Take = (sources: Source[]) => unknown;

/** URNs of what the unknown inputs come from. */
const sourceUrns = ({ inputs, propertyDependencies }: Goal): string[] =>
  Object.entries(inputs).flatMap(([key, value]) => (containsUnknown(value) ? (propertyDependencies[key] ?? []) : []));

/** A value with what `known` says in place of what is unknown in it. @param was the value as it was. */
function filled(value: unknown, was: unknown, known: (was: unknown) => unknown): unknown {
  if (value === unknown) return known(was);
  if (!containsUnknown(value)) return value;
  if (value instanceof Secret) throw new NeedsProgram("a secret follows from a package");
  if (Array.isArray(value)) return value.map((item, index) => filled(item, (was as unknown[])?.[index], known));
  const old = isObject(was) ? was : {};
  return Object.fromEntries(
    Object.entries(value as Properties).map(([key, item]) => [key, filled(item, old[key], known)]),
  );
}
