import type { DeploymentInfo, DeploymentTarget } from "@aws-sdk/client-codedeploy";
import type { Operations } from "../../operations.ts";
import { type Access, AwsError, type Cloud } from "../../service.ts";
import { readAppSpec } from "./appSpec.ts";
import type { Conductor } from "./conductor.ts";
import { lifecycle, newDeploymentId } from "./course.ts";
import type { Deployment, Records } from "./records.ts";

const date = (value: number | undefined) => (value === undefined ? undefined : new Date(value));
const finished = ["Succeeded", "Failed", "Stopped"];

/** Deployments: create, read, list, stop; and the reports of their hooks. */
export function deploymentOperations(cloud: Cloud, records: Records, conductor: Conductor): Operations<"codedeploy"> {
  const arn = (application: string, group: string) =>
    `arn:aws:codedeploy:${cloud.region}:${cloud.accountId}:deploymentgroup:${application}/${group}`;
  const on = (action: string, application = "*", group = "*"): Access[] => [
    { action: `codedeploy:${action}`, resource: arn(application, group) },
  ];
  /** Operations on one deployment are granted on its group. */
  const onDeployment =
    (action: string) =>
    (input: { deploymentId?: string | undefined }): Access[] => {
      const found = records.deployments.get(input.deploymentId);
      return on(action, found?.applicationName, found?.deploymentGroupName);
    };

  const found = (deploymentId: string | undefined): Deployment => {
    const deployment = records.deployments.get(deploymentId);
    if (!deployment) {
      throw new AwsError("DeploymentDoesNotExistException", `The deployment ${deploymentId} could not be found`);
    }
    return deployment;
  };

  /** @throws for a deployment that has not begun: it has no targets yet. */
  const begun = (deploymentId: string | undefined): Deployment => {
    const deployment = found(deploymentId);
    if (deployment.status === "Created") {
      throw new AwsError("DeploymentNotStartedException", `The deployment ${deploymentId} has not started`);
    }
    return deployment;
  };

  const described = (deployment: Deployment): DeploymentInfo => {
    const { created, started, completed, target, hooks, events, percent, autoRollbackEnabled, ...rest } = deployment;
    return {
      ...rest,
      createTime: date(created),
      startTime: date(started),
      completeTime: date(completed),
      computePlatform: "Lambda",
      deploymentStyle: { deploymentType: "BLUE_GREEN", deploymentOption: "WITH_TRAFFIC_CONTROL" },
    };
  };

  const targetOf = (deployment: Deployment): DeploymentTarget => {
    const { deploymentId, target, events, status, percent, completed, started, created } = deployment;
    const { functionName, alias, currentVersion, targetVersion } = target;
    return {
      deploymentTargetType: "LambdaTarget",
      lambdaTarget: {
        deploymentId,
        targetId: `${functionName}:${alias}`,
        targetArn: `arn:aws:lambda:${cloud.region}:${cloud.accountId}:function:${functionName}:${alias}`,
        // Until it has begun it has no targets.
        status: status === "Created" ? "Pending" : status === "Stopped" ? "Failed" : status,
        lastUpdatedAt: date(completed ?? started ?? created),
        lifecycleEvents: events.map(({ startTime, endTime, ...event }) => ({
          ...event,
          startTime: date(startTime),
          endTime: date(endTime),
        })),
        lambdaFunctionInfo: {
          functionName,
          functionAlias: alias,
          currentVersion,
          targetVersion,
          targetVersionWeight: percent / 100,
        },
      },
    };
  };

  return {
    CreateDeployment: {
      access: ({ applicationName, deploymentGroupName }) =>
        on("CreateDeployment", applicationName, deploymentGroupName),
      run(input) {
        const { applicationName, deploymentGroupName, revision, description, autoRollbackConfiguration } = input;
        if (!records.applications.has(applicationName)) {
          throw new AwsError("ApplicationDoesNotExistException", `No application found for name: ${applicationName}`);
        }
        const group = records.groups.get(`${applicationName}/${deploymentGroupName}`);
        if (!group) {
          throw new AwsError(
            "DeploymentGroupDoesNotExistException",
            `No Deployment Group found for name: ${deploymentGroupName}`,
          );
        }
        const busy = records.deployments
          .values()
          .find(
            (one) =>
              one.applicationName === applicationName &&
              one.deploymentGroupName === deploymentGroupName &&
              !finished.includes(one.status),
          );
        if (busy) {
          throw new AwsError(
            "DeploymentLimitExceededException",
            `The Deployment Group '${deploymentGroupName}' already has an active Deployment '${busy.deploymentId}'`,
          );
        }
        if (!revision) throw new AwsError("RevisionRequiredException", "The deployment has no revision");
        const deployment: Deployment = {
          deploymentId: newDeploymentId(),
          applicationName,
          deploymentGroupName: group.deploymentGroupName,
          deploymentConfigName: input.deploymentConfigName ?? group.deploymentConfigName,
          ...(description && { description }),
          creator: "user",
          status: "Created",
          created: Date.now(),
          autoRollbackEnabled: autoRollbackConfiguration?.enabled ?? false,
          revision,
          ...readAppSpec(revision),
          events: lifecycle(),
          percent: 0,
        };
        records.deployments.put(deployment.deploymentId, deployment);
        conductor.start(deployment.deploymentId);
        return { deploymentId: deployment.deploymentId };
      },
    },
    GetDeployment: {
      access: onDeployment("GetDeployment"),
      run: ({ deploymentId }) => ({ deploymentInfo: described(found(deploymentId)) }),
    },
    BatchGetDeployments: {
      access: () => on("BatchGetDeployments"),
      run: ({ deploymentIds }) => ({
        deploymentsInfo: deploymentIds.flatMap((id) => records.deployments.get(id) ?? []).map(described),
      }),
    },
    ListDeployments: {
      access: ({ applicationName, deploymentGroupName }) => on("ListDeployments", applicationName, deploymentGroupName),
      run({ applicationName, deploymentGroupName, includeOnlyStatuses }) {
        const listed = records.deployments
          .values()
          .filter((one) => !applicationName || one.applicationName === applicationName)
          .filter((one) => !deploymentGroupName || one.deploymentGroupName === deploymentGroupName)
          .filter((one) => !includeOnlyStatuses?.length || includeOnlyStatuses.includes(one.status))
          .sort((a, b) => b.created - a.created);
        return { deployments: listed.map(({ deploymentId }) => deploymentId) };
      },
    },
    StopDeployment: {
      access: onDeployment("StopDeployment"),
      run({ deploymentId, autoRollbackEnabled = false }) {
        const { status } = found(deploymentId);
        if (finished.includes(status)) {
          throw new AwsError(
            "DeploymentAlreadyCompletedException",
            `The deployment ${deploymentId} has already completed.`,
          );
        }
        conductor.stop(deploymentId, autoRollbackEnabled);
        return { status: "Pending", statusMessage: "Stopping the deployment." };
      },
    },
    ListDeploymentTargets: {
      access: onDeployment("ListDeploymentTargets"),
      run({ deploymentId }) {
        const { functionName, alias } = begun(deploymentId).target;
        return { targetIds: [`${functionName}:${alias}`] };
      },
    },
    GetDeploymentTarget: {
      access: onDeployment("GetDeploymentTarget"),
      run: ({ deploymentId }) => ({ deploymentTarget: targetOf(begun(deploymentId)) }),
    },
    BatchGetDeploymentTargets: {
      access: onDeployment("BatchGetDeploymentTargets"),
      run: ({ deploymentId }) => ({ deploymentTargets: [targetOf(begun(deploymentId))] }),
    },
    PutLifecycleEventHookExecutionStatus: {
      access: onDeployment("PutLifecycleEventHookExecutionStatus"),
      run({ deploymentId, lifecycleEventHookExecutionId = "", status = "Pending" }) {
        found(deploymentId);
        if (!["Succeeded", "Failed"].includes(status)) {
          throw new AwsError(
            "InvalidLifecycleEventHookExecutionStatusException",
            `The status ${status} is not one of Succeeded, Failed`,
          );
        }
        if (!conductor.report(lifecycleEventHookExecutionId, status)) {
          throw new AwsError("LifecycleEventAlreadyCompletedException", "The lifecycle event has already completed");
        }
        return { lifecycleEventHookExecutionId };
      },
    },
  };
}
