/** What the state machine decides about: a file, or the simulation of one. */
export interface Granule {
  /** 32 hex digits. */
  id: string;
  /** 0 (worst) to 100. */
  quality: number;
  /** Whether it is to be archived at all. */
  archive: boolean;
  url: string;
  approval_needed: boolean;
  file?: FileInfo;
  /** Every other field of the execution's input. */
  [field: string]: unknown;
}

/** One version of an object. */
export interface FileInfo {
  bucket: string;
  key: string;
  /** None in a bucket without versions. */
  versionId?: string;
  /** With its quotes, as S3 writes it. */
  etag: string;
  /** Bytes. */
  size: number;
  contentType: string;
  /** Hex. */
  sha256: string;
  /** CRC-64/NVME of the whole, base64: what S3 computes for every copy too. */
  crc64: string;
  /** ISO 8601. */
  lastModified: string;
}

/** The input, or what the file says of itself, cannot be used: no other try mends it. */
export class InvalidInput extends Error {
  override readonly name = "InvalidInput";
}

/** The file is gone: deleted or moved by someone else. */
export class FileVanished extends Error {
  override readonly name = "FileVanished";
}

/** Another file is in its place. */
export class FileChanged extends Error {
  override readonly name = "FileChanged";
}

/** Approval is wanted, and there is nobody who could give it. */
export class NoApprover extends Error {
  override readonly name = "NoApprover";
}

/** S3's errors about the object as ours; any other is for the next try. */
export function fileError(error: unknown, what: string): Error {
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } };
  if (/^(NoSuchKey|NoSuchVersion|NotFound|MethodNotAllowed)$/.test(name)) return new FileVanished(`${what} is gone`);
  if (name === "PreconditionFailed" || $metadata?.httpStatusCode === 412) {
    return new FileChanged(`${what} was overwritten while it was archived`);
  }
  return error as Error;
}

export const urlOf = (bucket: string, key: string): string => `s3://${bucket}/${key}`;
