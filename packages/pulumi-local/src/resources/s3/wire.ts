/** Settings as Pulumi writes them, in S3's own shapes, and what every file here needs. */
import type { ListObjectVersionsCommandOutput } from "@aws-sdk/client-s3";
import type { Cloud } from "local-aws/service";

export const docs = (page: string) => `https://www.pulumi.com/registry/packages/aws/api-docs/s3/${page}/`;

/** Removes every version of every object, or of the one with that key, delete markers too. */
export async function deleteVersions(cloud: Cloud, Bucket: unknown, key?: string): Promise<void> {
  for (;;) {
    const input = { Bucket, ...(key !== undefined && { Prefix: key }) };
    const { Versions = [], DeleteMarkers = [] } = await cloud.call<ListObjectVersionsCommandOutput>(
      "s3",
      "ListObjectVersions",
      input,
    );
    const found = [...Versions, ...DeleteMarkers].filter(({ Key }) => key === undefined || Key === key);
    if (found.length === 0) return;
    const Objects = found.slice(0, 1_000).map(({ Key, VersionId }) => ({ Key, VersionId }));
    await cloud.call("s3", "DeleteObjects", { Bucket, Delete: { Objects, Quiet: true } });
  }
}

/** Names that are not just written with a capital. */
const special: Record<string, string> = {
  id: "ID",
  kmsMasterKeyId: "KMSMasterKeyID",
  mfaDelete: "MFADelete",
  sseAlgorithm: "SSEAlgorithm",
};

/**
 * `{ rules: [{ noncurrentDays: 1 }] }` as `{ Rules: [{ NoncurrentDays: 1 }] }`; a map `tags` becomes S3's list, and what
 * was not given is left out.
 */
export function toWire(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toWire);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, item]) => item !== undefined && item !== null && !key.startsWith("__"))
      .map(([key, item]) => {
        if (key === "tags") return ["Tags", Object.entries(item).map(([Key, Value]) => ({ Key, Value }))];
        if (key === "date") return ["Date", new Date(String(item))];
        return [special[key] ?? `${key[0]!.toUpperCase()}${key.slice(1)}`, toWire(item)];
      }),
  );
}
