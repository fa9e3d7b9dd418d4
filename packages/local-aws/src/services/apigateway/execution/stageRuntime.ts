/** A stage ready to serve: its deployment's snapshot, with everything precomputed that does not depend on the request. */
import type { PolicyDocument, Principal } from "../../../service.ts";
import { servicePrincipal } from "../../../service.ts";
import { lambdaOf } from "../definition/integration.ts";
import type { Definition, Deployment, Integration, Method, MethodSetting, Resource, Stage } from "../model.ts";
import { defaultSetting, settingOf } from "../operations/methodSettings.ts";
import { BinaryMediaTypes } from "./mediaTypes.ts";
import { RouteTree } from "./routes.ts";
import { withStageVariables } from "./variables.ts";

export interface Where {
  region: string;
  accountId: string;
}

export interface MethodRuntime {
  resource: Resource;
  method: Method;
  /** The method of the request, where {@link Method.httpMethod} may be `ANY`. */
  httpMethod: string;
  integration: Integration | undefined;
  /** The function's ARN, stage variables filled in; `undefined` when one of them is missing. */
  functionArn: string | undefined;
  /** API Gateway itself, calling on behalf of this method: what the function's resource policy sees. */
  caller: Principal;
  setting: MethodSetting;
  /** Whether the stage sets a throttling limit for the method. The account's limit, a stage's default, is not stored here. */
  throttled: boolean;
  /** `/pets/{petId}/GET`, as usage plans name a method. */
  key: string;
}

export class StageRuntime {
  readonly apiId: string;
  readonly stage: Stage;
  readonly deployment: Deployment;
  readonly definition: Definition;
  readonly where: Where;
  readonly binaryMediaTypes: BinaryMediaTypes;
  /** `abc123.execute-api.us-east-1.amazonaws.com` */
  readonly domainName: string;
  readonly policy: PolicyDocument | undefined;
  /** The deployment that gets a part of the requests, with variables of its own. */
  canary: StageRuntime | undefined;
  readonly #routes: RouteTree;
  readonly #methods = new Map<string, Map<string, MethodRuntime>>();
  readonly #found = new Map<string, ReturnType<RouteTree["find"]>>();

  constructor(stage: Stage, deployment: Deployment, where: Where) {
    this.apiId = stage.restApiId;
    this.stage = stage;
    this.deployment = deployment;
    this.definition = deployment.definition;
    this.where = where;
    this.binaryMediaTypes = new BinaryMediaTypes(this.definition.binaryMediaTypes);
    this.domainName = `${this.apiId}.execute-api.${where.region}.amazonaws.com`;
    this.policy = this.definition.policy;
    this.#routes = new RouteTree(Object.values(this.definition.resources));
  }

  /** The runtime of one request: this one, or the canary's. */
  chosen(): StageRuntime {
    const percent = this.stage.canarySettings?.percentTraffic ?? 0;
    return this.canary && Math.random() * 100 < percent ? this.canary : this;
  }

  /** The resource at a path. Paths without parameters are cached: they are few, and get most requests. */
  find(path: string, httpMethod?: string): ReturnType<RouteTree["find"]> {
    const key = `${httpMethod} ${path}`;
    const known = this.#found.get(key);
    if (known) return known;
    const match = this.#routes.find(path, httpMethod);
    if (match?.pathParameters === null && this.#found.size < 1000) this.#found.set(key, match);
    return match;
  }

  /** A resource's method for an HTTP method, else its `ANY`; `undefined` when there is neither. */
  method(resource: Resource, httpMethod: string): MethodRuntime | undefined {
    const methods = this.#methods.get(resource.id) ?? new Map<string, MethodRuntime>();
    this.#methods.set(resource.id, methods);
    let found = methods.get(httpMethod);
    if (!found) {
      const method = resource.resourceMethods[httpMethod] ?? resource.resourceMethods.ANY;
      if (!method) return undefined;
      found = this.#compile(resource, method, httpMethod);
      methods.set(httpMethod, found);
    }
    return found;
  }

  /** `arn:aws:execute-api:us-east-1:000000000000:abc123/dev/GET/pets/5`, with the path's leading slash not doubled. */
  invocationArn(httpMethod: string, path: string): string {
    const { region, accountId } = this.where;
    return `arn:aws:execute-api:${region}:${accountId}:${this.apiId}/${this.stage.stageName}/${httpMethod}${path}`;
  }

  #compile(resource: Resource, method: Method, httpMethod: string): MethodRuntime {
    const integration = method.methodIntegration;
    const uri = integration?.uri && withStageVariables(integration.uri, this.stage.variables);
    const setting = settingOf(this.stage, resource.path, method.httpMethod);
    const sourceArn = this.invocationArn(httpMethod, resource.path.replace(/\{[^}]+\}/g, "*"));
    return {
      resource,
      method,
      httpMethod,
      integration,
      functionArn: uri ? lambdaOf(uri) : undefined,
      caller: servicePrincipal("apigateway.amazonaws.com", sourceArn),
      setting: setting ?? defaultSetting(),
      throttled: setting !== undefined && !isAccountLimit(setting),
      key: `${resource.path}/${method.httpMethod}`,
    };
  }
}

const isAccountLimit = ({ throttlingRateLimit, throttlingBurstLimit }: MethodSetting): boolean => {
  const account = defaultSetting();
  return throttlingRateLimit === account.throttlingRateLimit && throttlingBurstLimit === account.throttlingBurstLimit;
};
