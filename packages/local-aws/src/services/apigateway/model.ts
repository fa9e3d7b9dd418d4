/**
 * What API Gateway stores of a REST API. An {@link Api} is what the developer edits; a {@link Deployment} is a copy
 * of its definition at one moment; a {@link Stage} serves one deployment. Names are those of the REST API reference:
 * https://docs.aws.amazon.com/apigateway/latest/api/
 */
import type {
  ContentHandlingStrategy,
  DocumentationPartLocation,
  GatewayResponseType,
} from "@aws-sdk/client-api-gateway";
import type { PolicyDocument } from "../../service.ts";

export type AuthorizationType = "NONE" | "AWS_IAM" | "CUSTOM" | "COGNITO_USER_POOLS";
export type IntegrationType = "AWS" | "AWS_PROXY" | "HTTP" | "HTTP_PROXY" | "MOCK";

/** How an integration's answer becomes a response: by the first entry whose pattern it matches. */
export interface IntegrationResponse {
  statusCode: string;
  /** Regular expression on the answer's status code, or a function's error message; without one it is the default response. */
  selectionPattern?: string;
  /** `method.response.header.NAME` to `'a literal'`, `integration.response.header.NAME`, `integration.response.body.JSONPATH` … */
  responseParameters?: Record<string, string>;
  responseTemplates?: Record<string, string>;
  contentHandling?: ContentHandlingStrategy;
}

export interface Integration {
  type: IntegrationType;
  /** The method that the gateway calls the integration with: always POST for Lambda; `ANY`: the request's own. */
  httpMethod?: string;
  /** An HTTP URL, or `arn:aws:apigateway:REGION:SERVICE:path/…` and `…:action/…`; may hold `${stageVariables.x}` and `{path parameters}`. */
  uri?: string;
  /** Role that the gateway assumes for the call; without one the function's resource policy decides. */
  credentials?: string;
  /** `integration.request.{header,querystring,path}.NAME` to where it comes from. */
  requestParameters?: Record<string, string>;
  requestTemplates?: Record<string, string>;
  connectionType?: "INTERNET" | "VPC_LINK";
  /** Id of a VPC link. */
  connectionId?: string;
  tlsConfig?: { insecureSkipVerification?: boolean };
  passthroughBehavior: "WHEN_NO_MATCH" | "WHEN_NO_TEMPLATES" | "NEVER";
  contentHandling?: ContentHandlingStrategy;
  /** Milliseconds, 50 to 29,000. */
  timeoutInMillis: number;
  cacheNamespace: string;
  cacheKeyParameters: string[];
  integrationResponses: Record<string, IntegrationResponse>;
}

export interface MethodResponse {
  statusCode: string;
  /** `method.response.header.NAME` to whether it is required. */
  responseParameters?: Record<string, boolean>;
  responseModels?: Record<string, string>;
}

export interface Method {
  httpMethod: string;
  authorizationType: AuthorizationType;
  authorizerId?: string;
  authorizationScopes?: string[];
  apiKeyRequired: boolean;
  requestValidatorId?: string;
  operationName?: string;
  /** `method.request.{path,querystring,header}.NAME` to whether it is required. */
  requestParameters?: Record<string, boolean>;
  /** Model name by content type. */
  requestModels?: Record<string, string>;
  methodResponses: Record<string, MethodResponse>;
  methodIntegration?: Integration;
}

export interface Resource {
  id: string;
  parentId?: string;
  pathPart?: string;
  /** `/`, `/pets/{petId}`, `/files/{proxy+}` */
  path: string;
  /** By HTTP method, `ANY` included. */
  resourceMethods: Record<string, Method>;
}

export interface Model {
  id: string;
  name: string;
  description?: string;
  /** JSON Schema draft-04, as text. */
  schema: string;
  contentType: string;
}

export interface RequestValidator {
  id: string;
  name: string;
  validateRequestBody: boolean;
  validateRequestParameters: boolean;
}

export interface Authorizer {
  id: string;
  name: string;
  type: "TOKEN" | "REQUEST" | "COGNITO_USER_POOLS";
  /** ARNs of the Cognito user pools. */
  providerARNs?: string[];
  authType?: string;
  authorizerUri?: string;
  authorizerCredentials?: string;
  /** `method.request.header.NAME` and so on, comma-separated. */
  identitySource?: string;
  /** Regular expression that a token must match. */
  identityValidationExpression?: string;
  /** Seconds that a result is cached, 0 to 3,600. Absent: 300. */
  authorizerResultTtlInSeconds?: number;
}

