import type { ApiKey, Deployment, RestApi, Stage } from "@pulumi/aws/apigateway";
import {
  ComponentResource,
  type ComponentResourceOptions,
  deferredOutput,
  type Input,
  type Output,
} from "@pulumi/pulumi";
import { contractOf } from "./api/contract.ts";
import { type CustomDomainArgs, createCustomDomain } from "./api/customDomain.ts";
import { createPermissions } from "./api/permissions.ts";
import { bindDocument, createDeployment, createRestApi } from "./api/restApi.ts";
import { type BoundRoute, createFunctions, type OperationArgs, type RouteArgs, routeUrl } from "./api/routes.ts";
import { createStage, type StageArgs } from "./api/stage.ts";
import { createApiKey, type UsagePlanArgs } from "./api/usagePlan.ts";
import { validateApi } from "./api/validate.ts";
import type { NodeFunction } from "./nodeFunction.ts";
import type { Cors } from "./openapi/cors.ts";
import type { RouteKey } from "./openapi/route.ts";

export type { CustomDomainArgs } from "./api/customDomain.ts";
export type { ApiAuth, OperationArgs, RouteArgs } from "./api/routes.ts";
export type { StageArgs } from "./api/stage.ts";
export type { Throttling } from "./api/throttling.ts";
export type { UsagePlanArgs } from "./api/usagePlan.ts";

/** Routes said here, or bound to an OpenAPI document of one's own; and the API's settings. */
export type ApiWithLambdasArgs<Key extends string = string> = ApiSettings & (WithRoutes<Key> | WithDocument<Key>);

export interface WithRoutes<Key extends string> {
  /**
   * The API's routes by method and path; `{name}` is a path parameter, a last `{name+}` the rest of the path.
   * @example { "GET /whodis": { entry: "handlers/whodis/index.ts", auth: "none" } }
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
   * of the API's own are told by CORS_ALLOW_ORIGIN.
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
   * policy that is merely no longer said.
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
   * A name of one's own.
   * @default none: API Gateway's
   * @example { name: "api.example.org", certificateArn: certificate.arn }
   */
  domain?: CustomDomainArgs;
}

/**
 * A REST API of API Gateway whose routes are Lambda functions: one OpenAPI body, so that a hundred routes are one resource;
 * a function for each route or one shared by several; access and execution logs, tracing, throttling.
 *
 * @example
 * const api = new ApiWithLambdas("hello", {
 *   routes: { "GET /whodis": { entry: "handlers/whodis/index.ts", auth: "none" } },
 * });
 * export const url = api.url;
 *
 * @example
 * new ApiWithLambdas("pets", {
 *   openApi: "openapi/pets.yaml",
 *   operations: { listPets: { function: pets }, getPet: { function: pets } },
 * });
 */
export class ApiWithLambdas<Key extends string = string> extends ComponentResource {
  readonly restApi: RestApi;
  readonly deployment: Deployment;
  readonly stage: Stage;
  /** The API's URL, without a slash at its end. */
  readonly url: Output<string>;
  /** `arn:aws:execute-api:REGION:ACCOUNT:API`: what policies and permissions name. */
  readonly executionArn: Output<string>;
  /** URL of each route. */
  readonly routes: Record<Key, Output<string>>;
  /** Function of each route. */
  readonly functions: Record<Key, NodeFunction>;
  /** The OpenAPI document that the gateway runs by, as JSON. */
  readonly document: Output<string>;
  /** Key of the usage plan, its value a secret; only where a route asks for one. */
  readonly apiKey: ApiKey | undefined;
  /** What a DNS record of the custom domain points at; only with a domain. */
  readonly domainTarget: Output<string> | undefined;

  constructor(name: string, args: ApiWithLambdasArgs<Key>, opts?: ComponentResourceOptions) {
    super("dsp:index:ApiWithLambdas", name, validateApi(name, args), opts);
    const { definition = {}, domain } = args;
    const stageName = definition.stageName ?? "Prod";

    const contract = contractOf(name, args);
    const [url, urlIsKnown] = deferredOutput<string>();
    const routes = createFunctions(name, contract.routes, args.cors, url, this);
    const document = bindDocument(args, contract.document, routes);
    this.restApi = createRestApi(name, args, document, this);
    this.deployment = createDeployment(name, document, this.restApi, this);
    const permissions = createPermissions(name, routes, this.restApi, stageName, this);
    this.stage = createStage(name, stageName, definition, routes, this.restApi, this.deployment, permissions, this);
    const keyed = routes.some((route) => route.args.auth === "apiKey");
    this.apiKey = keyed ? createApiKey(name, args.usagePlan ?? {}, this.restApi, this.stage, this) : undefined;
    const named = domain && createCustomDomain(name, domain, this.restApi, this.stage, this);

    this.url = named?.url ?? this.stage.invokeUrl;
    urlIsKnown(this.url);
    this.domainTarget = named?.target;
    this.executionArn = this.restApi.executionArn;
    this.document = document.text;
    this.routes = byKey(routes, ({ path }) => routeUrl(this.url, path));
    this.functions = byKey(routes, ({ handler }) => handler);
    this.registerOutputs({ url: this.url });
  }
}

const byKey = <Key extends string, Value>(routes: BoundRoute[], value: (route: BoundRoute) => Value) =>
  Object.fromEntries(routes.map((route) => [route.key, value(route)])) as Record<Key, Value>;
