/** Tags, in the few forms in which services take and list them. https://docs.aws.amazon.com/IAM/latest/UserGuide/access_tags.html */

/** `aws:RequestTag/KEY` and `aws:TagKeys`: the tags that a request adds or removes. */
export function tagContext(input: object): Record<string, string | string[]> {
  const { Tags, tags, AddTags, Tagging, TagKeys, tagKeys, RemoveTagKeys, Key, CreateBucketConfiguration } =
    input as Record<string, unknown>;
  const { TagSpecifications } = input as Record<string, unknown>;
  // EC2 names the kind of what is tagged.
  const specified = Array.isArray(TagSpecifications)
    ? TagSpecifications.flatMap((one) => member(one, "Tags") ?? [])
    : undefined;
  // Tags of S3 objects have condition keys of their own.
  const ofBucket = Key === undefined ? member(Tagging, "TagSet") : undefined;
  const given = [
    ...tagPairs(Tags ?? tags ?? AddTags ?? specified ?? ofBucket ?? member(CreateBucketConfiguration, "Tags")),
  ];
  const removed = [TagKeys ?? tagKeys ?? RemoveTagKeys ?? []]
    .flat()
    .filter((key): key is string => typeof key === "string");
  if (given.length === 0 && removed.length === 0) return {};
  return {
    "aws:TagKeys": [...given.map(([key]) => key), ...removed],
    ...Object.fromEntries(given.map(([key, value]) => [`aws:RequestTag/${key}`, value])),
  };
}

/** Of `[{ Key, Value }]`, `[{ key, value }]`, `[{ TagKey, TagValue }]`, or a map. */
export function* tagPairs(given: unknown): Iterable<[key: string, value: string]> {
  if (typeof given !== "object" || given === null) return;
  if (!Array.isArray(given)) {
    for (const [key, value] of Object.entries(given)) yield [key, text(value)];
    return;
  }
  for (const tag of given as Record<string, unknown>[]) {
    const key = tag?.Key ?? tag?.key ?? tag?.TagKey;
    if (typeof key === "string") yield [key, text(tag.Value ?? tag.value ?? tag.TagValue)];
  }
}

/** A tag without a value has an empty one; a value that is not text is left for the service to refuse. */
const text = (value: unknown): string => (typeof value === "string" ? value : "");

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
