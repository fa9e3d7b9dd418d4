/**
 * Encryption with symmetric keys. A ciphertext starts with its key's id and is for this cloud alone: AWS's own format is
 * not published. https://docs.aws.amazon.com/kms/latest/developerguide/symmetric-encryption-algorithms.html
 */

import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import type { GenerateDataKeyRequest } from "@aws-sdk/client-kms";
import { brokenConstraint } from "../../kit/constraint.ts";
import { parsedPolicy } from "../../kit/permissions.ts";
import type { Operations } from "../../operations.ts";
import { type Access, AwsError, type Operation } from "../../service.ts";
import type { Key, Records } from "./records.ts";

/** The encryption context of a ciphertext: it is needed again to decrypt, and policies may require it. */
type Context = Record<string, string> | undefined;

const algorithm = "SYMMETRIC_DEFAULT";
/** Length of a key's id, also with `mrk-`. */
const idLength = 36;
const ivLength = 12;
const tagLength = 16;

export function encryptionOperations(records: Records): Operations<"kms"> {
  /** A key's policy decides who may use it; where that names the account, the caller's own policies decide. */
  const use = (operation: string, given: string, context: Context = {}): Access => {
    const { id, policy } = records.found(given);
    const entries = Object.entries(context);
    return {
      action: `kms:${operation}`,
      resource: records.arn(id),
      resourcePolicy: parsedPolicy(policy),
      rule: "resource",
      context: {
        "kms:EncryptionAlgorithm": algorithm,
        ...(entries.length > 0 && { "kms:EncryptionContextKeys": Object.keys(context) }),
        ...Object.fromEntries(entries.map(([key, value]) => [`kms:EncryptionContext:${key}`, value])),
      },
    };
  };

  const usable = (given: string, operation: string): Key => {
    const key = records.usable(given);
    const { spec = algorithm, usage = "ENCRYPT_DECRYPT", enabled } = key;
    const arn = records.arn(key.id);
    if (!enabled) throw new AwsError("DisabledException", `${arn} is disabled.`);
    if (usage !== "ENCRYPT_DECRYPT")
      throw new AwsError(
        "InvalidKeyUsageException",
        `${arn} key usage is ${usage} which is not valid for ${operation}.`,
      );
    if (spec !== algorithm)
      throw new AwsError(
        "UnsupportedOperationException",
        `The local cloud encrypts with keys of ${algorithm}, not of ${spec}.`,
      );
    return key;
  };

  /** @returns the id of the key that it was made with. @throws AwsError when it is invalid, or made with another key than the given one. */
  const keyOf = (ciphertext: Uint8Array = new Uint8Array(), given?: string): string => {
    const id = Buffer.from(ciphertext).subarray(0, idLength).toString("latin1");
    const isOurs = /^(mrk-[\da-f]{32}|[\da-f-]{36})$/.test(id) && ciphertext.length > idLength + ivLength + tagLength;
    if (!isOurs) throw new AwsError("InvalidCiphertextException", "");
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
  };

  const seal = (key: Key, plaintext: Uint8Array, context: Context): Buffer => {
    const iv = randomBytes(ivLength);
    const cipher = createCipheriv("aes-256-gcm", records.material(key), iv).setAAD(bound(context));
    const sealed = [cipher.update(plaintext), cipher.final(), cipher.getAuthTag()];
    return Buffer.concat([Buffer.from(key.id, "latin1"), iv, ...sealed]);
  };
  const open = (key: Key, ciphertext: Uint8Array, context: Context): Buffer => {
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
    throw new AwsError("InvalidCiphertextException", "");
  };

  const dataKey = (operation: "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext"): Operation => ({
    access: ({ KeyId = "", EncryptionContext }) => [use(operation, KeyId, EncryptionContext)],
    run(input) {
      const key = usable(input.KeyId as string, operation);
      const plaintext = randomBytes(dataKeyLength(input));
      checkSwitches(input);
      return {
        KeyId: records.arn(key.id),
        CiphertextBlob: seal(key, plaintext, input.EncryptionContext),
        ...(operation === "GenerateDataKey" && { Plaintext: plaintext }),
      };
    },
  });

  return {
    Encrypt: {
      access: ({ KeyId = "", EncryptionContext }) => [use("Encrypt", KeyId, EncryptionContext)],
      run(input) {
        const { Plaintext = new Uint8Array(), EncryptionContext } = input;
        if (Plaintext.length < 1) throw invalid("plaintext", "length greater than or equal to 1");
        if (Plaintext.length > 4096) throw invalid("plaintext", "length less than or equal to 4096");
        const key = usable(input.KeyId as string, "Encrypt");
        checkSwitches(input);
        const CiphertextBlob = seal(key, Plaintext, EncryptionContext);
        return { KeyId: records.arn(key.id), CiphertextBlob, EncryptionAlgorithm: algorithm };
      },
    },
    Decrypt: {
      access: ({ CiphertextBlob, KeyId, EncryptionContext }) => [
        use("Decrypt", keyOf(CiphertextBlob, KeyId), EncryptionContext),
      ],
      run(input) {
        const key = usable(keyOf(input.CiphertextBlob, input.KeyId), "Decrypt");
        const Plaintext = open(key, input.CiphertextBlob as Uint8Array, input.EncryptionContext);
        checkSwitches(input);
        return { KeyId: records.arn(key.id), Plaintext, EncryptionAlgorithm: algorithm };
      },
    },
    ReEncrypt: {
      access: (input) => [
        use("ReEncryptFrom", keyOf(input.CiphertextBlob, input.SourceKeyId), input.SourceEncryptionContext),
        use("ReEncryptTo", input.DestinationKeyId ?? "", input.DestinationEncryptionContext),
      ],
      run(input) {
        const source = usable(keyOf(input.CiphertextBlob, input.SourceKeyId), "ReEncrypt");
        const target = usable(input.DestinationKeyId as string, "ReEncrypt");
        const plaintext = open(source, input.CiphertextBlob as Uint8Array, input.SourceEncryptionContext);
        checkSwitches(input);
        return {
          CiphertextBlob: seal(target, plaintext, input.DestinationEncryptionContext),
          SourceKeyId: records.arn(source.id),
          KeyId: records.arn(target.id),
          SourceEncryptionAlgorithm: algorithm,
          DestinationEncryptionAlgorithm: algorithm,
        };
      },
    },
    GenerateDataKey: dataKey("GenerateDataKey"),
    GenerateDataKeyWithoutPlaintext: dataKey("GenerateDataKeyWithoutPlaintext"),
    GenerateRandom: {
      access: () => [{ action: "kms:GenerateRandom", resource: "*" }],
      run({ NumberOfBytes, ...input }) {
        if (NumberOfBytes === undefined) throw new AwsError("ValidationException", "NumberOfBytes is required.");
        checkSwitches(input);
        return { Plaintext: randomBytes(byteCount(NumberOfBytes)) };
      },
    },
  };
}

