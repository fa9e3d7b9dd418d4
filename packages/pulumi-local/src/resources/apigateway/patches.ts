import { isDeepStrictEqual } from "node:util";
import type { Cloud } from "local-aws/service";
import type { Properties, ResourceContext } from "../../engine/provider.ts";

type Call = <T = Properties>(operation: string, input: object) => Promise<T>;

/** Calls of API Gateway. */
export const caller =
  (cloud: Cloud): Call =>
  (operation, input) =>
    cloud.call("apigateway", operation, input);

export interface PatchOperation {
  op: "add" | "remove" | "replace";
  path: string;
  value?: string;
}

/** Escapes one segment of a patch path. */
export const segment = (text: string): string => text.replaceAll("~", "~0").replaceAll("/", "~1");

/** The operations that take plain properties from `before` to `after`; `paths` says where each of them lies. */
export function patches(before: Properties, after: Properties, paths: Record<string, string>): PatchOperation[] {
  return Object.entries(paths).flatMap(([name, path]): PatchOperation[] => {
    if (isDeepStrictEqual(before[name], after[name])) return [];
    const value = after[name];
    return value === undefined || value === null
      ? [{ op: "remove", path }]
      : [{ op: "replace", path, value: text(value) }];
  });
}

/** The same for a map of strings below `path`. */
export function mapPatches(before: unknown, after: unknown, path: string): PatchOperation[] {
  const old = (before ?? {}) as Record<string, unknown>;
  const now = (after ?? {}) as Record<string, unknown>;
  return [
    ...Object.keys(old)
      .filter((key) => now[key] === undefined)
      .map((key): PatchOperation => ({ op: "remove", path: `${path}/${segment(key)}` })),
    ...Object.entries(now)
      .filter(([key, value]) => value !== old[key])
      .map(([key, value]): PatchOperation => ({ op: "replace", path: `${path}/${segment(key)}`, value: text(value) })),
  ];
}

/** The same for a list of strings below `path`. */
export function listPatches(before: unknown, after: unknown, path: string): PatchOperation[] {
  const old = (before ?? []) as string[];
  const now = (after ?? []) as string[];
  return [
    ...old
      .filter((item) => !now.includes(item))
      .map((item): PatchOperation => ({ op: "remove", path: `${path}/${segment(item)}` })),
    ...now
      .filter((item) => !old.includes(item))
      .map((item): PatchOperation => ({ op: "add", path: `${path}/${segment(item)}` })),
  ];
}

const text = (value: unknown): string => (typeof value === "object" ? JSON.stringify(value) : String(value));

/** Brings a resource's tags from `before` to `after` (each an output's `tagsAll`). */
export async function retag(cloud: Cloud, resourceArn: string, before: unknown, after: unknown): Promise<void> {
  const old = (before ?? {}) as Record<string, string>;
  const now = (after ?? {}) as Record<string, string>;
  const tagKeys = Object.keys(old).filter((key) => !(key in now));
  if (tagKeys.length > 0) await cloud.call("apigateway", "UntagResource", { resourceArn, tagKeys });
  if (!isDeepStrictEqual(old, now) && Object.keys(now).length > 0) {
    await cloud.call("apigateway", "TagResource", { resourceArn, tags: now });
  }
}

/**
 * Deletes what a killed run had made before it could be recorded. Ids are the service's own, so it is found by its
 * generated name; a name that was given may be somebody else's, too.
 * @param operation the one that lists what there is.
 */
export async function dropInterrupted<Item extends { id?: string; name?: string }>(
  cloud: Cloud,
  operation: string,
  inputs: Properties,
  context: ResourceContext,
  drop: (left: Item & { id: string }) => Promise<unknown>,
): Promise<void> {
  const generated = (inputs.__defaults as string[] | undefined)?.includes("name");
  if (context.previous?.id !== "" || !generated) return;
  const { items = [] } = await cloud.call<{ items?: Item[] }>("apigateway", operation, { limit: 500 });
  for (const item of items) if (item.name === inputs.name && item.id) await drop({ ...item, id: item.id });
}
