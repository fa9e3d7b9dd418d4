/**
 * Checksums of objects, and how those of parts make up the whole's.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
 */
import type { ChecksumType } from "@aws-sdk/client-s3";
import { AwsError } from "../../service.ts";
import { invalidRequest } from "./errors.ts";
import { type Algorithm, algorithmNames, checksumOf } from "./hashers.ts";

/** What S3 computes by default. */
export const defaultAlgorithm: Algorithm = "CRC64NVME";

/** `ChecksumSHA256`: the member of inputs and outputs that holds it. */
export const memberOf = (algorithm: Algorithm): string => `Checksum${algorithm}`;

/** @throws AwsError `InvalidRequest` */
export function readAlgorithm(name: string): Algorithm {
  const found = algorithmNames.find((known) => known === name.toUpperCase());
  if (!found)
    throw invalidRequest(
      "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, CRC64NVME, SHA1, SHA256]",
    );
  return found;
}

/** The checksum that an input states (`ChecksumCRC32`), if it states one. @throws AwsError when it states two. */
export function statedChecksum(input: object): { algorithm: Algorithm; value: string } | undefined {
  const stated = algorithmNames.flatMap((algorithm) => {
    const value = (input as Record<string, unknown>)[memberOf(algorithm)];
    return typeof value === "string" ? [{ algorithm, value }] : [];
  });
  if (stated.length > 1)
    throw invalidRequest("Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.");
  const [only] = stated;
  if (only) checkShape(only.algorithm, only.value);
  return only;
}

const lengths: Record<Algorithm, number> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
  SHA512: 64,
  MD5: 16,
  XXHASH64: 8,
  XXHASH3: 8,
  XXHASH128: 16,
};

/** @throws AwsError `InvalidRequest` for what cannot be a checksum of that kind. */
export function checkShape(algorithm: Algorithm, value: string): void {
  const bytes = Buffer.from(value.replace(/-\d+$/, ""), "base64");
  if (bytes.length !== lengths[algorithm]) {
    throw invalidRequest(`Value for x-amz-checksum-${algorithm.toLowerCase()} header is invalid.`);
  }
}

export const badDigest = (algorithm: Algorithm): AwsError =>
  new AwsError("BadDigest", `The ${algorithm} you specified did not match the calculated checksum.`, 400);

const crcs = new Set<Algorithm>(["CRC32", "CRC32C", "CRC64NVME"]);

/** Type of an upload's checksum when it is not given; @throws AwsError for one that the algorithm does not have. */
export function checksumType(algorithm: Algorithm, wanted: string | undefined): ChecksumType {
  const type = wanted ?? (algorithm === "CRC64NVME" ? "FULL_OBJECT" : "COMPOSITE");
  const allowed =
    algorithm === "CRC64NVME" ? ["FULL_OBJECT"] : crcs.has(algorithm) ? ["FULL_OBJECT", "COMPOSITE"] : ["COMPOSITE"];
  if (!allowed.includes(type)) {
    throw invalidRequest(
      `The ${type} checksum type cannot be used with the ${algorithm.toLowerCase()} checksum algorithm.`,
    );
  }
  return type as ChecksumType;
}

/** The whole's checksum from those of its parts, in base64. */
export async function combine(
  algorithm: Algorithm,
  type: ChecksumType,
  parts: { checksum: string; size: number }[],
): Promise<string> {
  if (type === "COMPOSITE") {
    const digests = Buffer.concat(parts.map(({ checksum }) => Buffer.from(checksum, "base64")));
    return `${await checksumOf(algorithm, digests)}-${parts.length}`;
  }
  const { polynomial, width } = fields[algorithm as keyof typeof fields];
  const zero = { crc: 0n, size: 0 };
  const { crc } = parts.reduce((whole, { checksum, size }) => {
    const next = BigInt(`0x${Buffer.from(checksum, "base64").toString("hex")}`);
    return { crc: appendZeros(whole.crc, size, polynomial, width) ^ next, size };
  }, zero);
  return Buffer.from(crc.toString(16).padStart(width / 4, "0"), "hex").toString("base64");
}

/** Reflected polynomials. */
const fields = {
  CRC32: { polynomial: 0xedb88320n, width: 32 },
  CRC32C: { polynomial: 0x82f63b78n, width: 32 },
  CRC64NVME: { polynomial: 0x9a6c9329ac4bc9b5n, width: 64 },
};

/**
 * A CRC is linear: its register after `count` zero bytes is the register times x^(8 count), modulo the polynomial. So
 * crc(A + B) is crc(A) times x^(8 |B|), plus crc(B), and no byte needs reading again.
 */
function appendZeros(crc: bigint, count: number, polynomial: bigint, width: number): bigint {
  const one = 1n << BigInt(width - 1);
  let power = one >> 8n;
  let factor = one;
  for (let rest = count; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) factor = multiply(factor, power, polynomial, width);
    power = multiply(power, power, polynomial, width);
  }
  return multiply(crc, factor, polynomial, width);
}

/** Product of two polynomials over GF(2) in reflected form, where the highest bit is x^0. */
function multiply(a: bigint, b: bigint, polynomial: bigint, width: number): bigint {
  let product = 0n;
  let shifted = b;
  for (let bit = BigInt(width - 1); bit >= 0n; bit--) {
    if ((a >> bit) & 1n) product ^= shifted;
    shifted = shifted & 1n ? (shifted >> 1n) ^ polynomial : shifted >> 1n;
  }
  return product;
}
