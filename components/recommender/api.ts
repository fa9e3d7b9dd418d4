import type { Role } from "@pulumi/aws/iam";
import { type Input, interpolate, type Output, type Resource } from "@pulumi/pulumi";
import type { StageArgs } from "../api/stage.ts";
import { ApiWithLambdas, type RouteArgs } from "../apiWithLambdas.ts";
import type { NodeFunction } from "../nodeFunction.ts";
import { parseRoute, type RouteKey, routeResource } from "../openapi/route.ts";
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
      items: { type: "array", minItems: 1 },
    },
  },
};

/** Snowflake's API: five external functions, for its role alone. */
export function createRecommenderApi(
  name: string,
  functions: Record<ExternalFunction, NodeFunction>,
  caller: Role,
  definition: StageArgs | undefined,
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
      policy: resourcePolicy(caller.arn, definition?.stageName ?? "Prod"),
      ...(definition && { definition }),
    },
    { parent },
  );
}

/**
 * Who may call: within one account an allow alone restricts nobody, for an identity's own policy is enough; so everybody
 * else is denied.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-authorization-flow.html
 */
const resourcePolicy = (roleArn: Output<string>, stageName: Input<string>) => ({
  Version: "2012-10-17",
  Statement: [
    {
      Effect: "Allow",
      Principal: { AWS: roleArn },
      Action: "execute-api:Invoke",
      Resource: routeKeys.map((key) => interpolate`execute-api:/${stageName}/${routeResource(parseRoute(key))}`),
    },
    {
      Effect: "Deny",
      Principal: "*",
      Action: "execute-api:Invoke",
      Resource: interpolate`execute-api:/${stageName}/*`,
      Condition: { StringNotEquals: { "aws:PrincipalArn": roleArn } },
    },
  ],
});
