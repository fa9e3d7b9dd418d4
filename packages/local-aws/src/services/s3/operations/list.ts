/** Listings: of objects (two versions of the operation), of versions, of uploads, of parts. */
import type { EncodingType } from "@aws-sdk/client-s3";
import type { Operations } from "../../../operations.ts";
import type { Input } from "../../../sdks.ts";
import { type Access, AwsError, type Call } from "../../../service.ts";
import { bucketAccess, objectAccess } from "../access.ts";
import { memberOf } from "../checksum.ts";
import { defined } from "../describe.ts";
import { invalidArgument } from "../errors.ts";
import { type Group, grouped } from "../listing.ts";
import type { UploadRecord, Version } from "../records.ts";
import { quoted, type S3State, sequenceOf } from "../state.ts";
import { findUpload } from "./multipart.ts";

interface Listing {
  Bucket: string;
  Prefix?: string | undefined;
  Delimiter?: string | undefined;
  EncodingType?: EncodingType | undefined;
}

export function listOperations(s3: S3State): Operations<"s3"> {
  const access =
    (action: string) =>
    (input: Listing & { MaxKeys?: number }): Access[] => [
      bucketAccess(action, s3.bucket(input), {
        // A missing prefix is an empty one: a policy may use it.
        "s3:prefix": input.Prefix ?? "",
        "s3:delimiter": input.Delimiter,
        "s3:max-keys": input.MaxKeys === undefined ? undefined : String(input.MaxKeys),
      }),
    ];
  return {
    ListObjectsV2: { access: access("ListBucket"), run: (input) => listV2(s3, input) },
    ListObjects: { access: access("ListBucket"), run: (input, call) => listV1(s3, input, call) },
    ListObjectVersions: {
      access: access("ListBucketVersions"),
      run: (input) => listVersions(s3, input),
    },
    ListMultipartUploads: {
      access: access("ListBucketMultipartUploads"),
      run: (input) => listUploads(s3, input),
    },
    ListParts: {
      access: (input) => [objectAccess("ListMultipartUploadParts", s3.bucket(input), input.Key)],
      run: (input) => listParts(s3, input),
    },
  };
}

const maxKeys = 1000;

function pageSize(given: number | undefined, name = "maxKeys"): number {
  if (given !== undefined && (!Number.isInteger(given) || given < 0)) {
    throw invalidArgument(`Argument ${name} must be an integer between 0 and 2147483647`, name, given);
  }
  return Math.min(given ?? maxKeys, maxKeys);
}

/** How names are written: as they are, or URL-encoded, since XML cannot hold every character of a key. */
function encoder({ EncodingType: type }: Listing): (text: string) => string {
  if (type !== undefined && type !== "url")
    throw invalidArgument("Invalid Encoding Method specified in Request", "encoding-type", type);
  return type === "url"
    ? (text) => encodeURIComponent(text).replaceAll("%2F", "/").replaceAll("*", "%2A")
    : (text) => text;
}

const content = (version: Version, encode: (text: string) => string, owner?: object) => ({
  Key: encode(version.key),
  LastModified: new Date(version.modified),
  ETag: quoted(version.etag),
  ...(version.checksum && { ChecksumAlgorithm: [version.checksum.algorithm], ChecksumType: version.checksum.type }),
  Size: version.size,
  StorageClass: version.storageClass ?? ("STANDARD" as const),
  ...(owner && { Owner: owner }),
});

/** Members of the request that every listing repeats. */
function echoed(input: Listing, encode: (text: string) => string) {
  return {
    Name: input.Bucket,
    Prefix: encode(input.Prefix ?? ""),
    ...defined({ Delimiter: input.Delimiter && encode(input.Delimiter), EncodingType: input.EncodingType }),
  };
}

const prefixes = (groups: Group<unknown>[], encode: (text: string) => string) =>
  groups.flatMap(({ prefix }) => (prefix === undefined ? [] : [{ Prefix: encode(prefix) }]));

const items = <T>(groups: Group<T>[]): T[] => groups.flatMap(({ item }) => (item === undefined ? [] : [item]));

