import { createHash } from "node:crypto";
import { Deployment, RestApi } from "@pulumi/aws/apigateway";
import { all, getStack, jsonStringify, type Output, output, type Resource } from "@pulumi/pulumi";
import type { ApiSettings } from "../apiWithLambdas.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { type BoundOperation, gatewayDocument } from "../openapi/gateway.ts";
import type { Security } from "../openapi/security.ts";
import type { ApiAuth, BoundRoute } from "./routes.ts";

/** The API: all of its routes in one body. */
export function createRestApi(name: string, args: ApiSettings, document: Output<object>, parent: Resource): RestApi {
  const { binaryMediaTypes = [], policy } = args;
  return new RestApi(
    name,
    {
      description: args.description ?? `API ${name} of stack ${getStack()}`,
      body: jsonStringify(document),
      // The import replaces what was there: a route that is gone from the body is gone from the API.
      putRestApiMode: "overwrite",
      endpointConfiguration: { types: "REGIONAL" },
      // Both are in the body as well; but the provider reads them back, and writes what it knows over a changed body.
      ...(policy && { policy: jsonStringify(policy) }),
      ...(binaryMediaTypes.length > 0 && { binaryMediaTypes }),
    },
    { parent },
  );
}

/**
 * The snapshot of the API that a stage serves: made anew when, and only when, something that it holds has changed. The new
 * one is there before the stage turns to it, so no request meets a gap.
 */
export function createDeployment(name: string, document: Output<object>, restApi: RestApi, parent: Resource) {
  return new Deployment(
    `${name}-deployment`,
    { restApi: restApi.id, triggers: { document: document.apply(hashOfSnapshot) } },
    { parent },
  );
}

/** Title and description belong to the API: no deployment holds them. */
const hashOfSnapshot = ({ info: _, ...snapshot }: { info?: unknown }): string =>
  createHash("sha256").update(JSON.stringify(snapshot)).digest("hex");

/** The contract, bound to its functions and known callers. */
export function bindDocument(args: ApiSettings, document: OpenApiDocument, routes: BoundRoute[]): Output<object> {
  const { cors, binaryMediaTypes = [] } = args;
  return all([all(routes.map(bindRoute)), output(args.policy)]).apply(([bound, policy]) =>
    gatewayDocument(document, bound, { binaryMediaTypes, ...(cors && { cors }), ...(policy && { policy }) }),
  );
}

function bindRoute({ method, path, handler, args, secured }: BoundRoute): Output<BoundOperation> {
  const auth = args.auth ?? (secured ? undefined : "iam");
  return all([handler.alias.invokeArn, handler.function.timeout, auth && securityOf(auth)]).apply(
    ([invokeArn, timeout, security]) => ({
      method,
      path,
      invokeArn,
      // The gateway gives up a second after the function, and never later than its own 29 seconds.
      timeoutMs: Math.min(29_000, ((timeout ?? 3) + 1) * 1000),
      ...(security && { security }),
    }),
  );
}

function securityOf(auth: ApiAuth): Output<Security> {
  if (typeof auth === "string") return output<Security>({ kind: auth });
  if ("cognito" in auth) {
    const { userPoolArns, scopes = [] } = auth.cognito;
    return all(userPoolArns).apply((arns): Security => ({ kind: "cognito", userPoolArns: arns, scopes }));
  }
  if ("lambda" in auth) {
    const { authorizer, identityHeader = "Authorization", cacheSeconds = 300 } = auth.lambda;
    return authorizer.alias.invokeArn.apply(
      (invokeArn): Security => ({ kind: "lambda", invokeArn, identityHeader, cacheSeconds }),
    );
  }
  return auth satisfies never;
}
