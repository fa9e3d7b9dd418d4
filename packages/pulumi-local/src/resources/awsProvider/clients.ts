import { isRegion } from "local-aws";
import type { Cloud, Principal } from "local-aws/service";
import type { Invoke, Made, Properties, ResourceContext, ResourceProvider } from "../../engine/provider.ts";
import { Sessions } from "./session.ts";

type Provider = ResourceContext["provider"];

/** What is made of one region's cloud, for one caller. */
export interface Bound {
  resources: ReadonlyMap<string, ResourceProvider>;
  invokes: ReadonlyMap<string, Invoke>;
}

/**
 * The cloud as a provider has it: in the region that a resource or the provider names, with the provider's own credentials.
 * Resource types are written for one region and one caller, and do not know of others.
 */
export class Clients<Kind extends Bound> {
  readonly #cloud: Cloud;
  readonly #bind: (cloud: Cloud) => Kind;
  readonly #sessions: Sessions;
  readonly #bound = new Map<string, Kind>();

  /** @param bind makes the resource types for a cloud. */
  constructor(cloud: Cloud, bind: (cloud: Cloud) => Kind) {
    this.#cloud = cloud;
    this.#bind = bind;
    this.#sessions = new Sessions(cloud);
  }

  get home(): string {
    return this.#cloud.region;
  }

  /** For what calls nothing: checks and comparisons. */
  in(region: string): Kind {
    return this.#for(region, undefined);
  }

  /** @throws Error as the provider says it when its arguments are refused, or a role cannot be assumed. */
  async as(provider: Provider, region: string): Promise<Kind> {
    return this.#for(region, await this.#sessions.principal(provider.config));
  }

  /** Before a run makes anything with that provider. @throws Error as {@link as}. */
  async configure(provider: Provider): Promise<void> {
    await this.#sessions.renew(provider.config);
  }

  #for(region: string, principal: Principal | undefined): Kind {
    const key = `${region} ${principal?.accessKeyId ?? ""}`;
    let bound = this.#bound.get(key);
    if (!bound) {
      bound = this.#bind(seenFrom(this.#cloud, region, principal));
      // Sessions come and go.
      if (this.#bound.size > 200) this.#bound.clear();
      this.#bound.set(key, bound);
    }
    return bound;
  }
}

/** A region is made at the first call, not when it is named. */
const seenFrom = (cloud: Cloud, region: string, principal: Principal | undefined): Cloud =>
  Object.create(cloud, {
    region: { value: region },
    in: { value: (other: string) => seenFrom(cloud, other, principal) },
    call: {
      value: (service: string, operation: string, input: object, as = principal, signal?: AbortSignal) =>
        cloud.in(region).call(service, operation, input, as, signal),
    },
  });

/** A resource type of AWS that is made in a region: the one of its `region`, else the provider's. */
export function regional(type: string, clients: Clients<Bound>): ResourceProvider {
  const home = clients.in(clients.home).resources.get(type) as ResourceProvider;
  const of = (bound: Bound) => bound.resources.get(type) as ResourceProvider;
  const wanted = (inputs: Properties, { provider }: ResourceContext) => String(inputs.region ?? provider.region);
  /** Where it is; what version 0.1 made is in the home region, whatever the program said. */
  const place = ({ previous }: ResourceContext, otherwise: string) =>
    previous?.id ? String(previous.outputs.region ?? clients.home) : otherwise;
  const placed = (made: Made, region: string): Made => ({ ...made, outputs: { ...made.outputs, region } });

  return {
    async check(inputs, context) {
      const region = wanted(inputs, context);
      if (isRegion(region)) return of(clients.in(region)).check(inputs, context);
      const failures = [
        { property: "region", reason: `is "${region}"; allowed is a region of AWS, such as eu-west-1` },
      ];
      return { inputs, failures };
    },

    async diff(before, after, context) {
      const [from, to] = [place(context, wanted(before, context)), wanted(after, context)];
      const without = ({ region: _, ...rest }: Properties) => rest;
      const diff = await of(clients.in(to)).diff(without(before), without(after), context);
      if (from === to) return diff;
      return { ...diff, changes: [...diff.changes, "region"], replaces: [...diff.replaces, "region"] };
    },

    async create(inputs, context) {
      const region = wanted(inputs, context);
      return placed(await of(await clients.as(context.provider, region)).create(inputs, context), region);
    },

    async update(id, before, after, context) {
      const region = place(context, wanted(after, context));
      return placed(await of(await clients.as(context.provider, region)).update(id, before, after, context), region);
    },

    async delete(id, outputs, context) {
      const region = String(outputs.region ?? clients.home);
      await of(await clients.as(context.provider, region)).delete(id, outputs, context);
    },

    ...(home.read && {
      async read(given: string, context: ResourceContext, inputs: Properties = {}) {
        // To import from another region: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/guides/enhanced-region-support
        const [, id = given, suffix] = /^(.+)@([a-z]+-[a-z]+-\d)$/.exec(given) ?? [];
        const region = suffix ?? place(context, wanted(inputs, context));
        const bound = of(await clients.as(context.provider, region));
        const made = await bound.read?.(id, context, inputs);
        return made && placed({ ...made, outputs: withoutIgnored(made.outputs, context.provider) }, region);
      },
    }),
    ...(home.secretOutputs && { secretOutputs: home.secretOutputs }),
  };
}

/** A resource type that an account has once, as a role. */
export function accountWide(type: string, clients: Clients<Bound>): ResourceProvider {
  const of = (bound: Bound) => bound.resources.get(type) as ResourceProvider;
  const home = of(clients.in(clients.home));
  const as = async ({ provider }: ResourceContext) => of(await clients.as(provider, clients.home));
  return {
    ...home,
    create: async (inputs, context) => (await as(context)).create(inputs, context),
    update: async (id, before, after, context) => (await as(context)).update(id, before, after, context),
    delete: async (id, outputs, context) => (await as(context)).delete(id, outputs, context),
    ...(home.read && {
      async read(id: string, context: ResourceContext, inputs?: Properties) {
        const made = await (await as(context)).read?.(id, context, inputs);
        return made && { ...made, outputs: withoutIgnored(made.outputs, context.provider) };
      },
    }),
  };
}

/** A function of the package, asked in the region of its arguments, else the provider's. */
export const asked =
  (token: string, clients: Clients<Bound>): Invoke =>
  async (args, context) => {
    const region = String(args.region ?? context.provider.region);
    if (!isRegion(region)) throw new Error(`region is "${region}"; allowed is a region of AWS, such as eu-west-1`);
    const invoke = (await clients.as(context.provider, region)).invokes.get(token) as Invoke;
    return withoutIgnored(await invoke(args, context), context.provider);
  };

/** The provider's `ignoreTags`: tags that others put on things, and that it does not see. */
function withoutIgnored(outputs: Properties, { config }: Provider): Properties {
  const { keys = [], keyPrefixes = [] } = (config.ignoreTags ?? {}) as { keys?: string[]; keyPrefixes?: string[] };
  if (keys.length + keyPrefixes.length === 0) return outputs;
  const isSeen = (key: string) => !keys.includes(key) && !keyPrefixes.some((prefix) => key.startsWith(prefix));
  const seen = (tags: unknown) =>
    tags && typeof tags === "object" ? Object.fromEntries(Object.entries(tags).filter(([key]) => isSeen(key))) : tags;
  const { tags, tagsAll } = outputs;
  return {
    ...outputs,
    ...(tags !== undefined && { tags: seen(tags) }),
    ...(tagsAll !== undefined && { tagsAll: seen(tagsAll) }),
  };
}
