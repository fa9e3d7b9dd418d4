/**
 * Gateway responses: what the gateway answers by itself.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
 */
import type { GatewayResponse } from "../model.ts";
import { badRequest } from "../records.ts";

/** Status of each type; `null` for the two that only serve as defaults for others. */
export const GATEWAY_RESPONSE_STATUS = {
  ACCESS_DENIED: 403,
  API_CONFIGURATION_ERROR: 500,
  AUTHORIZER_CONFIGURATION_ERROR: 500,
  AUTHORIZER_FAILURE: 500,
  BAD_REQUEST_BODY: 400,
  BAD_REQUEST_PARAMETERS: 400,
  DEFAULT_4XX: null,
  DEFAULT_5XX: null,
  EXPIRED_TOKEN: 403,
  INTEGRATION_FAILURE: 504,
  INTEGRATION_TIMEOUT: 504,
  INVALID_API_KEY: 403,
  INVALID_SIGNATURE: 403,
  MISSING_AUTHENTICATION_TOKEN: 403,
  QUOTA_EXCEEDED: 429,
  REQUEST_TOO_LARGE: 413,
  RESOURCE_NOT_FOUND: 404,
  THROTTLED: 429,
  UNAUTHORIZED: 401,
  UNSUPPORTED_MEDIA_TYPE: 415,
  WAF_FILTERED: 403,
} as const satisfies Record<string, number | null>;

export type GatewayResponseType = keyof typeof GATEWAY_RESPONSE_STATUS;

export const DEFAULT_TEMPLATE = '{"message":$context.error.messageString}';

export interface GivenGatewayResponse {
  statusCode?: string | number;
  responseParameters?: Record<string, string>;
  responseTemplates?: Record<string, string>;
}

export function readGatewayResponse(responseType: string, given: GivenGatewayResponse): GatewayResponse {
  if (!(responseType in GATEWAY_RESPONSE_STATUS)) throw badRequest(`Invalid gateway response type: ${responseType}`);
  const statusCode = given.statusCode === undefined ? undefined : String(given.statusCode);
  if (statusCode !== undefined && !/^[1-5]\d\d$/.test(statusCode))
    throw badRequest(`Invalid status code: ${statusCode}`);
  for (const [target, source] of Object.entries(given.responseParameters ?? {})) {
    if (!/^gatewayresponse\.header\.[\w!#$%&'*+.^`|~-]+$/.test(target)) {
      throw badRequest(
        `Gateway response parameter '${target}' is not modelled by the local API Gateway; gatewayresponse.header.NAME is`,
      );
    }
    if (!/^('.*'|method\.request\.(header|querystring|path)\..+|context\..+|stageVariables\..+)$/s.test(source)) {
      throw badRequest(`Invalid mapping expression specified: ${source}`);
    }
  }
  return {
    responseType: responseType as GatewayResponseType,
    ...(statusCode !== undefined && { statusCode }),
    responseParameters: given.responseParameters ?? {},
    responseTemplates: given.responseTemplates ?? { "application/json": DEFAULT_TEMPLATE },
  };
}
