import type { Input, Resource } from "@pulumi/pulumi";
import { NodeFunction, type NodeFunctionArgs } from "../nodeFunction.ts";
import type { JsonSchema } from "../openapi/document.ts";
import { type ParsedRoute, parseRoute, type RouteKey, routeName } from "../openapi/route.ts";

/** Who may call a route. */
export type ApiAuth =
  /** Anyone. The stack's configuration lists such routes as public. */
  | "none"
  /** Callers whose AWS identity is granted `execute-api:Invoke`. */
  | "iam"
  /** Callers with an API key of the API's usage plan, in header `x-api-key`. */
  | "apiKey"
  /** Users of Cognito user pools, by token in header `Authorization`. */
  | { cognito: { userPoolArns: Input<string>[]; scopes?: string[] } }
  /** Callers that a function admits, by a token in a header. */
  | {
      lambda: {
        authorizer: NodeFunction;
        /** @default "Authorization" */
        identityHeader?: string;
        /**
         * Seconds that an answer is kept, 0 to 3,600.
         * @default 300
         */
        cacheSeconds?: number;
      };
    };

/** A function of the route's own, or one that it shares. */
export type RouteArgs = RouteSettings & (({ function: NodeFunction } & NoFunctionArgs) | NodeFunctionArgs);

type NoFunctionArgs = { [Key in keyof NodeFunctionArgs]?: never };

export interface RouteSettings {
  /**
   * Who may call it.
   * @default "iam"
   */
  auth?: ApiAuth;
  /** Its name in the OpenAPI document. Default: made of method and path. */
  operationId?: string;
  /** JSON Schema (draft 4) that a body must satisfy; the gateway answers 400 otherwise. */
  requestModel?: JsonSchema;
  /**
   * What a request must carry; the gateway answers 400 otherwise.
   * @example ["querystring.page", "header.x-tenant"]
   */
  requiredParameters?: `${"querystring" | "header"}.${string}`[];
}

export type Routes = Record<RouteKey, RouteArgs>;

/** A route with its function: what the rest of the component works on. */
export interface AnyRoute extends ParsedRoute {
  key: RouteKey;
  handler: NodeFunction;
  settings: RouteSettings;
}

/** Makes the functions of routes that bring their own; a shared one is used as it is. */
export function createFunctions(name: string, routes: Routes, parent: Resource): AnyRoute[] {
  return Object.entries(routes).map(([key, args]) => {
    const parsed = parseRoute(key);
    const {
      function: shared,
      auth,
      operationId,
      requestModel,
      requiredParameters,
      ...own
    } = args as RouteSettings & {
      function?: NodeFunction;
    } & NodeFunctionArgs;
    const handler = shared ?? new NodeFunction(`${name}-${routeName(parsed)}`, own, { parent });
    return {
      ...parsed,
      key: key as RouteKey,
      handler,
      settings: { auth, operationId, requestModel, requiredParameters },
    };
  });
}
