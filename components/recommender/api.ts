import type { Role } from "@pulumi/aws/iam";
import type { Output, Resource } from "@pulumi/pulumi";
import type { StageArgs } from "../api/args.ts";
import { ApiWithLambdas, type RouteArgs } from "../apiWithLambdas.ts";
import type { CodeFunction } from "../codeFunction.ts";
import type { RouteKey } from "../openapi/route.ts";
import { type ExternalFunction, externalFunctions } from "./functions.ts";

/** A batch is sent by POST, and polled by GET. */
export const routeKeys: RouteKey[] = externalFunctions.flatMap((name): RouteKey[] => [`POST /${name}`, `GET /${name}`]);

/** https://docs.snowflake.com/en/sql-reference/external-functions-data-format */
const batch = {
  type: "object",
  required: ["data"],
  properties: {
    data: {
      type: "array",
      description: "Rows, each an array: its number, then the function's arguments",
      items: { type: "array", minItems: 1, items: {} },
    },
  },
};

interface RecommenderApiArgs {
  functions: Record<ExternalFunction, CodeFunction>;
  /** The role that may call. */
  caller: Role;
  definition: StageArgs | undefined;
}

/** Snowflake's API: five external functions, for its role alone. */
export function createRecommenderApi(
  name: string,
  { functions, caller, definition }: RecommenderApiArgs,
  parent: Resource,
): ApiWithLambdas {
  const routes: Record<string, RouteArgs> = {};
  for (const path of externalFunctions) {
    const shared = { function: functions[path], auth: "iam" as const };
    // Batches come compressed, so that only the function can read them.
    routes[`POST /${path}`] = { ...shared, requestModel: batch, validated: false };
    routes[`GET /${path}`] = shared;
  }
  return new ApiWithLambdas(
    name,
    {
      description: "External functions of Snowflake",
      routes,
      // What is compressed is not text.
      binaryMediaTypes: ["application/json"],
      policy: resourcePolicy(caller.arn),
      ...(definition && { definition }),
    },
    { parent },
  );
}

/**
 * Who may not call: everybody but the role, whose own policy names its routes; within one account that is enough to be
 * let in. The role stands in a condition, for a principal is looked up as the policy is saved, when a new role is not
 * yet known everywhere. `*` means this API alone, and is read back as it is written, which `execute-api:/` is not.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
const resourcePolicy = (roleArn: Output<string>) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Deny",
      Principal: "*",
      Action: "execute-api:Invoke",
      Resource: "*",
      Condition: { StringNotEquals: { "aws:PrincipalArn": roleArn } },
    },
  ],
});
