/**
 * Signatures of digests that callers computed themselves (`MessageType` `DIGEST`). Node.js signs messages only, so the last steps are done
 * here: padding of RSA by RFC 8017, and ECDSA by FIPS 186-5.
 */
import {
  constants,
  createHash,
  type KeyObject,
  privateEncrypt,
  publicDecrypt,
  randomBytes,
  timingSafeEqual,
} from "node:crypto";
import { signEcdsa, verifyEcdsa } from "./ecdsa.ts";

/** DigestInfo of PKCS #1, up to the digest itself. */
const prefixes: Record<string, string> = {
  sha256: "3031300d060960864801650304020105000420",
  sha384: "3041300d060960864801650304020205000430",
  sha512: "3051300d060960864801650304020305000440",
};

/** @param hash `sha256` */
export function signDigest(algorithm: string, hash: string, digest: Uint8Array, key: KeyObject): Buffer {
  if (algorithm.startsWith("ECDSA")) return signEcdsa(key, digest);
  if (algorithm.startsWith("RSASSA_PKCS1"))
    return privateEncrypt({ key, padding: constants.RSA_PKCS1_PADDING }, digestInfo(hash, digest));
  const bits = (key.asymmetricKeyDetails?.modulusLength ?? 0) - 1;
  return privateEncrypt({ key, padding: constants.RSA_NO_PADDING }, encodePss(hash, digest, bits));
}

/** @param key the public half. */
export function verifyDigest(
  algorithm: string,
  hash: string,
  digest: Uint8Array,
  key: KeyObject,
  signature: Uint8Array,
): boolean {
  if (algorithm.startsWith("ECDSA")) return verifyEcdsa(key, digest, signature);
  const isPss = algorithm.startsWith("RSASSA_PSS");
  const padding = isPss ? constants.RSA_NO_PADDING : constants.RSA_PKCS1_PADDING;
  try {
    const recovered = publicDecrypt({ key, padding }, signature);
    if (!isPss) return equal(recovered, digestInfo(hash, digest));
    return verifyPss(hash, digest, recovered, (key.asymmetricKeyDetails?.modulusLength ?? 0) - 1);
  } catch {
    // Of another length, or with another padding.
    return false;
  }
}

const digestInfo = (hash: string, digest: Uint8Array): Buffer =>
  Buffer.concat([Buffer.from(prefixes[hash] ?? "", "hex"), digest]);

const equal = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

function mask(hash: string, seed: Uint8Array, length: number): Buffer {
  const blocks: Buffer[] = [];
  for (let counter = 0, size = 0; size < length; counter++) {
    const count = Buffer.alloc(4);
    count.writeUInt32BE(counter);
    const block = createHash(hash).update(seed).update(count).digest();
    blocks.push(block);
    size += block.length;
  }
  return Buffer.concat(blocks).subarray(0, length);
}

const xor = (a: Uint8Array, b: Uint8Array): Buffer => Buffer.from(a.map((byte, index) => byte ^ (b[index] ?? 0)));

const hashWithSalt = (hash: string, digest: Uint8Array, salt: Uint8Array): Buffer =>
  createHash(hash).update(Buffer.alloc(8)).update(digest).update(salt).digest();

/** EMSA-PSS with a salt of the digest's length. */
function encodePss(hash: string, digest: Uint8Array, bits: number): Buffer {
  const length = Math.ceil(bits / 8);
  const salt = randomBytes(digest.length);
  const seed = hashWithSalt(hash, digest, salt);
  const block = Buffer.concat([Buffer.alloc(length - salt.length - seed.length - 2), Buffer.from([1]), salt]);
  const masked = xor(block, mask(hash, seed, block.length));
  masked[0] = (masked[0] ?? 0) & (0xff >> (8 * length - bits));
  return Buffer.concat([masked, seed, Buffer.from([0xbc])]);
}

function verifyPss(hash: string, digest: Uint8Array, encoded: Buffer, bits: number): boolean {
  const length = Math.ceil(bits / 8);
  const block = encoded.subarray(0, length - digest.length - 1);
  const seed = encoded.subarray(block.length, length - 1);
  if (encoded.at(-1) !== 0xbc) return false;
  const opened = xor(block, mask(hash, seed, block.length));
  opened[0] = (opened[0] ?? 0) & (0xff >> (8 * length - bits));
  const salt = opened.subarray(-digest.length);
  const padding = opened.subarray(0, -digest.length);
  const isPadded = padding.at(-1) === 1 && padding.subarray(0, -1).every((byte) => byte === 0);
  return isPadded && equal(hashWithSalt(hash, digest, salt), seed);
}
