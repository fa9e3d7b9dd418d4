/**
 * An integration as given in `PutIntegration` or as `x-amazon-apigateway-integration`: checked, its defaults
 * filled in.
 */

import type { ContentHandlingStrategy } from "@aws-sdk/client-api-gateway";
import { compileExpression } from "../../../expression.ts";
import type { Integration, IntegrationResponse } from "../model.ts";
import { badRequest } from "../records.ts";

/** Both spellings: `PutIntegration` says `AWS_PROXY` and `integrationHttpMethod`, OpenAPI `aws_proxy` and `httpMethod`. */
export interface GivenIntegration {
  type?: string;
  httpMethod?: string;
  uri?: string;
  credentials?: string;
  requestTemplates?: Record<string, string>;
  requestParameters?: Record<string, string>;
  passthroughBehavior?: string;
  contentHandling?: ContentHandlingStrategy;
  timeoutInMillis?: number;
  cacheNamespace?: string;
  cacheKeyParameters?: string[];
  connectionType?: string;
  connectionId?: string;
  responseTransferMode?: string;
  /** Format of the event: REST APIs support only 1.0. */
  payloadFormatVersion?: string;
  tlsConfig?: { insecureSkipVerification?: boolean };
  responses?: Record<string, GivenIntegrationResponse>;
}

export interface GivenIntegrationResponse {
  statusCode?: string | number;
  responseParameters?: Record<string, string>;
  responseTemplates?: Record<string, string>;
  contentHandling?: ContentHandlingStrategy;
}

const KNOWN = new Set<string>([
  ...["type", "httpMethod", "uri", "credentials", "requestTemplates", "requestParameters", "passthroughBehavior"],
  ...["contentHandling", "timeoutInMillis", "cacheNamespace", "cacheKeyParameters", "connectionType", "connectionId"],
  ...["responseTransferMode", "tlsConfig", "responses", "payloadFormatVersion"],
]);

const LAMBDA_URI = /^arn:aws[\w-]*:apigateway:[\w-]+:lambda:path\/2015-03-31\/functions\/(.+)\/invocations$/;

/** The function ARN (or name) within a Lambda integration's or authorizer's URI; `undefined` when it is another URI. */
export const lambdaOf = (uri: string): string | undefined => LAMBDA_URI.exec(uri)?.[1];

/** @param where how messages name it: `GET /pets`. */
export function readIntegration(given: GivenIntegration, where: string, defaultNamespace: string): Integration {
  const unknown = Object.keys(given).find((name) => !KNOWN.has(name));
  if (unknown) throw badRequest(`Unable to parse integration of ${where}: unknown property '${unknown}'`);
  const type = (given.type ?? "").toUpperCase();
  if (!isType(type)) {
    throw badRequest(`Invalid integration type '${given.type}' of ${where}: AWS, AWS_PROXY, HTTP, HTTP_PROXY or MOCK`);
  }
  if (given.responseTransferMode && given.responseTransferMode !== "BUFFERED") {
    throw badRequest(
      `responseTransferMode '${given.responseTransferMode}' of ${where} is not modelled by the local API Gateway`,
    );
  }
  if (given.payloadFormatVersion !== undefined && Number(given.payloadFormatVersion) !== 1) {
    throw badRequest(
      `payloadFormatVersion '${given.payloadFormatVersion}' of ${where} is not one of a REST API; 1.0 is`,
    );
  }
  const timeoutInMillis = given.timeoutInMillis ?? 29_000;
  if (!Number.isInteger(timeoutInMillis) || timeoutInMillis < 50 || timeoutInMillis > 29_000) {
    throw badRequest("Timeout should be between 50 ms and 29000 ms");
  }
  const passthroughBehavior = (given.passthroughBehavior ?? "WHEN_NO_MATCH").toUpperCase();
  if (!isPassthrough(passthroughBehavior)) {
    throw badRequest(`Invalid passthroughBehavior '${given.passthroughBehavior}' of ${where}`);
  }
  const integration: Integration = {
    type,
    passthroughBehavior,
    timeoutInMillis,
    cacheNamespace: given.cacheNamespace ?? defaultNamespace,
    cacheKeyParameters: given.cacheKeyParameters ?? [],
    integrationResponses: {},
  };
  for (const name of [
    "credentials",
    "contentHandling",
    "requestTemplates",
    "requestParameters",
    "tlsConfig",
  ] as const) {
    if (given[name] !== undefined && given[name] !== "") Object.assign(integration, { [name]: given[name] });
  }
  checkRequestParameters(given.requestParameters);
  if (type !== "MOCK") readTarget(given, integration);
  for (const [pattern, response] of Object.entries(given.responses ?? {})) {
    const read = readIntegrationResponse(response, pattern === "default" ? undefined : pattern);
    integration.integrationResponses[read.statusCode] = read;
  }
  return integration;
}

