/** What S3 asks KMS for on behalf of whoever writes and reads objects that a customer's key encrypts. */
import { decryptFor, encryptFor, isServicesOwn, type KeyUse, renaming } from "../../kit/useKey.ts";
import type { Call } from "../../service.ts";
import { bucketArn } from "./access.ts";
import type { Description } from "./records.ts";
import type { S3State } from "./state.ts";

/** KMS's errors, as S3 passes them on. https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const passedOn: Record<string, string> = {
  AccessDeniedException: "AccessDenied",
  DisabledException: "KMS.DisabledException",
  InvalidKeyUsageException: "KMS.InvalidKeyUsageException",
  KMSInvalidStateException: "KMS.KMSInvalidStateException",
  NotFoundException: "KMS.NotFoundException",
};

type Encrypted = Pick<Description, "encryption">;

/** @throws AwsError when the caller may not have its key make data keys. */
export const useToWrite = (s3: S3State, at: Place, encrypted: Encrypted, call: Call): Promise<void> =>
  using(s3, at, encrypted, call, encryptFor);

/** @throws AwsError when the caller may not decrypt by its key. */
export const useToRead = (s3: S3State, at: Place, encrypted: Encrypted, call: Call): Promise<void> =>
  using(s3, at, encrypted, call, decryptFor);

interface Place {
  bucket: string;
  key: string;
}

async function using(
  s3: S3State,
  { bucket, key }: Place,
  { encryption }: Encrypted,
  { principal }: Call,
  use: typeof encryptFor,
) {
  if (!encryption?.keyId || isServicesOwn(encryption.keyId)) return;
  // With a bucket key the context is the bucket's. https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-key.html
  const arn = encryption.bucketKey ? bucketArn(bucket) : `${bucketArn(bucket)}/${key}`;
  const asked: KeyUse = { keyId: encryption.keyId, principal, via: "s3", context: { "aws:s3:arn": arn } };
  await renaming(passedOn, () => use(s3.cloud, asked));
}
