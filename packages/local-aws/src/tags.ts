/** Tags: kept as a map, which most of AWS's services speak of as a list of pairs. */

export type Tags = Record<string, string>;

interface Pair {
  Key?: string | undefined;
  Value?: string | undefined;
}

/** `[{ Key: "a", Value: "1" }]` as `{ a: "1" }`. */
export const tagMap = (list: Pair[] = []): Tags =>
  Object.fromEntries(list.map(({ Key = "", Value = "" }) => [Key, Value]));

/** `{ a: "1" }` as `[{ Key: "a", Value: "1" }]`. */
export const tagList = (tags: Tags = {}): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** What is left when those keys are taken away. */
export const withoutTags = (tags: Tags = {}, keys: string[] = []): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
