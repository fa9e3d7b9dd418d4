/** Uploads in parts. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html */
import { createHash, randomBytes } from "node:crypto";
import type { Operations } from "../../../operations.ts";
import type { Input } from "../../../sdks.ts";
import { AwsError, type Call } from "../../../service.ts";
import { objectAccess, writeAccess } from "../access.ts";
import { badDigest, checksumType, combine, defaultAlgorithm, readAlgorithm, statedChecksum } from "../checksum.ts";
import { checkWrite } from "../conditions.ts";
import { checkPartKey } from "../customerKey.ts";
import { describe, encryptionMembers } from "../describe.ts";
import { invalidArgument, invalidRequest, malformedXml, noSuchUpload } from "../errors.ts";
import { expirationOf } from "../expiration.ts";
import { useToRead, useToWrite } from "../keyUse.ts";
import { checkKey } from "../names.ts";
import { copyRange } from "../range.ts";
import { checksumMembers, type Received, receive } from "../receive.ts";
import type { PartRecord, UploadRecord, Version } from "../records.ts";
import { madeVersion, partKey, quoted, type S3State } from "../state.ts";
import { sourceAccess, sourceVersion } from "./copy.ts";

const minPart = 5 * 1024 ** 2;
const maxParts = 10_000;

type OfUpload = { Bucket: string; Key: string; UploadId: string };

export function multipartOperations(s3: S3State): Operations<"s3"> {
  const onUpload = (action: string) => (input: OfUpload) => [objectAccess(action, s3.bucket(input), input.Key)];
  return {
    CreateMultipartUpload: {
      access: (input) => writeAccess(s3.bucket(input), input.Key, input),
      run: (input, call) => create(s3, input, call),
    },
    UploadPart: {
      access: onUpload("PutObject"),
      async run(input, call) {
        const upload = findUpload(s3, input);
        const number = partNumber(input.PartNumber);
        checkPartKey(upload.customerKey, input);
        await useToRead(s3, upload, upload, call);
        const { part, named } = await addPart(s3, upload, number, input);
        return {
          ETag: quoted(part.etag),
          ...encryptionMembers(upload),
          ...(named ? checksumMembers(named) : told(upload, part)),
        };
      },
    },
    UploadPartCopy: {
      access: (input) => [...sourceAccess(s3, input.CopySource, false), ...onUpload("PutObject")(input)],
      run: (input, call) => copyPart(s3, input, call),
    },
    CompleteMultipartUpload: {
      access: onUpload("PutObject"),
      run: (input, call) => complete(s3, input, call),
    },
    AbortMultipartUpload: {
      access: onUpload("AbortMultipartUpload"),
      async run(input) {
        const upload = findUpload(s3, input);
        await discardUpload(s3, upload);
        return {};
      },
    },
  };
}

async function create(s3: S3State, input: Input<"s3", "CreateMultipartUpload">, call: Call) {
  const bucket = s3.bucket(input);
  const key = input.Key;
  checkKey(key);
  const algorithm = input.ChecksumAlgorithm ? readAlgorithm(input.ChecksumAlgorithm) : defaultAlgorithm;
  if (input.ChecksumType && !input.ChecksumAlgorithm) {
    throw invalidRequest("The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.");
  }
  const type = checksumType(algorithm, input.ChecksumType);
  const upload: UploadRecord = {
    id: randomBytes(48).toString("base64url"),
    bucket: bucket.name,
    key,
    initiated: new Date().toISOString(),
    sequence: s3.versions.next(),
    algorithmGiven: input.ChecksumAlgorithm !== undefined,
    algorithm,
    checksumType: type,
    ...describe(input, bucket, s3.owner),
  };
  await useToWrite(s3, upload, upload, call);
  s3.uploads.put(upload.id, upload);
  return {
    Bucket: bucket.name,
    Key: key,
    UploadId: upload.id,
    ...encryptionMembers(upload),
    ...(upload.algorithmGiven && { ChecksumAlgorithm: algorithm, ChecksumType: type }),
  };
}

/** @throws AwsError `NoSuchUpload` */
export function findUpload(s3: S3State, { Bucket, Key, UploadId = "" }: OfUpload): UploadRecord {
  const upload = s3.uploads.get(UploadId);
  if (!upload || upload.bucket !== Bucket || upload.key !== Key) throw noSuchUpload(UploadId);
  return upload;
}

