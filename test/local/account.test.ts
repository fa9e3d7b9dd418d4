import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import { prepareAccount } from "../../bootstrap/localAccount.ts";

describe("The local account", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  it("is prepared in each region that a program is brought up in, with one role", async () => {
    const regions = ["us-east-1", "eu-west-1", "eu-west-1"];
    for (const region of regions) {
      await prepareAccount(test.cloud.in(region));
      const { cloudwatchRoleArn } = await test.cloud.in(region).call("apigateway", "GetAccount", {});
      assert.equal(cloudwatchRoleArn, "arn:aws:iam::000000000000:role/apigateway-logs");
    }
    const { PolicyNames } = await test.cloud.call("iam", "ListRolePolicies", { RoleName: "apigateway-logs" });
    assert.deepEqual(PolicyNames, ["apigateway-logs-eu-west-1", "apigateway-logs-us-east-1"]);
  });
});
