import type { Deployment, RestApi, Stage } from "@pulumi/aws/apigateway";
import { ComponentResource, type ComponentResourceOptions, type Input, interpolate, type Output } from "@pulumi/pulumi";
import { createAccessControl } from "./api/accessControl.ts";
import { createRestApi } from "./api/restApi.ts";
import { type AnyRoute, createFunctions, type RouteArgs, type Routes } from "./api/routes.ts";
import { createStage, type StageArgs } from "./api/stage.ts";
import { validateApi } from "./api/validate.ts";
import type { NodeFunction } from "./nodeFunction.ts";
import type { Cors } from "./openapi/cors.ts";
import type { RouteKey } from "./openapi/route.ts";

export type { ApiAuth, RouteArgs } from "./api/routes.ts";
export type { StageArgs } from "./api/stage.ts";

export interface ApiWithLambdasArgs {
  /**
   * The API's routes by method and path; `{name}` is a path parameter, a last `{name+}` the rest of the path.
   * @example { "GET /whodis": { entry: "handlers/whodis/index.ts", auth: "none" } }
   */
  routes: Record<RouteKey, RouteArgs>;
  /**
   * The API's own settings. Left out, the API is the *implicit* one: stage `Prod`, every setting its default.
   */
  definition?: StageArgs;
  /** What the API is for, in the console and its document. */
  description?: string;
  /** Pages of other origins that may call it. Default: none. */
  cors?: Cors;
  /**
   * Statements of the API's resource policy; resources are written `execute-api:/STAGE/METHOD/path`.
   * Default: no policy, so routes' own authorisation decides.
   */
  policy?: Input<object>;
  /**
   * Media types that reach functions as base64.
   * @default []
   */
  binaryMediaTypes?: string[];
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
 */
export class ApiWithLambdas extends ComponentResource {
  readonly restApi: RestApi;
  readonly deployment: Deployment;
  readonly stage: Stage;
  /** The stage's URL, without a slash at its end. */
  readonly url: Output<string>;
  /** `arn:aws:execute-api:REGION:ACCOUNT:API`: what policies and permissions name. */
  readonly executionArn: Output<string>;
  /** URL of each route. */
  readonly routes: Record<RouteKey, Output<string>>;
  /** Function of each route. */
  readonly functions: Record<RouteKey, NodeFunction>;
  /** The OpenAPI document that the gateway runs by. */
  readonly document: Output<string>;

  constructor(name: string, args: ApiWithLambdasArgs, opts?: ComponentResourceOptions) {
    super("dsp:index:ApiWithLambdas", name, validateApi(name, args), opts);

    const routes: AnyRoute[] = createFunctions(name, args.routes as Routes, this);
    const { restApi, deployment, document } = createRestApi(name, args, routes, this);
    this.restApi = restApi;
    this.deployment = deployment;
    this.document = document;
    this.stage = createStage(name, args.definition ?? {}, restApi, deployment, this);
    createAccessControl(name, routes, restApi, this.stage, this);

    this.url = this.stage.invokeUrl;
    this.executionArn = restApi.executionArn;
    const each = <T>(value: (route: AnyRoute) => T) =>
      Object.fromEntries(routes.map((route) => [route.key, value(route)])) as Record<RouteKey, T>;
    this.routes = each(({ path }) => interpolate`${this.url}${path === "/" ? "" : path}`);
    this.functions = each(({ handler }) => handler);
    this.registerOutputs({ url: this.url });
  }
}
