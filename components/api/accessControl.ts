import { ApiKey, type RestApi, type Stage, UsagePlan, UsagePlanKey } from "@pulumi/aws/apigateway";
import { Permission } from "@pulumi/aws/lambda";
import { interpolate, type Resource } from "@pulumi/pulumi";
import type { NodeFunction } from "../nodeFunction.ts";
import { routeName, routeResource } from "../openapi/route.ts";
import type { AnyRoute } from "./routes.ts";

/** Lets this API, on exactly its routes, invoke their functions; and makes the key that routes ask for. */
export function createAccessControl(
  name: string,
  routes: AnyRoute[],
  restApi: RestApi,
  stage: Stage,
  parent: Resource,
): void {
  for (const route of routes) {
    const sourceArn = interpolate`${restApi.executionArn}/${stage.stageName}/${routeResource(route)}`;
    permit(`${name}-${routeName(route)}`, route.handler, sourceArn, parent);
  }
  const authorizers = new Set(
    routes.flatMap(({ settings: { auth } }) =>
      typeof auth === "object" && "lambda" in auth ? [auth.lambda.authorizer] : [],
    ),
  );
  for (const [index, authorizer] of [...authorizers].entries()) {
    permit(`${name}-authorizer-${index}`, authorizer, interpolate`${restApi.executionArn}/authorizers/*`, parent);
  }
  if (routes.some(({ settings }) => settings.auth === "apiKey")) createKey(name, restApi, stage, parent);
}

function permit(name: string, handler: NodeFunction, sourceArn: Permission["sourceArn"], parent: Resource): void {
  new Permission(
    `${name}-permission`,
    {
      action: "lambda:InvokeFunction",
      function: handler.function.name,
      qualifier: handler.alias.name,
      principal: "apigateway.amazonaws.com",
      sourceArn: sourceArn as never,
    },
    { parent },
  );
}

function createKey(name: string, restApi: RestApi, stage: Stage, parent: Resource): void {
  const key = new ApiKey(`${name}-key`, {}, { parent });
  const plan = new UsagePlan(
    `${name}-plan`,
    { apiStages: [{ apiId: restApi.id, stage: stage.stageName }] },
    { parent },
  );
  new UsagePlanKey(`${name}-plan-key`, { keyId: key.id, keyType: "API_KEY", usagePlanId: plan.id }, { parent });
}
