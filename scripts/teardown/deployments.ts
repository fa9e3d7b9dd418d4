import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { deploymentsOf } from "../lib/deployments.ts";
import type { Phase } from "./phase.ts";
import { type Doomed, nameOf, ofType } from "./stack.ts";

const active = async (stack: Doomed, client: CodeDeploy) => {
  const places = ofType(stack, "aws:codedeploy/deploymentGroup:DeploymentGroup").map((group) => ({
    name: nameOf(group),
    application: String(group.inputs.appName),
    group: String(group.inputs.deploymentGroupName),
  }));
  const found = await Promise.all(places.map((place) => deploymentsOf(client, place, { count: 1, active: true })));
  return found.flat();
};

/** Traffic that is being shifted goes back: aliases cannot be deleted under a deployment. */
export const deployments: Phase = {
  name: "stop deployments",
  async look(stack) {
    const found = await active(stack, new CodeDeploy(stack.client));
    return found.map(({ name, info }) => `${name}: ${info.deploymentId}`);
  },
  async run(stack) {
    const client = new CodeDeploy(stack.client);
    for (const { info } of await active(stack, client)) {
      await client.stopDeployment({ deploymentId: info.deploymentId, autoRollbackEnabled: true }).catch((error) => {
        // It ended in the meantime.
        if ((error as Error).name !== "DeploymentAlreadyCompletedException") throw error;
      });
    }
  },
};
