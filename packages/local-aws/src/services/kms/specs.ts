/** What keys of each kind can do. https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html */
import type { KeySpec, KeyUsageType } from "@aws-sdk/client-kms";
import { brokenConstraint } from "../../kit/constraint.ts";
import { AwsError } from "../../service.ts";

const rsaSigning = ["PSS", "PKCS1_V1_5"].flatMap((padding) =>
  ["256", "384", "512"].map((bits) => `RSASSA_${padding}_SHA_${bits}`),
);

type Algorithms = Partial<Record<KeyUsageType, string[]>>;

const rsa: Algorithms = {
  ENCRYPT_DECRYPT: ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"],
  SIGN_VERIFY: rsaSigning,
};
const ecc = (bits: string): Algorithms => ({ SIGN_VERIFY: [`ECDSA_SHA_${bits}`], KEY_AGREEMENT: ["ECDH"] });
const hmac = (bits: string): Algorithms => ({ GENERATE_VERIFY_MAC: [`HMAC_SHA_${bits}`] });

const specs: Partial<Record<KeySpec, Algorithms>> = {
  SYMMETRIC_DEFAULT: { ENCRYPT_DECRYPT: ["SYMMETRIC_DEFAULT"] },
  RSA_2048: rsa,
  RSA_3072: rsa,
  RSA_4096: rsa,
  ECC_NIST_P256: ecc("256"),
  ECC_NIST_P384: ecc("384"),
  ECC_NIST_P521: ecc("512"),
  ECC_SECG_P256K1: { SIGN_VERIFY: ["ECDSA_SHA_256"] },
  HMAC_224: hmac("224"),
  HMAC_256: hmac("256"),
  HMAC_384: hmac("384"),
  HMAC_512: hmac("512"),
};

/** The member of the key's description that lists what it can do. */
const members: Record<KeyUsageType, string> = {
  ENCRYPT_DECRYPT: "EncryptionAlgorithms",
  SIGN_VERIFY: "SigningAlgorithms",
  GENERATE_VERIFY_MAC: "MacAlgorithms",
  KEY_AGREEMENT: "KeyAgreementAlgorithms",
};

const enumOf = (value: string, member: string, allowed: string[]) =>
  new AwsError(
    "ValidationException",
    brokenConstraint(value, member, `Member must satisfy enum value set: [${allowed.join(", ")}]`),
  );

/** @returns what the key is for. @throws AwsError for an unknown kind of key, or one that cannot be used this way. */
export function checkSpec(spec: KeySpec, given: KeyUsageType | undefined): KeyUsageType {
  const known = specs[spec];
  if (!known) throw enumOf(spec, "keySpec", Object.keys(specs));
  if (given !== undefined && !Object.hasOwn(members, given)) throw enumOf(given, "keyUsage", Object.keys(members));
  if (given === undefined && spec !== "SYMMETRIC_DEFAULT") {
    const message = "You must specify a KeyUsage value for all KMS keys except for symmetric encryption keys.";
    throw new AwsError("ValidationException", message);
  }
  const usage = given ?? "ENCRYPT_DECRYPT";
  if (!known[usage]) {
    throw new AwsError("ValidationException", `KeyUsage ${usage} is not compatible with KeySpec ${spec}`);
  }
  return usage;
}

/** Names of what a key can do. */
export const algorithmsOf = (spec: KeySpec, usage: KeyUsageType): string[] => specs[spec]?.[usage] ?? [];

export const algorithms = (spec: KeySpec, usage: KeyUsageType): object => ({ [members[usage]]: specs[spec]?.[usage] });
