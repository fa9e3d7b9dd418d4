/** What is known about an object apart from its bytes: tags, attributes, owner. */
import { tagList } from "../../../kit/tags.ts";
import type { Operations } from "../../../operations.ts";
import type { Input } from "../../../sdks.ts";
import type { Call } from "../../../service.ts";
import { objectAccess, requestTags, versioned } from "../access.ts";
import { memberOf } from "../checksum.ts";
import { tagsOf } from "../names.ts";
import { checksumMembers } from "../receive.ts";
import type { Version } from "../records.ts";
import { type S3State, toldVersion } from "../state.ts";
import { onObject } from "./objects.ts";

type Keyed = { Bucket: string; Key: string; VersionId?: string | undefined };

export function objectDetailOperations(s3: S3State): Operations<"s3"> {
  const find = async (input: Keyed, call: Call) => {
    const bucket = s3.bucket(input);
    return { bucket, version: await s3.existing(bucket, input.Key, input.VersionId, call) };
  };
  return {
    GetObjectTagging: {
      access: onObject(s3, "GetObjectTagging"),
      async run(input, call) {
        const { bucket, version } = await find(input, call);
        return { TagSet: tagList(version.tags), ...toldVersion(bucket, version) };
      },
    },
    PutObjectTagging: {
      access(input) {
        const action = versioned("PutObjectTagging", input.VersionId);
        return [objectAccess(action, s3.bucket(input), input.Key, requestTags(tagsOf(input.Tagging?.TagSet ?? [])))];
      },
      async run(input, call) {
        const tags = tagsOf(input.Tagging?.TagSet ?? []);
        const { bucket, version } = await find(input, call);
        s3.update({ ...version, tags }, "ObjectTagging:Put", call);
        return toldVersion(bucket, version);
      },
    },
    DeleteObjectTagging: {
      access: onObject(s3, "DeleteObjectTagging"),
      async run(input, call) {
        const { bucket, version } = await find(input, call);
        s3.update({ ...version, tags: {} }, "ObjectTagging:Delete", call);
        return toldVersion(bucket, version);
      },
    },
    GetObjectAttributes: {
      access: (input) => [...onObject(s3, "GetObject")(input), ...onObject(s3, "GetObjectAttributes")(input)],
      async run(input, call) {
        const { bucket, version } = await find(input, call);
        return {
          LastModified: new Date(version.modified),
          ...toldVersion(bucket, version),
          ...attributes(input, version),
        };
      },
    },
  };
}

function attributes(input: Input<"s3", "GetObjectAttributes">, version: Version) {
  const wanted = new Set<string>(input.ObjectAttributes ?? []);
  const { checksum, parts = [] } = version;
  const max = Math.min(input.MaxParts ?? 1000, 1000);
  const after = Number(input.PartNumberMarker ?? 0);
  const page = parts.filter(({ number }) => number > after).slice(0, max);
  const lastOne = page.at(-1)?.number ?? 0;
  const truncated = page.length > 0 && parts.some(({ number }) => number > lastOne);
  return {
    ...(wanted.has("ETag") && { ETag: version.etag }),
    ...(wanted.has("ObjectSize") && { ObjectSize: version.size }),
    ...(wanted.has("StorageClass") && { StorageClass: version.storageClass ?? ("STANDARD" as const) }),
    ...(wanted.has("Checksum") &&
      checksum && {
        Checksum: checksumMembers({ ...checksum, value: checksum.value.replace(/-\d+$/, "") }),
      }),
    ...(wanted.has("ObjectParts") &&
      parts.length > 0 && {
        ObjectParts: {
          TotalPartsCount: parts.length,
          // Parts are listed only where their checksums make up the whole's.
          ...(checksum?.type === "COMPOSITE" && {
            PartNumberMarker: String(after),
            NextPartNumberMarker: String(lastOne),
            MaxParts: max,
            IsTruncated: truncated,
            Parts: page.map(({ number, size, checksum: value }) => ({
              PartNumber: number,
              Size: size,
              [memberOf(checksum.algorithm)]: value,
            })),
          }),
        },
      }),
  };
}
