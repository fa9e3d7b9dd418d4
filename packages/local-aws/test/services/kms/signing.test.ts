import assert from "node:assert/strict";
import { createHash, createPublicKey, diffieHellman, generateKeyPairSync, verify } from "node:crypto";
import { type KeySpec, KMS, type MacAlgorithmSpec, type SigningAlgorithmSpec } from "@aws-sdk/client-kms";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const Message = Buffer.from("a message");

describe("KMS signatures", () => {
  let test: TestCloud;
  let kms: KMS;
  before(async () => {
    test = await startCloud();
    kms = test.client(KMS);
  });
  after(() => test.stop());

  for (const [spec, SigningAlgorithm] of [
    ["ECC_NIST_P256", "ECDSA_SHA_256"],
    ["ECC_NIST_P384", "ECDSA_SHA_384"],
    ["ECC_NIST_P521", "ECDSA_SHA_512"],
    ["ECC_SECG_P256K1", "ECDSA_SHA_256"],
    ["RSA_2048", "RSASSA_PSS_SHA_384"],
    ["RSA_2048", "RSASSA_PKCS1_V1_5_SHA_256"],
  ] as [KeySpec, SigningAlgorithmSpec][]) {
    it(`by ${spec} with ${SigningAlgorithm} are valid for their message alone`, async () => {
      const { KeyMetadata } = await kms.createKey({ KeySpec: spec, KeyUsage: "SIGN_VERIFY" });
      const KeyId = KeyMetadata!.KeyId;
      const { Signature } = await kms.sign({ KeyId, Message, SigningAlgorithm });
      const check = { KeyId, Message, Signature, SigningAlgorithm };
      assert.equal((await kms.verify(check)).SignatureValid, true);
      await assert.rejects(kms.verify({ ...check, Message: Buffer.from("another") }), {
        name: "KMSInvalidSignatureException",
      });
      const { PublicKey, SigningAlgorithms } = await kms.getPublicKey({ KeyId });
      assert.ok(SigningAlgorithms?.includes(SigningAlgorithm));
      const half = createPublicKey({ key: Buffer.from(PublicKey!), format: "der", type: "spki" });
      if (spec.startsWith("ECC")) assert.ok(verify(`sha${SigningAlgorithm.slice(-3)}`, Message, half, Signature!));
      // A digest of the message is the same as the message, in either direction.
      const digest = createHash(`sha${SigningAlgorithm.slice(-3)}`)
        .update(Message)
        .digest();
      const ready = { KeyId, Message: digest, SigningAlgorithm, MessageType: "DIGEST" } as const;
      assert.equal((await kms.verify({ ...check, Signature: (await kms.sign(ready)).Signature })).SignatureValid, true);
      assert.equal((await kms.verify({ ...ready, Signature })).SignatureValid, true);
      digest[0] = (digest[0] ?? 0) ^ 1;
      await assert.rejects(kms.verify({ ...ready, Signature }), { name: "KMSInvalidSignatureException" });
      await assert.rejects(kms.verify({ ...ready, Signature: Buffer.from("none") }), {
        name: "KMSInvalidSignatureException",
      });
      await assert.rejects(kms.sign({ KeyId, Message, SigningAlgorithm, MessageType: "DIGEST" }), {
        name: "ValidationException",
      });
      await assert.rejects(kms.generateMac({ KeyId, Message, MacAlgorithm: "HMAC_SHA_256" }), {
        name: "InvalidKeyUsageException",
      });
    });
  }

  for (const bits of ["224", "256", "384", "512"]) {
    it(`codes of HMAC_${bits} are valid for their message alone`, async () => {
      const MacAlgorithm = `HMAC_SHA_${bits}` as MacAlgorithmSpec;
      const { KeyMetadata } = await kms.createKey({
        KeySpec: `HMAC_${bits}` as KeySpec,
        KeyUsage: "GENERATE_VERIFY_MAC",
      });
      const KeyId = KeyMetadata!.Arn;
      const { Mac } = await kms.generateMac({ KeyId, Message, MacAlgorithm });
      assert.equal(Mac?.byteLength, Number(bits) / 8);
      assert.equal((await kms.verifyMac({ KeyId, Message, Mac, MacAlgorithm })).MacValid, true);
      const other = { KeyId, Message: Buffer.from("another"), Mac, MacAlgorithm };
      await assert.rejects(kms.verifyMac(other), { name: "KMSInvalidMacException" });
      const nothing = kms.generateMac({ KeyId, Message, MacAlgorithm: "HMAC_SHA_1" as MacAlgorithmSpec });
      await assert.rejects(nothing, { name: "ValidationException" });
      const wrong = bits === "512" ? "HMAC_SHA_256" : "HMAC_SHA_512";
      await assert.rejects(kms.generateMac({ KeyId, Message, MacAlgorithm: wrong }), {
        name: "InvalidKeyUsageException",
      });
    });
  }

  it("agree with another key on a secret", async () => {
    const { KeyMetadata } = await kms.createKey({ KeySpec: "ECC_NIST_P256", KeyUsage: "KEY_AGREEMENT" });
    const KeyId = KeyMetadata!.KeyId;
    const own = createPublicKey({
      key: Buffer.from((await kms.getPublicKey({ KeyId })).PublicKey!),
      format: "der",
      type: "spki",
    });
    const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const theirs = publicKey.export({ format: "der", type: "spki" });
    const derive = (PublicKey: Buffer) => kms.deriveSharedSecret({ KeyId, PublicKey, KeyAgreementAlgorithm: "ECDH" });
    const { SharedSecret } = await derive(theirs);
    assert.deepEqual(Buffer.from(SharedSecret!), diffieHellman({ privateKey, publicKey: own }));
    await assert.rejects(derive(Buffer.from("no key")), { name: "ValidationException" });
  });
});
