import { EngineError } from "./events.ts";
import type { Goal } from "./goal.ts";
import { copyAt, differsAt, parsePath } from "./paths.ts";
import type { Diff, Properties, ResourceContext, ResourceProvider } from "./provider.ts";
import type { ResourceState } from "./state.ts";
import { containsSecret, containsUnknown, plain, Secret } from "./values.ts";

/** The inputs to compare and to make: what the program gives, but for what it says to ignore once the resource exists. */
export const desiredInputs = (goal: Goal, before: ResourceState | undefined): Properties =>
  before
    ? goal.ignoreChanges.reduce(
        (inputs, path) => copyAt(inputs, before.inputs, parsePath(path)) as Properties,
        goal.inputs,
      )
    : goal.inputs;

/**
 * The provider's view of the inputs: validated, with names and defaults filled in.
 * @throws {EngineError} with every failure.
 */
export async function check(
  goal: Goal,
  provider: ResourceProvider,
  inputs: Properties,
  context: ResourceContext,
): Promise<Properties> {
  // In a preview an input with something unknown in it is neither there nor missing.
  const known = Object.entries(inputs).filter(([, value]) => !containsUnknown(value));
  const { inputs: checked, failures } = await provider.check(plain(Object.fromEntries(known)), context);
  const real = failures.filter(({ property }) => !containsUnknown(inputs[rootOf(property)]));
  if (real.length > 0) {
    const list = real.map(({ property, reason }) => `${property} ${reason}`).join("; ");
    throw new EngineError(list, goal.urn, goal.position);
  }
  // Providers see plain values: what was secret or unknown before is so again.
  const marked = Object.entries(inputs).flatMap(([key, value]) => {
    if (containsUnknown(value)) return [[key, value] as const];
    return containsSecret(value) && key in checked ? [[key, new Secret(checked[key])] as const] : [];
  });
  return { ...checked, ...Object.fromEntries(marked) };
}

/** What differs from the last run, and what of that cannot change in place. */
export async function compare(
  goal: Goal,
  provider: ResourceProvider,
  before: ResourceState,
  inputs: Properties,
  context: ResourceContext,
): Promise<Diff> {
  const [old, after] = [plain(before.inputs), comparable(inputs)];
  const diff = await provider.diff(old, after, context);
  const forced = goal.replaceOnChanges.filter(
    (path) =>
      diff.changes.length > 0 &&
      (path === "*" || (diff.changes.includes(rootOf(path)) && differsAt(old, after, parsePath(path)))),
  );
  const { replacementTrigger: trigger } = goal;
  const triggered =
    trigger !== undefined &&
    before.replacementTrigger !== undefined &&
    differsAt(plain({ trigger: before.replacementTrigger }), comparable({ trigger }), []);
  const replaces = [...diff.replaces, ...forced, ...(triggered ? ["replacementTrigger"] : [])];
  return { ...diff, replaces: [...new Set(replaces)] };
}

/** An unknown is compared as such: it may differ, so a preview says that it does. */
const comparable = (inputs: Properties): Properties => ({
  ...plain(inputs),
  ...Object.fromEntries(
    Object.entries(inputs)
      .filter(([, value]) => containsUnknown(value))
      .map(([key]) => [key, unknownText]),
  ),
});

/** What stands for an unknown in a comparison: no input is ever equal to it. */
export const unknownText = "(known after apply)";

const rootOf = (path: string): string => String(parsePath(path)[0] ?? path);
