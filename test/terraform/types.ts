/** Which configuration holds each resource type that `pulumi-local/src/resources` models. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Prefixes of Terraform's types, where they are not the name of Pulumi's module. */
const prefixes: Record<string, string> = { apigateway: "api_gateway", ec2: "" };

/** Terraform's types whose names are not made of Pulumi's. */
const renamed: Record<string, string> = {
  "aws:apigateway/response:Response": "aws_api_gateway_gateway_response",
  "aws:codedeploy/application:Application": "aws_codedeploy_app",
  "aws:ec2/managedPrefixList:ManagedPrefixList": "aws_ec2_managed_prefix_list",
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": "aws_iam_openid_connect_provider",
  "aws:s3/bucketObjectv2:BucketObjectv2": "aws_s3_object",
  "aws:sqs/redriveAllowPolicy:RedriveAllowPolicy": "aws_sqs_queue_redrive_allow_policy",
  "aws:sqs/redrivePolicy:RedrivePolicy": "aws_sqs_queue_redrive_policy",
};

/** Why there is no configuration of a type, by how Pulumi's begins. */
export const withoutConfiguration: Record<string, string> = {
  "aws:budgets/": "the engine makes budgets itself: the local cloud has no AWS Budgets",
  "docker-build:": "not of AWS",
};

/** Why a type that a configuration holds is none of `pulumi-local`'s. */
export const notModelled: Record<string, string> = {
  aws_s3_object_copy:
    "a copy at the time of an update, of what may have changed since; a program declares the object itself",
};

/** Why the update changes nothing of a type. */
export const withoutUpdate: Record<string, string> = {};

/** `aws:lambda/function:Function` as `aws_lambda_function`. */
export function terraformType(pulumi: string): string {
  const [, module = "", name = ""] = /^aws:(\w+)\/(\w+):/.exec(pulumi) ?? [];
  const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return renamed[pulumi] ?? ["aws", prefixes[module] ?? module, snake].filter(Boolean).join("_");
}

const rootsFolder = join(import.meta.dirname, "roots");

export const rootNames = (): string[] =>
  globSync("*/main.tf", { cwd: rootsFolder })
    .map((path) => path.split("/")[0]!)
    .sort();

export const rootFolder = (name: string): string => join(rootsFolder, name);

/** Types of the resources in a root. */
export const typesIn = (root: string): Set<string> =>
  new Set(
    [...readFileSync(join(rootFolder(root), "main.tf"), "utf8").matchAll(/^resource "(\w+)"/gm)].map(
      ([, type]) => type!,
    ),
  );
