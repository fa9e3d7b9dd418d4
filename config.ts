import { Config } from "@pulumi/pulumi";
import type { ArchiverWorkflowArgs } from "./components/archiverWorkflow.ts";

const config = new Config();

/** Version that whodis and oleoleole report. */
export const appVersion = config.require("appVersion");

/** Whether a new version gets its traffic step by step, judged by hooks and alarms; otherwise all at once. */
export const gradualDeployment = config.getBoolean("gradualDeployment") ?? true;

/** ARN of the key that log groups are encrypted with; empty for CloudWatch's own encryption. */
export const logKeyArn = config.get("logKeyArn");

/** What predicts irises: a function, or containers that drain a queue. */
export const irisCompute = config.get<"lambda" | "fargate">("irisCompute") ?? "lambda";

/** Whom the archiver asks, and how: by queue, and by mail those who are named. */
export const archiverArgs = {
  express: true,
  approval: approvalOf(config.getObject<string[]>("archiverApprovers") ?? []),
  schedule: config.get("archiverSchedule") || undefined,
} satisfies ArchiverWorkflowArgs;

function approvalOf(approvers: string[]): ArchiverWorkflowArgs["approval"] {
  const from = config.get("archiverMailFrom");
  const identityArn = config.get("archiverMailIdentityArn");
  if (approvers.length === 0) return { mode: "queue" };
  return { mode: "both", approvers, ...(from && identityArn && { ses: { from, identityArn } }) };
}

/** What trains and serves the recommender, and who calls it. */
export const recommenderArgs = {
  image: config.get("recommenderImageUri") || undefined,
  api: { iamUserArn: config.get("apiAwsIamUserArn"), externalId: config.get("apiAwsExternalId") },
  storage: { iamUserArn: config.get("storageAwsIamUserArn"), externalId: config.get("storageAwsExternalId") },
  serving: servingOf(config.getNumber("recommenderServerlessMemory")),
  retrain: retrainingOf(config.get("recommenderRetrainSchedule")),
  encryptionKeyArn: config.get("recommenderKeyArn") || undefined,
  removeIdleAfter: config.getNumber("recommenderIdleHours") || undefined,
};

function servingOf(memory: number | undefined) {
  if (memory) return { serverless: { memory } };
  return {
    instanceType: config.get("recommenderInstanceType"),
    maximumInstances: config.getNumber("recommenderMaximumInstances"),
  };
}

function retrainingOf(schedule: string | undefined) {
  return schedule ? { schedule } : undefined;
}
