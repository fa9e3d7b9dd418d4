import { createHash } from "node:crypto";
import { Deployment, RestApi } from "@pulumi/aws/apigateway";
import { all, getStack, jsonStringify, type Output, output, type Resource } from "@pulumi/pulumi";
import type { NodeFunction } from "../nodeFunction.ts";
import type { OpenApiDocument } from "../openapi/document.ts";
import { type BoundOperation, gatewayDocument } from "../openapi/gateway.ts";
import type { Security } from "../openapi/security.ts";
import type { ApiAuth, ApiSettings } from "./args.ts";
import type { BoundRoute } from "./routes.ts";

/** The API's document as text, and a hash of what a deployment holds of it. */
interface BoundDocument {
  text: Output<string>;
  snapshot: Output<string>;
}

/** The API: all of its routes in one body. */
export function createRestApi(
  name: string,
  { settings, document }: { settings: ApiSettings; document: BoundDocument },
  parent: Resource,
): RestApi {
  const { binaryMediaTypes = [], policy } = settings;
  return new RestApi(
    name,
    {
      description: settings.description ?? `API ${name} of stack ${getStack()}`,
      body: document.text,
      // The import replaces what was there: a route that is gone from the body is gone from the API.
      putRestApiMode: "overwrite",
      endpointConfiguration: { types: "REGIONAL" },
      // Both are in the body as well; but the provider reads them back, and writes what it knows over a changed body.
      ...(policy && { policy: jsonStringify(policy) }),
      // An empty list, too: left out, those of the last deployment would stay.
      binaryMediaTypes,
    },
    { parent },
  );
}

/**
 * The snapshot of the API that a stage serves: made again when, and only when, something that it holds has changed. The new
 * one is there before the stage turns to it, so no request meets a gap.
 */
export const createDeployment = (
  name: string,
  { document, restApi }: { document: BoundDocument; restApi: RestApi },
  parent: Resource,
): Deployment =>
  new Deployment(`${name}-deployment`, { restApi: restApi.id, triggers: { document: document.snapshot } }, { parent });

/** The contract, bound to its functions and known callers. */
export function bindDocument(args: ApiSettings, document: OpenApiDocument, routes: BoundRoute[]): BoundDocument {
  const { cors, binaryMediaTypes = [], policy } = args;
  // An output for each function and kind of caller, not for each route: a thousand routes would be thousands of outputs.
  const handlers = [...new Set(routes.map(({ handler }) => handler))];
  const callers = [...new Set(routes.flatMap((route) => authOf(route) ?? []))];
  const known = all([all(handlers.map(integrationOf)), all(callers.map(securityOf)), output(policy)]);
  const bound = known.apply(([integrations, securities, resourcePolicy]) => {
    const operations = routes.map((route): BoundOperation => {
      const { method, path, handler } = route;
      const auth = authOf(route);
      const security = auth && securities[callers.indexOf(auth)];
      return { method, path, ...integrations[handlers.indexOf(handler)]!, ...(security && { security }) };
    });
    const settings = { binaryMediaTypes, ...(cors && { cors }), ...(resourcePolicy && { policy: resourcePolicy }) };
    const { info, ...snapshot } = gatewayDocument(document, operations, settings);
    // Text, not objects: Pulumi looks for outputs in every corner of an object. Title and description belong to the API:
    // no deployment holds them.
    return { text: JSON.stringify({ info, ...snapshot }), snapshot: sha256(JSON.stringify(snapshot)) };
  });
  return { text: bound.text, snapshot: bound.snapshot };
}

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");

const authOf = ({ args: { auth }, secured }: BoundRoute): ApiAuth | undefined => auth ?? (secured ? undefined : "iam");

function integrationOf({
  alias,
  function: { timeout },
}: NodeFunction): Output<Pick<BoundOperation, "invokeArn" | "timeoutMs">> {
  return all([alias.invokeArn, timeout]).apply(([invokeArn, seconds]) => ({
    invokeArn,
    // The gateway gives up a second after the function, and never later than its own 29 seconds.
    timeoutMs: Math.min(29_000, ((seconds ?? 3) + 1) * 1000),
  }));
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
