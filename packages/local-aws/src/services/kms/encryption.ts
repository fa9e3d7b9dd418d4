/** Encryption with symmetric and RSA keys, and keys for data. https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html */
import { constants, createPublicKey, privateDecrypt, publicEncrypt, randomBytes } from "node:crypto";
import type { DataKeyPairSpec, DecryptRequest, GenerateDataKeyRequest } from "@aws-sdk/client-kms";
import { brokenConstraint } from "../../kit/constraint.ts";
import type { Operations } from "../../operations.ts";
import { AwsError, type Operation } from "../../service.ts";
import { type Context, checkSwitches, contextKeys, ignoresCiphertext, usable, use } from "./access.ts";
import { invalidCiphertext, keyOf, open, seal } from "./ciphertext.ts";
import { newPrivateKey, pairSpecs, privateBytes, privateKey, publicBytes } from "./keyPairs.ts";
import type { Key, Records } from "./records.ts";
import { algorithmsOf } from "./specs.ts";

const symmetric = "SYMMETRIC_DEFAULT";
const usages = ["ENCRYPT_DECRYPT" as const];

type Ciphertext = Pick<DecryptRequest, "CiphertextBlob" | "DryRun" | "DryRunModifiers">;

export function encryptionOperations(records: Records): Operations<"kms"> {
  const may = (operation: string, given: string, context: Context, algorithm = symmetric) =>
    use(records, operation, given, { "kms:EncryptionAlgorithm": algorithm, ...contextKeys(context) });

  /** Keys of data are sealed by symmetric keys alone. */
  const sealing = (given: string, operation: string): Key => {
    const key = usable(records, given, operation, usages);
    if ((key.spec ?? symmetric) !== symmetric) {
      const message = `${records.arn(key.id)} key spec is ${key.spec} which is not valid for ${operation}.`;
      throw new AwsError("InvalidKeyUsageException", message);
    }
    return key;
  };

  /** The key of a ciphertext: symmetric ones are named in it, others by the caller, as is each where there is no ciphertext. */
  const sealed = (input: Ciphertext, given: string | undefined): string => {
    const named = given === undefined ? undefined : records.found(given);
    if (named && (named.spec?.startsWith("RSA_") || ignoresCiphertext(input))) return named.id;
    return keyOf(records, input.CiphertextBlob, given);
  };

  const encrypt = async (key: Key, plaintext: Uint8Array, context: Context, algorithm: string): Promise<Buffer> => {
    if (algorithm === symmetric) return seal(records, key, plaintext, context);
    const half = createPublicKey(await privateKey(records, key));
    return publicEncrypt({ key: half, ...oaep(algorithm) }, plaintext);
  };
  const decrypt = async (key: Key, ciphertext: Uint8Array, context: Context, algorithm: string): Promise<Buffer> => {
    if (algorithm === symmetric) return open(records, key, ciphertext, context);
    const half = await privateKey(records, key);
    try {
      return privateDecrypt({ key: half, ...oaep(algorithm) }, ciphertext);
    } catch {
      throw invalidCiphertext();
    }
  };
  const material = (key: Key, member = "KeyMaterialId") =>
    (key.spec ?? symmetric) === symmetric ? { [member]: records.materialId(key) } : {};

  const dataKey = (operation: "GenerateDataKey" | "GenerateDataKeyWithoutPlaintext"): Operation => ({
    access: ({ KeyId = "", EncryptionContext }) => [may(operation, KeyId, EncryptionContext)],
    run(input) {
      const key = sealing(input.KeyId as string, operation);
      const plaintext = randomBytes(dataKeyLength(input));
      checkSwitches(input);
      return {
        KeyId: records.arn(key.id),
        CiphertextBlob: seal(records, key, plaintext, input.EncryptionContext),
        ...material(key),
        ...(operation === "GenerateDataKey" && { Plaintext: plaintext }),
      };
    },
  });
  const dataKeyPair = (operation: "GenerateDataKeyPair" | "GenerateDataKeyPairWithoutPlaintext"): Operation => ({
    access: ({ KeyId = "", EncryptionContext, KeyPairSpec }) => [
      use(records, operation, KeyId, { "kms:DataKeyPairSpec": KeyPairSpec, ...contextKeys(EncryptionContext) }),
    ],
    async run(input) {
      const key = sealing(input.KeyId as string, operation);
      const spec = input.KeyPairSpec as DataKeyPairSpec;
      if (!pairSpecs.includes(spec))
        throw new AwsError(
          "ValidationException",
          brokenConstraint(spec, "keyPairSpec", `Member must satisfy enum value set: [${pairSpecs.join(", ")}]`),
        );
      checkSwitches(input);
      const made = await newPrivateKey(spec);
      const plaintext = privateBytes(made);
      return {
        KeyId: records.arn(key.id),
        KeyPairSpec: spec,
        ...material(key),
        PrivateKeyCiphertextBlob: seal(records, key, plaintext, input.EncryptionContext),
        PublicKey: publicBytes(made),
        ...(operation === "GenerateDataKeyPair" && { PrivateKeyPlaintext: plaintext }),
      };
    },
  });

  return {
    Encrypt: {
      access: ({ KeyId, EncryptionContext, EncryptionAlgorithm }) => [
        may("Encrypt", KeyId, EncryptionContext, EncryptionAlgorithm),
      ],
      async run({ KeyId, Plaintext, EncryptionContext, EncryptionAlgorithm = symmetric, ...switches }) {
        if (Plaintext.length < 1) throw invalid("plaintext", "length greater than or equal to 1");
        if (Plaintext.length > 4096) throw invalid("plaintext", "length less than or equal to 4096");
        const key = usable(records, KeyId, "Encrypt", usages);
        checkAlgorithm(key, EncryptionAlgorithm);
        checkSize(key, EncryptionAlgorithm, Plaintext.length);
        checkSwitches(switches);
        const CiphertextBlob = await encrypt(key, Plaintext, EncryptionContext, EncryptionAlgorithm);
        return { KeyId: records.arn(key.id), CiphertextBlob, EncryptionAlgorithm };
      },
    },
    Decrypt: {
      access: (input) => [
        may("Decrypt", sealed(input, input.KeyId), input.EncryptionContext, input.EncryptionAlgorithm),
      ],
      async run(input) {
        const { CiphertextBlob = new Uint8Array(), EncryptionContext, EncryptionAlgorithm = symmetric } = input;
        const key = usable(records, sealed(input, input.KeyId), "Decrypt", usages);
        checkAlgorithm(key, EncryptionAlgorithm);
        if (ignoresCiphertext(input)) checkSwitches(input);
        const Plaintext = await decrypt(key, CiphertextBlob, EncryptionContext, EncryptionAlgorithm);
        checkSwitches(input);
        return { KeyId: records.arn(key.id), Plaintext, EncryptionAlgorithm, ...material(key) };
      },
    },
    ReEncrypt: {
      access: (input) => [
        may(
          "ReEncryptFrom",
          sealed(input, input.SourceKeyId),
          input.SourceEncryptionContext,
          input.SourceEncryptionAlgorithm,
        ),
        may(
          "ReEncryptTo",
          input.DestinationKeyId,
          input.DestinationEncryptionContext,
          input.DestinationEncryptionAlgorithm,
        ),
      ],
      async run(input) {
        const { SourceEncryptionAlgorithm: from = symmetric, DestinationEncryptionAlgorithm: to = symmetric } = input;
        const source = usable(records, sealed(input, input.SourceKeyId), "ReEncrypt", usages);
        const target = usable(records, input.DestinationKeyId, "ReEncrypt", usages);
        checkAlgorithm(source, from);
        checkAlgorithm(target, to);
        if (ignoresCiphertext(input)) checkSwitches(input);
        const { CiphertextBlob = new Uint8Array() } = input;
        const plaintext = await decrypt(source, CiphertextBlob, input.SourceEncryptionContext, from);
        checkSize(target, to, plaintext.length);
        checkSwitches(input);
        return {
          CiphertextBlob: await encrypt(target, plaintext, input.DestinationEncryptionContext, to),
          SourceKeyId: records.arn(source.id),
          KeyId: records.arn(target.id),
          SourceEncryptionAlgorithm: from,
          DestinationEncryptionAlgorithm: to,
          ...material(source, "SourceKeyMaterialId"),
          ...material(target, "DestinationKeyMaterialId"),
        };
      },
    },
    GenerateDataKey: dataKey("GenerateDataKey"),
    GenerateDataKeyWithoutPlaintext: dataKey("GenerateDataKeyWithoutPlaintext"),
    GenerateDataKeyPair: dataKeyPair("GenerateDataKeyPair"),
    GenerateDataKeyPairWithoutPlaintext: dataKeyPair("GenerateDataKeyPairWithoutPlaintext"),
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

const oaep = (algorithm: string) => ({
  padding: constants.RSA_PKCS1_OAEP_PADDING,
  oaepHash: algorithm.endsWith("SHA_256") ? "sha256" : "sha1",
});

function checkAlgorithm({ spec = symmetric, usage = "ENCRYPT_DECRYPT" }: Key, algorithm: string): void {
  if (algorithmsOf(spec, usage).includes(algorithm)) return;
  throw new AwsError("InvalidKeyUsageException", `Algorithm ${algorithm} is incompatible with key spec ${spec}.`);
}

/** RSA encrypts as many bytes as its padding leaves room for. */
function checkSize({ spec = symmetric }: Key, algorithm: string, length: number): void {
  if (algorithm === symmetric) return;
  const digest = algorithm.endsWith("SHA_256") ? 32 : 20;
  const most = Number(spec.slice(4)) / 8 - 2 * digest - 2;
  if (length <= most) return;
  const message = `Algorithm ${algorithm} and key spec ${spec} cannot encrypt data larger than ${most} bytes.`;
  throw new AwsError("ValidationException", message);
}

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

const invalid = (member: string, constraint: string, value?: number): AwsError =>
  new AwsError("ValidationException", brokenConstraint(value, member, `Member must have ${constraint}`));
