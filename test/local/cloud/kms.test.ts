import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "../support/cloud.ts";

interface Described {
  KeyMetadata: { KeyId: string; Arn: string; KeyState: string; Enabled: boolean };
}

describe("KMS", () => {
  let test: TestCloud;
  const call = <Output = Record<string, unknown>>(operation: string, input: object) =>
    test.cloud.call<Output>("kms", operation, input);
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  it("knows a key by its id, its ARN and its alias, from its creation to its end", async () => {
    const { KeyMetadata } = await call<Described>("CreateKey", { Description: "ours", Policy: "{}" });
    const { KeyId, Arn } = KeyMetadata;
    assert.match(Arn, /^arn:aws:kms:us-east-1:000000000000:key\/[\w-]{36}$/);
    await call("CreateAlias", { AliasName: "alias/ours", TargetKeyId: KeyId });
    await call("EnableKeyRotation", { KeyId: Arn });
    assert.deepEqual(await call("GetKeyRotationStatus", { KeyId: "alias/ours" }), { KeyRotationEnabled: true });
    await call("DisableKey", { KeyId });
    assert.equal((await call<Described>("DescribeKey", { KeyId })).KeyMetadata.KeyState, "Disabled");
    await call("ScheduleKeyDeletion", { KeyId, PendingWindowInDays: 7 });
    assert.equal((await call<Described>("DescribeKey", { KeyId })).KeyMetadata.KeyState, "PendingDeletion");
  });

  it("refuses a key that is not there, and an alias that is taken", async () => {
    await assert.rejects(call("DescribeKey", { KeyId: "nobody" }), { name: "NotFoundException" });
    const { KeyMetadata } = await call<Described>("CreateKey", {});
    const alias = { AliasName: "alias/taken", TargetKeyId: KeyMetadata.KeyId };
    await call("CreateAlias", alias);
    await assert.rejects(call("CreateAlias", alias), { name: "AlreadyExistsException" });
  });
});
