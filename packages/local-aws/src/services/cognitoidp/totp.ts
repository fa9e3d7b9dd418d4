/** Codes of authenticator apps. https://www.rfc-editor.org/rfc/rfc6238 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const stepMs = 30_000;

/** A secret as apps read it: 52 letters of base32. */
export const newSecret = (): string => Array.from(randomBytes(52), (byte) => letters[byte % 32]).join("");

function bytesOf(secret: string): Buffer {
  const bits = Array.from(secret, (letter) => letters.indexOf(letter).toString(2).padStart(5, "0")).join("");
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
}

/** The code of a step of thirty seconds: six digits. */
export function codeAt(secret: string, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const hash = createHmac("sha1", bytesOf(secret)).update(counter).digest();
  const number = hash.readUInt32BE(hash[19]! & 15) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/**
 * The step whose code was given: the one of now, or one beside it, for clocks differ.
 * @returns undefined for any other code.
 */
export function stepOf(secret: string, given: string, now = Date.now()): number | undefined {
  if (!/^\d{6}$/.test(given)) return undefined;
  const step = Math.floor(now / stepMs);
  return [step, step - 1, step + 1].find((one) =>
    timingSafeEqual(Buffer.from(codeAt(secret, one)), Buffer.from(given)),
  );
}
