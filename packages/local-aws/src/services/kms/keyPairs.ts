/** Private keys of asymmetric KMS keys, and pairs that are generated for callers. */
import { createPrivateKey, createPublicKey, generateKeyPair, type KeyObject } from "node:crypto";
import { promisify } from "node:util";
import type { DataKeyPairSpec, KeySpec } from "@aws-sdk/client-kms";
import { AwsError } from "../../service.ts";
import type { Key, Records } from "./records.ts";

const generate = promisify(generateKeyPair) as (type: string, options: object) => Promise<{ privateKey: KeyObject }>;

const curves: Partial<Record<KeySpec | DataKeyPairSpec, string>> = {
  ECC_NIST_P256: "P-256",
  ECC_NIST_P384: "P-384",
  ECC_NIST_P521: "P-521",
  ECC_SECG_P256K1: "secp256k1",
};

export const pairSpecs = ["RSA_2048", "RSA_3072", "RSA_4096", ...Object.keys(curves)];

/** Large ones take a second. */
export async function newPrivateKey(spec: KeySpec | DataKeyPairSpec): Promise<KeyObject> {
  const namedCurve = curves[spec];
  const { privateKey } = namedCurve
    ? await generate("ec", { namedCurve })
    : await generate("rsa", { modulusLength: Number(spec.slice(4)) });
  return privateKey;
}

export const privateBytes = (key: KeyObject): Buffer => key.export({ format: "der", type: "pkcs8" });
export const publicBytes = (key: KeyObject): Buffer => createPublicKey(key).export({ format: "der", type: "spki" });

/** A key's private half, generated on first use. */
export async function privateKey(records: Records, key: Key): Promise<KeyObject> {
  const { id, spec = "SYMMETRIC_DEFAULT", material } = key;
  if (material !== undefined)
    return createPrivateKey({ key: Buffer.from(material, "base64"), format: "der", type: "pkcs8" });
  if (!pairSpecs.includes(spec))
    throw new AwsError("UnsupportedOperationException", `Keys of ${spec} have no public half.`);
  const made = await newPrivateKey(spec);
  // A concurrent request may have been faster.
  const now = records.found(id);
  if (now.material !== undefined) return privateKey(records, now);
  records.change(now, { material: privateBytes(made).toString("base64") });
  return made;
}
