/**
 * Secure Remote Password, as Cognito speaks it: a client proves a password that it never sends.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-authentication-flow-methods.html#Using-SRP-password-verification-in-custom-authentication-flow
 * https://www.rfc-editor.org/rfc/rfc5054 (the exchange), https://www.rfc-editor.org/rfc/rfc3526#section-4 (the group)
 */
import { createHash, createHmac, getDiffieHellman, hkdfSync, randomBytes, timingSafeEqual } from "node:crypto";

/** What is kept of a password: a salt and the verifier, both in hexadecimal. */
export interface Verifier {
  salt: string;
  verifier: string;
}

/** The 3,072 bits of group 15, with Cognito's generator. */
const prime = toNumber(getDiffieHellman("modp15").getPrime());
const generator = 2n;
const multiplier = toNumber(digest(padded(prime), padded(generator)));

function toNumber(bytes: Uint8Array): bigint {
  return BigInt(`0x${Buffer.from(bytes).toString("hex") || "0"}`);
}

/** As both sides hash numbers: whole bytes, with a zero before a first bit that would be a sign. */
function padded(number: bigint): Buffer {
  const hex = number.toString(16);
  const even = hex.length % 2 === 0 ? hex : `0${hex}`;
  return Buffer.from(/^[89a-f]/.test(even) ? `00${even}` : even, "hex");
}

function digest(...parts: (string | Uint8Array)[]): Buffer {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function power(base: bigint, exponent: bigint): bigint {
  let result = 1n;
  let square = base % prime;
  for (let left = exponent; left > 0n; left >>= 1n) {
    if (left & 1n) result = (result * square) % prime;
    square = (square * square) % prime;
  }
  return result;
}

/** The pool's name in proofs: its id without the region. */
const nameOf = (poolId: string): string => poolId.split("_")[1] ?? "";

/** @param username as the pool keeps it: `USER_ID_FOR_SRP`. */
export function verifierOf(poolId: string, username: string, password: string): Verifier {
  const salt = toNumber(randomBytes(16));
  const x = toNumber(digest(padded(salt), digest(`${nameOf(poolId)}${username}:${password}`)));
  return { salt: salt.toString(16), verifier: power(generator, x).toString(16) };
}

/** What a server begins an exchange with: its secret, and the public key that it answers with, in hexadecimal. */
export function beginExchange({ verifier }: Verifier): { secret: string; publicKey: string } {
  const secret = toNumber(randomBytes(32));
  const publicKey = (multiplier * BigInt(`0x${verifier}`) + power(generator, secret)) % prime;
  return { secret: secret.toString(16), publicKey: publicKey.toString(16) };
}

/** Whether a client's public key is one: hexadecimal, and no multiple of the prime, with which no password is needed. */
export const isPublicKey = (hex: string): boolean =>
  /^[0-9a-f]{1,1024}$/i.test(hex) && BigInt(`0x${hex}`) % prime !== 0n;

export interface Proof {
  poolId: string;
  username: string;
  /** Of the client, in hexadecimal. */
  clientKey: string;
  secret: string;
  publicKey: string;
  verifier: string;
  /** What the server sent along, in base64. */
  secretBlock: string;
  timestamp: string;
  /** In base64. */
  signature: string;
}

/** Whether a client knows the password: only then can both have the key that signs. */
export function isProved(proof: Proof): boolean {
  const [A, B, b, v] = [proof.clientKey, proof.publicKey, proof.secret, proof.verifier].map((hex) =>
    BigInt(`0x${hex}`),
  );
  const u = digest(padded(A!), padded(B!));
  const shared = power(A! * power(v!, toNumber(u)), b!);
  const key = Buffer.from(hkdfSync("sha256", padded(shared), padded(toNumber(u)), "Caldera Derived Key", 16));
  const expected = createHmac("sha256", key)
    .update(nameOf(proof.poolId))
    .update(proof.username)
    .update(Buffer.from(proof.secretBlock, "base64"))
    .update(proof.timestamp)
    .digest();
  const given = Buffer.from(proof.signature, "base64");
  return given.length === expected.length && timingSafeEqual(given, expected);
}
