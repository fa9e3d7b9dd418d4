import assert from "node:assert/strict";
import { IAM } from "@aws-sdk/client-iam";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("IAM service-linked roles", () => {
  let test: TestCloud;
  let iam: IAM;
  before(async () => {
    test = await startCloud();
    iam = test.client(IAM);
  });
  after(() => test.stop());

  for (const [AWSServiceName, RoleName, PolicyName] of [
    ["ecs.amazonaws.com", "AWSServiceRoleForECS", "AmazonECSServiceRolePolicy"],
    ["ops.apigateway.amazonaws.com", "AWSServiceRoleForAPIGateway", "APIGatewayServiceRolePolicy"],
  ] as const) {
    it(`are made for ${AWSServiceName}, once, and deleted`, async () => {
      const { Role } = await iam.createServiceLinkedRole({ AWSServiceName, Description: "for it" });
      assert.equal(Role?.Arn, `arn:aws:iam::000000000000:role/aws-service-role/${AWSServiceName}/${RoleName}`);
      assert.ok(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? "").includes(AWSServiceName));
      const { AttachedPolicies } = await iam.listAttachedRolePolicies({ RoleName });
      const PolicyArn = `arn:aws:iam::aws:policy/aws-service-role/${PolicyName}`;
      assert.deepEqual(AttachedPolicies, [{ PolicyName, PolicyArn }]);
      await assert.rejects(iam.createServiceLinkedRole({ AWSServiceName }), { name: "InvalidInputException" });
      const { DeletionTaskId } = await iam.deleteServiceLinkedRole({ RoleName });
      assert.equal((await iam.getServiceLinkedRoleDeletionStatus({ DeletionTaskId })).Status, "SUCCEEDED");
      await assert.rejects(iam.getRole({ RoleName }), { name: "NoSuchEntityException" });
    });
  }

  it("have a suffix where their service allows one", async () => {
    const { Role } = await iam.createServiceLinkedRole({
      AWSServiceName: "autoscaling.amazonaws.com",
      CustomSuffix: "mine",
    });
    assert.equal(Role?.RoleName, "AWSServiceRoleForAutoScaling_mine");
    await assert.rejects(iam.createServiceLinkedRole({ AWSServiceName: "ecs.amazonaws.com", CustomSuffix: "mine" }), {
      name: "InvalidInputException",
      message: "Custom suffix is not allowed for ecs.amazonaws.com",
    });
    await assert.rejects(iam.createServiceLinkedRole({ AWSServiceName: "nobody.amazonaws.com" }), {
      name: "NoSuchEntityException",
    });
  });

  it("are not deleted as other roles are, nor others as they are", async () => {
    await iam.createRole({
      RoleName: "plain",
      AssumeRolePolicyDocument: JSON.stringify({
        Version: "2012-10-17",
        Statement: { Effect: "Allow", Principal: { Service: "lambda.amazonaws.com" }, Action: "sts:AssumeRole" },
      }),
    });
    await assert.rejects(iam.deleteServiceLinkedRole({ RoleName: "plain" }), { name: "NoSuchEntityException" });
  });
});
