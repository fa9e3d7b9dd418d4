import { CodeDeploy } from "@aws-sdk/client-codedeploy";
import { deploymentsOf, stopDeployment } from "../lib/deployments.ts";
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
    for (const deployment of await active(stack, client)) await stopDeployment(client, deployment);
  },
};
