import { type Made, PartlyMade, type Properties, type ResourceContext } from "../engine/provider.ts";
import type { ResourceType } from "./resourceType.ts";
import { type Tags, tagChanges } from "./tags.ts";

/**
 * A resource type whose outputs are what its service says of it after each verb, and whose settings beyond the request that
 * makes it are settled after it, in the same way as a change.
 */
export interface DescribedType extends Omit<ResourceType, "create" | "update" | "delete" | "read" | "replaces"> {
  /** Inputs that cannot change in place. Default: all, but for tags and {@link mutable}. */
  replaces?: string[];
  /** Inputs that can change in place. Default, without {@link replaces}: none. */
  mutable?: string[];
  /** @returns its id. */
  make(inputs: Properties, context: ResourceContext): Promise<string>;
  /** Brings it from what it is to what is asked for; what has just been made is `{}` before. */
  settle?(id: string, before: Properties, after: Properties, context: ResourceContext): Promise<unknown>;
  /** Puts tags on it, and takes some off. */
  retag?(id: string, changes: { put: Tags; remove: string[] }, outputs: Properties): Promise<unknown>;
  /**
   * Outputs as its service says them; inputs that it does not say stay outputs, too.
   * @param given what the program asked for, or nothing is known of it.
   */
  describe(id: string, given: Properties): Promise<Properties | undefined>;
  remove(id: string, outputs: Properties): Promise<unknown>;
}

/** The four verbs of such a type. */
export function described(type: DescribedType): ResourceType {
  const { make, settle, retag, describe, remove, mutable = [], replaces, ...facts } = type;
  const { property, prefixed } = facts.autoname ?? {};
  const named = [...(property ? [property] : []), ...(prefixed ? [`${property}Prefix`] : [])];
  const all = [...facts.properties, ...(facts.inert ?? []), ...named];
  const made = async (id: string, inputs: Properties): Promise<Made> => ({
    id,
    outputs: { ...inputs, ...withoutAbsent((await describe(id, inputs)) ?? {}) },
  });

  return {
    ...facts,
    replaces: replaces ?? [...new Set(all)].filter((name) => !mutable.includes(name)),
    async create(inputs, context) {
      const id = await make(inputs, context);
      try {
        await settle?.(id, {}, inputs, context);
        return await made(id, inputs);
      } catch (error) {
        const { name, message } = error as Error;
        // It is there: the next run goes on with it.
        throw new PartlyMade({ id, outputs: inputs }, `${name}: ${message}`);
      }
    },
    ...((settle || retag) && {
      async update(id, before, after, context) {
        await settle?.(id, before, after, context);
        const changes = tagChanges(before.tagsAll, after.tagsAll);
        const isTagged = changes.remove.length > 0 || Object.keys(changes.put).length > 0;
        if (isTagged) await retag?.(id, changes, context.previous?.outputs ?? {});
        return made(id, after);
      },
    }),
    delete: remove,
    async read(id, { previous }) {
      const found = await describe(id, previous?.inputs ?? {});
      if (!found) return undefined;
      const { tagsAll } = found;
      return {
        id,
        outputs: { ...previous?.inputs, ...(tagsAll && !previous ? { tags: tagsAll } : {}), ...withoutAbsent(found) },
      };
    },
  };
}

const withoutAbsent = (outputs: Properties): Properties =>
  Object.fromEntries(Object.entries(outputs).filter(([, value]) => value !== undefined && value !== null));

/** Members of a request: those inputs that are given, each under AWS's name for it, which begins with a capital. */
export const capitalized = (inputs: Properties, names: readonly string[]): Record<string, unknown> =>
  Object.fromEntries(
    names
      .filter((name) => inputs[name] !== undefined)
      .map((name) => [`${name[0]!.toUpperCase()}${name.slice(1)}`, inputs[name]]),
  );

/** Outputs: those members of an answer, each under Pulumi's name for it. */
export const uncapitalized = (found: object, names: readonly string[]): Properties =>
  Object.fromEntries(
    names.map((name) => [name, (found as Record<string, unknown>)[`${name[0]!.toUpperCase()}${name.slice(1)}`]]),
  );

/** What two lists do not have in common: what the second one has more, and less. */
export function listChanges(before: unknown, after: unknown): { add: string[]; remove: string[] } {
  const [old, wanted] = [(before ?? []) as string[], (after ?? []) as string[]];
  return {
    add: wanted.filter((one) => !old.includes(one)),
    remove: old.filter((one) => !wanted.includes(one)),
  };
}
