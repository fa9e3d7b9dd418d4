import { each, passed, type Reasons, tagged } from "./reasons.ts";

const linked = "the account's first one makes the service's own role";

/** Of containers and jobs. */
export const containers: Readonly<Record<string, Reasons>> = {
  "aws:appautoscaling/policy:Policy": each("application-autoscaling", {
    PutScalingPolicy: "makes and changes it",
    DeleteScalingPolicy: "deletes it",
  }),
  "aws:appautoscaling/target:Target": {
    ...each("application-autoscaling", {
      RegisterScalableTarget: "makes and changes it",
      DeregisterScalableTarget: "deletes it",
      TagResource: tagged,
    }),
    "iam:CreateServiceLinkedRole": linked,
  },
  "aws:ecs/cluster:Cluster": {
    ...each("ecs", {
      CreateCluster: "makes it",
      UpdateCluster: "changes its settings",
      DeleteCluster: "deletes it",
      TagResource: tagged,
      UntagResource: "changes its tags",
    }),
    "iam:CreateServiceLinkedRole": linked,
  },
  "aws:ecs/service:Service": each("ecs", {
    CreateService: "makes it",
    UpdateService: "changes its task, and scales it to none",
    DeleteService: "deletes it",
    TagResource: tagged,
  }),
  "aws:ecs/taskDefinition:TaskDefinition": {
    ...each("ecs", { RegisterTaskDefinition: "makes it", DeregisterTaskDefinition: "deletes it", TagResource: tagged }),
    "iam:PassRole": passed,
  },
  "aws:emrserverless/application:Application": {
    ...each("emr-serverless", {
      CreateApplication: "makes it",
      UpdateApplication: "changes what it may use",
      StopApplication: "stops it before it goes",
      DeleteApplication: "deletes it",
      TagResource: tagged,
      UntagResource: "changes its tags",
    }),
    "ec2:CreateNetworkInterface": "puts it into the stack's network",
    "iam:CreateServiceLinkedRole": linked,
  },
  "awsx:ecr:Image": each("ecr", {
    InitiateLayerUpload: "pushes the image",
    UploadLayerPart: "pushes the image",
    CompleteLayerUpload: "pushes the image",
    PutImage: "pushes the image",
  }),
  "awsx:ecr:Repository": each("ecr", {
    CreateRepository: "makes it",
    PutLifecyclePolicy: "ends what it keeps",
    DeleteLifecyclePolicy: "takes that back",
    PutImageTagMutability: "changes whether tags may move",
    PutImageScanningConfiguration: "changes whether images are scanned",
    DeleteRepository: "deletes it, once it is empty",
    TagResource: tagged,
    UntagResource: "changes its tags",
  }),
};
