import assert from "node:assert/strict";
import { createPrivateKey, createPublicKey } from "node:crypto";
import { IAM } from "@aws-sdk/client-iam";
import { KMS } from "@aws-sdk/client-kms";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();
const size = (bytes: Uint8Array | undefined) => bytes?.length;
const Plaintext = Buffer.from("a secret");

describe("encryption with keys of KMS", () => {
  let test: TestCloud;
  let kms: KMS;
  before(async () => {
    test = await startCloud();
    kms = test.client(KMS);
  });
  after(() => test.stop());

  const made = async (input: object = {}): Promise<{ KeyId: string; Arn: string }> =>
    (await kms.createKey(input)).KeyMetadata as { KeyId: string; Arn: string };
  const sealed = async (KeyId: string, EncryptionContext?: Record<string, string>): Promise<Uint8Array> =>
    (await kms.encrypt({ KeyId, Plaintext, ...(EncryptionContext && { EncryptionContext }) }))
      .CiphertextBlob as Uint8Array;

  it("gives back what it was given, with the key that the ciphertext names", async () => {
    const { KeyId, Arn } = await made();
    await kms.createAlias({ AliasName: "alias/used", TargetKeyId: KeyId });
    for (const given of [KeyId, Arn, "alias/used", Arn.replace(`key/${KeyId}`, "alias/used")]) {
      const { CiphertextBlob, ...encrypted } = await kms.encrypt({ KeyId: given, Plaintext });
      assert.deepEqual([encrypted.KeyId, encrypted.EncryptionAlgorithm], [Arn, "SYMMETRIC_DEFAULT"]);
      assert.ok(!Buffer.from(CiphertextBlob!).includes(Plaintext));
      const decrypted = await kms.decrypt({ CiphertextBlob });
      assert.deepEqual(
        [text(decrypted.Plaintext), decrypted.KeyId, decrypted.EncryptionAlgorithm],
        ["a secret", Arn, "SYMMETRIC_DEFAULT"],
      );
    }
    assert.notDeepEqual(await sealed(KeyId), await sealed(KeyId));
  });

  it("asks for the context again, in any order, and for nothing else", async () => {
    const { KeyId } = await made();
    const CiphertextBlob = await sealed(KeyId, { a: "1", b: "2" });
    const { Plaintext: opened } = await kms.decrypt({ CiphertextBlob, EncryptionContext: { b: "2", a: "1" } });
    assert.equal(text(opened), "a secret");
    const others: Record<string, string>[] = [{}, { a: "1" }, { a: "1", b: "3" }, { a: "1", b: "2", c: "3" }];
    for (const EncryptionContext of others)
      await assert.rejects(kms.decrypt({ CiphertextBlob, EncryptionContext }), { name: "InvalidCiphertextException" });
  });

  it("refuses a ciphertext that is none, was changed, or is another key's", async () => {
    const { KeyId } = await made();
    const CiphertextBlob = await sealed(KeyId);
    const changed = Uint8Array.from(CiphertextBlob).fill(0, -1);
    changed[40]! ^= 1;
    for (const blob of [Buffer.from("short"), CiphertextBlob.slice(32), CiphertextBlob.slice(0, 60), changed])
      await assert.rejects(kms.decrypt({ CiphertextBlob: blob, KeyId }), { name: "InvalidCiphertextException" });
    const { KeyId: other } = await made({ KeySpec: "HMAC_224", KeyUsage: "GENERATE_VERIFY_MAC" });
    await assert.rejects(kms.decrypt({ CiphertextBlob, KeyId: other }), {
      name: "IncorrectKeyException",
      message: "The key ID in the request does not identify a CMK that can perform this operation.",
    });
    const unknown = Buffer.concat([Buffer.alloc(36, "0"), CiphertextBlob.slice(36)]);
    await assert.rejects(kms.decrypt({ CiphertextBlob: unknown }), { name: "AccessDeniedException" });
  });

  it("makes data keys, which the key opens", async () => {
    const { KeyId, Arn } = await made();
    const EncryptionContext = { of: "data" };
    const { Plaintext: plain, ...given } = await kms.generateDataKey({ KeyId, KeySpec: "AES_256", EncryptionContext });
    assert.deepEqual([size(plain), given.KeyId], [32, Arn]);
    const opened = await kms.decrypt({ CiphertextBlob: given.CiphertextBlob, EncryptionContext });
    assert.deepEqual(opened.Plaintext, plain);
    const hidden = await kms.generateDataKeyWithoutPlaintext({ KeyId, NumberOfBytes: 64 });
    assert.ok(!("Plaintext" in hidden));
    assert.equal(size((await kms.decrypt({ CiphertextBlob: hidden.CiphertextBlob })).Plaintext), 64);
    assert.equal(size((await kms.generateDataKey({ KeyId, KeySpec: "AES_128" })).Plaintext), 16);
    for (const input of [{}, { KeySpec: "AES_128" as const, NumberOfBytes: 16 }])
      await assert.rejects(kms.generateDataKey({ KeyId, ...input }), {
        name: "ValidationException",
        message: "Please specify either number of bytes or key spec.",
      });
  });

  it("makes data keys of the two lengths that there are", async () => {
    const { KeyId } = await made();
    await assert.rejects(kms.generateDataKey({ KeyId, KeySpec: "AES_512" as "AES_256" }), {
      name: "ValidationException",
      message:
        "1 validation error detected: Value 'AES_512' at 'keySpec' failed to satisfy constraint: Member must satisfy enum value set: [AES_256, AES_128]",
    });
  });

  it("hands a ciphertext over to another key and context", async () => {
    const [from, to] = [await made(), await made()];
    const answer = await kms.reEncrypt({
      CiphertextBlob: await sealed(from.KeyId, { a: "1" }),
      SourceEncryptionContext: { a: "1" },
      DestinationKeyId: to.KeyId,
      DestinationEncryptionContext: { b: "2" },
    });
    assert.deepEqual([answer.SourceKeyId, answer.KeyId], [from.Arn, to.Arn]);
    const { CiphertextBlob } = answer;
    const opened = await kms.decrypt({ CiphertextBlob, KeyId: to.KeyId, EncryptionContext: { b: "2" } });
    assert.equal(text(opened.Plaintext), "a secret");
  });

  it("has bytes by chance", async () => {
    assert.equal(size((await kms.generateRandom({ NumberOfBytes: 12 })).Plaintext), 12);
    const refused: [number | undefined, string][] = [
      [undefined, "NumberOfBytes is required."],
      [
        0,
        "1 validation error detected: Value '0' at 'numberOfBytes' failed to satisfy constraint: Member must have value greater than or equal to 1",
      ],
      [
        1025,
        "1 validation error detected: Value '1025' at 'numberOfBytes' failed to satisfy constraint: Member must have value less than or equal to 1024",
      ],
    ];
    for (const [NumberOfBytes, message] of refused)
      await assert.rejects(kms.generateRandom({ ...(NumberOfBytes !== undefined && { NumberOfBytes }) }), {
        name: "ValidationException",
        message,
      });
  });

  it("is bounded to 4 KiB", async () => {
    const { KeyId } = await made();
    await kms.encrypt({ KeyId, Plaintext: Buffer.alloc(4096) });
    await assert.rejects(kms.encrypt({ KeyId, Plaintext: Buffer.alloc(4097) }), {
      name: "ValidationException",
      message:
        "1 validation error detected: Value at 'plaintext' failed to satisfy constraint: Member must have length less than or equal to 4096",
    });
  });

  it("needs a key that is there, in use and symmetric", async () => {
    const { KeyId, Arn } = await made();
    const CiphertextBlob = await sealed(KeyId);
    await kms.disableKey({ KeyId });
    for (const attempt of [() => sealed(KeyId), () => kms.decrypt({ CiphertextBlob })])
      await assert.rejects(attempt, { name: "DisabledException", message: `${Arn} is disabled.` });
    await kms.scheduleKeyDeletion({ KeyId });
    await assert.rejects(kms.generateDataKey({ KeyId, KeySpec: "AES_256" }), { name: "KMSInvalidStateException" });
    const { KeyId: mac } = await made({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" });
    await assert.rejects(sealed(mac), { name: "InvalidKeyUsageException" });
    const { KeyId: rsa } = await made({ KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" });
    await assert.rejects(sealed(rsa), { name: "InvalidKeyUsageException" });
    await assert.rejects(kms.generateDataKey({ KeyId: rsa, KeySpec: "AES_256" }), { name: "InvalidKeyUsageException" });
    const { KeyId: symmetric } = await made();
    const sealedBy = { KeyId: symmetric, CiphertextBlob: await sealed(symmetric) };
    const EncryptionAlgorithm = "RSAES_OAEP_SHA_256";
    for (const attempt of [
      () => kms.encrypt({ KeyId: symmetric, Plaintext, EncryptionAlgorithm }),
      () => kms.decrypt({ ...sealedBy, EncryptionAlgorithm }),
    ])
      await assert.rejects(attempt, {
        name: "InvalidKeyUsageException",
        message: "Algorithm RSAES_OAEP_SHA_256 is incompatible with key spec SYMMETRIC_DEFAULT.",
      });
    await assert.rejects(kms.encrypt({ KeyId: (await made()).KeyId, Plaintext, DryRun: true }), {
      name: "DryRunOperationException",
    });
  });

  it("is tried without a ciphertext, for the key that is named", async () => {
    const { KeyId } = await made();
    const trial = { DryRun: true, DryRunModifiers: ["IGNORE_CIPHERTEXT" as const] };
    const would = { name: "DryRunOperationException" };
    await assert.rejects(kms.decrypt({ KeyId, ...trial }), would);
    await assert.rejects(kms.reEncrypt({ SourceKeyId: KeyId, DestinationKeyId: KeyId, ...trial }), would);
    const invalid = { name: "InvalidCiphertextException" };
    await assert.rejects(kms.decrypt({ KeyId, DryRun: true }), invalid);
    await assert.rejects(kms.decrypt({ KeyId, DryRunModifiers: trial.DryRunModifiers }), invalid);
    await assert.rejects(kms.decrypt(trial), invalid);
    await kms.disableKey({ KeyId });
    await assert.rejects(kms.decrypt({ KeyId, ...trial }), { name: "DisabledException" });
  });

  describe("the policy of the key", () => {
    const account = "arn:aws:iam::000000000000:root";
    const statement = (Principal: string, more: object = {}) => ({
      Effect: "Allow",
      Principal: { AWS: Principal },
      Action: "kms:*",
      Resource: "*",
      ...more,
    });
    const policy = (...Statement: object[]) => JSON.stringify({ Version: "2012-10-17", Statement });
    let user: KMS;
    let arn: string;

    before(async () => {
      const iam = test.client(IAM);
      arn = (await iam.createUser({ UserName: "reader" })).User?.Arn as string;
      const { AccessKeyId, SecretAccessKey } = (await iam.createAccessKey({ UserName: "reader" })).AccessKey!;
      const credentials = { accessKeyId: AccessKeyId!, secretAccessKey: SecretAccessKey! };
      user = test.client(KMS, { credentials });
      await iam.putUserPolicy({
        UserName: "reader",
        PolicyName: "decrypt",
        PolicyDocument: policy({
          Effect: "Allow",
          Action: "kms:Decrypt",
          Resource: "*",
          Condition: { StringEquals: { "kms:EncryptionContext:of": "reader" } },
        }),
      });
    });

    const cases: [string, () => object[], Record<string, string>, boolean][] = [
      [
        "lets the caller's own policies decide where it names the account",
        () => [statement(account)],
        { of: "reader" },
        true,
      ],
      ["lets these ask for a context", () => [statement(account)], { of: "owner" }, false],
      ["admits whom it names itself", () => [statement(account), statement(arn)], { of: "owner" }, true],
      [
        "admits nobody whom it neither names nor leaves to the account",
        () => [statement(account, { Condition: { StringNotLike: { "aws:PrincipalArn": arn } } })],
        { of: "reader" },
        false,
      ],
    ];
    for (const [what, statements, EncryptionContext, allowed] of cases) {
      it(what, async () => {
        const { KeyId } = await made({ Policy: policy(...statements()) });
        const CiphertextBlob = await sealed(KeyId, EncryptionContext);
        const attempt = user.decrypt({ CiphertextBlob, EncryptionContext });
        if (allowed) assert.equal(text((await attempt).Plaintext), "a secret");
        else await assert.rejects(attempt, { name: "AccessDeniedException" });
      });
    }
  });

  for (const [EncryptionAlgorithm, most] of [
    ["RSAES_OAEP_SHA_1", 214],
    ["RSAES_OAEP_SHA_256", 190],
  ] as const) {
    it(`by RSA with ${EncryptionAlgorithm} takes up to ${most} bytes, and names its key to decrypt`, async () => {
      const { KeyId } = await made({ KeySpec: "RSA_2048", KeyUsage: "ENCRYPT_DECRYPT" });
      const long = Buffer.alloc(most, 1);
      const { CiphertextBlob } = await kms.encrypt({ KeyId, EncryptionAlgorithm, Plaintext: long });
      const opened = await kms.decrypt({ KeyId, EncryptionAlgorithm, CiphertextBlob });
      assert.deepEqual(Buffer.from(opened.Plaintext!), long);
      await assert.rejects(kms.decrypt({ CiphertextBlob, EncryptionAlgorithm }), {
        name: "InvalidCiphertextException",
      });
      const longer = kms.encrypt({ KeyId, EncryptionAlgorithm, Plaintext: Buffer.alloc(most + 1) });
      await assert.rejects(longer, { name: "ValidationException", message: new RegExp(`larger than ${most} bytes`) });
    });
  }

  it("seals pairs of keys, whose public half is that of the private one", async () => {
    const { KeyId, Arn } = await made();
    const EncryptionContext = { of: "test" };
    const pair = await kms.generateDataKeyPair({ KeyId, KeyPairSpec: "ECC_NIST_P256", EncryptionContext });
    const CiphertextBlob = pair.PrivateKeyCiphertextBlob;
    const opened = await kms.decrypt({ CiphertextBlob, EncryptionContext });
    assert.deepEqual([opened.KeyId, opened.Plaintext], [Arn, pair.PrivateKeyPlaintext]);
    await assert.rejects(kms.decrypt({ CiphertextBlob }), { name: "InvalidCiphertextException" });
    const half = createPrivateKey({ key: Buffer.from(pair.PrivateKeyPlaintext!), format: "der", type: "pkcs8" });
    const own = createPublicKey(half).export({ format: "der", type: "spki" });
    assert.deepEqual(Buffer.from(pair.PublicKey!), own);
    const without = await kms.generateDataKeyPairWithoutPlaintext({ KeyId, KeyPairSpec: "RSA_2048" });
    assert.equal("PrivateKeyPlaintext" in without, false);
    await assert.rejects(kms.generateDataKeyPair({ KeyId, KeyPairSpec: "ED" as never }), {
      name: "ValidationException",
    });
    await assert.rejects(kms.generateDataKeyPair({ KeyId, KeyPairSpec: "ECC_NIST_P256", DryRun: true }), {
      name: "DryRunOperationException",
    });
  });
});
