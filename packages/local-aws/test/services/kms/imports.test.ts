import assert from "node:assert/strict";
import { constants, createCipheriv, generateKeyPairSync, publicEncrypt, randomBytes } from "node:crypto";
import { type CreateKeyCommandInput, type ImportKeyMaterialCommandInput, KMS } from "@aws-sdk/client-kms";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("KMS keys with imported material", () => {
  let test: TestCloud;
  let kms: KMS;
  before(async () => {
    test = await startCloud();
    kms = test.client(KMS);
  });
  after(() => test.stop());

  const made = async (input: CreateKeyCommandInput = {}) =>
    (await kms.createKey({ Origin: "EXTERNAL", ...input })).KeyMetadata?.KeyId as string;
  const described = async (KeyId: string) => (await kms.describeKey({ KeyId })).KeyMetadata;

  async function bring(KeyId: string, material: Buffer, more: Partial<ImportKeyMaterialCommandInput> = {}) {
    const WrappingAlgorithm = "RSAES_OAEP_SHA_256";
    const { ImportToken, PublicKey } = await kms.getParametersForImport({
      KeyId,
      WrappingAlgorithm,
      WrappingKeySpec: "RSA_2048",
    });
    const key = { key: Buffer.from(PublicKey!), format: "der" as const, type: "spki" as const };
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const EncryptedKeyMaterial = publicEncrypt({ ...key, padding, oaepHash: "sha256" }, material);
    return kms.importKeyMaterial({
      KeyId,
      ImportToken,
      EncryptedKeyMaterial,
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
      ...more,
    });
  }

  it("wait for it, work with it, and wait again without it", async () => {
    const KeyId = await made();
    assert.deepEqual([(await described(KeyId))?.KeyState, (await described(KeyId))?.Enabled], ["PendingImport", false]);
    const Plaintext = Buffer.from("text");
    await assert.rejects(kms.encrypt({ KeyId, Plaintext }), {
      name: "KMSInvalidStateException",
      message: /pending import/,
    });
    const material = randomBytes(32);
    await bring(KeyId, material);
    const { KeyState, Origin, ExpirationModel } = (await described(KeyId))!;
    assert.deepEqual([KeyState, Origin, ExpirationModel], ["Enabled", "EXTERNAL", "KEY_MATERIAL_DOES_NOT_EXPIRE"]);
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext });
    await kms.deleteImportedKeyMaterial({ KeyId });
    await assert.rejects(kms.decrypt({ CiphertextBlob }), { name: "KMSInvalidStateException" });
    await bring(KeyId, material);
    assert.deepEqual(Buffer.from((await kms.decrypt({ CiphertextBlob })).Plaintext!), Plaintext);
    await assert.rejects(bring(KeyId, randomBytes(32)), { name: "IncorrectKeyMaterialException" });
  });

  it("rotate to new material that was brought for it", async () => {
    const KeyId = await made();
    await bring(KeyId, randomBytes(32));
    const { CiphertextBlob } = await kms.encrypt({ KeyId, Plaintext: Buffer.from("text") });
    await assert.rejects(kms.rotateKeyOnDemand({ KeyId }), {
      name: "KMSInvalidStateException",
      message: /No available/,
    });
    const next = { ImportType: "NEW_KEY_MATERIAL" as const };
    const { KeyMaterialId } = await bring(KeyId, randomBytes(32), next);
    await assert.rejects(bring(KeyId, randomBytes(32), next), { name: "KMSInvalidStateException" });
    await kms.rotateKeyOnDemand({ KeyId });
    assert.equal((await described(KeyId))?.CurrentKeyMaterialId, KeyMaterialId);
    assert.equal(Buffer.from((await kms.decrypt({ CiphertextBlob })).Plaintext!).toString(), "text");
  });

  it("take pairs and secrets of their own kind", async () => {
    const pair = await made({ KeySpec: "ECC_NIST_P256", KeyUsage: "SIGN_VERIFY" });
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    await bring(pair, privateKey.export({ format: "der", type: "pkcs8" }));
    const spki = publicKey.export({ format: "der", type: "spki" });
    assert.deepEqual(Buffer.from((await kms.getPublicKey({ KeyId: pair })).PublicKey!), spki);
    const mac = await made({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
    await assert.rejects(bring(mac, randomBytes(16)), { name: "IncorrectKeyMaterialException" });
    await assert.rejects(bring(await made(), randomBytes(31)), { name: "IncorrectKeyMaterialException" });
    await assert.rejects(bring(await made({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" }), randomBytes(32)), {
      name: "IncorrectKeyMaterialException",
    });
  });

  it("take what is too large for RSA under a key of its own", async () => {
    const KeyId = await made({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" });
    const WrappingAlgorithm = "RSA_AES_KEY_WRAP_SHA_256";
    const parameters = await kms.getParametersForImport({ KeyId, WrappingAlgorithm, WrappingKeySpec: "RSA_2048" });
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const aes = randomBytes(32);
    const cipher = createCipheriv("id-aes256-wrap-pad", aes, Buffer.from("a65959a6", "hex"));
    const wrapped = [cipher.update(privateKey.export({ format: "der", type: "pkcs8" })), cipher.final()];
    const key = { key: Buffer.from(parameters.PublicKey!), format: "der" as const, type: "spki" as const };
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    await kms.importKeyMaterial({
      KeyId,
      ImportToken: parameters.ImportToken,
      EncryptedKeyMaterial: Buffer.concat([publicEncrypt({ ...key, padding, oaepHash: "sha256" }, aes), ...wrapped]),
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE",
    });
    assert.equal((await described(KeyId))?.KeyState, "Enabled");
  });

  it("refuse another key's token, other material, and keys of AWS's making", async () => {
    const [one, other] = [await made(), await made()];
    const { ImportToken } = await kms.getParametersForImport({
      KeyId: other,
      WrappingAlgorithm: "RSAES_OAEP_SHA_1",
      WrappingKeySpec: "RSA_2048",
    });
    const wrong = {
      KeyId: one,
      ImportToken,
      EncryptedKeyMaterial: randomBytes(256),
      ExpirationModel: "KEY_MATERIAL_DOES_NOT_EXPIRE" as const,
    };
    await assert.rejects(kms.importKeyMaterial(wrong), { name: "InvalidImportTokenException" });
    await assert.rejects(kms.importKeyMaterial({ ...wrong, KeyId: other }), { name: "InvalidCiphertextException" });
    await assert.rejects(bring(other, randomBytes(32), { ExpirationModel: "KEY_MATERIAL_EXPIRES" }), {
      name: "ValidationException",
    });
    await assert.rejects(bring(await made({ Origin: "AWS_KMS" }), randomBytes(32)), {
      name: "UnsupportedOperationException",
    });
  });
});
