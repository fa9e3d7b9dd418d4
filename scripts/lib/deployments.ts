import type { CodeDeploy, DeploymentInfo, LambdaTarget } from "@aws-sdk/client-codedeploy";
import { Failure } from "./failure.ts";
import { chooseFunctions } from "./functionNames.ts";
import { output, type Stack } from "./stack.ts";

/** Where CodeDeploy shifts one function's traffic: an entry of output `deployments`. */
export interface Place {
  name: string;
  application: string;
  group: string;
}

/** A deployment, and how far it has come. */
export interface Deployment {
  name: string;
  info: DeploymentInfo;
  target: LambdaTarget | undefined;
}

/** What is not over. */
const underWay = ["Created", "Queued", "InProgress", "Baking", "Ready"] as const;

/**
 * The stack's functions whose versions are deployed gradually.
 * @throws {Failure} when there is none of a name, or none at all.
 */
export function placesOf(stack: Stack, names: string[]): Place[] {
  const all = output<Record<string, Omit<Place, "name">>>(stack, "deployments");
  if (Object.keys(all).length === 0) {
    throw new Failure(
      `Stack "${stack.name}" changes versions at once: config gradualDeployment is false (locally: npm start -- --gradual)`,
    );
  }
  return chooseFunctions(names, Object.keys(all)).map((name) => ({ name, ...all[name]! }));
}

/** The newest deployments of a function, newest first; with `active` those that are not over. */
export async function deploymentsOf(
  client: CodeDeploy,
  { name, application, group }: Place,
  { count, active = false }: { count: number; active?: boolean },
): Promise<Deployment[]> {
  const { deployments = [] } = await client.listDeployments({
    applicationName: application,
    deploymentGroupName: group,
    ...(active && { includeOnlyStatuses: [...underWay] }),
  });
  const found = await Promise.all(
    deployments.slice(0, count).map(async (deploymentId) => {
      const { deploymentInfo: info = {} } = await client.getDeployment({ deploymentId });
      return { name, info, target: await targetOf(client, deploymentId) };
    }),
  );
  return found.sort((a, b) => Number(b.info.createTime ?? 0) - Number(a.info.createTime ?? 0));
}

/** Stops one; its traffic goes back to the old version. One that has ended in the meantime stays ended. */
export async function stopDeployment(client: CodeDeploy, { info: { deploymentId } }: Deployment): Promise<void> {
  await client.stopDeployment({ deploymentId, autoRollbackEnabled: true }).catch((error) => {
    if ((error as Error).name !== "DeploymentAlreadyCompletedException") throw error;
  });
}

async function targetOf(client: CodeDeploy, deploymentId: string): Promise<LambdaTarget | undefined> {
  const { targetIds = [] } = await client.listDeploymentTargets({ deploymentId }).catch((error) => {
    if ((error as Error).name === "DeploymentNotStartedException") return { targetIds: [] };
    throw error;
  });
  if (targetIds.length === 0) return undefined;
  const { deploymentTargets = [] } = await client.batchGetDeploymentTargets({ deploymentId, targetIds });
  return deploymentTargets[0]?.lambdaTarget;
}

/** `[####----------------] 20 %` */
export function bar(share: number): string {
  const width = 20;
  const full = Math.round(share * width);
  return `[${"#".repeat(full)}${"-".repeat(width - full)}] ${Math.round(share * 100)} %`;
}

/** A deployment in cells: function, id, status, versions, share that the new one has now, when, why. */
export function row({ name, info, target }: Deployment): string[] {
  const { currentVersion = "?", targetVersion = "?", targetVersionWeight = 0 } = target?.lambdaFunctionInfo ?? {};
  const { rollbackDeploymentId: back, rollbackTriggeringDeploymentId: of } = info.rollbackInfo ?? {};
  const hooks = (target?.lifecycleEvents ?? [])
    .filter(({ lifecycleEventName, status = "Pending" }) => {
      return lifecycleEventName !== "AllowTraffic" && status !== "Skipped" && status !== "Pending";
    })
    .map(({ lifecycleEventName, status }) => `${lifecycleEventName} ${status}`);
  const why = info.errorInformation?.message ?? hooks.join(", ");
  return [
    name,
    info.deploymentId ?? "",
    info.status ?? "",
    `${currentVersion} -> ${targetVersion}`,
    bar(back ? 0 : targetVersionWeight),
    info.createTime?.toISOString() ?? "",
    of ? `rollback of ${of}` : back ? `${why}; rolled back by ${back}` : why,
  ];
}

/** The newest deployment that somebody asked for: what a rollback did is said of the one that it takes back. */
export const newestOf = (deployments: Deployment[]): Deployment | undefined =>
  deployments.find(({ info }) => info.rollbackInfo?.rollbackTriggeringDeploymentId === undefined);
