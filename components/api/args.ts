import type { Input } from "@pulumi/pulumi";
import type { CodeFunction, CodeFunctionArgs } from "../codeFunction.ts";
import type { Cors } from "../openapi/cors.ts";
import type { RouteResponse } from "../openapi/document.ts";
import type { JsonSchema } from "../openapi/jsonSchema.ts";
import type { RouteKey } from "../openapi/route.ts";
import type { CustomDomainArgs } from "./customDomain.ts";
import type { Throttling } from "./throttling.ts";
import type { UsagePlanArgs } from "./usagePlan.ts";

/** Routes listed here, or bound to a custom OpenAPI document; and the API's settings. */
export type ApiWithLambdasArgs<Key extends string = string> = ApiSettings & (WithRoutes<Key> | WithDocument<Key>);

export interface WithRoutes<Key extends string> {
  /**
   * The API's routes by method and path; `{name}` is a path parameter, a last `{name+}` the rest of the path.
   * @example { "GET /whodis": { entry: "handlers/whodis/index.ts", auth: "none" } }
   * @example { "GET /whodis": { entry: "handlers/whodis/python/app.py", auth: "none" } }
   */
  routes: { [K in Key]: RouteOf<K> };
  openApi?: never;
  operations?: never;
}

/** A key that is written out is checked by the compiler; a computed one as the program runs. */
type RouteOf<Key extends string> = string extends Key ? RouteArgs : Key extends RouteKey ? RouteArgs : never;

export interface WithDocument<Key extends string> {
  routes?: never;
  /**
   * File of an OpenAPI 3.0 document, JSON or YAML, relative to the program.
   * @example "openapi/pets.yaml"
   */
  openApi: string;
  /**
   * What answers each of its operations, by `operationId`.
   * @example { listPets: { entry: "handlers/pets/list.ts" } }
   */
  operations: Record<Key, OperationArgs>;
}

export interface ApiSettings {
  /**
   * The API's own stage and its settings. Left out, the API is the *implicit* one: stage `Prod`, every setting its
   * default.
   * @default {}
   * @example { stageName: "dev", throttling: { rate: 50, burst: 100 } }
   */
  definition?: StageArgs;
  /**
   * What the API is for, in the console and its document.
   * @default names API and stack
   */
  description?: string;
  /**
   * Pages of other origins that may call it. Preflights and the gateway's own errors are answered for them; functions
   * of the API read the origin from CORS_ALLOW_ORIGIN.
   * @default none: pages of its own origin only
   * @example { origin: "https://example.org" }
   */
  cors?: Cors;
  /**
   * The API's resource policy, a policy document. Its resources are `*`, this whole API, or ARNs in full: API Gateway gives
   * `execute-api:/…` back as ARNs, which every update would take for a change. A role that is made in the same update is
   * no `Principal` but a condition on `aws:PrincipalArn`: API Gateway refuses a policy whose principals it does not know
   * yet. Change it at will; to be without one again, remove it from the API first (`aws apigateway update-rest-api
   * --rest-api-id ID --patch-operations op=replace,path=/policy,value=`, then `pulumi refresh`): the AWS provider keeps a
   * policy that is merely left out.
   * @default none: routes' own authorisation decides
   */
  policy?: Input<object>;
  /**
   * Media types that reach functions as base64.
   * @default []
   * @example ["image/png"]
   */
  binaryMediaTypes?: string[];
  /**
   * Limits for the holder of the API's key, where a route's auth is `apiKey`.
   * @default the stage's
   */
  usagePlan?: UsagePlanArgs;
  /**
   * A custom domain name.
   * @default none: API Gateway's
   * @example { name: "api.example.org", certificateArn: certificate.arn }
   */
  domain?: CustomDomainArgs;
}

/** Who may call a route. */
export type ApiAuth =
  /** Anyone. The stack's configuration lists such routes in `publicRoutes`, each after its API's name. */
  | "none"
  /** Callers whose AWS identity is granted `execute-api:Invoke`. */
  | "iam"
  /** Callers with an API key of the API's usage plan, in header `x-api-key`. */
  | "apiKey"
  /** Users of Cognito user pools, by token in header `Authorization`. */
  | { cognito: CognitoAuth }
  /** Callers that a function admits, by a token in a header. */
  | { lambda: LambdaAuth };

