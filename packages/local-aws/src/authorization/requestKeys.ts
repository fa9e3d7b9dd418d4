/** Condition keys derived from a request's input, as services name them. */
import type { Call } from "../service.ts";
import { tagContext } from "./requestTags.ts";

/** Operations of ECS that happen in a cluster, which is not their resource. */
const inCluster = new Set([
  "CreateService",
  "DeleteService",
  "DescribeServices",
  "DescribeTasks",
  "ListServices",
  "ListTasks",
  "RunTask",
  "StopTask",
  "UpdateService",
]);

type Input = Record<string, unknown>;
/** Where in the input a key's values are (`Targets.Arn`), or a function that derives them. */
type Source = string | ((input: Input, call: Call) => unknown);

/** https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html */
const sources: Record<string, Record<string, Source>> = {
  ec2: {
    "ec2:Domain": "Domain",
    "ec2:Tenancy": ({ InstanceTenancy = "default" }, { operation }) =>
      operation === "CreateVpc" ? InstanceTenancy : undefined,
  },
  ecr: {
    "ecr:AccountSetting": ({ name }, { operation }) => (operation.endsWith("AccountSetting") ? name : undefined),
  },
  ecs: {
    "ecs:cluster": ({ cluster = "default" }, { operation, region, accountId }) =>
      inCluster.has(operation)
        ? `arn:aws:ecs:${region}:${accountId}:cluster/${String(cluster).split("/").at(-1)}`
        : undefined,
    "ecs:enable-execute-command": "enableExecuteCommand",
    "ecs:enable-ecs-managed-tags": "enableECSManagedTags",
    "ecs:propagate-tags": "propagateTags",
    "ecs:subnet": "networkConfiguration.awsvpcConfiguration.subnets",
  },
  events: { "events:TargetArn": "Targets.Arn" },
  // One that a role or user already has comes from the entity.
  iam: {
    "iam:ServiceSpecificCredentialAgeDays": "CredentialAgeDays",
    "iam:ServiceSpecificCredentialServiceName": "ServiceName",
    "iam:PermissionsBoundary": "PermissionsBoundary",
  },
  kms: {
    "kms:MacAlgorithm": "MacAlgorithm",
    "kms:MessageType": "MessageType",
    "kms:SigningAlgorithm": "SigningAlgorithm",
    "kms:BypassPolicyLockoutSafetyCheck": "BypassPolicyLockoutSafetyCheck",
    "kms:RotationPeriodInDays": "RotationPeriodInDays",
    "kms:ScheduleKeyDeletionPendingWindowInDays": "PendingWindowInDays",
    "kms:ExpirationModel": "ExpirationModel",
    "kms:ValidTo": ({ ValidTo }) => (ValidTo instanceof Date ? ValidTo.toISOString() : undefined),
    "kms:WrappingAlgorithm": "WrappingAlgorithm",
    "kms:WrappingKeySpec": "WrappingKeySpec",
  },
  lambda: {
    "lambda:CodeSigningConfigArn": "CodeSigningConfigArn",
    "lambda:FunctionUrlAuthType": "FunctionUrlAuthType",
    "lambda:Layer": "Layers",
    "lambda:Principal": "Principal",
    "lambda:SecurityGroupIds": "VpcConfig.SecurityGroupIds",
    "lambda:SubnetIds": "VpcConfig.SubnetIds",
  },
  logs: {
    "logs:DeliveryDestinationResourceArn": "deliveryDestinationConfiguration.destinationResourceArn",
    "logs:LogGeneratingResourceArns": ({ resourceArn }, { operation }) =>
      operation === "PutDeliverySource" ? resourceArn : undefined,
  },
  s3: {
    "s3:locationconstraint": "CreateBucketConfiguration.LocationConstraint",
    "s3:x-amz-acl": "ACL",
    "s3:x-amz-grant-full-control": "GrantFullControl",
    "s3:x-amz-grant-read": "GrantRead",
    "s3:x-amz-grant-read-acp": "GrantReadACP",
    "s3:x-amz-grant-write": "GrantWrite",
    "s3:x-amz-grant-write-acp": "GrantWriteACP",
    "s3:x-amz-object-ownership": "ObjectOwnership",
    "s3:x-amz-server-side-encryption-customer-algorithm": "SSECustomerAlgorithm",
    "s3:x-amz-website-redirect-location": "WebsiteRedirectLocation",
  },
  sagemaker: {
    "sagemaker:AcceleratorTypes": "AcceleratorTypes",
    "sagemaker:DirectInternetAccess": "DirectInternetAccess",
    // A notebook has one, an endpoint configuration may have several.
    "sagemaker:InstanceTypes": ({ InstanceType, ProductionVariants, ResourceConfig }) => [
      InstanceType,
      ...[at(ProductionVariants, ["InstanceType"])].flat(),
      at(ResourceConfig, ["InstanceType"]),
    ],
    "sagemaker:MinimumInstanceMetadataServiceVersion":
      "InstanceMetadataServiceConfiguration.MinimumInstanceMetadataServiceVersion",
    "sagemaker:NotebookInstanceLifecycleConfigArns": ({ LifecycleConfigName }, { region, accountId }) =>
      LifecycleConfigName &&
      `arn:aws:sagemaker:${region}:${accountId}:notebook-instance-lifecycle-config/${String(LifecycleConfigName).toLowerCase()}`,
    "sagemaker:RootAccess": "RootAccess",
    "sagemaker:VpcSecurityGroupIds": ({ SecurityGroupIds, VpcConfig }) => [
      SecurityGroupIds,
      at(VpcConfig, ["SecurityGroupIds"]),
    ],
    "sagemaker:VpcSubnets": ({ SubnetId, VpcConfig }) => [SubnetId, at(VpcConfig, ["Subnets"])],
  },
  secretsmanager: {
    "secretsmanager:Description": "Description",
    "secretsmanager:ForceDeleteWithoutRecovery": "ForceDeleteWithoutRecovery",
    "secretsmanager:KmsKeyId": "KmsKeyId",
    "secretsmanager:Name": "Name",
    "secretsmanager:RecoveryWindowInDays": "RecoveryWindowInDays",
    "secretsmanager:RotateImmediately": "RotateImmediately",
    "secretsmanager:RotationLambdaARN": "RotationLambdaARN",
    "secretsmanager:SecretId": "SecretId",
    "secretsmanager:VersionId": "VersionId",
    "secretsmanager:VersionStage": "VersionStage",
  },
  ses: {
    "ses:ApiVersion": () => "2",
    "ses:FeedbackAddress": "FeedbackForwardingEmailAddress",
    "ses:FromAddress": ({ FromEmailAddress }) => addresses(FromEmailAddress),
    "ses:Recipients": ({ Destination }) => addresses(Object.values((Destination ?? {}) as object).flat()),
  },
  sns: { "sns:Endpoint": "Endpoint", "sns:Protocol": "Protocol" },
  ssm: { "ssm:Overwrite": "Overwrite" },
  sts: { "sts:TransitiveTagKeys": "TransitiveTagKeys" },
};

