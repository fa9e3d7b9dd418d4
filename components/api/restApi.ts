import { createHash } from "node:crypto";
import { Deployment, RestApi } from "@pulumi/aws/apigateway";
import { all, type Output, output, type Resource } from "@pulumi/pulumi";
import type { ApiWithLambdasArgs } from "../apiWithLambdas.ts";
import { type DocumentRoute, openApiDocument, type Security } from "../openapi/document.ts";
import type { AnyRoute, ApiAuth } from "./routes.ts";

/** The API and the snapshot of it that a stage serves. */
export function createRestApi(name: string, args: ApiWithLambdasArgs, routes: AnyRoute[], parent: Resource) {
  const document = documentOf(name, args, routes);
  const restApi = new RestApi(
    name,
    {
      body: document,
      ...(args.description && { description: args.description }),
      // The import replaces what was there: a route that is gone from the body is gone from the API.
      putRestApiMode: "overwrite",
      endpointConfiguration: { types: "REGIONAL" },
    },
    { parent },
  );
  // A deployment is a snapshot: it is made anew when, and only when, something that it holds has changed. The new one is
  // there before the stage turns to it, so no request meets a gap.
  const deployment = new Deployment(
    `${name}-deployment`,
    { restApi: restApi.id, triggers: { document: document.apply(sha256) } },
    { parent },
  );
  return { restApi, deployment, document };
}

function documentOf(name: string, args: ApiWithLambdasArgs, routes: AnyRoute[]): Output<string> {
  const described = all(routes.map((route) => describe(route)));
  return all([described, output(args.policy)]).apply(([documentRoutes, policy]) =>
    JSON.stringify(
      openApiDocument({
        title: name,
        ...(args.description && { description: args.description }),
        routes: documentRoutes,
        ...(args.cors && { cors: args.cors }),
        binaryMediaTypes: args.binaryMediaTypes ?? [],
        ...(policy && { policy: policy as object }),
      }),
    ),
  );
}

function describe({ method, path, parameters, handler, settings }: AnyRoute): Output<DocumentRoute> {
  return all([handler.alias.invokeArn, handler.function.timeout, security(settings.auth ?? "iam")]).apply(
    ([invokeArn, timeout, auth]) => ({
      method,
      path,
      parameters,
      invokeArn,
      // The gateway gives up a second after the function, and never later than its own 29 seconds.
      timeoutMs: Math.min(29_000, ((timeout ?? 3) + 1) * 1000),
      security: auth,
      requiredParameters: settings.requiredParameters ?? [],
      ...(settings.operationId && { operationId: settings.operationId }),
      ...(settings.requestModel && { requestModel: settings.requestModel }),
    }),
  );
}

function security(auth: ApiAuth): Output<Security> {
  if (typeof auth === "string") return output({ kind: auth } as Security);
  if ("cognito" in auth) {
    const { userPoolArns, scopes = [] } = auth.cognito;
    return all(userPoolArns).apply((arns): Security => ({ kind: "cognito", userPoolArns: arns, scopes }));
  }
  const { authorizer, identityHeader = "Authorization", cacheSeconds = 300 } = auth.lambda;
  return authorizer.alias.invokeArn.apply(
    (invokeArn): Security => ({ kind: "lambda", invokeArn, identityHeader, cacheSeconds }),
  );
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
