/** Signatures by asymmetric keys, their public halves, and codes by HMAC keys. https://docs.aws.amazon.com/kms/latest/developerguide/asymmetric-key-specs.html */

import {
  constants,
  createHmac,
  createPublicKey,
  diffieHellman,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from "node:crypto";
import type { KeyUsageType } from "@aws-sdk/client-kms";
import { brokenConstraint } from "../../kit/constraint.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { checkSwitches, usable, use } from "./access.ts";
import { signDigest, verifyDigest } from "./digests.ts";
import { privateKey, publicBytes } from "./keyPairs.ts";
import type { Key, Records } from "./records.ts";
import { algorithms, algorithmsOf } from "./specs.ts";

export function signingOperations(records: Records): Operations<"kms"> {
  const may = (operation: string, given: string) => [use(records, operation, given)];

  /** @throws AwsError where the key cannot be used for that operation or algorithm. */
  const keyFor = (given: string, operation: string, usages: KeyUsageType[], algorithm?: string): Key => {
    const key = usable(records, given, operation, usages);
    const { spec = "SYMMETRIC_DEFAULT", usage = "ENCRYPT_DECRYPT" } = key;
    if (algorithm !== undefined && !algorithmsOf(spec, usage).includes(algorithm))
      throw new AwsError("InvalidKeyUsageException", `Algorithm ${algorithm} is incompatible with key spec ${spec}.`);
    return key;
  };

  const signed = (algorithm: string, key: KeyObject) => ({
    key,
    ...(algorithm.startsWith("RSASSA_PSS") && {
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }),
  });
  const hashOf = (algorithm: string) => `sha${algorithm.slice(-3)}`;
  /** Whether a digest is given. @throws AwsError for one of another length. */
  const isDigest = (type: string, algorithm: string, message: Uint8Array): boolean => {
    if (type === "RAW") return false;
    if (type !== "DIGEST") {
      const message = brokenConstraint(type, "messageType", "Member must satisfy enum value set: [RAW, DIGEST]");
      throw new AwsError("ValidationException", message);
    }
    if (message.byteLength !== Number(algorithm.slice(-3)) / 8)
      throw new AwsError("ValidationException", `Digest is invalid length for algorithm ${algorithm}.`);
    return true;
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
      access: ({ KeyId }) => may("GetPublicKey", KeyId),
      async run({ KeyId }) {
        const key = keyFor(KeyId, "GetPublicKey", ["SIGN_VERIFY", "ENCRYPT_DECRYPT", "KEY_AGREEMENT"]);
        const { spec = "SYMMETRIC_DEFAULT", usage = "ENCRYPT_DECRYPT" } = key;
        const half = publicBytes(await privateKey(records, key));
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
      access: ({ KeyId }) => may("Sign", KeyId),
      async run({ KeyId, Message, MessageType = "RAW", SigningAlgorithm, ...switches }) {
        const key = keyFor(KeyId, "Sign", ["SIGN_VERIFY"], SigningAlgorithm);
        const ready = isDigest(MessageType, SigningAlgorithm, Message);
        checkSwitches(switches);
        const half = await privateKey(records, key);
        const hash = hashOf(SigningAlgorithm);
        const Signature = ready
          ? signDigest(SigningAlgorithm, hash, Message, half)
          : sign(hash, Message, signed(SigningAlgorithm, half));
        return { KeyId: records.arn(key.id), Signature, SigningAlgorithm };
      },
    },
    Verify: {
      access: ({ KeyId }) => may("Verify", KeyId),
      async run({ KeyId, Message, MessageType = "RAW", Signature, SigningAlgorithm, ...switches }) {
        const key = keyFor(KeyId, "Verify", ["SIGN_VERIFY"], SigningAlgorithm);
        const ready = isDigest(MessageType, SigningAlgorithm, Message);
        checkSwitches(switches);
        const half = createPublicKey(await privateKey(records, key));
        const hash = hashOf(SigningAlgorithm);
        const valid = ready
          ? verifyDigest(SigningAlgorithm, hash, Message, half, Signature)
          : verify(hash, Message, signed(SigningAlgorithm, half), Signature);
        if (!valid) throw new AwsError("KMSInvalidSignatureException", "");
        return { KeyId: records.arn(key.id), SignatureValid: true, SigningAlgorithm };
      },
    },
    DeriveSharedSecret: {
      access: ({ KeyId, KeyAgreementAlgorithm }) => [
        use(records, "DeriveSharedSecret", KeyId, { "kms:KeyAgreementAlgorithm": KeyAgreementAlgorithm }),
      ],
      async run({ KeyId, KeyAgreementAlgorithm, PublicKey, ...switches }) {
        if (KeyAgreementAlgorithm !== "ECDH") {
          const set = "Member must satisfy enum value set: [ECDH]";
          throw new AwsError(
            "ValidationException",
            brokenConstraint(KeyAgreementAlgorithm, "keyAgreementAlgorithm", set),
          );
        }
        const key = keyFor(KeyId, "DeriveSharedSecret", ["KEY_AGREEMENT"], KeyAgreementAlgorithm);
        checkSwitches(switches);
        const half = await privateKey(records, key);
        let SharedSecret: Buffer;
        try {
          const publicKey = createPublicKey({ key: Buffer.from(PublicKey), format: "der", type: "spki" });
          SharedSecret = diffieHellman({ privateKey: half, publicKey });
        } catch {
          // Of another curve, or no key at all.
          throw new AwsError("ValidationException", "");
        }
        return { KeyId: records.arn(key.id), SharedSecret, KeyAgreementAlgorithm, KeyOrigin: key.origin ?? "AWS_KMS" };
      },
    },
    GenerateMac: {
      access: ({ KeyId }) => may("GenerateMac", KeyId),
      run({ KeyId, Message, MacAlgorithm }) {
        checkMac(MacAlgorithm);
        const key = keyFor(KeyId, "GenerateMac", mac, MacAlgorithm);
        return { KeyId: records.arn(key.id), Mac: macOf(key, MacAlgorithm, Message), MacAlgorithm };
      },
    },
    VerifyMac: {
      access: ({ KeyId }) => may("VerifyMac", KeyId),
      run({ KeyId, Message, Mac, MacAlgorithm }) {
        checkMac(MacAlgorithm);
        const key = keyFor(KeyId, "VerifyMac", mac, MacAlgorithm);
        const expected = macOf(key, MacAlgorithm, Message);
        if (Mac.byteLength !== expected.byteLength || !timingSafeEqual(Mac, expected))
          throw new AwsError("KMSInvalidMacException", "");
        return { KeyId: records.arn(key.id), MacValid: true, MacAlgorithm };
      },
    },
  };
}
