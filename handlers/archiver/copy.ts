import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  type StorageClass,
  UploadPartCopyCommand,
} from "@aws-sdk/client-s3";
import { s3 } from "./clients.ts";
import { FileChanged, type FileInfo, FileVanished, fileError, urlOf } from "./granule.ts";

/** The largest object that one request copies. https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
const largestCopy = 5 * 1024 ** 3;
/** Of larger ones: 10,000 parts of it are more than S3's largest object. */
const partSize = 1024 ** 3;
const partsAtOnce = 8;

export interface Destination {
  bucket: string;
  storageClass: string;
}

interface CopyLimits {
  /** Bytes that are copied in one request. */
  whole: number;
  part: number;
}

/**
 * Copies exactly this version to the same key of another bucket, inside S3, and compares S3's own checksum of the copy
 * with that of the file as it was read.
 *
 * @throws {FileVanished} @throws {FileChanged} when the object is no longer what was read. The source is untouched.
 */
export async function copyFile(
  file: FileInfo,
  { bucket, storageClass }: Destination,
  limits: CopyLimits = { whole: largestCopy, part: partSize },
): Promise<void> {
  const what = urlOf(file.bucket, file.key);
  const source = { Bucket: file.bucket, Key: file.key, ...(file.versionId && { VersionId: file.versionId }) };
  let head: HeadObjectCommandOutput;
  try {
    head = await s3.send(new HeadObjectCommand({ ...source, IfMatch: file.etag }));
  } catch (error) {
    const failure = fileError(error, what);
    // A try before this one may have moved it and never told.
    if (failure instanceof FileVanished && (await isCopy(file, bucket))) return;
    throw failure;
  }
  const from = { CopySource: copySource(file), CopySourceIfMatch: file.etag };
  const to = { Bucket: bucket, Key: file.key };
  try {
    const crc64 =
      file.size > limits.whole
        ? await copyInParts(
            file,
            from,
            { ...to, StorageClass: storageClass as StorageClass, Tagging: await tagsOf(source) },
            head,
            limits.part,
          )
        : (
            await s3.send(
              new CopyObjectCommand({
                ...to,
                ...from,
                StorageClass: storageClass as StorageClass,
                ChecksumAlgorithm: "CRC64NVME",
              }),
            )
          ).CopyObjectResult?.ChecksumCRC64NVME;
    if (crc64 !== file.crc64) throw new FileChanged(`${what}: its copy has checksum ${crc64}, expected ${file.crc64}`);
  } catch (error) {
    throw fileError(error, what);
  }
}

/** Whether the bucket holds this very content under the file's key. */
async function isCopy({ key, size, crc64 }: FileInfo, bucket: string): Promise<boolean> {
  try {
    const head = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: "ENABLED" }));
    return head.ContentLength === size && head.ChecksumCRC64NVME === crc64;
  } catch (error) {
    if (fileError(error, key) instanceof FileVanished) return false;
    throw error;
  }
}

/** A header: whatever is not plain ASCII in a key is escaped. */
const copySource = ({ bucket, key, versionId }: FileInfo): string =>
  `${bucket}/${key.split("/").map(encodeURIComponent).join("/")}${versionId ? `?versionId=${versionId}` : ""}`;

/** Tags as a header has them. A copy in one request takes them along by itself, one in parts has those that it is given. */
async function tagsOf(source: { Bucket: string; Key: string; VersionId?: string }): Promise<string> {
  const { TagSet = [] } = await s3.send(new GetObjectTaggingCommand(source));
  return TagSet.map(({ Key = "", Value = "" }) => `${encodeURIComponent(Key)}=${encodeURIComponent(Value)}`).join("&");
}

async function copyInParts(
  { size }: FileInfo,
  from: { CopySource: string; CopySourceIfMatch: string },
  { StorageClass, Tagging, ...to }: { Bucket: string; Key: string; StorageClass: StorageClass; Tagging: string },
  head: HeadObjectCommandOutput,
  part: number,
): Promise<string | undefined> {
  const { ContentType, ContentEncoding, ContentLanguage, ContentDisposition, CacheControl, Metadata } = head;
  const { UploadId } = await s3.send(
    new CreateMultipartUploadCommand({
      ...to,
      StorageClass,
      ...(Tagging && { Tagging }),
      ContentType,
      ContentEncoding,
      ContentLanguage,
      ContentDisposition,
      CacheControl,
      Metadata,
      ChecksumAlgorithm: "CRC64NVME",
      ChecksumType: "FULL_OBJECT",
    }),
  );
  const upload = { ...to, UploadId };
  try {
    const count = Math.ceil(size / part);
    const parts = new Array<{ PartNumber: number; ETag: string | undefined; ChecksumCRC64NVME: string | undefined }>(
      count,
    );
    let next = 0;
    const worker = async () => {
      while (next < count) {
        const index = next++;
        const last = Math.min(size, (index + 1) * part) - 1;
        const { CopyPartResult } = await s3.send(
          new UploadPartCopyCommand({
            ...upload,
            ...from,
            PartNumber: index + 1,
            CopySourceRange: `bytes=${index * part}-${last}`,
          }),
        );
        const { ETag, ChecksumCRC64NVME } = CopyPartResult ?? {};
        parts[index] = { PartNumber: index + 1, ETag, ChecksumCRC64NVME };
      }
    };
    await Promise.all(Array.from({ length: Math.min(partsAtOnce, count) }, worker));
    const done = await s3.send(
      new CompleteMultipartUploadCommand({ ...upload, MultipartUpload: { Parts: parts }, ChecksumType: "FULL_OBJECT" }),
    );
    return done.ChecksumCRC64NVME;
  } catch (error) {
    await s3.send(new AbortMultipartUploadCommand(upload)).catch(() => {});
    throw error;
  }
}
