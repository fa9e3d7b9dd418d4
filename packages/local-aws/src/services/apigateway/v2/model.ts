/** What is stored of an HTTP API. Names are those of the API reference, dates are epoch milliseconds. */
import type {
  AuthorizationType,
  ConnectionType,
  Cors,
  IntegrationType,
  JWTConfiguration,
  RouteSettings,
} from "@aws-sdk/client-apigatewayv2";

export interface HttpApi {
  ApiId: string;
  Name: string;
  Description?: string;
  Version?: string;
  CorsConfiguration?: Cors;
  DisableExecuteApiEndpoint: boolean;
  CreatedDate: number;
  Tags: Record<string, string>;
}

export interface Route {
  RouteId: string;
  /** `GET /pets/{id}`, `ANY /{proxy+}`, `$default` */
  RouteKey: string;
  /** `integrations/ID` */
  Target?: string;
  AuthorizationType: AuthorizationType;
  AuthorizerId?: string;
  AuthorizationScopes?: string[];
  OperationName?: string;
  ApiKeyRequired: boolean;
}

export interface Integration {
  IntegrationId: string;
  IntegrationType: IntegrationType;
  IntegrationUri?: string;
  IntegrationMethod?: string;
  PayloadFormatVersion: string;
  ConnectionType: ConnectionType;
  ConnectionId?: string;
  CredentialsArn?: string;
  Description?: string;
  /** `append:header.NAME`, `overwrite:querystring.NAME`, `remove:header.NAME`, `overwrite:path` to their values. */
  RequestParameters?: Record<string, string>;
  TimeoutInMillis: number;
}

export interface Authorizer {
  AuthorizerId: string;
  Name: string;
  AuthorizerType: "JWT" | "REQUEST";
  IdentitySource?: string[];
  JwtConfiguration?: JWTConfiguration;
  AuthorizerUri?: string;
  AuthorizerCredentialsArn?: string;
  AuthorizerPayloadFormatVersion?: string;
  EnableSimpleResponses?: boolean;
  AuthorizerResultTtlInSeconds?: number;
}

/** What a deployment copies. */
export interface Definition {
  routes: Route[];
  integrations: Integration[];
  authorizers: Authorizer[];
}

export interface Deployment {
  DeploymentId: string;
  Description?: string;
  AutoDeployed: boolean;
  CreatedDate: number;
  definition: Definition;
}

export interface Stage {
  StageName: string;
  Description?: string;
  DeploymentId?: string;
  AutoDeploy: boolean;
  StageVariables: Record<string, string>;
  DefaultRouteSettings?: RouteSettings;
  RouteSettings: Record<string, RouteSettings>;
  AccessLogSettings?: { DestinationArn?: string; Format?: string };
  CreatedDate: number;
  LastUpdatedDate: number;
  Tags: Record<string, string>;
}