/** Where the request goes. */
function readTarget({ httpMethod, uri = "", ...given }: GivenIntegration, integration: Integration): void {
  if (!httpMethod) throw badRequest("Enumeration value for HttpMethod must be non-empty");
  if (integration.type.startsWith("HTTP")) {
    if (!isHttpUri(uri)) throw badRequest("Invalid HTTP endpoint specified for URI");
    integration.connectionType = given.connectionType === "VPC_LINK" ? "VPC_LINK" : "INTERNET";
    if (given.connectionId !== undefined) integration.connectionId = given.connectionId;
    if (integration.connectionType === "VPC_LINK" && !given.connectionId) {
      throw badRequest("VpcLink integration requires a connectionId");
    }
  } else checkServiceUri(integration, uri);
  integration.uri = uri;
  integration.httpMethod = httpMethod.toUpperCase();
}

/** Stage variables may be any part of it. */
const isHttpUri = (uri: string): boolean =>
  uri.startsWith("${stageVariables.") || (/^https?:\/\//.test(uri) && URL.canParse(uri.replace(/\$\{[^}]*\}/g, "x")));

function checkServiceUri({ type, credentials }: Integration, uri: string): void {
  if (!/^arn:aws[\w-]*:[\w-]+:/.test(uri)) throw badRequest("Invalid ARN specified in the request");
  const [, , gateway, region, service, ...rest] = uri.split(":");
  if (gateway !== "apigateway" || !region || !service || !/^(path|action)\//.test(rest.join(":"))) {
    throw badRequest("AWS ARN for integration must contain path or action");
  }
  const isLambda = lambdaOf(uri) !== undefined;
  if (type === "AWS_PROXY" && (!isLambda || !/^(arn:aws[\w-]*:lambda:|[^:]*$|\$\{)/.test(lambdaOf(uri)!))) {
    throw badRequest(
      "Integrations of type 'AWS_PROXY' currently only supports Lambda function and Firehose stream invocations.",
    );
  }
  if (!isLambda && credentials === undefined) throw badRequest("Role ARN must be specified for AWS integrations");
  if (
    credentials !== undefined &&
    !/^(arn:aws[\w-]*:iam::(\d{12}:role\/.+|\*:user\/\*)|\$\{stageVariables\..+)$/.test(credentials)
  ) {
    throw badRequest("Invalid ARN specified in the request");
  }
}

const REQUEST_TARGET = /^integration\.request\.(header|querystring|path)\.[^\s]+$/;
const SOURCE_OF_REQUEST =
  /^('.*'|method\.request\.((multivalue)?(header|querystring)\..+|path\..+|body(\..+)?)|context\..+|stageVariables\..+)$/s;

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html */
export function checkRequestParameters(parameters: Record<string, string> = {}): void {
  for (const [target, source] of Object.entries(parameters)) {
    if (!REQUEST_TARGET.test(target)) throw invalidMapping(target);
    if (!SOURCE_OF_REQUEST.test(source)) throw invalidMapping(source);
  }
}

const RESPONSE_TARGET = /^method\.response\.(multivalue)?header\.[^\s]+$/;
const SOURCE_OF_RESPONSE =
  /^('.*'|integration\.response\.((multivalue)?header\..+|body(\..+)?)|context\..+|stageVariables\..+)$/s;

function checkResponseParameters(parameters: Record<string, string> = {}): void {
  for (const [target, source] of Object.entries(parameters)) {
    if (!RESPONSE_TARGET.test(target)) throw invalidMapping(target);
    if (!SOURCE_OF_RESPONSE.test(source)) throw invalidMapping(source);
  }
}

const invalidMapping = (expression: string) =>
  badRequest(
    `Invalid mapping expression specified: Validation Result: warnings : [], errors : [Invalid mapping expression specified: ${expression}]`,
  );

/** @param pattern a selection pattern; none, or an empty one, is the default. */
export function readIntegrationResponse(
  given: GivenIntegrationResponse,
  pattern: string | undefined,
): IntegrationResponse {
  const statusCode = String(given.statusCode ?? "200");
  if (!/^[1-5]\d\d$/.test(statusCode))
    throw badRequest(`Invalid status code '${statusCode}' of an integration response`);
  const { responseParameters, responseTemplates, contentHandling } = given;
  for (const type of Object.keys(responseTemplates ?? {})) {
    if (!/^(\$default|[\w.+*-]+\/[\w.+*-]+(\s*;.*)?)$/.test(type)) {
      throw badRequest(`Validation Result: warnings : [], errors : [Invalid content type specified: ${type}]`);
    }
  }
  checkResponseParameters(responseParameters);
  checkExpression(pattern, "selection pattern");
  return {
    statusCode,
    ...(pattern !== undefined && { selectionPattern: pattern }),
    ...(responseParameters && { responseParameters }),
    ...(responseTemplates && { responseTemplates }),
    ...(contentHandling && { contentHandling }),
  };
}

const TYPES = ["AWS", "AWS_PROXY", "HTTP", "HTTP_PROXY", "MOCK"] as const;
const isType = (value: string): value is Integration["type"] => (TYPES as readonly string[]).includes(value);

const isPassthrough = (value: string): value is Integration["passthroughBehavior"] =>
  value === "WHEN_NO_MATCH" || value === "WHEN_NO_TEMPLATES" || value === "NEVER";

/** An invalid regular expression would fail at every request: it is refused when it is set. */
export function checkExpression(source: string | undefined, what: string): void {
  if (source === undefined) return;
  try {
    compileExpression(source);
  } catch (error) {
    throw badRequest(`Invalid ${what}: ${(error as Error).message}`);
  }
}