function partNumber(number: number | undefined): number {
  if (number !== undefined && Number.isInteger(number) && number >= 1 && number <= maxParts) return number;
  throw invalidArgument(`Part number must be an integer between 1 and ${maxParts}, inclusive`, "partNumber", number);
}

async function addPart(s3: S3State, upload: UploadRecord, number: number, input: object) {
  const received = await receive(s3, input, upload.algorithm);
  const part = record(number, received);
  const replaced = s3.parts.get(partKey(upload.id, number));
  if (!s3.uploads.has(upload.id)) {
    await s3.blobs.remove([received]);
    throw noSuchUpload(upload.id);
  }
  s3.cloud.store.transaction(() => {
    s3.parts.put(partKey(upload.id, number), part);
    s3.blobs.keep([part.segment]);
    if (replaced) s3.blobs.removeRows([replaced.segment]);
  });
  if (replaced) await s3.blobs.removeFiles([replaced.segment]);
  return { part, named: received.named };
}

const record = (number: number, { blob, size, md5, checksum }: Received): PartRecord => ({
  number,
  modified: new Date().toISOString(),
  size,
  etag: md5,
  segment: { blob, size },
  checksum,
});

/** An upload's default checksum is not told with its parts. */
const told = (upload: UploadRecord, part: PartRecord) =>
  upload.algorithmGiven ? checksumMembers({ algorithm: upload.algorithm, value: part.checksum }) : {};

async function copyPart(s3: S3State, input: Input<"s3", "UploadPartCopy">, call: Call) {
  const upload = findUpload(s3, input);
  const number = partNumber(input.PartNumber);
  checkPartKey(upload.customerKey, input);
  await useToRead(s3, upload, upload, call);
  const source = await sourceVersion(s3, input.CopySource, input, call);
  const { start, end } = copyRange(input.CopySourceRange, source.version.size);
  const Body = s3.blobs.read(source.version.segments, start, end);
  const { part } = await addPart(s3, upload, number, { Body });
  return {
    CopyPartResult: { ETag: quoted(part.etag), LastModified: new Date(part.modified), ...told(upload, part) },
    ...(source.version.id !== "null" && { CopySourceVersionId: source.version.id }),
    ...encryptionMembers(upload),
  };
}

async function complete(s3: S3State, input: Input<"s3", "CompleteMultipartUpload">, call: Call) {
  const bucket = s3.bucket(input);
  const upload = findUpload(s3, input);
  const { parts, unused } = chosenParts(s3, upload, input);
  const size = parts.reduce((sum, part) => sum + part.size, 0);
  if (input.MpuObjectSize !== undefined && Number(input.MpuObjectSize) !== size) {
    throw invalidRequest("The provided 'x-amz-mp-object-size' header value does not match what was computed.");
  }
  const { algorithm, checksumType: type } = upload;
  const value = await combine(algorithm, type, parts);
  const stated = statedChecksum(input);
  if (stated?.algorithm === algorithm && bare(stated.value) !== bare(value)) throw badDigest(algorithm);
  const digests = Buffer.concat(parts.map(({ etag }) => Buffer.from(etag, "hex")));
  const etag = `${createHash("md5").update(digests).digest("hex")}-${parts.length}`;

  // It may have been completed or aborted while the checksum was computed.
  findUpload(s3, input);
  checkWrite(s3, bucket.name, upload.key, input);
  checkUnchanged(s3, upload, input.IfMatch);
  const {
    id: _id,
    initiated: _initiated,
    sequence: _sequence,
    algorithmGiven: _given,
    algorithm: _algorithm,
    checksumType: _type,
    ...rest
  } = upload;
  const version: Version = {
    ...rest,
    ...s3.stamp(bucket),
    marker: false,
    size,
    etag,
    segments: parts.map(({ segment }) => segment),
    checksum: { algorithm, value, type },
    parts: parts.map((part, index) => ({ number: index + 1, size: part.size, checksum: part.checksum })),
  };
  const left = unused.map(({ segment }) => segment);
  s3.add(version, "ObjectCreated:CompleteMultipartUpload", call, () => {
    forget(s3, upload);
    s3.blobs.removeRows(left);
  });
  await s3.blobs.removeFiles(left);
  return {
    Location: `${s3.cloud.origin}/${bucket.name}/${encodeURIComponent(upload.key)}`,
    Bucket: bucket.name,
    Key: upload.key,
    ETag: quoted(etag),
    ...madeVersion(version),
    ...encryptionMembers(version),
    ...checksumMembers(version.checksum),
    ...expirationOf(bucket, version),
  };
}

