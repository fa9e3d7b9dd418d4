import assert from "node:assert/strict";
import { defaultKeyPolicy } from "local-aws/service";
import { startCloud, type TestCloud } from "local-aws/testing";
import type { Properties } from "../../src/engine/provider.ts";
import { TestResource } from "../../testing/resource.ts";
import { make } from "./support/made.ts";

describe("grants and policies of a key", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud({ region: "eu-west-1" });
  });
  after(() => test.stop());

  it("let a role in, and are taken away", async () => {
    const { roleArn } = await test.mintRole([], { name: "reader", trust: "lambda.amazonaws.com" });
    const key = new TestResource(test.cloud, "aws:kms/key:Key");
    await key.create({});
    const keyId = key.id;
    const inputs = { keyId, granteePrincipal: roleArn, operations: ["Decrypt"] };
    const constraints = [{ encryptionContextSubset: { team: "data" } }];
    const grant = await make(test.cloud, "kms.Grant", { ...inputs, constraints });
    assert.equal(grant.id, `${keyId}:${grant.outputs.grantId}`);
    const { Grants } = await test.cloud.call<{ Grants: Properties[] }>("kms", "ListGrants", { KeyId: keyId });
    assert.deepEqual(
      Grants.map((one) => [one.Operations, one.Constraints]),
      [[["Decrypt"], { EncryptionContextSubset: { team: "data" } }]],
    );
    assert.deepEqual((await grant.diff({ ...inputs, operations: ["Encrypt"] })).replaces.sort(), [
      "constraints",
      "operations",
    ]);
    await grant.delete();
    assert.equal(await grant.read(), undefined);

    const root = { AWS: "arn:aws:iam::000000000000:root" };
    const Statement = [{ Sid: "Own", Effect: "Allow", Principal: root, Action: "kms:*", Resource: "*" }];
    const policy = JSON.stringify({ Version: "2012-10-17", Statement });
    const policies = await make(test.cloud, "kms.KeyPolicy", { keyId, policy });
    const now = async () => String((await test.cloud.call<Properties>("kms", "GetKeyPolicy", { KeyId: keyId })).Policy);
    assert.equal(JSON.parse(await now()).Statement[0].Sid, "Own");
    await policies.delete();
    assert.deepEqual(JSON.parse(await now()), JSON.parse(String(defaultKeyPolicy("000000000000"))));
  });
});
