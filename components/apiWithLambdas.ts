import type { ApiKey, Deployment, RestApi, Stage } from "@pulumi/aws/apigateway";
import { ComponentResource, type ComponentResourceOptions, deferredOutput, type Output } from "@pulumi/pulumi";
import type { ApiWithLambdasArgs } from "./api/args.ts";
import { contractOf } from "./api/contract.ts";
import { createCustomDomain } from "./api/customDomain.ts";
import { createPermissions } from "./api/permissions.ts";
import { bindDocument, createDeployment, createRestApi } from "./api/restApi.ts";
import { type BoundRoute, createFunctions, routeUrl } from "./api/routes.ts";
import { createStage } from "./api/stage.ts";
import { createApiKey } from "./api/usagePlan.ts";
import { apiRules } from "./api/validate.ts";
import type { CodeFunction } from "./codeFunction.ts";
import { functionsOf, type Observed } from "./observability/args.ts";
import { validate } from "./validation.ts";

export type {
  ApiAuth,
  ApiSettings,
  ApiWithLambdasArgs,
  OperationArgs,
  RouteArgs,
  StageArgs,
  WithDocument,
  WithRoutes,
} from "./api/args.ts";
export type { CustomDomainArgs } from "./api/customDomain.ts";
export type { Throttling } from "./api/throttling.ts";
export type { UsagePlanArgs } from "./api/usagePlan.ts";

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
  readonly functions: Record<Key, CodeFunction>;
  /** The OpenAPI document that the gateway runs by, as JSON. */
  readonly document: Output<string>;
  /** Key of the usage plan, its value a secret; only where a route asks for one. */
  readonly apiKey: ApiKey | undefined;
  /** For `Observability`. */
  readonly observed: Observed;
  /** What a DNS record of the custom domain points at; only with a domain. */
  readonly domainTarget: Output<string> | undefined;

  constructor(name: string, args: ApiWithLambdasArgs<Key>, opts?: ComponentResourceOptions) {
    const contract = contractOf(name, args);
    validate(`ApiWithLambdas "${name}"`, apiRules(name, args, contract.routes));
    super("dsp:index:ApiWithLambdas", name, {}, opts);
    const { definition = {}, cors, domain } = args;
    const stageName = definition.stageName ?? "Prod";

    const [url, urlIsKnown] = deferredOutput<string>();
    const routes = createFunctions(name, { routes: contract.routes, cors, url }, this);
    const document = bindDocument(args, contract.document, routes);
    this.restApi = createRestApi(name, { settings: args, document }, this);
    const { restApi } = this;
    this.deployment = createDeployment(name, { document, restApi }, this);
    const permissions = createPermissions(name, { routes, restApi, stageName }, this);
    this.stage = createStage(
      name,
      { ...definition, stageName, routes, restApi, deployment: this.deployment, ready: permissions },
      this,
    );
    const { stage } = this;
    const keyed = routes.some((route) => route.args.auth === "apiKey");
    this.apiKey = keyed ? createApiKey(name, { ...args.usagePlan, restApi, stage }, this) : undefined;
    const named = domain && createCustomDomain(name, { ...domain, restApi, stage }, this);

    this.url = named?.url ?? this.stage.invokeUrl;
    urlIsKnown(this.url);
    this.domainTarget = named?.target;
    this.executionArn = this.restApi.executionArn;
    this.document = document.text;
    this.routes = byKey(routes, ({ path }) => routeUrl(this.url, path));
    this.functions = byKey(routes, ({ handler }) => handler);
    this.observed = { apis: { [name]: this }, functions: functionsOf(name, this.functions) };
    this.registerOutputs({ url: this.url });
  }
}

const byKey = <Key extends string, Value>(routes: BoundRoute[], value: (route: BoundRoute) => Value) =>
  Object.fromEntries(routes.map((route) => [route.key, value(route)])) as Record<Key, Value>;
