import { dynamicPrefix } from "./dynamicProvider.ts";
import { EngineError } from "./events.ts";
import type { Goal } from "./goal.ts";
import type { Properties, ProviderSettings, Registry, ResourceProvider } from "./provider.ts";
import type { State } from "./state.ts";
import { urnOf } from "./urn.ts";
import { containsUnknown, isObject, plain } from "./values.ts";

/** Finds who makes a resource, and with which settings: an explicit provider's, or the stack's configuration. */
export class Providers {
  readonly #registry: Registry;
  readonly #dynamic: ResourceProvider;
  readonly #state: State;
  readonly #config: Record<string, string>;
  readonly #explicit = new Map<string, Properties>();
  readonly #configuredOnce = new Map<string, Promise<void>>();

  /** @param config the stack's configuration, by full key (`aws:region`). */
  constructor(registry: Registry, dynamic: ResourceProvider, state: State, config: Record<string, string>) {
    this.#registry = registry;
    this.#dynamic = dynamic;
    this.#state = state;
    this.#config = config;
  }

  /** A provider that this run has registered: in a preview it is not in the state. */
  remember(urn: string, inputs: Properties): void {
    this.#explicit.set(urn, inputs);
  }

  /** @throws {EngineError} for a type that the local cloud does not model. */
  for(goal: Pick<Goal, "urn" | "type" | "position">): ResourceProvider {
    const dynamic = goal.type.startsWith(dynamicPrefix) ? this.#dynamic : undefined;
    const found = dynamic ?? this.#registry.resources.get(goal.type);
    if (found) return found;
    throw new EngineError(
      `the local cloud does not model resource type ${goal.type} (what it models is listed in its folder resources)`,
      goal.urn,
      goal.position,
    );
  }

  /**
   * Lets the package look at a provider's settings, once in a run. What only a deployment will know is not looked at.
   * @throws what the package says is wrong with them.
   */
  configure(packageName: string, reference: string | undefined): Promise<void> {
    const key = reference ? urnOf(reference) : packageName;
    let configured = this.#configuredOnce.get(key);
    if (!configured) {
      const settings = this.settings(packageName, reference);
      configured = Promise.resolve(settings.incomplete ? undefined : this.#registry.configure?.(packageName, settings));
      this.#configuredOnce.set(key, configured);
    }
    return configured;
  }

  /** Settings of a provider: `reference` is `urn::id` of an explicit one. */
  settings(packageName: string, reference: string | undefined): ProviderSettings {
    const given = reference ? this.#inputs(urnOf(reference)) : undefined;
    // The stack's configuration is the default provider's alone.
    const config = given ? parseStrings(plain(given)) : this.#configured(packageName);
    const tags = isObject(config.defaultTags) ? config.defaultTags.tags : undefined;
    return {
      region: typeof config.region === "string" ? config.region : "us-east-1",
      defaultTags: (tags ?? {}) as Record<string, string>,
      config,
      ...(given && containsUnknown(given) && { incomplete: true }),
    };
  }

  #inputs(urn: string): Properties {
    return this.#explicit.get(urn) ?? this.#state.get(urn)?.inputs ?? {};
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
