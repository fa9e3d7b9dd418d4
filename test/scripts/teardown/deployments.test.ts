import assert from "node:assert/strict";
import { appSpec, Lab } from "local-aws/testing";
import { deployments } from "../../../scripts/teardown/deployments.ts";
import type { Doomed } from "../../../scripts/teardown/stack.ts";

describe("deployments of a stack that is taken down", function () {
  this.timeout(30_000);

  it("are stopped, and their traffic goes back", async () => {
    const lab = await Lab.start();
    try {
      const name = await lab.versions();
      const group = await lab.group("Linear10PercentEvery10Minutes");
      const id = await lab.deploy(group, appSpec(name));
      const { cloud, origin } = lab.test;
      const stack: Doomed = {
        name: "prod",
        client: {
          region: cloud.region,
          endpoint: origin,
          credentials: { accessKeyId: "test", secretAccessKey: "test" },
        },
        cli: { ask: async () => "", destroy: async () => {} },
        resources: [
          {
            urn: "urn:pulumi:prod::shop::aws:codedeploy/deploymentGroup:DeploymentGroup::get",
            type: "aws:codedeploy/deploymentGroup:DeploymentGroup",
            id: "get",
            inputs: { appName: "app", deploymentGroupName: group },
            outputs: {},
          },
        ],
      };
      assert.deepEqual(await deployments.look(stack), [`get: ${id}`]);
      await deployments.run(stack);
      assert.equal((await lab.ended(id)).status, "Stopped");
      await lab.weightIs(name, (weight) => weight === 0);
      assert.deepEqual(await deployments.look(stack), []);
    } finally {
      await lab.test.stop();
    }
  });
});
