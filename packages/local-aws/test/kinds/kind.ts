/** How a resource of each kind is made, with most of what it can be made with; how it is looked at, and ended. */
import type { OpenCloud as Cloud } from "../../src/service.ts";
import { zip } from "../../testing/lambda.ts";

type Json = Record<string, unknown>;

export interface Kind {
  service: string;
  /** The operation that makes it, and its input. */
  make: [operation: string, input: Json];
  /** The operation that shows it, its input, and the way from the answer to the resource. */
  look: [operation: string, input: Json | ((made: never) => Json), ...path: (string | number)[]];
  /** The operation that ends it, and its input. */
  end: [operation: string, input: Json | ((made: never) => Json)];
  /** What it shows once it can be ended; nothing where that is at once. */
  ready?: Json;
  /** What the look then says: an error's name, members of what stays, or nothing. */
  gone?: string | Json;
  /** By what it is tagged; nothing where AWS has no tags for it. */
  tagged?: string | ((made: never) => string);
  /** Members of the input that are not shown under their names. */
  hidden?: string[];
}

export const account = "000000000000";
export const arn = (service: string, rest: string): string => `arn:aws:${service}:us-east-1:${account}:${rest}`;
export const role = (name: string): string => `arn:aws:iam::${account}:role/${name}`;
export const trust = (Service: string | string[]): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" }],
  });
export const everything = JSON.stringify({
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: "*", Resource: "*" }],
});
const services = ["lambda", "states", "codedeploy", "scheduler", "events", "sagemaker", "ecs-tasks"];

/** What the kinds refer to. */
export async function prepare(cloud: Cloud): Promise<void> {
  const AssumeRolePolicyDocument = trust(services.map((name) => `${name}.amazonaws.com`));
  await cloud.call("iam", "CreateRole", { RoleName: "used", AssumeRolePolicyDocument });
  await cloud.call("iam", "PutRolePolicy", { RoleName: "used", PolicyName: "all", PolicyDocument: everything });
  await cloud.call("sqs", "CreateQueue", { QueueName: "used" });
  await cloud.call("logs", "CreateLogGroup", { logGroupName: "used" });
  await cloud.call("ecs", "CreateCluster", { clusterName: "used" });
  const Code = { ZipFile: zip({ "index.mjs": "export const handler = () => 1;" }) };
  const fn = { Role: role("used"), Runtime: "nodejs24.x", Handler: "index.handler", Code };
  await cloud.call("lambda", "CreateFunction", { FunctionName: "used", ...fn });
}
