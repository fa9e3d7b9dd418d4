import { type Made, PartlyMade, type Properties, type ResourceContext } from "../engine/provider.ts";
import type { ResourceType } from "./resourceType.ts";
import { type Tags, tagChanges, tagList } from "./tags.ts";
import { timeOf } from "./time.ts";

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
  /**
   * Brings it from what it is to what is asked for; what has just been made is `{}` before.
   * @returns its id as text, where that is another by then.
   */
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
        const settled = await settle?.(id, before, after, context);
        const now = typeof settled === "string" ? settled : id;
        const changes = tagChanges(before.tagsAll, after.tagsAll);
        const isTagged = changes.remove.length > 0 || Object.keys(changes.put).length > 0;
        if (isTagged) await retag?.(now, changes, context.previous?.outputs ?? {});
        return made(now, after);
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

/** As {@link capitalized}, with all that is in them. @param special AWS's names that are not made of Pulumi's. */
export function toAws(value: unknown, special: Record<string, string> = {}): unknown {
  if (Array.isArray(value)) return value.map((one) => toAws(one, special));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, item]) => item !== undefined && item !== null && !name.startsWith("__"))
      .map(([name, item]) => [special[name] ?? `${name[0]!.toUpperCase()}${name.slice(1)}`, toAws(item, special)]),
  );
}

/** The other way round. */
export function fromAws(value: unknown, special: Record<string, string> = {}): unknown {
  const names = Object.fromEntries(Object.entries(special).map(([name, member]) => [member, name]));
  const read = (given: unknown): unknown => {
    if (Array.isArray(given)) return given.map(read);
    if (given instanceof Date) return timeOf(given);
    if (typeof given !== "object" || given === null) return given;
    return Object.fromEntries(
      Object.entries(given)
        .filter(([, item]) => item !== undefined)
        .map(([member, item]) => [names[member] ?? `${member[0]!.toLowerCase()}${member.slice(1)}`, read(item)]),
    );
  };
  return read(value);
}

/** Outputs: those members of an answer, each under Pulumi's name for it. */
export const uncapitalized = (found: object, names: readonly string[]): Properties =>
  Object.fromEntries(
    names.map((name) => [name, (found as Record<string, unknown>)[`${name[0]!.toUpperCase()}${name.slice(1)}`]]),
  );

/**
 * `retag` of services that tag by ARN, with `TagResource` and `UntagResource`.
 * @param arn the member of their requests that names it.
 * @param form what they take tags as.
 */
export const byArn =
  (call: (operation: string, input: object) => Promise<unknown>, arn: string, form: "list" | "map") =>
  async (_id: string, { put, remove: TagKeys }: { put: Tags; remove: string[] }, outputs: Properties) => {
    const named = { [arn]: outputs.arn };
    if (TagKeys.length > 0) await call("UntagResource", { ...named, TagKeys });
    if (Object.keys(put).length > 0) await call("TagResource", { ...named, Tags: form === "map" ? put : tagList(put) });
  };

/** What two lists do not have in common: what the second one has more, and less. */
export function listChanges(before: unknown, after: unknown): { add: string[]; remove: string[] } {
  const [old, wanted] = [(before ?? []) as string[], (after ?? []) as string[]];
  return {
    add: wanted.filter((one) => !old.includes(one)),
    remove: old.filter((one) => !wanted.includes(one)),
  };
}