/** The call, with the keys of its input added to its condition keys. */
export const withRequestKeys = <C extends Call>(call: C, input: object): C => ({
  ...call,
  context: () => ({ ...call.context?.(), ...inputKeys(call, input), ...tagContext(input) }),
});

function inputKeys(call: Call, input: object): Record<string, string[]> {
  const given = Object.entries(sources[call.service] ?? {}).map(([key, source]): [string, string[]] => [
    key,
    texts(typeof source === "string" ? at(input, source.split(".")) : source(input as Input, call)),
  ]);
  return Object.fromEntries(given.filter(([, values]) => values.length > 0));
}

/** Keys of a service that {@link withRequestKeys} supplies. */
export const keysOfInput = (service: string): string[] => Object.keys(sources[service] ?? {});

function at(value: unknown, [name, ...rest]: string[]): unknown {
  if (name === undefined) return value;
  if (Array.isArray(value)) return value.map((one) => at(one, [name, ...rest]));
  return typeof value === "object" && value !== null ? at((value as Input)[name], rest) : undefined;
}

const texts = (values: unknown): string[] =>
  [values].flat(2).flatMap((value) => (["string", "number", "boolean"].includes(typeof value) ? [String(value)] : []));

/** `Name <a@example.com>` means `a@example.com`. */
const addresses = (values: unknown): string[] =>
  texts(values).map((text) => {
    const start = text.lastIndexOf("<");
    return start < 0 ? text.trim() : text.slice(start + 1, text.indexOf(">", start));
  });
