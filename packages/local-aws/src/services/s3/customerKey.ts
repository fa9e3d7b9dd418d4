/**
 * Encryption with keys that callers bring (SSE-C): S3 keeps only a digest of the key, and needs the same key for each read.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
 */
import { createHash } from "node:crypto";
import { AwsError } from "../../service.ts";
import { invalidRequest } from "./errors.ts";

/** The three headers of a key, and the encryption by S3 that they exclude. */
export interface CustomerKeyInput {
  SSECustomerAlgorithm?: string | undefined;
  SSECustomerKey?: string | undefined;
  SSECustomerKeyMD5?: string | undefined;
  ServerSideEncryption?: string | undefined;
}

const invalid = (message: string, ArgumentValue?: string): AwsError =>
  new AwsError("InvalidArgument", message, 400, { ArgumentName: "x-amz-server-side-encryption", ArgumentValue });

/** Digest of the key that a request brings; absent without one. @throws AwsError for an invalid key. */
export function readCustomerKey(input: CustomerKeyInput): string | undefined {
  const { SSECustomerAlgorithm: algorithm, SSECustomerKey: key, SSECustomerKeyMD5: md5, ServerSideEncryption } = input;
  if (algorithm === undefined && key === undefined && md5 === undefined) return undefined;
  const bring = "Requests specifying Server Side Encryption with Customer provided keys must provide";
  if (ServerSideEncryption !== undefined) {
    const message =
      "Server Side Encryption with Customer provided key is incompatible with the encryption method specified";
    throw invalid(message, ServerSideEncryption);
  }
  if (key !== undefined && algorithm === undefined) throw invalid(`${bring} a valid encryption algorithm.`);
  if (key === undefined) throw invalid(`${bring} an appropriate secret key.`);
  if (algorithm !== "AES256") {
    const message = "The Encryption request you specified is not valid. Supported value: AES256.";
    const members = { ArgumentName: "x-amz-server-side-encryption", ArgumentValue: algorithm };
    throw new AwsError("InvalidEncryptionAlgorithmError", message, 400, members);
  }
  const bytes = Buffer.from(key, "base64");
  if (md5 === undefined || bytes.length !== 32)
    throw invalid("The secret key was invalid for the specified algorithm.");
  if (createHash("md5").update(bytes).digest("base64") !== md5)
    throw invalid("The calculated MD5 hash of the key did not match the hash that was provided.");
  return md5;
}

/** @throws AwsError unless the request brings the key that the object was stored with. */
export function checkCustomerKey(stored: string | undefined, input: CustomerKeyInput): void {
  const given = readCustomerKey(input);
  if (given === stored) return;
  if (stored === undefined) throw invalidRequest("The encryption parameters are not applicable to this object.");
  if (given === undefined)
    throw invalidRequest(
      "The object was stored using a form of Server Side Encryption. The correct parameters must be provided to retrieve the object.",
    );
  throw new AwsError(
    "AccessDenied",
    "Requests specifying Server Side Encryption with Customer provided keys must provide the correct secret key.",
    403,
  );
}

/** @throws AwsError unless a part brings the key of its upload. */
export function checkPartKey(stored: string | undefined, input: CustomerKeyInput): void {
  const given = readCustomerKey(input);
  if (given === stored) return;
  if (given === undefined || stored === undefined)
    throw invalidRequest(
      "The multipart upload initiate requested encryption. Subsequent part requests must include the appropriate encryption parameters.",
    );
  throw invalidRequest("The provided encryption parameters did not match the ones used originally.");
}

/** Members of answers about an object that was stored with a customer's key. */
export const customerKeyMembers = (md5: string) => ({ SSECustomerAlgorithm: "AES256", SSECustomerKeyMD5: md5 });
