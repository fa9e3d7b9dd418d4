import { getCallerIdentityOutput } from "@pulumi/aws/getCallerIdentity";
import { getRegionOutput } from "@pulumi/aws/getRegion";
import { Key } from "@pulumi/aws/kms";
import { interpolate, jsonStringify } from "@pulumi/pulumi";
import { keepsData } from "./statefulness.ts";

/**
 * A key of the stack's own for its data and its logs. The account administers it, and its roles use it as far as their own
 * policies let them; CloudWatch Logs uses it for log groups of this account and region alone.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function createCustomerKey(name: string): Key {
  const [{ accountId }, { region }] = [getCallerIdentityOutput(), getRegionOutput()];
  const statements = [
    {
      Sid: "Account",
      Effect: "Allow",
      Principal: { AWS: interpolate`arn:aws:iam::${accountId}:root` },
      Action: "kms:*",
      Resource: "*",
    },
    {
      Sid: "Logs",
      Effect: "Allow",
      Principal: { Service: interpolate`logs.${region}.amazonaws.com` },
      Action: ["kms:Decrypt*", "kms:Describe*", "kms:Encrypt*", "kms:GenerateDataKey*", "kms:ReEncrypt*"],
      Resource: "*",
      Condition: {
        ArnLike: { "kms:EncryptionContext:aws:logs:arn": interpolate`arn:aws:logs:${region}:${accountId}:log-group:*` },
      },
    },
  ];
  return new Key(
    name,
    {
      description: "Data and logs of the stack",
      enableKeyRotation: true,
      policy: jsonStringify({ Version: "2012-10-17", Statement: statements }),
    },
    { protect: keepsData() },
  );
}