function objects(s3: S3State, input: Listing, after: string | undefined, limit: number, pastPrefix = false) {
  const { Bucket, Prefix: prefix = "", Delimiter: delimiter } = input;
  const fetch = (from: string | undefined, count: number) =>
    s3.versions.current(Bucket, { prefix, limit: count, ...(from !== undefined && { after: from }) });
  return grouped({ fetch, keyOf: ({ key }) => key, prefix, delimiter, after, limit, pastPrefix });
}

function listV2(s3: S3State, input: Input<"s3", "ListObjectsV2">) {
  const encode = encoder(input);
  const limit = pageSize(input.MaxKeys);
  if (input.ContinuationToken === "")
    throw new AwsError("InvalidArgument", "The continuation token provided is incorrect", 400, {
      ArgumentName: "continuation-token",
    });
  const token = input.ContinuationToken && Buffer.from(input.ContinuationToken, "base64url").toString();
  const { groups, next } = objects(s3, input, token ?? input.StartAfter, limit);
  return {
    ...echoed(input, encode),
    MaxKeys: limit,
    KeyCount: groups.length,
    IsTruncated: next !== undefined,
    Contents: items(groups).map((version) => content(version, encode, input.FetchOwner ? s3.owner : undefined)),
    CommonPrefixes: prefixes(groups, encode),
    ...defined({
      ContinuationToken: input.ContinuationToken,
      StartAfter: token === undefined && input.StartAfter ? encode(input.StartAfter) : undefined,
      NextContinuationToken: next === undefined ? undefined : Buffer.from(next).toString("base64url"),
    }),
  };
}

function listV1(s3: S3State, input: Input<"s3", "ListObjects">, { principal }: Call) {
  const encode = encoder(input);
  const limit = pageSize(input.MaxKeys);
  const { groups, next } = objects(s3, input, input.Marker, limit, true);
  const last = groups.at(-1);
  return {
    ...echoed(input, encode),
    Marker: encode(input.Marker ?? ""),
    MaxKeys: limit,
    IsTruncated: next !== undefined,
    Contents: items(groups).map((version) =>
      content(version, encode, principal.kind === "anonymous" ? undefined : s3.owner),
    ),
    CommonPrefixes: prefixes(groups, encode),
    // Without a delimiter, the last key serves.
    ...(next !== undefined && input.Delimiter && { NextMarker: encode(last?.prefix ?? last?.item?.key ?? "") }),
  };
}

function listVersions(s3: S3State, input: Input<"s3", "ListObjectVersions">) {
  const encode = encoder(input);
  const limit = pageSize(input.MaxKeys);
  const { Bucket, Prefix: prefix = "", Delimiter: delimiter, KeyMarker: keyMarker, VersionIdMarker: idMarker } = input;
  if (idMarker && !keyMarker)
    throw invalidArgument(
      "A version-id marker cannot be specified without a key marker.",
      "version-id-marker",
      idMarker,
    );
  const start = idMarker ? s3.versions.find(Bucket, keyMarker as string, idMarker)?.sequence : undefined;
  // The rest of the key on which the page before ended, then the keys after it. That version may be gone since.
  const from = start ?? (idMarker ? sequenceOf(idMarker) : undefined);
  const rest = from === undefined ? [] : s3.versions.older(Bucket, keyMarker as string, from, limit + 1);
  const fetch = (from: string | undefined, count: number) =>
    s3.versions.all(Bucket, { prefix, limit: count, ...(from !== undefined && { after: from }) });
  const { groups, more } = grouped({
    fetch,
    keyOf: ({ key }) => key,
    prefix,
    delimiter,
    after: keyMarker,
    limit,
    first: rest,
    pastPrefix: true,
  });
  const latest = new Map<string, string | undefined>();
  const isLatest = ({ key, id }: Version) => {
    if (!latest.has(key)) latest.set(key, s3.versions.latest(Bucket, key)?.id);
    return latest.get(key) === id;
  };
  const versions = items(groups);
  const last = groups.at(-1);
  return {
    ...echoed(input, encode),
    KeyMarker: encode(keyMarker ?? ""),
    VersionIdMarker: idMarker ?? "",
    MaxKeys: limit,
    IsTruncated: more,
    Versions: versions
      .filter(({ marker }) => !marker)
      .map((version) => ({
        ...content(version, encode, s3.owner),
        // The SDK knows one class of versions; S3 answers each one's own.
        StorageClass: (version.storageClass ?? "STANDARD") as "STANDARD",
        VersionId: version.id,
        IsLatest: isLatest(version),
      })),
    DeleteMarkers: versions
      .filter(({ marker }) => marker)
      .map((version) => ({
        Key: encode(version.key),
        VersionId: version.id,
        IsLatest: isLatest(version),
        LastModified: new Date(version.modified),
        Owner: s3.owner,
      })),
    CommonPrefixes: prefixes(groups, encode),
    ...(more && {
      NextKeyMarker: encode(last?.prefix ?? last?.item?.key ?? ""),
      ...(last?.item && { NextVersionIdMarker: last.item.id }),
    }),
  };
}

