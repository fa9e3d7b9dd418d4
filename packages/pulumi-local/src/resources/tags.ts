/** Tags: one map in Pulumi, a list of pairs in many of AWS's services. */

export type Tags = Record<string, string>;

/** `{ a: "1" }` as `[{ Key: "a", Value: "1" }]`. */
export const tagList = (tags: unknown): { Key: string; Value: string }[] =>
  Object.entries((tags ?? {}) as Tags).map(([Key, Value]) => ({ Key, Value: String(Value) }));

/** `[{ Key: "a", Value: "1" }]` as `{ a: "1" }`. */
export const tagMap = (list: { Key?: string; Value?: string }[] | undefined): Tags =>
  Object.fromEntries((list ?? []).map(({ Key = "", Value = "" }) => [Key, Value]));

/** What it takes to get from one set of tags to another. */
export function tagChanges(before: unknown, after: unknown): { put: Tags; remove: string[] } {
  const old = (before ?? {}) as Tags;
  const wanted = (after ?? {}) as Tags;
  return {
    put: Object.fromEntries(Object.entries(wanted).filter(([key, value]) => old[key] !== value)),
    remove: Object.keys(old).filter((key) => !(key in wanted)),
  };
}