export interface GatewayResponse {
  responseType: GatewayResponseType;
  statusCode?: string;
  /** `gatewayresponse.header.NAME` to `'a literal'`, `context.NAME` or `method.request.header.NAME`. */
  responseParameters: Record<string, string>;
  responseTemplates: Record<string, string>;
}

/** The part of an API that an OpenAPI document can describe, and that a deployment copies. */
export interface Definition {
  rootResourceId: string;
  /** By id. */
  resources: Record<string, Resource>;
  /** By name. */
  models: Record<string, Model>;
  /** By id. */
  requestValidators: Record<string, RequestValidator>;
  /** By id. */
  authorizers: Record<string, Authorizer>;
  /** By response type; only those that the developer set. */
  gatewayResponses: Record<string, GatewayResponse>;
  policy?: PolicyDocument;
  binaryMediaTypes: string[];
  /** Bytes from which a response is compressed, 0 to 10,485,760; absent: never. */
  minimumCompressionSize?: number;
  apiKeySource: "HEADER" | "AUTHORIZER";
  disableExecuteApiEndpoint: boolean;
}

export interface Api {
  id: string;
  name: string;
  description?: string;
  version?: string;
  /** Epoch milliseconds, like every date here. */
  createdDate: number;
  endpointConfiguration: { types: string[]; ipAddressType?: string; vpcEndpointIds?: string[] };
  tags: Record<string, string>;
  definition: Definition;
}

export interface Deployment {
  id: string;
  restApiId: string;
  description?: string;
  createdDate: number;
  apiName: string;
  definition: Definition;
}

/** Settings of one method of a stage, or of all of them (`*` + `/*`). */
export interface MethodSetting {
  metricsEnabled: boolean;
  /** Absent until it is set: as OFF. */
  loggingLevel?: "OFF" | "ERROR" | "INFO";
  dataTraceEnabled: boolean;
  /** Burst of requests; -1: no limit of its own. */
  throttlingBurstLimit: number;
  /** Requests per second; -1: no limit of its own. */
  throttlingRateLimit: number;
  cachingEnabled: boolean;
  cacheTtlInSeconds: number;
  cacheDataEncrypted: boolean;
  requireAuthorizationForCacheControl: boolean;
  unauthorizedCacheControlHeaderStrategy: string;
}

export interface CanarySettings {
  /** 0 to 100. */
  percentTraffic: number;
  deploymentId: string;
  stageVariableOverrides?: Record<string, string>;
  useStageCache: boolean;
}

export interface Stage {
  restApiId: string;
  stageName: string;
  deploymentId: string;
  description?: string;
  variables: Record<string, string>;
  /** A second deployment that gets a part of the requests. */
  canarySettings?: CanarySettings;
  /** By `resourcePath/METHOD` without the leading slash, the slashes within written `~1`; all of them: `*` + `/*`. */
  methodSettings: Record<string, MethodSetting>;
  accessLogSettings?: { format?: string; destinationArn?: string };
  tracingEnabled: boolean;
  documentationVersion?: string;
  clientCertificateId?: string;
  tags: Record<string, string>;
  createdDate: number;
  lastUpdatedDate: number;
}

/** A link to load balancers of a VPC: kept, and nothing is at its end on one machine. */
export interface VpcLink {
  id: string;
  name: string;
  description?: string;
  targetArns: string[];
  tags: Record<string, string>;
}

/** What is said about a part of an API. */
export interface DocumentationPart {
  id: string;
  restApiId: string;
  location: DocumentationPartLocation;
  /** JSON, as text. */
  properties: string;
}

export interface DocumentationVersion {
  restApiId: string;
  version: string;
  description?: string;
  createdDate: number;
}

export interface ApiKey {
  id: string;
  value: string;
  name?: string;
  customerId?: string;
  description?: string;
  enabled: boolean;
  createdDate: number;
  lastUpdatedDate: number;
  tags: Record<string, string>;
}

export interface Throttle {
  burstLimit?: number;
  rateLimit?: number;
}

export interface UsagePlan {
  id: string;
  name: string;
  description?: string;
  /** `throttle` by `/path/METHOD`. */
  apiStages: { apiId: string; stage: string; throttle?: Record<string, Throttle> }[];
  throttle?: Throttle;
  quota?: { limit: number; offset: number; period: "DAY" | "WEEK" | "MONTH" };
  productCode?: string;
  tags: Record<string, string>;
}

export interface DomainName {
  domainName: string;
  certificateArn?: string;
  regionalCertificateArn?: string;
  endpointConfiguration: { types: string[]; ipAddressType?: string };
  securityPolicy: string;
  regionalDomainName: string;
  tags: Record<string, string>;
}

export interface BasePathMapping {
  domainName: string;
  /** `(none)` for the root. */
  basePath: string;
  restApiId: string;
  stage?: string;
}
