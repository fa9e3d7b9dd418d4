import assert from "node:assert/strict";
import { Lab } from "../../../testing/codedeploy.ts";

describe("tags of CodeDeploy", () => {
  let lab: Lab;
  before(async () => {
    lab = await Lab.start();
  });
  after(() => lab.test.stop());

  const arn = (rest: string) => `arn:aws:codedeploy:us-east-1:000000000000:${rest}`;
  const tags = async (ResourceArn: string) => (await lab.codedeploy.listTagsForResource({ ResourceArn })).Tags;

  it("are kept of applications and groups, from their creation on", async () => {
    const mine = [{ Key: "a", Value: "1" }];
    await lab.codedeploy.createApplication({ applicationName: "tagged", computePlatform: "Lambda", tags: mine });
    assert.deepEqual(await tags(arn("application:tagged")), mine);
    const group = await lab.group("AllAtOnce", { tags: mine });
    for (const ResourceArn of [arn("application:tagged"), arn(`deploymentgroup:app/${group}`)]) {
      await lab.codedeploy.tagResource({ ResourceArn, Tags: [{ Key: "b", Value: "2" }] });
      await lab.codedeploy.untagResource({ ResourceArn, TagKeys: ["a"] });
      assert.deepEqual(await tags(ResourceArn), [{ Key: "b", Value: "2" }]);
    }
  });

  it("stay when a group is changed, and are no part of what it shows", async () => {
    const name = await lab.group("AllAtOnce", { tags: [{ Key: "a", Value: "1" }] });
    await lab.codedeploy.updateDeploymentGroup({ applicationName: "app", currentDeploymentGroupName: name });
    assert.deepEqual(await tags(arn(`deploymentgroup:app/${name}`)), [{ Key: "a", Value: "1" }]);
    const shown = await lab.test.cloud.call<{ deploymentGroupInfo: object }>("codedeploy", "GetDeploymentGroup", {
      applicationName: "app",
      deploymentGroupName: name,
    });
    assert.ok(!("tags" in shown.deploymentGroupInfo));
  });

  it("go with an application that gets another name, as its groups do", async () => {
    const tagged = [{ Key: "a", Value: "1" }];
    await lab.codedeploy.createApplication({ applicationName: "named", computePlatform: "Lambda", tags: tagged });
    const group = { applicationName: "named", deploymentGroupName: "g", serviceRoleArn: lab.serviceRole };
    await lab.codedeploy.createDeploymentGroup(group);
    await lab.codedeploy.updateApplication({ applicationName: "named", newApplicationName: "renamed" });
    assert.deepEqual(await tags(arn("application:renamed")), tagged);
    const { deploymentGroupInfo } = await lab.codedeploy.getDeploymentGroup({ ...group, applicationName: "renamed" });
    assert.equal(deploymentGroupInfo?.applicationName, "renamed");
    await assert.rejects(lab.codedeploy.getApplication({ applicationName: "named" }), {
      name: "ApplicationDoesNotExistException",
    });
    await assert.rejects(lab.codedeploy.updateApplication({ applicationName: "renamed", newApplicationName: "app" }), {
      name: "ApplicationAlreadyExistsException",
    });
  });

  it("are refused of what is not there, or has none", async () => {
    await assert.rejects(tags(arn("application:nobody")), { name: "ApplicationDoesNotExistException" });
    await assert.rejects(tags(arn("deploymentgroup:app/nobody")), { name: "DeploymentGroupDoesNotExistException" });
    await assert.rejects(tags(arn("deploymentconfig:mine")), { name: "ArnNotSupportedException" });
    await assert.rejects(tags("mine"), { name: "InvalidArnException" });
  });
});
