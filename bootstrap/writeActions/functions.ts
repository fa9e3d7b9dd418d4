import { each, passed, type Reasons, tagged } from "./reasons.ts";

/** Of functions, their versions and the deployments that shift traffic between them. */
export const functions: Readonly<Record<string, Reasons>> = {
  "aws:codedeploy/application:Application": each("codedeploy", {
    CreateApplication: "makes it",
    DeleteApplication: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:codedeploy/deploymentGroup:DeploymentGroup": {
    ...each("codedeploy", {
      CreateDeploymentGroup: "makes it",
      UpdateDeploymentGroup: "changes it",
      DeleteDeploymentGroup: "deletes it",
    }),
    "iam:PassRole": passed,
  },
  "aws:lambda/alias:Alias": each("lambda", {
    CreateAlias: "makes it",
    UpdateAlias: "points it at another version",
    DeleteAlias: "deletes it",
  }),
  "aws:lambda/eventSourceMapping:EventSourceMapping": each("lambda", {
    CreateEventSourceMapping: "makes it",
    UpdateEventSourceMapping: "changes it",
    DeleteEventSourceMapping: "deletes it",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
  "aws:lambda/function:Function": {
    ...each("lambda", {
      CreateFunction: "makes it",
      UpdateFunctionCode: "gives it new code",
      UpdateFunctionConfiguration: "changes its settings",
      GetFunctionConfiguration: "waits until a version can be called",
      PublishVersion: "keeps a version of it",
      PutFunctionConcurrency: "reserves invocations for it",
      DeleteFunctionConcurrency: "takes that back",
      DeleteFunction: "deletes it",
      TagResource: tagged,
      UntagResource: "changes its tags",
    }),
    "iam:PassRole": passed,
  },
  "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig": each("lambda", {
    PutFunctionEventInvokeConfig: "makes and changes it",
    DeleteFunctionEventInvokeConfig: "deletes it",
  }),
  "aws:lambda/invocation:Invocation": each("lambda", {
    InvokeFunction: "lets the stack sweep what it has made at run time",
  }),
  "aws:lambda/permission:Permission": each("lambda", {
    AddPermission: "lets a service call a function",
    RemovePermission: "takes that back",
  }),
  // Shifts traffic by CodeDeploy, and waits for it.
  "pulumi-nodejs:dynamic/dsp:TrafficShift": {
    ...each("codedeploy", {
      CreateDeployment: "shifts traffic to a new version",
      GetDeployment: "waits for its end",
      ListDeployments: "looks whether one is under way",
      ListDeploymentTargets: "says what a hook has found",
      BatchGetDeploymentTargets: "says what a hook has found",
      GetDeploymentConfig: "CodeDeploy asks for it with each deployment",
      RegisterApplicationRevision: "CodeDeploy asks for it with each deployment",
      GetApplicationRevision: "CodeDeploy asks for it with each deployment",
      StopDeployment: "ends one before it is destroyed",
    }),
    ...each("lambda", {
      GetAlias: "looks which version has the traffic",
      UpdateAlias: "points it at the first version",
    }),
  },
};
