/**
 * An integration as given in `PutIntegration` or as `x-amazon-apigateway-integration`: checked, its defaults
 * filled in, and whatever this gateway cannot carry out refused by name.
 */

import type { ContentHandlingStrategy } from "@aws-sdk/client-api-gateway";
import { compileExpression } from "../../../expression.ts";
import type { Integration, IntegrationResponse } from "../model.ts";
import { badRequest } from "../records.ts";
import { unknownInTemplate } from "./template.ts";

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
  tlsConfig?: object;
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
  const type = given.type?.toUpperCase();
  if (type !== "AWS_PROXY" && type !== "MOCK") {
    throw badRequest(
      `Integration type '${given.type}' of ${where} is not modelled by the local API Gateway; AWS_PROXY (Lambda) and MOCK are`,
    );
  }
  for (const name of ["connectionId", "tlsConfig", "requestParameters"] as const) {
    if (given[name] && Object.keys(given[name]).length > 0) {
      throw badRequest(`Integration property '${name}' of ${where} is not modelled by the local API Gateway`);
    }
  }
  if (given.responseTransferMode && given.responseTransferMode !== "BUFFERED") {
    throw badRequest(
      `responseTransferMode '${given.responseTransferMode}' of ${where} is not modelled by the local API Gateway`,
    );
  }
  if (given.payloadFormatVersion !== undefined && String(given.payloadFormatVersion) !== "1.0") {
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
  for (const name of ["credentials", "contentHandling", "requestTemplates"] as const) {
    if (given[name] !== undefined) Object.assign(integration, { [name]: given[name] });
  }
  checkTemplates(given.requestTemplates, where);
  if (type === "AWS_PROXY") readLambda(given, integration, where);
  for (const [pattern, response] of Object.entries(given.responses ?? {})) {
    const read = readIntegrationResponse(response, pattern);
    integration.integrationResponses[read.statusCode] = read;
  }
  return integration;
}

function readLambda(given: GivenIntegration, integration: Integration, where: string): void {
  if (!given.httpMethod) throw badRequest("Enumeration value for HttpMethod must be non-empty");
  if (!given.uri) throw badRequest("Invalid HTTP endpoint specified for URI");
  if (!lambdaOf(given.uri)) {
    throw badRequest(
      `Integration URI ${given.uri} of ${where} is not a Lambda function's, the only one modelled by the local API Gateway`,
    );
  }
  if (
    given.credentials !== undefined &&
    !/^arn:aws[\w-]*:iam::(\d{12}:role\/.+|\*:user\/\*)$/.test(given.credentials)
  ) {
    throw badRequest(`Invalid ARN specified in the request (credentials of ${where}: ${given.credentials})`);
  }
  integration.uri = given.uri;
  integration.httpMethod = given.httpMethod.toUpperCase();
}

/** @param pattern a selection pattern, `default`, or nothing. */
export function readIntegrationResponse(
  given: GivenIntegrationResponse,
  pattern: string | undefined,
): IntegrationResponse {
  const statusCode = String(given.statusCode ?? "200");
  if (!/^[1-5]\d\d$/.test(statusCode))
    throw badRequest(`Invalid status code '${statusCode}' of an integration response`);
  const { responseParameters, responseTemplates, contentHandling } = given;
  checkTemplates(responseTemplates, `response ${statusCode}`);
  checkExpression(pattern, "selection pattern");
  return {
    statusCode,
    ...(pattern !== undefined && pattern !== "default" && pattern !== "" && { selectionPattern: pattern }),
    ...(responseParameters && { responseParameters }),
    ...(responseTemplates && { responseTemplates }),
    ...(contentHandling && { contentHandling }),
  };
}

const isPassthrough = (value: string): value is Integration["passthroughBehavior"] =>
  value === "WHEN_NO_MATCH" || value === "WHEN_NO_TEMPLATES" || value === "NEVER";

function checkTemplates(templates: Record<string, string> = {}, where: string): void {
  for (const [contentType, template] of Object.entries(templates)) {
    const unknown = unknownInTemplate(template ?? "");
    if (unknown)
      throw badRequest(
        `'${unknown}' in the ${contentType} template of ${where} is not modelled by the local API Gateway`,
      );
  }
}

/** An invalid regular expression would fail at every request: it is refused when it is set. */
export function checkExpression(source: string | undefined, what: string): void {
  if (source === undefined) return;
  try {
    compileExpression(source);
  } catch (error) {
    throw badRequest(`Invalid ${what}: ${(error as Error).message}`);
  }
}
