import { EngineError } from "./events.ts";
import type { Goal } from "./goal.ts";
import type { Properties, Registry, ResourceContext, ResourceProvider } from "./provider.ts";
import type { State } from "./state.ts";
import { isObject, toProvider } from "./values.ts";

/** Finds who makes a resource, and with which settings: an explicit provider's, or the stack's configuration. */
export class Providers {
  readonly #registry: Registry;
  readonly #state: State;
  readonly #config: Record<string, string>;

  /** @param config the stack's configuration, by full key (`aws:region`). */
  constructor(registry: Registry, state: State, config: Record<string, string>) {
    this.#registry = registry;
    this.#state = state;
    this.#config = config;
  }

  /** @throws {EngineError} for a type that the local cloud does not model. */
  for(goal: Pick<Goal, "urn" | "type" | "position">): ResourceProvider {
    const dynamic = goal.type.startsWith("pulumi-nodejs:dynamic") ? "pulumi-nodejs:dynamic:Resource" : goal.type;
    const found = this.#registry.resources.get(dynamic);
    if (found) return found;
    throw new EngineError(
      `the local cloud does not model resource type ${goal.type} (what it models is listed in local/resources)`,
      goal.urn,
      goal.position,
    );
  }

  /** Settings of a provider: `reference` is `urn::id` of an explicit one. */
  settings(packageName: string, reference: string | undefined): ResourceContext["provider"] {
    const explicit = reference && this.#state.get(reference.slice(0, reference.lastIndexOf("::")));
    const given = explicit ? parseStrings(toProvider(explicit.inputs) as Properties) : {};
    const config = { ...this.#configured(packageName), ...given };
    const tags = isObject(config.defaultTags) ? config.defaultTags.tags : undefined;
    return {
      region: typeof config.region === "string" ? config.region : "us-east-1",
      defaultTags: (tags ?? {}) as Record<string, string>,
      config,
    };
  }

  #configured(packageName: string): Properties {
    const prefix = `${packageName}:`;
    const own = Object.entries(this.#config).filter(([key]) => key.startsWith(prefix));
    return parseStrings(Object.fromEntries(own.map(([key, value]) => [key.slice(prefix.length), value])));
  }
}

/** Providers take all but strings as JSON text. */
function parseStrings(properties: Properties): Properties {
  return Object.fromEntries(
    Object.entries(properties).map(([key, value]) => [
      key,
      typeof value === "string" && /^([[{]|true$|false$)/.test(value) ? JSON.parse(value) : value,
    ]),
  );
}
