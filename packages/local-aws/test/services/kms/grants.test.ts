import assert from "node:assert/strict";
import { KMS } from "@aws-sdk/client-kms";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("KMS grants", () => {
  let test: TestCloud;
  let kms: KMS;
  let KeyId: string;
  const Plaintext = Buffer.from("text");
  before(async () => {
    test = await startCloud();
    kms = test.client(KMS);
  });
  beforeEach(async () => {
    KeyId = (await kms.createKey({})).KeyMetadata?.KeyId as string;
  });
  after(() => test.stop());

  const someone = async () => {
    const { roleArn, credentials } = await test.mintRole();
    return { roleArn, kms: test.client(KMS, { credentials }) };
  };

  it("let a principal do what they name, until they are revoked", async () => {
    const { roleArn, kms: theirs } = await someone();
    await assert.rejects(theirs.encrypt({ KeyId, Plaintext }), { name: "AccessDeniedException" });
    const { GrantId } = await kms.createGrant({ KeyId, GranteePrincipal: roleArn, Operations: ["Encrypt"] });
    const { CiphertextBlob } = await theirs.encrypt({ KeyId, Plaintext });
    await assert.rejects(theirs.decrypt({ CiphertextBlob }), { name: "AccessDeniedException" });
    await kms.revokeGrant({ KeyId, GrantId });
    await assert.rejects(theirs.encrypt({ KeyId, Plaintext }), { name: "AccessDeniedException" });
    await assert.rejects(kms.revokeGrant({ KeyId, GrantId }), { name: "NotFoundException" });
  });

  it("hold for an encryption context", async () => {
    const { roleArn, kms: theirs } = await someone();
    const grant = (Constraints: object) =>
      kms.createGrant({ KeyId, GranteePrincipal: roleArn, Operations: ["Encrypt"], Constraints });
    const encrypt = (EncryptionContext: Record<string, string>) =>
      theirs.encrypt({ KeyId, Plaintext, EncryptionContext });
    await grant({ EncryptionContextSubset: { a: "1" } });
    await encrypt({ a: "1", b: "2" });
    await assert.rejects(encrypt({ b: "2" }), { name: "AccessDeniedException" });
    const [{ GrantId } = {}] = (await kms.listGrants({ KeyId })).Grants ?? [];
    await kms.revokeGrant({ KeyId, GrantId });
    await grant({ EncryptionContextEquals: { a: "1" } });
    await encrypt({ a: "1" });
    await assert.rejects(encrypt({ a: "1", b: "2" }), { name: "AccessDeniedException" });
  });

  it("are listed, and made once by a name", async () => {
    const { roleArn } = await someone();
    const input = {
      KeyId,
      Name: "n",
      GranteePrincipal: roleArn,
      Operations: ["Decrypt" as const],
      RetiringPrincipal: roleArn,
    };
    const { GrantId } = await kms.createGrant(input);
    assert.equal((await kms.createGrant(input)).GrantId, GrantId);
    const [{ CreationDate, ...entry } = {}, ...more] = (await kms.listGrants({ KeyId })).Grants ?? [];
    assert.deepEqual(more, []);
    assert.ok(CreationDate);
    assert.deepEqual(entry, {
      KeyId: `arn:aws:kms:us-east-1:000000000000:key/${KeyId}`,
      GrantId,
      Name: "n",
      GranteePrincipal: roleArn,
      RetiringPrincipal: roleArn,
      IssuingAccount: "arn:aws:iam::000000000000:root",
      Operations: ["Decrypt"],
    });
    const retirable = await kms.listRetirableGrants({ RetiringPrincipal: roleArn });
    assert.deepEqual(
      retirable.Grants?.map((one) => one.GrantId),
      [GrantId],
    );
  });

  it("are retired by those whom they name, or by their token's holder who may", async () => {
    const { roleArn, kms: theirs } = await someone();
    const input = { KeyId, GranteePrincipal: roleArn, Operations: ["Decrypt" as const] };
    const { GrantToken } = await kms.createGrant(input);
    await assert.rejects(theirs.retireGrant({ GrantToken }), { name: "AccessDeniedException" });
    const named = await kms.createGrant({ ...input, RetiringPrincipal: roleArn });
    await theirs.retireGrant({ KeyId: `arn:aws:kms:us-east-1:000000000000:key/${KeyId}`, GrantId: named.GrantId });
    await kms.retireGrant({ GrantToken });
    assert.deepEqual((await kms.listGrants({ KeyId })).Grants, []);
    await assert.rejects(kms.retireGrant({ GrantToken }), { name: "InvalidGrantTokenException" });
  });

  for (const [input, name] of [
    [{ GranteePrincipal: "nobody" }, "InvalidArnException"],
    [{ Operations: ["ScheduleKeyDeletion"] }, "ValidationException"],
    [{ Operations: [] }, "ValidationException"],
    [{ Name: "a b" }, "ValidationException"],
    [{ DryRun: true }, "DryRunOperationException"],
  ] as const) {
    it(`are refused: ${JSON.stringify(input)}`, async () => {
      const whole = { KeyId, GranteePrincipal: "arn:aws:iam::000000000000:root", Operations: ["Decrypt"], ...input };
      await assert.rejects(kms.createGrant(whole as never), { name });
    });
  }
});
