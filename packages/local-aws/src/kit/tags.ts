/** Tags: stored as a map, while most AWS services exchange them as a list of pairs. */

export type Tags = Record<string, string>;

/** A tag as services write it: `Key` in most, `key` in ECS and Step Functions, `TagKey` in KMS. */
interface Pair {
  Key?: string | undefined;
  Value?: string | undefined;
  key?: string | undefined;
  value?: string | undefined;
  TagKey?: string | undefined;
  TagValue?: string | undefined;
}

/** `[{ Key: "a", Value: "1" }]` as `{ a: "1" }`. A tag without a value has an empty one. */
export const tagMap = (list: readonly Pair[] = []): Tags =>
  Object.fromEntries(
    list.map((tag) => [tag.Key ?? tag.key ?? tag.TagKey ?? "", tag.Value ?? tag.value ?? tag.TagValue ?? ""]),
  );

/** `{ a: "1" }` as `[{ Key: "a", Value: "1" }]`. */
export const tagList = (tags: Tags = {}): { Key: string; Value: string }[] =>
  Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** The tags without those keys. */
export const withoutTags = (tags: Tags = {}, keys: readonly string[] = []): Tags =>
  Object.fromEntries(Object.entries(tags).filter(([key]) => !keys.includes(key)));
