/**
 * Resources out of a call's reach: those of another account, which do not exist here, and those of another region. AWS
 * finds neither; without this check, an ARN of such a resource would match the caller's own one of the same name.
 */

import { isRegion, regionOf } from "./arn.ts";
import { accessDenied } from "./authorization/authorizer.ts";
import { AwsError, type Call } from "./service.ts";

/** Members that name an operation's resource; others (a message, a document) may begin like an ARN, too. */
const naming = /(arn|name|id|identifier|resource|cluster|service|task|definition)$/i;

/** Name in ARNs and actions of services whose signing name differs. */
const prefixes: Record<string, string> = { monitoring: "cloudwatch" };
const actions: Record<string, string> = { "lambda:Invoke": "lambda:InvokeFunction" };

/** They look up whole ARNs, and have their own errors for a missing resource. */
const byWholeArn = new Set(["iam", "sts", "s3", "states", "sqs", "application-autoscaling"]);

/** @throws AwsError as AWS answers callers of another account, or in a region without the resource. */
export function checkReach(call: Call, input: object): void {
  for (const member in input) {
    const value: unknown = input[member as keyof object];
    if (typeof value !== "string") continue;
    if (value.startsWith("arn:")) checkArn(call, member, value);
    else if (member === "QueueUrl") checkAccount(call, queueOf(value, call.region));
    else if (member === "QueueOwnerAWSAccountId" && value !== call.accountId) {
      throw new AwsError(
        "QueueDoesNotExist",
        "The specified queue does not exist or you do not have access to it.",
        400,
      );
    } else if (member === "FunctionName") checkAccount(call, functionOf(value, call.region));
  }
}

function checkArn(call: Call, member: string, arn: string): void {
  const service = prefixes[call.service] ?? call.service;
  if (!arn.startsWith(`arn:aws:${service}:`) || !naming.test(member)) return;
  // A permission's source names who may invoke a function, not the resource of the call.
  if (call.operation === "AddPermission" && member === "SourceArn") return;
  checkAccount(call, arn);
  const region = regionOf(arn);
  if (region === "" || region === call.region || byWholeArn.has(call.service)) return;
  // Lambda refuses an invalid region like any other malformed text.
  if (call.service === "lambda" && !isRegion(region)) return;
  throw elsewhere(call, member, arn);
}

function checkAccount(call: Call, arn: string | undefined): void {
  const [account = "", type] = arn?.split(":", 6).slice(4) ?? [];
  // AWS's own resources are public: managed policies, layers whose policy says so.
  if (!/^\d{12}$/.test(account) || account === call.accountId || type === "layer" || call.service === "iam") return;
  if (call.service === "ecs") {
    const message = `Identifier is for ${account}. Your accountId is ${call.accountId}`;
    throw new AwsError("InvalidParameterException", message, 400);
  }
  const action = `${prefixes[call.service] ?? call.service}:${call.operation}`;
  const access = { action: actions[action] ?? action, resource: arn ?? "" };
  throw accessDenied(call, access, { allowed: false, explicit: false, by: "resource-based" });
}

/** `http://127.0.0.1:4566/000000000000/NAME` */
function queueOf(url: string, region: string): string | undefined {
  const [account, name] = url.split("/").slice(-2);
  return name && `arn:aws:sqs:${region}:${account}:${name}`;
}

/** `000000000000:function:NAME`, a partial ARN */
const functionOf = (name: string, region: string): string | undefined =>
  /^\d{12}:/.test(name) ? `arn:aws:lambda:${region}:${name}` : undefined;

/** Codes and messages as recorded on AWS, where known. */
function elsewhere({ service, region: own }: Call, member: string, arn: string): AwsError {
  const region = regionOf(arn);
  switch (service) {
    case "lambda": {
      const message = `Functions from '${region}' are not reachable in this region ('${own}')`;
      return new AwsError("ResourceNotFoundException", message, 404, { Type: "User" });
    }
    case "sns":
      return new AwsError("InvalidParameter", `Invalid parameter: ${member}`, 400);
    case "kms":
      return new AwsError("NotFoundException", `Invalid arn ${region}`, 400);
    case "ssm":
      return new AwsError(
        member === "Name" ? "ParameterNotFound" : "InvalidResourceId",
        `${arn} is not in ${own}`,
        400,
      );
    case "ecs":
      return new AwsError("InvalidParameterException", `${arn} is not in ${own}`, 400);
    case "apigateway":
    case "ses":
      return new AwsError("NotFoundException", `${arn} is not in ${own}`, 404);
    case "scheduler":
      return new AwsError("ResourceNotFoundException", `${arn} is not in ${own}`, 404);
    default:
      return new AwsError("ResourceNotFoundException", `${arn} is not in ${own}`, 400);
  }
}
