import assert from "node:assert/strict";
import * as codedeploy from "@aws-sdk/client-codedeploy";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

describe("resources of CodeDeploy", () => {
  let test: TestCloud;
  let client: codedeploy.CodeDeploy;
  let serviceRoleArn: string;
  const thing = (type: string) =>
    new TestResource(test.cloud, `aws:codedeploy/${type[0]!.toLowerCase()}${type.slice(1)}:${type}`);

  before(async () => {
    test = await startCloud();
    client = test.client(codedeploy.CodeDeploy);
    const trust = "codedeploy.amazonaws.com";
    ({ roleArn: serviceRoleArn } = await test.mintRole([], { name: "deployer", trust }));
  });
  after(() => test.stop());

  it("make an application for Lambda, and no other", async () => {
    const application = thing("Application");
    assert.match((await application.failures({})).join(), /computePlatform: is "Server"; allowed are Lambda/);
    const { name, arn } = await application.create({ computePlatform: "Lambda" });
    assert.equal(arn, `arn:aws:codedeploy:us-east-1:000000000000:application:${name}`);
    assert.equal((await application.read())?.id, name);
    await application.delete();
    assert.equal(await application.read(), undefined);
  });

  it("make a deployment group, and change what it watches", async () => {
    const { name: appName } = await thing("Application").create({ computePlatform: "Lambda" });
    const group = thing("DeploymentGroup");
    const inputs = { appName, deploymentGroupName: "hello", serviceRoleArn };
    const { arn } = await group.create({ ...inputs, alarmConfiguration: { enabled: true, alarms: ["red"] } });
    assert.equal(arn, `arn:aws:codedeploy:us-east-1:000000000000:deploymentgroup:${appName}/hello`);
    const find = async () =>
      (await client.getDeploymentGroup({ applicationName: String(appName), deploymentGroupName: "hello" }))
        .deploymentGroupInfo;
    assert.deepEqual((await find())?.alarmConfiguration?.alarms, [{ name: "red" }]);
    assert.equal((await find())?.deploymentConfigName, "CodeDeployDefault.LambdaAllAtOnce");

    await group.update({
      ...inputs,
      deploymentConfigName: "CodeDeployDefault.LambdaCanary10Percent5Minutes",
      autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE"] },
    });
    const changed = await find();
    assert.deepEqual(changed?.alarmConfiguration?.alarms, []);
    assert.deepEqual(changed?.autoRollbackConfiguration?.events, ["DEPLOYMENT_FAILURE"]);
    assert.equal(changed?.deploymentConfigName, "CodeDeployDefault.LambdaCanary10Percent5Minutes");
    assert.deepEqual((await group.diff({ ...inputs, appName: "other" })).replaces, ["appName"]);
    await group.delete();
    assert.equal(await group.read(), undefined);
  });

  it("refuse an event of rollback that is none", async () => {
    const inputs = { appName: "a", deploymentGroupName: "b", serviceRoleArn };
    const [failure] = await thing("DeploymentGroup").failures({
      ...inputs,
      autoRollbackConfiguration: { enabled: true, events: ["MOON_IS_FULL"] },
    });
    assert.match(failure ?? "", /autoRollbackConfiguration.events: is "MOON_IS_FULL"; allowed are DEPLOYMENT_FAILURE/);
  });

  it("make a configuration, which every change replaces", async () => {
    const config = thing("DeploymentConfig");
    const linear = (percentage: number) => ({
      computePlatform: "Lambda",
      trafficRoutingConfig: { type: "TimeBasedLinear", timeBasedLinear: { percentage, interval: 2 } },
    });
    const { deploymentConfigName } = await config.create(linear(25));
    const { deploymentConfigInfo } = await client.getDeploymentConfig({
      deploymentConfigName: String(deploymentConfigName),
    });
    assert.deepEqual(deploymentConfigInfo?.trafficRoutingConfig?.timeBasedLinear, {
      linearPercentage: 25,
      linearInterval: 2,
    });
    assert.deepEqual((await config.diff(linear(20))).replaces, ["trafficRoutingConfig"]);
    await config.delete();
    assert.equal(await config.read(), undefined);
  });
});
