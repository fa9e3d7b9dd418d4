/** Signatures by asymmetric keys, their public halves, and codes by HMAC keys. https://docs.aws.amazon.com/kms/latest/developerguide/asymmetric-key-specs.html */

import {
  constants,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import { promisify } from "node:util";
import type { KeySpec, KeyUsageType } from "@aws-sdk/client-kms";
import { brokenConstraint } from "../../kit/constraint.ts";
import { parsedPolicy } from "../../kit/permissions.ts";
import type { Operations } from "../../operations.ts";
import { type Access, AwsError } from "../../service.ts";
import type { Key, Records } from "./records.ts";
import { algorithms, algorithmsOf } from "./specs.ts";

const generate = promisify(generateKeyPair) as (type: string, options: object) => Promise<{ privateKey: KeyObject }>;

const curves: Partial<Record<KeySpec, string>> = {
  ECC_NIST_P256: "P-256",
  ECC_NIST_P384: "P-384",
  ECC_NIST_P521: "P-521",
  ECC_SECG_P256K1: "secp256k1",
};

export function signingOperations(records: Records): Operations<"kms"> {
  const use = (operation: string, given: string): Access[] => {
    const { id, policy } = records.found(given);
    const resourcePolicy = parsedPolicy(policy);
    return [{ action: `kms:${operation}`, resource: records.arn(id), resourcePolicy, rule: "resource" }];
  };

  /** @throws AwsError where the key cannot be used for that operation or algorithm. */
  const usable = (given: string, operation: string, usages: KeyUsageType[], algorithm?: string): Key => {
    const key = records.usable(given);
    const { spec = "SYMMETRIC_DEFAULT", usage = "ENCRYPT_DECRYPT", enabled } = key;
    const arn = records.arn(key.id);
    if (!enabled) throw new AwsError("DisabledException", `${arn} is disabled.`);
    if (!usages.includes(usage))
      throw new AwsError(
        "InvalidKeyUsageException",
        `${arn} key usage is ${usage} which is not valid for ${operation}.`,
      );
    if (algorithm !== undefined && !algorithmsOf(spec, usage).includes(algorithm))
      throw new AwsError("InvalidKeyUsageException", `Algorithm ${algorithm} is incompatible with key spec ${spec}.`);
    return key;
  };

  /** Generated on first use: large ones take a second. */
  async function privateKey(key: Key): Promise<KeyObject> {
    const { id, spec = "SYMMETRIC_DEFAULT", material } = key;
    if (material !== undefined)
      return createPrivateKey({ key: Buffer.from(material, "base64"), format: "der", type: "pkcs8" });
    const namedCurve = curves[spec];
    if (namedCurve === undefined && !spec.startsWith("RSA_"))
      throw new AwsError("UnsupportedOperationException", `Keys of ${spec} have no public half.`);
    const made = namedCurve
      ? await generate("ec", { namedCurve })
      : await generate("rsa", { modulusLength: Number(spec.slice(4)) });
    // A concurrent request may have been faster.
    const now = records.found(id);
    if (now.material !== undefined) return privateKey(now);
    records.change(now, { material: made.privateKey.export({ format: "der", type: "pkcs8" }).toString("base64") });
    return made.privateKey;
  }

  const signed = (algorithm: string, key: KeyObject) => ({
    key,
    ...(algorithm.startsWith("RSASSA_PSS") && {
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }),
  });
  const hashOf = (algorithm: string) => `sha${algorithm.slice(-3)}`;
  const checkType = (type: string, algorithm: string, message: Uint8Array): void => {
    if (type === "RAW") return;
    if (message.byteLength !== Number(algorithm.slice(-3)) / 8)
      throw new AwsError("ValidationException", `Digest is invalid length for algorithm ${algorithm}.`);
    throw new AwsError(
      "UnsupportedOperationException",
      "The local cloud signs messages (MessageType RAW), not digests of them.",
    );
  };
  const macOf = (key: Key, algorithm: string, message: Uint8Array) =>
    createHmac(hashOf(algorithm), records.material(key)).update(message).digest();
  const mac: KeyUsageType[] = ["GENERATE_VERIFY_MAC"];
  const checkMac = (algorithm: string): void => {
    if (/^HMAC_SHA_(224|256|384|512)$/.test(algorithm)) return;
    const allowed = "[HMAC_SHA_384, HMAC_SHA_256, HMAC_SHA_224, HMAC_SHA_512]";
    throw new AwsError(
      "ValidationException",
      brokenConstraint(algorithm, "macAlgorithm", `Member must satisfy enum value set: ${allowed}`),
    );
  };

  return {
    GetPublicKey: {
      access: ({ KeyId }) => use("GetPublicKey", KeyId),
      async run({ KeyId }) {
        const key = usable(KeyId, "GetPublicKey", ["SIGN_VERIFY", "ENCRYPT_DECRYPT", "KEY_AGREEMENT"]);
        const { spec = "SYMMETRIC_DEFAULT", usage = "ENCRYPT_DECRYPT" } = key;
        const half = createPublicKey(await privateKey(key)).export({ format: "der", type: "spki" });
        return {
          KeyId: records.arn(key.id),
          PublicKey: half,
          KeySpec: spec,
          CustomerMasterKeySpec: spec as never,
          KeyUsage: usage,
          ...algorithms(spec, usage),
        };
      },
    },
    Sign: {
      access: ({ KeyId }) => use("Sign", KeyId),
      async run({ KeyId, Message, MessageType = "RAW", SigningAlgorithm }) {
        const key = usable(KeyId, "Sign", ["SIGN_VERIFY"], SigningAlgorithm);
        checkType(MessageType, SigningAlgorithm, Message);
        const Signature = sign(hashOf(SigningAlgorithm), Message, signed(SigningAlgorithm, await privateKey(key)));
        return { KeyId: records.arn(key.id), Signature, SigningAlgorithm };
      },
    },
    Verify: {
      access: ({ KeyId }) => use("Verify", KeyId),
      async run({ KeyId, Message, MessageType = "RAW", Signature, SigningAlgorithm }) {
        const key = usable(KeyId, "Verify", ["SIGN_VERIFY"], SigningAlgorithm);
        checkType(MessageType, SigningAlgorithm, Message);
        const half = createPublicKey(await privateKey(key));
        if (!verify(hashOf(SigningAlgorithm), Message, signed(SigningAlgorithm, half), Signature))
          throw new AwsError("KMSInvalidSignatureException", "");
        return { KeyId: records.arn(key.id), SignatureValid: true, SigningAlgorithm };
      },
    },
    GenerateMac: {
      access: ({ KeyId }) => use("GenerateMac", KeyId),
      run({ KeyId, Message, MacAlgorithm }) {
        checkMac(MacAlgorithm);
        const key = usable(KeyId, "GenerateMac", mac, MacAlgorithm);
        return { KeyId: records.arn(key.id), Mac: macOf(key, MacAlgorithm, Message), MacAlgorithm };
      },
    },
    VerifyMac: {
      access: ({ KeyId }) => use("VerifyMac", KeyId),
      run({ KeyId, Message, Mac, MacAlgorithm }) {
        checkMac(MacAlgorithm);
        const key = usable(KeyId, "VerifyMac", mac, MacAlgorithm);
        const expected = macOf(key, MacAlgorithm, Message);
        if (Mac.byteLength !== expected.byteLength || !timingSafeEqual(Mac, expected))
          throw new AwsError("KMSInvalidMacException", "");
        return { KeyId: records.arn(key.id), MacValid: true, MacAlgorithm };
      },
    },
  };
}