/** Uploads of a bucket: few, and sorted here, by key and then by age. */
function listUploads(s3: S3State, input: Input<"s3", "ListMultipartUploads">) {
  const encode = encoder(input);
  const limit = pageSize(input.MaxUploads, "max-uploads");
  const { Prefix: prefix = "", Delimiter: delimiter, KeyMarker: keyMarker = "", UploadIdMarker: idMarker } = input;
  const order = (a: UploadRecord, b: UploadRecord) =>
    Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) ||
    a.initiated.localeCompare(b.initiated) ||
    a.id.localeCompare(b.id);
  const all = s3.uploads
    .values()
    .filter(({ bucket, key }) => bucket === input.Bucket && key.startsWith(prefix))
    .sort(order);
  const marked = all.findIndex(({ key, id }) => key === keyMarker && id === idMarker);
  const left =
    marked >= 0
      ? all.slice(marked + 1)
      : all.filter(({ key }) => Buffer.compare(Buffer.from(key), Buffer.from(keyMarker)) > 0);
  const { groups, more } = grouped({
    fetch: () => [],
    keyOf: ({ key }) => key,
    prefix,
    delimiter,
    limit,
    after: undefined,
    first: left,
  });
  const last = groups.at(-1);
  const { Name: Bucket, Prefix, ...rest } = echoed(input, encode);
  return {
    Bucket,
    ...(Prefix && { Prefix }),
    ...rest,
    KeyMarker: encode(keyMarker),
    UploadIdMarker: idMarker ?? "",
    MaxUploads: limit,
    IsTruncated: more,
    Uploads: items(groups).map((upload) => ({
      Key: encode(upload.key),
      UploadId: upload.id,
      Initiated: new Date(upload.initiated),
      StorageClass: upload.storageClass ?? ("STANDARD" as const),
      Owner: s3.owner,
      Initiator: s3.owner,
      ...(upload.algorithmGiven && { ChecksumAlgorithm: upload.algorithm, ChecksumType: upload.checksumType }),
    })),
    CommonPrefixes: prefixes(groups, encode),
    ...(last && {
      NextKeyMarker: encode(last.prefix ?? last.item?.key ?? ""),
      NextUploadIdMarker: last.item?.id ?? "",
    }),
  };
}

function listParts(s3: S3State, input: Input<"s3", "ListParts">) {
  const upload = findUpload(s3, input);
  const limit = pageSize(input.MaxParts, "max-parts");
  const after = Number(input.PartNumberMarker ?? 0);
  const left = s3.partsOf(upload.id).filter(({ number }) => number > after);
  const page = left.slice(0, limit);
  return {
    Bucket: upload.bucket,
    Key: upload.key,
    UploadId: upload.id,
    PartNumberMarker: String(after),
    NextPartNumberMarker: String(page.at(-1)?.number ?? 0),
    MaxParts: limit,
    IsTruncated: left.length > page.length,
    Owner: s3.owner,
    Initiator: s3.owner,
    StorageClass: upload.storageClass ?? ("STANDARD" as const),
    ...(upload.algorithmGiven && { ChecksumAlgorithm: upload.algorithm, ChecksumType: upload.checksumType }),
    Parts: page.map(({ number, modified, size, etag, checksum }) => ({
      PartNumber: number,
      LastModified: new Date(modified),
      ETag: quoted(etag),
      Size: size,
      ...(upload.algorithmGiven && { [memberOf(upload.algorithm)]: checksum }),
    })),
  };
}
