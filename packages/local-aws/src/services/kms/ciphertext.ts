/**
 * What symmetric keys seal. A ciphertext starts with its key's id and is for this cloud alone: AWS's own format is not published.
 * https://docs.aws.amazon.com/kms/latest/developerguide/symmetric-encryption-algorithms.html
 */
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import { AwsError } from "../../service.ts";
import type { Context } from "./access.ts";
import type { Key, Records } from "./records.ts";

/** Length of a key's id, also with `mrk-`. */
const idLength = 36;
const ivLength = 12;
const tagLength = 16;

/** @returns the id of the key that it was made with. @throws AwsError when it is invalid, or made with another key than the given one. */
export function keyOf(records: Records, ciphertext: Uint8Array = new Uint8Array(), given?: string): string {
  const id = Buffer.from(ciphertext).subarray(0, idLength).toString("latin1");
  const isOurs = /^(mrk-[\da-f]{32}|[\da-f-]{36})$/.test(id) && ciphertext.length > idLength + ivLength + tagLength;
  if (!isOurs) throw invalidCiphertext();
  if (given !== undefined && records.found(given).id !== id)
    throw new AwsError(
      "IncorrectKeyException",
      "The key ID in the request does not identify a CMK that can perform this operation.",
    );
  if (records.keys.has(id)) return id;
  throw new AwsError(
    "AccessDeniedException",
    "The ciphertext refers to a customer master key that does not exist, does not exist in this region, or you are not allowed to access.",
  );
}

export const invalidCiphertext = (): AwsError => new AwsError("InvalidCiphertextException", "");

export function seal(records: Records, key: Key, plaintext: Uint8Array, context: Context): Buffer {
  const iv = randomBytes(ivLength);
  const cipher = createCipheriv("aes-256-gcm", records.material(key), iv).setAAD(bound(context));
  const sealed = [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
  return Buffer.concat([Buffer.from(key.id, "latin1"), iv, ...sealed]);
}

export function open(records: Records, key: Key, ciphertext: Uint8Array, context: Context): Buffer {
  const sealed = Buffer.from(ciphertext).subarray(idLength);
  for (const material of records.materials(key)) {
    const decipher = createDecipheriv("aes-256-gcm", material, sealed.subarray(0, ivLength))
      .setAAD(bound(context))
      .setAuthTag(sealed.subarray(-tagLength));
    const opened = decipher.update(sealed.subarray(ivLength, -tagLength));
    try {
      return Buffer.concat([opened, decipher.final()]);
    } catch {
      // Made with other key material, altered, or with another context.
    }
  }
  throw invalidCiphertext();
}

const bound = (context: Context = {}): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));
