import { EngineError, type EngineEvent } from "./events.ts";
import { type Goal, goal as newGoal } from "./goal.ts";
import { type Child, type ComponentContext, isResourceReference, type Properties, type Registry } from "./provider.ts";
import type { Registered } from "./steps.ts";
import { makeUrn, urnOf } from "./urn.ts";
import { plain, Reference } from "./values.ts";

interface Construction {
  project: string;
  stack: string;
  registry: Registry;
  signal: AbortSignal;
  providerOf: ComponentContext["providerOf"];
  emit(event: EngineEvent): void;
  /** Remembers the component itself. */
  record(): Promise<Registered>;
  /** Makes a child. */
  make(goal: Goal): Promise<Registered>;
}

/**
 * Makes a component whose children a package would make in a process of its own (`remote: true`).
 * @returns its outputs, and the URNs of its children: whoever uses an output goes before them.
 * @throws {EngineError} for a component that the local cloud does not model.
 */
export async function construct(
  goal: Goal,
  { record, make, registry, emit, ...shared }: Construction,
): Promise<Registered & { dependencies: string[] }> {
  const component = registry.components?.get(goal.type);
  if (!component) {
    throw new EngineError(
      `the local cloud does not model component ${goal.type} (what it models is listed in its folder resources)`,
      goal.urn,
      goal.position,
    );
  }
  await record();
  const { urn, type, name } = goal;
  const children: string[] = [];
  const context: ComponentContext = {
    ...shared,
    urn,
    type,
    name,
    log: (severity, text) => emit({ kind: "message", urn, severity, text }),
    async resource(childType, childName, inputs, dependsOn = []): Promise<Child> {
      const childUrn = makeUrn(shared.stack, shared.project, urn, childType, childName);
      const provider = goal.providers[childType.split(":")[0]!];
      const needed = provider ? [urnOf(provider)] : [];
      const dependencies = [...new Set([urn, ...needed, ...dependsOn])].sort();
      const { position } = goal;
      const child = newGoal({
        urn: childUrn,
        type: childType,
        name: childName,
        parent: urn,
        provider,
        inputs,
        dependencies,
        position,
      });
      const { id, outputs } = await make(child);
      children.push(childUrn);
      return { urn: childUrn, id, outputs: plain(outputs), reference: { kind: "resource", urn: childUrn, id } };
    },
  };
  const outputs = await component(plain(goal.inputs), context).catch((error: Error) => {
    throw error instanceof EngineError ? error : new EngineError(error.message, urn, goal.position);
  });
  return { id: "", outputs: referring(outputs), dependencies: children };
}

function referring(outputs: Properties): Properties {
  const convert = (value: unknown): unknown => {
    if (isResourceReference(value)) return new Reference(value.urn, value.id);
    if (Array.isArray(value)) return value.map(convert);
    if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, convert(item)]));
  };
  return convert(outputs) as Properties;
}
