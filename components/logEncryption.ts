import type { Input, ResourceTransform } from "@pulumi/pulumi";

/**
 * Encrypts every log group of the stack with a key. The key's policy must admit `logs.REGION.amazonaws.com`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 *
 * @example registerResourceTransform(encryptLogGroups(logKeyArn));
 */
export const encryptLogGroups =
  (kmsKeyId: Input<string>): ResourceTransform =>
  ({ type, props, opts }) =>
    type === "aws:cloudwatch/logGroup:LogGroup" ? { props: { ...props, kmsKeyId }, opts } : undefined;