/** What was written since the upload began is in conflict with a condition on what was there. */
function checkUnchanged(s3: S3State, upload: UploadRecord, ifMatch: string | undefined): void {
  const since = s3.versions.latest(upload.bucket, upload.key)?.sequence ?? 0;
  if (ifMatch === undefined || upload.sequence === undefined || since <= upload.sequence) return;
  const message = "The conditional request cannot succeed due to a conflicting operation against this resource.";
  throw new AwsError("ConditionalRequestConflict", message, 409, { Condition: "If-Match", Key: upload.key });
}

const bare = (checksum: string): string => checksum.replace(/-\d+$/, "");

/** The parts that the caller lists, in order, each as it was uploaded; and those left out. */
function chosenParts(s3: S3State, upload: UploadRecord, input: Input<"s3", "CompleteMultipartUpload">) {
  const listed = input.MultipartUpload?.Parts ?? [];
  if (input.MultipartUpload === undefined) throw invalidRequest("You must specify at least one part");
  if (listed.length === 0) throw malformedXml();
  checkMode(upload, input.ChecksumType);
  const uploaded = new Map(s3.partsOf(upload.id).map((part) => [part.number, part]));
  const invalid = (PartNumber: number | undefined, ETag: string | undefined) =>
    new AwsError(
      "InvalidPart",
      "One or more of the specified parts could not be found.  The part may not have been uploaded, or the specified entity tag may not match the part's entity tag.",
      400,
      { UploadId: upload.id, PartNumber, ETag: ETag?.replace(/^"|"$/g, "") },
    );
  const unordered = listed.some(({ PartNumber = 0 }, index) => PartNumber <= (listed[index - 1]?.PartNumber ?? 0));
  if (unordered) {
    const message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
    throw new AwsError("InvalidPartOrder", message, 400, { UploadId: upload.id });
  }
  const parts = listed.map((wanted, index) => {
    const { PartNumber: number = 0, ETag: etag } = wanted;
    const part = uploaded.get(number);
    if (!part || part.etag !== etag?.replaceAll('"', "")) throw invalid(number, etag);
    const given = statedChecksum(wanted);
    const stated = given?.algorithm === upload.algorithm ? given.value : undefined;
    if (given && upload.algorithmGiven && given.algorithm !== upload.algorithm) {
      const message = `The ${given.algorithm.toLowerCase()} you specified for part ${number} did not match what we received.`;
      throw new AwsError("BadDigest", message, 400);
    }
    if (given && (given.algorithm !== upload.algorithm || given.value !== part.checksum)) throw invalid(number, etag);
    if (stated === undefined && upload.algorithmGiven && upload.checksumType === "COMPOSITE") {
      throw invalidRequest(
        `The upload was created using a ${upload.algorithm.toLowerCase()} checksum. The complete request must include the checksum for each part. It was missing for part ${number} in the request.`,
      );
    }
    if (index < listed.length - 1 && part.size < minPart) {
      throw new AwsError("EntityTooSmall", "Your proposed upload is smaller than the minimum allowed size", 400, {
        ProposedSize: part.size,
        MinSizeAllowed: minPart,
        PartNumber: number,
        ETag: part.etag,
      });
    }
    uploaded.delete(number);
    return part;
  });
  return { parts, unused: [...uploaded.values()] };
}

function checkMode({ algorithmGiven, checksumType: type }: UploadRecord, given: string | undefined): void {
  if (given === undefined || (algorithmGiven && given === type)) return;
  const mode = algorithmGiven ? type : "null";
  throw invalidRequest(
    `The upload was created using the ${mode} checksum mode. The complete request must use the same checksum mode.`,
  );
}

function forget(s3: S3State, upload: UploadRecord): void {
  for (const { number } of s3.partsOf(upload.id)) s3.parts.delete(partKey(upload.id, number));
  s3.uploads.delete(upload.id);
}

/** Ends an upload without creating an object. */
export async function discardUpload(s3: S3State, upload: UploadRecord): Promise<void> {
  const segments = s3.partsOf(upload.id).map(({ segment }) => segment);
  s3.cloud.store.transaction(() => {
    forget(s3, upload);
    s3.blobs.removeRows(segments);
  });
  await s3.blobs.removeFiles(segments);
}
