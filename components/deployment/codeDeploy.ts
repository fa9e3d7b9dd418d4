import type { Connection } from "./connection.ts";

/** A shift's inputs, every value known. */
export interface ShiftInputs {
  /** The resource's own, for people. */
  name: string;
  functionName: string;
  functionArn: string;
  alias: string;
  version: string;
  type: string;
  minutes: number;
  application: string;
  group: string;
  beforeAllowTraffic?: { functionName: string; timeout: number; logGroup: string };
  afterAllowTraffic?: { functionName: string; timeout: number; logGroup: string };
}

/** The deployment that the group is busy with; it can be one only. */
export async function deploymentUnderWay(
  { codedeploy }: Pick<Connection, "codedeploy">,
  { application, group }: ShiftInputs,
): Promise<string | undefined> {
  try {
    const { deployments = [] } = await codedeploy.listDeployments({
      applicationName: application,
      deploymentGroupName: group,
      includeOnlyStatuses: ["Created", "Queued", "InProgress", "Baking", "Ready"],
    });
    return deployments[0];
  } catch (error) {
    if ((error as Error).name.endsWith("DoesNotExistException")) return undefined;
    throw error;
  }
}

/** The version that a deployment brings; none until it has begun. */
export async function versionOf(
  { codedeploy }: Pick<Connection, "codedeploy">,
  deploymentId: string,
): Promise<string | undefined> {
  return (await targetOf({ codedeploy }, deploymentId))?.lambdaFunctionInfo?.targetVersion;
}

/** How far a deployment has come; none until it has begun. */
export async function targetOf({ codedeploy }: Pick<Connection, "codedeploy">, deploymentId: string) {
  try {
    const { targetIds = [] } = await codedeploy.listDeploymentTargets({ deploymentId });
    if (targetIds.length === 0) return undefined;
    const { deploymentTargets = [] } = await codedeploy.batchGetDeploymentTargets({ deploymentId, targetIds });
    return deploymentTargets[0]?.lambdaTarget;
  } catch (error) {
    if ((error as Error).name === "DeploymentNotStartedException") return undefined;
    throw error;
  }
}

/**
 * https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
 * @returns the deployment's id; none when the group is busy with another one.
 */
export async function startDeployment(
  { codedeploy }: Pick<Connection, "codedeploy">,
  inputs: ShiftInputs,
  currentVersion: string,
): Promise<string | undefined> {
  const { functionName, alias, version, beforeAllowTraffic, afterAllowTraffic } = inputs;
  const hooks = [
    ...(beforeAllowTraffic ? [{ BeforeAllowTraffic: beforeAllowTraffic.functionName }] : []),
    ...(afterAllowTraffic ? [{ AfterAllowTraffic: afterAllowTraffic.functionName }] : []),
  ];
  const content = JSON.stringify({
    version: 0,
    Resources: [
      {
        target: {
          Type: "AWS::Lambda::Function",
          Properties: { Name: functionName, Alias: alias, CurrentVersion: currentVersion, TargetVersion: version },
        },
      },
    ],
    ...(hooks.length > 0 && { Hooks: hooks }),
  });
  try {
    const { deploymentId } = await codedeploy.createDeployment({
      applicationName: inputs.application,
      deploymentGroupName: inputs.group,
      description: `${functionName}: version ${currentVersion} to ${version}`,
      revision: { revisionType: "AppSpecContent", appSpecContent: { content } },
    });
    return deploymentId;
  } catch (error) {
    if ((error as Error).name === "DeploymentLimitExceededException") return undefined;
    throw error;
  }
}
