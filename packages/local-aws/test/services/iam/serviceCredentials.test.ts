import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("IAM service-specific credentials", () => {
  let test: TestCloud;
  let iam: IAM;
  before(async () => {
    test = await startCloud();
    iam = test.client(IAM);
  });
  after(() => test.stop());

  it("show their password when they are made and reset, two a service, and keep their user", async () => {
    const UserName = "developer";
    const ServiceName = "codecommit.amazonaws.com";
    await iam.createUser({ UserName });
    const { ServiceSpecificCredential: made } = await iam.createServiceSpecificCredential({ UserName, ServiceName });
    const ServiceSpecificCredentialId = made?.ServiceSpecificCredentialId;
    assert.equal(made?.ServiceUserName, "developer-at-000000000000");
    assert.ok(made?.ServicePassword);
    await iam.updateServiceSpecificCredential({ UserName, ServiceSpecificCredentialId, Status: "Inactive" });
    const { ServicePassword, ...shown } = made;
    const listed = await iam.listServiceSpecificCredentials({ UserName });
    assert.deepEqual(listed.ServiceSpecificCredentials, [{ ...shown, Status: "Inactive" }]);
    const again = await iam.resetServiceSpecificCredential({ UserName, ServiceSpecificCredentialId });
    assert.notEqual(again.ServiceSpecificCredential?.ServicePassword, ServicePassword);
    await iam.createServiceSpecificCredential({ UserName, ServiceName });
    await assert.rejects(iam.createServiceSpecificCredential({ UserName, ServiceName }), {
      name: "LimitExceededException",
    });
    await assert.rejects(iam.deleteUser({ UserName }), { name: "DeleteConflictException" });
    await iam.deleteServiceSpecificCredential({ UserName, ServiceSpecificCredentialId });
    await assert.rejects(iam.deleteServiceSpecificCredential({ UserName, ServiceSpecificCredentialId }), {
      name: "NoSuchEntityException",
      message: `No such credential ${ServiceSpecificCredentialId} exists`,
    });
  });
});