const bound = (context: Context = {}): Buffer =>
  Buffer.from(JSON.stringify(Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1))));

/** In bytes. */
const dataKeyLengths = new Map<string, number>([
  ["AES_128", 16],
  ["AES_256", 32],
]);

function dataKeyLength({ KeySpec, NumberOfBytes }: GenerateDataKeyRequest): number {
  if ((KeySpec === undefined) === (NumberOfBytes === undefined))
    throw new AwsError("ValidationException", "Please specify either number of bytes or key spec.");
  if (KeySpec === undefined) return byteCount(NumberOfBytes as number);
  const length = dataKeyLengths.get(KeySpec);
  if (length === undefined) {
    throw new AwsError(
      "ValidationException",
      brokenConstraint(KeySpec, "keySpec", "Member must satisfy enum value set: [AES_256, AES_128]"),
    );
  }
  return length;
}

function byteCount(count: number): number {
  if (count < 1) throw invalid("numberOfBytes", "value greater than or equal to 1", count);
  if (count > 1024) throw invalid("numberOfBytes", "value less than or equal to 1024", count);
  return count;
}

interface Switches {
  DryRun?: boolean;
  Recipient?: object;
  EncryptionAlgorithm?: string;
  SourceEncryptionAlgorithm?: string;
  DestinationEncryptionAlgorithm?: string;
}

/** @throws AwsError for an algorithm of another kind of key, a dry run that succeeds, and an enclave, which this machine is not. */
function checkSwitches({ DryRun, Recipient, ...algorithms }: Switches): void {
  const { EncryptionAlgorithm, SourceEncryptionAlgorithm, DestinationEncryptionAlgorithm } = algorithms;
  for (const given of [EncryptionAlgorithm, SourceEncryptionAlgorithm, DestinationEncryptionAlgorithm])
    if (given !== undefined && given !== algorithm)
      throw new AwsError("InvalidKeyUsageException", `${given} is not an algorithm of a key of ${algorithm}.`);
  if (Recipient)
    throw new AwsError("UnsupportedOperationException", "The local cloud has no enclaves: Recipient cannot be given.");
  if (DryRun)
    throw new AwsError("DryRunOperationException", "The request would have succeeded, but the DryRun option is set.");
}

const invalid = (member: string, constraint: string, value?: number): AwsError =>
  new AwsError("ValidationException", brokenConstraint(value, member, `Member must have ${constraint}`));