export interface CognitoAuth {
  userPoolArns: Input<string>[];
  /**
   * Scopes, of which the token must have one.
   * @default []: an identity token is enough
   */
  scopes?: string[];
}

export interface LambdaAuth {
  /** Is given the token, and answers with a policy. */
  authorizer: CodeFunction;
  /** @default "Authorization" */
  identityHeader?: string;
  /**
   * Seconds that an answer is kept, 0 to 3,600.
   * @default 300
   */
  cacheSeconds?: number;
}

/** A function of the route's own, from a file or inline; or one that it shares. */
export type RouteTarget = CodeFunctionArgs | SharedFunction;

export type SharedFunction = { function: CodeFunction } & { [Key in keyof CodeFunctionArgs]?: never };

/** What answers an operation of a custom document, and who may call it. */
export type OperationArgs = RouteTarget & {
  /**
   * Who may call it.
   * @default "iam"; with a custom document: what its `security` says
   */
  auth?: ApiAuth;
  /**
   * Requests that it answers.
   * @default what the API's `definition.throttling` says
   * @example { rate: 5, burst: 10 }
   */
  throttling?: Throttling;
};

/** A route: what answers it, who may call it, and what a request must look like. */
export type RouteArgs = OperationArgs & {
  /**
   * Its name in the OpenAPI document.
   * @default made of method and path: `get-iris-id`
   */
  operationId?: string;
  /**
   * JSON Schema (draft 4) that a body must satisfy; or `none`, where a POST, PUT or PATCH takes no body.
   * @default none is published: any body
   * @example { type: "object", required: ["name"], properties: { name: { type: "string" } } }
   */
  requestModel?: JsonSchema | "none";
  /**
   * Whether the gateway itself answers 400 to a request that breaks the model or lacks a parameter; its message does not
   * name what is wrong. With false the function does.
   * @default true
   */
  validated?: boolean;
  /**
   * What a request must carry; the gateway answers 400 otherwise.
   * @default []
   * @example ["querystring.page", "header.x-tenant"]
   */
  requiredParameters?: ParameterName[];
  /**
   * What a request may carry, each with what it means.
   * @default {}
   * @example { "querystring.limit": "Items of a page, 1 to 100" }
   */
  optionalParameters?: Partial<Record<ParameterName, string>>;
  /**
   * What the route does, in a line.
   * @default its method and path
   */
  summary?: string;
  /**
   * Answers by status; those that the gateway gives by itself need not be named.
   * @default 200, of any form
   * @example { 404: { description: "There is none", model: { name: "Error", schema: { type: "object" } } } }
   */
  responses?: Record<number, RouteResponse>;
};

export type ParameterName = `${"querystring" | "header"}.${string}`;

/** Settings of an API that does not take the implicit ones. */
export interface StageArgs {
  /**
   * First part of every path of the API's URL.
   * @default "Prod"
   */
  stageName?: Input<string>;
  /**
   * Requests that each route without limits of its own answers.
   * @default { rate: 1_000, burst: 500 }; of a route that anyone may call { rate: 50, burst: 100 }
   */
  throttling?: Throttling;
  /**
   * What the execution log holds. Requests and answers themselves are never logged: they may hold personal data.
   * @default "ERROR"
   */
  logLevel?: Input<"OFF" | "ERROR" | "INFO">;
  /**
   * Whether X-Ray traces requests, with their paths: not where whoever knows a path may do what it does.
   * @default true
   */
  tracing?: Input<boolean>;
  /**
   * Whether CloudWatch gets metrics of each method, in addition to those of the stage, which cost nothing. Custom metrics are
   * charged for them: https://aws.amazon.com/cloudwatch/pricing/
   * @default false
   */
  detailedMetrics?: Input<boolean>;
  /**
   * Days that logs are kept; one of CloudWatch's values.
   * @default 30
   */
  logRetention?: Input<number>;
  /**
   * Values that integrations read as `stageVariables.name`.
   * @default {}
   */
  variables?: Record<string, Input<string>>;
}
