/** OpenAPI documents: the parts that are read. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-swagger-extensions.html */
import type { GivenGatewayResponse } from "./gatewayResponse.ts";
import type { GivenIntegration } from "./integration.ts";

type Json = Record<string, unknown>;

/** A JSON Schema. */
export type Schema = { $ref?: string } & Json;

export interface Reference {
  $ref?: string;
}

export interface Parameter extends Reference {
  name: string;
  in: "query" | "header" | "path" | "cookie";
  required?: boolean;
}

export interface OpenApiOperation {
  operationId?: string;
  parameters?: Parameter[];
  requestBody?: Reference & { content?: Record<string, { schema?: Schema }> };
  responses?: Record<
    string,
    Reference & { headers?: Record<string, Json>; content?: Record<string, { schema?: Schema }> }
  >;
  security?: Record<string, string[]>[];
  "x-amazon-apigateway-integration"?: GivenIntegration & Reference;
  "x-amazon-apigateway-request-validator"?: string;
  "x-amazon-apigateway-auth"?: { type?: string };
}

type Verb = "get" | "put" | "post" | "delete" | "options" | "head" | "patch" | "x-amazon-apigateway-any-method";
export type PathItem = { parameters?: Parameter[] } & { [verb in Verb]?: OpenApiOperation };

/** The parts of an OpenAPI document that are read. */
export interface OpenApi {
  openapi?: string;
  swagger?: string;
  info?: { title?: string; description?: string; version?: string | number };
  servers?: { url?: string }[];
  security?: Record<string, string[]>[];
  paths?: Record<string, PathItem>;
  components?: {
    schemas?: Record<string, Schema>;
    securitySchemes?: Record<string, Json>;
    [kind: string]: Record<string, unknown> | undefined;
  };
  "x-amazon-apigateway-policy"?: object;
  "x-amazon-apigateway-documentation"?: object;
  "x-amazon-apigateway-binary-media-types"?: string[];
  "x-amazon-apigateway-minimum-compression-size"?: number;
  "x-amazon-apigateway-api-key-source"?: string;
  "x-amazon-apigateway-gateway-responses"?: Record<string, GivenGatewayResponse>;
  "x-amazon-apigateway-request-validators"?: Record<
    string,
    { validateRequestBody?: boolean; validateRequestParameters?: boolean }
  >;
  "x-amazon-apigateway-request-validator"?: string;
  "x-amazon-apigateway-endpoint-configuration"?: { disableExecuteApiEndpoint?: boolean; types?: string[] };
}
