/** Which lifecycle rules select an object, and when they let it expire. */
import type { LifecycleRule } from "@aws-sdk/client-s3";
import type { BucketRecord, Version } from "./records.ts";

const day = 24 * 3600 * 1000;

/** When something of `time` is `days` old: S3 rounds up to the next midnight, UTC. */
export const dueAt = (time: string, days: number): number => Math.ceil((Date.parse(time) + days * day) / day) * day;

export const prefixOf = ({ Filter, Prefix }: LifecycleRule): string =>
  Filter?.Prefix ?? Filter?.And?.Prefix ?? Prefix ?? "";

/** Whether a rule's filter selects a version, apart from its prefix. */
export function selects({ Filter: filter }: LifecycleRule, version: Version): boolean {
  const { Tag, ObjectSizeGreaterThan: above, ObjectSizeLessThan: below } = { ...filter, ...filter?.And };
  const tags = [...(Tag ? [Tag] : []), ...(filter?.And?.Tags ?? [])];
  return (
    tags.every(({ Key, Value }) => version.tags[Key as string] === Value) &&
    (above === undefined || version.marker || version.size > above) &&
    (below === undefined || version.marker || version.size < below)
  );
}

/** The answer's member that says when an object expires, and by which rule; the first of several. */
export function expirationOf({ lifecycle }: BucketRecord, version: Version): { Expiration?: string } {
  const expirations = (lifecycle?.Rules ?? []).flatMap((rule) => {
    const { Days: days, Date: date } = rule.Expiration ?? {};
    if (rule.Status !== "Enabled" || !version.key.startsWith(prefixOf(rule)) || !selects(rule, version)) return [];
    if (days === undefined && date === undefined) return [];
    const at = days === undefined ? new Date(date as Date).getTime() : dueAt(version.modified, days);
    return [{ at, id: rule.ID ?? "" }];
  });
  const first = expirations.sort((a, b) => a.at - b.at)[0];
  return first
    ? { Expiration: `expiry-date="${new Date(first.at).toUTCString()}", rule-id="${encodeURIComponent(first.id)}"` }
    : {};
}
