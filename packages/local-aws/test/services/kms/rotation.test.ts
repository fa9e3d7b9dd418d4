import assert from "node:assert/strict";
import { KMS } from "@aws-sdk/client-kms";
import { startCloud } from "../../../testing/cloud.ts";

it("a key that is rotated on demand decrypts what was encrypted before, and encrypts anew", async () => {
  const test = await startCloud();
  try {
    const kms = test.client(KMS);
    const { KeyMetadata } = await kms.createKey({});
    const KeyId = KeyMetadata!.KeyId!;
    const ciphertexts: Uint8Array[] = [];
    for (const text of ["before", "between", "after"]) {
      ciphertexts.push((await kms.encrypt({ KeyId, Plaintext: Buffer.from(text) })).CiphertextBlob!);
      assert.equal((await kms.rotateKeyOnDemand({ KeyId })).KeyId, KeyMetadata!.Arn);
    }
    const opened: string[] = [];
    for (const CiphertextBlob of ciphertexts)
      opened.push(Buffer.from((await kms.decrypt({ CiphertextBlob })).Plaintext!).toString());
    assert.deepEqual(opened, ["before", "between", "after"]);
    const now = (await kms.describeKey({ KeyId })).KeyMetadata!;
    assert.notEqual(now.CurrentKeyMaterialId, KeyMetadata!.CurrentKeyMaterialId);
    assert.equal((await kms.listKeyRotations({ KeyId })).Rotations?.length, 3);
    const changed = Buffer.from(ciphertexts[0]!);
    changed[changed.length - 1]! ^= 1;
    await assert.rejects(kms.decrypt({ CiphertextBlob: changed }), { name: "InvalidCiphertextException" });
    const signing = await kms.createKey({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" });
    await assert.rejects(kms.rotateKeyOnDemand({ KeyId: signing.KeyMetadata!.KeyId }), {
      name: "UnsupportedOperationException",
    });
  } finally {
    await test.stop();
  }
});
