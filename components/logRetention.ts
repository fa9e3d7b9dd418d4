import type { ResourceTransform } from "@pulumi/pulumi";

/**
 * Keeps the events of every log group of the stack for as many days.
 *
 * @example registerResourceTransform(keepLogs(365));
 */
export const keepLogs =
  (retentionInDays: number): ResourceTransform =>
  ({ type, props, opts }) =>
    type === "aws:cloudwatch/logGroup:LogGroup" ? { props: { ...props, retentionInDays }, opts } : undefined;
