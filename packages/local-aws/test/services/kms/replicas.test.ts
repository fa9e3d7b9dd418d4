import assert from "node:assert/strict";
import { KMS } from "@aws-sdk/client-kms";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("KMS keys of several regions", () => {
  let test: TestCloud;
  let here: KMS;
  let there: KMS;
  before(async () => {
    test = await startCloud();
    here = test.client(KMS);
    there = test.client(KMS, { config: { region: "eu-west-1" } });
  });
  after(() => test.stop());

  it("decrypt in one what was encrypted in another, and know their primary", async () => {
    const KeyId = (await here.createKey({ MultiRegion: true })).KeyMetadata?.KeyId as string;
    await assert.rejects(there.describeKey({ KeyId }), { name: "NotFoundException" });
    const { ReplicaKeyMetadata } = await here.replicateKey({ KeyId, ReplicaRegion: "eu-west-1" });
    assert.equal(ReplicaKeyMetadata?.Arn, `arn:aws:kms:eu-west-1:000000000000:key/${KeyId}`);
    const { CiphertextBlob } = await here.encrypt({ KeyId, Plaintext: Buffer.from("text") });
    assert.equal(Buffer.from((await there.decrypt({ CiphertextBlob })).Plaintext!).toString(), "text");
    const roles = async () =>
      Promise.all(
        [here, there].map(
          async (kms) => (await kms.describeKey({ KeyId })).KeyMetadata?.MultiRegionConfiguration?.MultiRegionKeyType,
        ),
      );
    assert.deepEqual(await roles(), ["PRIMARY", "REPLICA"]);
    await assert.rejects(here.replicateKey({ KeyId, ReplicaRegion: "eu-west-1" }), { name: "AlreadyExistsException" });
    await assert.rejects(there.replicateKey({ KeyId, ReplicaRegion: "us-west-2" }), {
      name: "UnsupportedOperationException",
    });
    await here.updatePrimaryRegion({ KeyId, PrimaryRegion: "eu-west-1" });
    assert.deepEqual(await roles(), ["REPLICA", "PRIMARY"]);
  });

  it("are those that were made for it", async () => {
    const KeyId = (await here.createKey({})).KeyMetadata?.KeyId;
    await assert.rejects(here.replicateKey({ KeyId, ReplicaRegion: "eu-west-1" }), {
      name: "UnsupportedOperationException",
    });
  });
});

it("KMS has a key for each service of AWS, which is not deleted", async () => {
  const test = await startCloud();
  try {
    const kms = test.client(KMS);
    const { KeyMetadata } = await kms.describeKey({ KeyId: "alias/aws/s3" });
    assert.equal(KeyMetadata?.KeyManager, "AWS");
    assert.equal((await kms.describeKey({ KeyId: "alias/aws/s3" })).KeyMetadata?.KeyId, KeyMetadata?.KeyId);
    await assert.rejects(kms.scheduleKeyDeletion({ KeyId: KeyMetadata?.KeyId }), {
      name: "UnsupportedOperationException",
    });
  } finally {
    await test.stop();
  }
});
