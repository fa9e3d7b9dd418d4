/** Receives a body: writes it to disk, while its checksums are computed and compared with the caller's. */
import type { ChecksumType } from "@aws-sdk/client-s3";
import { AwsError } from "../../service.ts";
import type { Written } from "./blobs.ts";
import { badDigest, checkShape, defaultAlgorithm, memberOf, readAlgorithm, statedChecksum } from "./checksum.ts";
import { invalidRequest } from "./errors.ts";
import type { Algorithm } from "./hashers.ts";
import { Incoming } from "./incoming.ts";
import type { S3State } from "./state.ts";

/** 5 GB: of one PUT, and of one part. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const maxPut = 5 * 1024 ** 3;

interface Input {
  Body?: unknown;
  ContentLength?: number;
  ContentMD5?: string;
  ChecksumAlgorithm?: string;
}

export interface Received extends Written {
  algorithm: Algorithm;
  checksum: string;
  /** The checksum that the caller stated or asked for: it may be of another algorithm. */
  named?: { algorithm: Algorithm; value: string };
}

/** @param required algorithm of an upload, which its parts must use too. */
export async function receive(s3: S3State, input: Input, required?: Algorithm): Promise<Received> {
  const { ContentLength: length, ContentMD5: md5 } = input;
  if (length !== undefined && length > maxPut) {
    const message = "Your proposed upload exceeds the maximum allowed size";
    throw new AwsError("EntityTooLarge", message, 400, { ProposedSize: length, MaxSizeAllowed: maxPut });
  }
  const framing = input.Body instanceof Incoming ? input.Body.framing : undefined;
  const trailer = framing?.announced;
  const header = statedChecksum(input);
  const named = header?.algorithm ?? trailer ?? (input.ChecksumAlgorithm && readAlgorithm(input.ChecksumAlgorithm));
  if (required && named && named !== required && !(required === defaultAlgorithm)) {
    throw invalidRequest(
      `Checksum Type mismatch occurred, expected checksum Type: ${required.toLowerCase()}, actual checksum Type: ${named.toLowerCase()}`,
    );
  }
  const algorithm = required ?? (named || defaultAlgorithm);
  const algorithms = named ? [algorithm, named] : [algorithm];
  const written = await s3.blobs.write(input.Body, { algorithms, limit: maxPut, length });
  try {
    if (md5 !== undefined) checkMd5(md5, written.md5);
    const expected = header?.value ?? (trailer && framing?.trailers.get(`x-amz-checksum-${trailer.toLowerCase()}`));
    if (trailer && !header && expected === undefined)
      throw new AwsError(
        "MalformedTrailerError",
        "The request contained trailing data that was not well-formed or did not conform to our published schema.",
        400,
      );
    if (named && expected) {
      checkShape(named, expected);
      if (written.checksums.get(named) !== expected) throw badDigest(named);
    }
  } catch (error) {
    await s3.blobs.remove([written]);
    throw error;
  }
  return {
    ...written,
    algorithm,
    checksum: written.checksums.get(algorithm) as string,
    ...(named && { named: { algorithm: named, value: written.checksums.get(named) as string } }),
  };
}

export function checkMd5(stated: string, actual: string): void {
  const bytes = Buffer.from(stated, "base64");
  if (bytes.length !== 16) throw new AwsError("InvalidDigest", "The Content-MD5 you specified was invalid.", 400);
  if (bytes.toString("hex") === actual) return;
  throw new AwsError("BadDigest", "The Content-MD5 you specified did not match what we received.", 400, {
    ExpectedDigest: stated,
    CalculatedDigest: Buffer.from(actual, "hex").toString("base64"),
  });
}

/** `{ ChecksumCRC32: "…", ChecksumType: "FULL_OBJECT" }` */
export const checksumMembers = (checksum: { algorithm: Algorithm; value: string; type?: ChecksumType } | undefined) =>
  checksum
    ? { [memberOf(checksum.algorithm)]: checksum.value, ...(checksum.type && { ChecksumType: checksum.type }) }
    : {};
