import assert from "node:assert/strict";
import { type KeyMetadata, KMS } from "@aws-sdk/client-kms";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const account = "000000000000";

describe("KMS", () => {
  let test: TestCloud;
  let kms: KMS;
  before(async () => {
    test = await startCloud();
    kms = test.client(KMS);
  });
  after(() => test.stop());

  const made = async (input: object = {}): Promise<KeyMetadata & { KeyId: string; Arn: string }> =>
    (await kms.createKey(input)).KeyMetadata as KeyMetadata & { KeyId: string; Arn: string };
  const state = async (KeyId: string) => (await kms.describeKey({ KeyId })).KeyMetadata?.KeyState;

  it("describes a key as AWS does, with the policy that it has of itself", async () => {
    const { CurrentKeyMaterialId, ...described } = await made({ Description: "ours" });
    assert.match(CurrentKeyMaterialId ?? "", /^[\da-f]{64}$/);
    const { KeyId, Arn, CreationDate, ...rest } = described;
    assert.match(Arn, /^arn:aws:kms:us-east-1:000000000000:key\/[\w-]{36}$/);
    assert.deepEqual(rest, {
      AWSAccountId: account,
      Enabled: true,
      Description: "ours",
      KeyUsage: "ENCRYPT_DECRYPT",
      CustomerMasterKeySpec: "SYMMETRIC_DEFAULT",
      KeySpec: "SYMMETRIC_DEFAULT",
      EncryptionAlgorithms: ["SYMMETRIC_DEFAULT"],
      KeyState: "Enabled",
      Origin: "AWS_KMS",
      KeyManager: "CUSTOMER",
      MultiRegion: false,
    });
    const { KeyMetadata } = await kms.describeKey({ KeyId });
    assert.deepEqual(KeyMetadata, { CurrentKeyMaterialId, ...described });
    const { Policy = "", PolicyName } = await kms.getKeyPolicy({ KeyId });
    assert.equal(PolicyName, "default");
    assert.deepEqual(JSON.parse(Policy).Statement[0].Principal, { AWS: `arn:aws:iam::${account}:root` });
  });

  it("makes keys of other kinds, and of many regions", async () => {
    const rsa = await made({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" });
    assert.equal(rsa.SigningAlgorithms?.length, 6);
    assert.equal(rsa.EncryptionAlgorithms, undefined);
    assert.deepEqual((await made({ KeySpec: "HMAC_256", KeyUsage: "GENERATE_VERIFY_MAC" })).MacAlgorithms, [
      "HMAC_SHA_256",
    ]);
    const many = await made({ MultiRegion: true });
    assert.match(many.KeyId, /^mrk-[0-9a-f]{32}$/);
    assert.deepEqual(many.MultiRegionConfiguration, {
      MultiRegionKeyType: "PRIMARY",
      PrimaryKey: { Arn: many.Arn, Region: "us-east-1" },
      ReplicaKeys: [],
    });
  });

  it("knows a key by its id, its ARN, its alias and the alias's ARN", async () => {
    const { KeyId, Arn } = await made();
    await kms.createAlias({ AliasName: "alias/ours", TargetKeyId: KeyId });
    for (const one of [KeyId, Arn, "alias/ours", Arn.replace(`key/${KeyId}`, "alias/ours")])
      assert.equal((await kms.describeKey({ KeyId: one })).KeyMetadata?.KeyId, KeyId);
  });

  it("lists aliases, moves and deletes them", async () => {
    const [first, second] = [await made(), await made()];
    await kms.createAlias({ AliasName: "alias/moved", TargetKeyId: first.KeyId });
    const { Aliases = [] } = await kms.listAliases({ KeyId: first.KeyId });
    assert.deepEqual(
      Aliases.map(({ AliasName, AliasArn, TargetKeyId }) => [AliasName, AliasArn, TargetKeyId]),
      [["alias/moved", `arn:aws:kms:us-east-1:${account}:alias/moved`, first.KeyId]],
    );
    await kms.updateAlias({ AliasName: "alias/moved", TargetKeyId: second.Arn });
    assert.deepEqual((await kms.listAliases({ KeyId: first.KeyId })).Aliases, []);
    assert.equal((await kms.describeKey({ KeyId: "alias/moved" })).KeyMetadata?.KeyId, second.KeyId);
    await kms.deleteAlias({ AliasName: "alias/moved" });
    await assert.rejects(kms.describeKey({ KeyId: "alias/moved" }), { name: "NotFoundException" });
    await assert.rejects(kms.deleteAlias({ AliasName: "alias/moved" }), { name: "NotFoundException" });
  });

  it("pages through aliases", async () => {
    const { KeyId } = await made();
    for (const name of ["alias/a", "alias/b", "alias/c"])
      await kms.createAlias({ AliasName: name, TargetKeyId: KeyId });
    const first = await kms.listAliases({ KeyId, Limit: 2 });
    assert.equal(first.Truncated, true);
    const second = await kms.listAliases({ KeyId, Limit: 2, Marker: first.NextMarker as string });
    assert.deepEqual([second.Truncated, second.Aliases?.map(({ AliasName }) => AliasName)], [false, ["alias/c"]]);
  });

  it("keeps tags", async () => {
    const { KeyId } = await made({ Tags: [{ TagKey: "a", TagValue: "1" }] });
    await kms.tagResource({ KeyId, Tags: [{ TagKey: "b", TagValue: "2" }] });
    await kms.untagResource({ KeyId, TagKeys: ["a"] });
    assert.deepEqual((await kms.listResourceTags({ KeyId })).Tags, [{ TagKey: "b", TagValue: "2" }]);
    await assert.rejects(kms.tagResource({ KeyId, Tags: [{ TagKey: "aws:x", TagValue: "" }] }), {
      name: "TagException",
    });
  });

  it("turns rotation on and off, with its period", async () => {
    const { KeyId, Arn } = await made();
    const status = async () => {
      const { $metadata, NextRotationDate, ...rest } = await kms.getKeyRotationStatus({ KeyId });
      return rest;
    };
    assert.deepEqual(await status(), { KeyId: Arn, KeyRotationEnabled: false });
    await kms.enableKeyRotation({ KeyId, RotationPeriodInDays: 90 });
    assert.deepEqual(await status(), { KeyId: Arn, KeyRotationEnabled: true, RotationPeriodInDays: 90 });
    await kms.disableKeyRotation({ KeyId });
    assert.deepEqual(await status(), { KeyId: Arn, KeyRotationEnabled: false });
    const { KeyId: rsa } = await made({ KeySpec: "RSA_2048", KeyUsage: "SIGN_VERIFY" });
    await assert.rejects(kms.enableKeyRotation({ KeyId: rsa }), { name: "UnsupportedOperationException" });
  });

  it("gives a key up after a time, within which it can be had back", async () => {
    const { KeyId, Arn } = await made();
    await kms.disableKey({ KeyId });
    assert.equal(await state(KeyId), "Disabled");
    const { $metadata, DeletionDate, ...answer } = await kms.scheduleKeyDeletion({ KeyId, PendingWindowInDays: 7 });
    assert.deepEqual(answer, { KeyId: Arn, KeyState: "PendingDeletion", PendingWindowInDays: 7 });
    assert.ok(DeletionDate);
    await assert.rejects(kms.enableKey({ KeyId }), {
      name: "KMSInvalidStateException",
      message: `${Arn} is pending deletion.`,
    });
    await kms.cancelKeyDeletion({ KeyId });
    assert.equal(await state(KeyId), "Disabled");
    await kms.enableKey({ KeyId });
    assert.equal(await state(KeyId), "Enabled");
  });

  it("forgets a key, and its aliases, when its time is over", async () => {
    const { KeyId } = await made();
    await kms.createAlias({ AliasName: "alias/over", TargetKeyId: KeyId });
    const keys = test.cloud.store.collection<object>("kms.keys");
    keys.put(KeyId, { ...keys.get(KeyId), deletion: Date.now() - 1 });
    await assert.rejects(kms.describeKey({ KeyId }), { name: "NotFoundException" });
    const { Aliases = [] } = await kms.listAliases({});
    assert.ok(!Aliases.some(({ AliasName }) => AliasName === "alias/over"));
  });

  it("finds the aliases of states that knew no more of them than their keys", async () => {
    const { KeyId } = await made();
    test.cloud.store.collection<string>("kms.aliases").put("alias/old", KeyId);
    assert.equal((await kms.describeKey({ KeyId: "alias/old" })).KeyMetadata?.KeyId, KeyId);
  });

  it("refuses what is not there, taken, reserved or malformed", async () => {
    await assert.rejects(kms.describeKey({ KeyId: "nobody" }), { name: "NotFoundException" });
    const { KeyId: TargetKeyId } = await made();
    await kms.createAlias({ AliasName: "alias/taken", TargetKeyId });
    for (const [AliasName, name] of [
      ["alias/taken", "AlreadyExistsException"],
      ["alias/aws/mine", "NotAuthorizedException"],
      ["taken", "ValidationException"],
    ] as const)
      await assert.rejects(kms.createAlias({ AliasName, TargetKeyId }), { name });
    await assert.rejects(made({ Policy: "{" }), { name: "MalformedPolicyDocumentException" });
    await assert.rejects(made({ KeySpec: "HMAC_256" }), { name: "ValidationException" });
    await assert.rejects(kms.scheduleKeyDeletion({ KeyId: TargetKeyId, PendingWindowInDays: 1 }), {
      name: "ValidationException",
    });
  });
});
