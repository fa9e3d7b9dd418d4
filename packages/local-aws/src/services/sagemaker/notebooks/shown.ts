/** Notebook instances as SageMaker shows them. */
import type { Cloud } from "../../../service.ts";
import { date } from "../names.ts";
import type { NotebookInstance } from "./records.ts";

/**
 * Host of a notebook's pages: one of its own, so that no notebook shares its origin with another one, or with the AWS
 * endpoint. On AWS it is `NAME.notebook.REGION.sagemaker.aws`.
 */
export const urlOf = ({ region, origin }: Pick<Cloud, "region" | "origin">, name: string): string =>
  `${name.toLowerCase()}.notebook.${region}.sagemaker.localhost:${new URL(origin).port}`;

export function summary(cloud: Cloud, { name, input, status, created, modified }: NotebookInstance, arn: string) {
  return {
    NotebookInstanceName: name,
    NotebookInstanceArn: arn,
    NotebookInstanceStatus: status,
    Url: urlOf(cloud, name),
    InstanceType: input.InstanceType,
    CreationTime: date(created),
    LastModifiedTime: date(modified),
    NotebookInstanceLifecycleConfigName: input.LifecycleConfigName,
    DefaultCodeRepository: input.DefaultCodeRepository,
    AdditionalCodeRepositories: input.AdditionalCodeRepositories,
  };
}

/** With AWS's defaults. https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_DescribeNotebookInstance.html */
export const described = (cloud: Cloud, instance: NotebookInstance, arn: string) => ({
  ...summary(cloud, instance, arn),
  ...(instance.reason && { FailureReason: instance.reason }),
  SubnetId: instance.input.SubnetId,
  SecurityGroups: instance.input.SecurityGroupIds,
  RoleArn: instance.input.RoleArn,
  KmsKeyId: instance.input.KmsKeyId,
  IpAddressType: instance.input.IpAddressType ?? "ipv4",
  AcceleratorTypes: instance.input.AcceleratorTypes,
  DirectInternetAccess: instance.input.DirectInternetAccess ?? "Enabled",
  VolumeSizeInGB: instance.input.VolumeSizeInGB ?? 5,
  RootAccess: instance.input.RootAccess ?? "Enabled",
  PlatformIdentifier: instance.input.PlatformIdentifier ?? "notebook-al2-v3",
  InstanceMetadataServiceConfiguration: {
    MinimumInstanceMetadataServiceVersion: "1",
    ...instance.input.InstanceMetadataServiceConfiguration,
  },
});
