/** Key material that callers bring. https://docs.aws.amazon.com/kms/latest/developerguide/importing-keys.html */
import {
  constants,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  privateDecrypt,
  randomBytes,
} from "node:crypto";
import type { ImportKeyMaterialRequest } from "@aws-sdk/client-kms";
import { brokenConstraint } from "../../kit/constraint.ts";
import type { Operations } from "../../operations.ts";
import { AwsError } from "../../service.ts";
import { newPrivateKey, pairSpecs, privateBytes, publicBytes } from "./keyPairs.ts";
import { invalidState, type Key, type Records } from "./records.ts";

const day = 86_400_000;
const wrappings = ["RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256", "RSA_AES_KEY_WRAP_SHA_1", "RSA_AES_KEY_WRAP_SHA_256"];
const wrappingSpecs = ["RSA_2048", "RSA_3072", "RSA_4096"];

export function importOperations(records: Records): Operations<"kms"> {
  const access = (name: string) => (input: { KeyId: string }) => [
    { action: `kms:${name}`, resource: records.arn(records.found(input.KeyId).id) },
  ];
  const external = (given: string): Key => {
    const key = records.usable(given);
    if (key.origin === "EXTERNAL") return key;
    const message = `${records.arn(key.id)} origin is ${key.origin ?? "AWS_KMS"} which is not valid for this operation.`;
    throw new AwsError("UnsupportedOperationException", message);
  };
  return {
    GetParametersForImport: {
      access: access("GetParametersForImport"),
      async run({ KeyId, WrappingAlgorithm, WrappingKeySpec }) {
        const { id } = external(KeyId);
        checkOneOf(WrappingAlgorithm, wrappings, "wrappingAlgorithm");
        checkOneOf(WrappingKeySpec, wrappingSpecs, "wrappingKeySpec");
        const wrapping = await newPrivateKey(WrappingKeySpec as "RSA_2048");
        const token = randomBytes(256);
        const until = Date.now() + day;
        const secret = privateBytes(wrapping).toString("base64");
        records.imports.put(nameOf(token), { keyId: id, algorithm: WrappingAlgorithm, secret, until });
        return {
          KeyId: records.arn(id),
          ImportToken: token,
          PublicKey: publicBytes(wrapping),
          ParametersValidTo: new Date(until),
        };
      },
    },
    ImportKeyMaterial: {
      access: access("ImportKeyMaterial"),
      run(input) {
        const key = external(input.KeyId);
        const validTo = expiry(input);
        const bytes = unwrapped(records, key, input);
        checkFits(key, bytes);
        const material = bytes.toString("base64");
        if (input.ImportType === "NEW_KEY_MATERIAL") addPending(records, key, material);
        else if (key.material === undefined || key.material === material)
          records.change(key, { material, expires: validTo, enabled: true });
        else
          throw new AwsError(
            "IncorrectKeyMaterialException",
            "The key material in the request is not the one imported before.",
          );
        const now = records.found(key.id);
        return {
          KeyId: records.arn(key.id),
          ...((key.spec ?? "SYMMETRIC_DEFAULT") === "SYMMETRIC_DEFAULT" && {
            KeyMaterialId: records.materialId(now, now.pending !== undefined),
          }),
        };
      },
    },
    DeleteImportedKeyMaterial: {
      access: access("DeleteImportedKeyMaterial"),
      run({ KeyId }) {
        const { material: _, expires: __, ...key } = external(KeyId);
        records.keys.put(key.id, key);
        return { KeyId: records.arn(key.id) };
      },
    },
  };
}

/** Tokens are long: they are kept under a digest. */
const nameOf = (token: Uint8Array): string => createHash("sha256").update(token).digest("hex");

function checkOneOf(value: string, allowed: string[], member: string): void {
  if (allowed.includes(value)) return;
  const set = `Member must satisfy enum value set: [${allowed.join(", ")}]`;
  throw new AwsError("ValidationException", brokenConstraint(value, member, set));
}

function expiry({ ExpirationModel = "KEY_MATERIAL_EXPIRES", ValidTo }: ImportKeyMaterialRequest): number | null {
  if (ExpirationModel === "KEY_MATERIAL_DOES_NOT_EXPIRE") return null;
  if (!ValidTo)
    throw new AwsError(
      "ValidationException",
      "A validTo date must be set if the ExpirationModel is KEY_MATERIAL_EXPIRES",
    );
  if (ValidTo.getTime() <= Date.now()) throw new AwsError("ValidationException", "ValidTo must be in the future.");
  return ValidTo.getTime();
}

function unwrapped(records: Records, { id }: Key, input: ImportKeyMaterialRequest): Buffer {
  const found = records.imports.get(nameOf(input.ImportToken as Uint8Array));
  if (found?.keyId !== id) throw new AwsError("InvalidImportTokenException", "");
  if (found.until <= Date.now()) throw new AwsError("ExpiredImportTokenException", "");
  const key = createPrivateKey({ key: Buffer.from(found.secret, "base64"), format: "der", type: "pkcs8" });
  const oaepHash = found.algorithm.endsWith("SHA_256") ? "sha256" : "sha1";
  const padding = constants.RSA_PKCS1_OAEP_PADDING;
  const wrapped = Buffer.from(input.EncryptedKeyMaterial as Uint8Array);
  try {
    if (!found.algorithm.startsWith("RSA_AES")) return privateDecrypt({ key, padding, oaepHash }, wrapped);
    const size = (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8;
    const aes = privateDecrypt({ key, padding, oaepHash }, wrapped.subarray(0, size));
    // The fixed start of RFC 5649.
    const decipher = createDecipheriv("id-aes256-wrap-pad", aes, Buffer.from("a65959a6", "hex"));
    return Buffer.concat([decipher.update(wrapped.subarray(size)), decipher.final()]);
  } catch {
    throw new AwsError("InvalidCiphertextException", "");
  }
}

/** @throws AwsError for material of another kind than the key's. */
function checkFits({ spec = "SYMMETRIC_DEFAULT" }: Key, bytes: Buffer): void {
  const wrong = () =>
    new AwsError("IncorrectKeyMaterialException", `The key material is not that of a key of ${spec}.`);
  if (spec === "SYMMETRIC_DEFAULT" && bytes.length !== 32) throw wrong();
  if (spec.startsWith("HMAC_") && bytes.length !== Number(spec.slice(5)) / 8) throw wrong();
  if (!pairSpecs.includes(spec)) return;
  try {
    createPublicKey({ key: bytes, format: "der", type: "pkcs8" } as never);
  } catch {
    throw wrong();
  }
}

/** New material waits for the next rotation. */
function addPending(records: Records, key: Key, material: string): void {
  if ((key.spec ?? "SYMMETRIC_DEFAULT") !== "SYMMETRIC_DEFAULT")
    throw new AwsError("UnsupportedOperationException", `A key of ${key.spec} has one key material.`);
  if (key.pending !== undefined) {
    const [own, other] = [records.materialId(key, true), createHash("sha256").update(material).digest("hex")];
    const message = `New key material (id: ${other}) cannot be imported into KMS key ${records.arn(key.id)}, because another key material (id: ${own}) is pending rotation.`;
    throw invalidState(message);
  }
  records.change(key, { pending: material });
}
