/** The gateway's own errors, in the form that the API's gateway responses give them. */
import { DEFAULT_TEMPLATE, GATEWAY_RESPONSE_STATUS, type GatewayResponseType } from "../definition/gatewayResponse.ts";
import type { Definition, GatewayResponse } from "../model.ts";
import type { Exchange, Reply } from "./exchange.ts";
import { contextVariable } from "./variables.ts";

/** Default message and `x-amzn-ErrorType` of each kind of failure. */
const DEFAULTS: Record<GatewayResponseType, [message: string, errorType: string]> = {
  ACCESS_DENIED: ["User is not authorized to access this resource", "AccessDeniedException"],
  API_CONFIGURATION_ERROR: ["Internal server error", "InternalServerErrorException"],
  AUTHORIZER_CONFIGURATION_ERROR: ["Internal server error", "AuthorizerConfigurationException"],
  AUTHORIZER_FAILURE: ["Internal server error", "InternalServerErrorException"],
  BAD_REQUEST_BODY: ["Invalid request body", "BadRequestException"],
  BAD_REQUEST_PARAMETERS: ["Missing required request parameters", "BadRequestException"],
  DEFAULT_4XX: ["Bad Request", "BadRequestException"],
  DEFAULT_5XX: ["Internal server error", "InternalServerErrorException"],
  EXPIRED_TOKEN: ["The security token included in the request is expired", "ExpiredTokenException"],
  INTEGRATION_FAILURE: ["Network error communicating with endpoint", "InternalServerErrorException"],
  INTEGRATION_TIMEOUT: ["Endpoint request timed out", "InternalServerErrorException"],
  INVALID_API_KEY: ["Forbidden", "ForbiddenException"],
  INVALID_SIGNATURE: [
    "The request signature we calculated does not match the signature you provided.",
    "InvalidSignatureException",
  ],
  MISSING_AUTHENTICATION_TOKEN: ["Missing Authentication Token", "MissingAuthenticationTokenException"],
  QUOTA_EXCEEDED: ["Limit Exceeded", "LimitExceededException"],
  REQUEST_TOO_LARGE: ["HTTP content length exceeded 10485760 bytes.", "RequestTooLargeException"],
  RESOURCE_NOT_FOUND: ["Not Found", "NotFoundException"],
  THROTTLED: ["Too Many Requests", "TooManyRequestsException"],
  UNAUTHORIZED: ["Unauthorized", "UnauthorizedException"],
  UNSUPPORTED_MEDIA_TYPE: ["Unsupported Media Type", "BadRequestException"],
  WAF_FILTERED: ["Forbidden", "ForbiddenException"],
};

/** Thrown anywhere on a request's way; it ends as a gateway response. */
export class GatewayFailure extends Error {
  readonly type: GatewayResponseType;
  readonly errorType: string;
  /** Overrides the type's status (a bad Lambda answer is 502 of type `DEFAULT_5XX`). */
  readonly status: number | undefined;
  /** The sentence for the execution log, which the caller never sees. */
  readonly logged: string | undefined;
  /** Whether the default body uses `Message`, as AWS's own authorization errors do. */
  readonly capital: boolean;

  constructor(
    type: GatewayResponseType,
    message?: string,
    more: { errorType?: string; status?: number; logged?: string; capital?: boolean } = {},
  ) {
    super(message ?? DEFAULTS[type][0]);
    this.type = type;
    this.errorType = more.errorType ?? DEFAULTS[type][1];
    this.status = more.status;
    this.logged = more.logged;
    this.capital = more.capital ?? false;
  }
}

/** 502: the function returned a malformed answer, or none. */
export const badGateway = (logged: string) =>
  new GatewayFailure("DEFAULT_5XX", "Internal server error", { status: 502, logged });

/** 500: the gateway may not, or cannot, call the configured target. */
export const misconfigured = (logged: string) => new GatewayFailure("API_CONFIGURATION_ERROR", undefined, { logged });

const describe = ({ type, message, logged }: GatewayFailure): NonNullable<Reply["error"]> => ({
  type,
  message,
  ...(logged !== undefined && { logged }),
});

interface Where {
  definition: Pick<Definition, "gatewayResponses">;
  /** Absent when no method was found: then only the request itself is known. */
  exchange?: Exchange;
  requestHeader(name: string): string | undefined;
  context: Record<string, unknown>;
}

/** The answer to a failure: the API's own gateway response of that type, else its class's, else AWS's. */
export function failureReply(failure: GatewayFailure, where: Where): Reply {
  const own = where.definition.gatewayResponses;
  const standard = failure.status ?? GATEWAY_RESPONSE_STATUS[failure.type] ?? 500;
  const fallback = own[standard < 500 ? "DEFAULT_4XX" : "DEFAULT_5XX"];
  const chosen = own[failure.type] ?? fallback;
  const status = Number(chosen?.statusCode ?? fallback?.statusCode ?? standard);
  const variable = (name: string): string | undefined => {
    if (name === "error.message") return failure.message;
    if (name === "error.messageString") return JSON.stringify(failure.message || null);
    if (name === "error.responseType") return failure.type;
    if (name === "error.validationErrorString") return failure.logged ?? "";
    return contextVariable(where.context, name);
  };
  const headers = ["x-amzn-ErrorType", failure.errorType];
  if (chosen) headers.push(...customHeaders(chosen, where, variable));
  const { contentType, template } = chooseTemplate(chosen, where.requestHeader("accept"));
  headers.push("Content-Type", contentType);
  const body =
    chosen === undefined || template === DEFAULT_TEMPLATE
      ? standardBody(failure)
      : template.replace(/\$context\.([\w.]+)/g, (_, name: string) => variable(name) ?? "");
  return { status, headers, body, error: describe(failure) };
}

/** Failures of what is behind the gateway, and its own, have a blank in their answer. */
const SPACED = new Set<GatewayResponseType>([
  ...(["DEFAULT_5XX", "API_CONFIGURATION_ERROR", "INTEGRATION_FAILURE", "INTEGRATION_TIMEOUT"] as const),
]);

const standardBody = ({ type, message, capital }: GatewayFailure): string =>
  `{"${capital ? "Message" : "message"}":${SPACED.has(type) ? " " : ""}${JSON.stringify(message || null)}}`;

function customHeaders(
  response: GatewayResponse,
  where: Where,
  variable: (name: string) => string | undefined,
): string[] {
  return Object.entries(response.responseParameters).flatMap(([target, source]) => {
    const value = source.startsWith("'")
      ? source.slice(1, -1)
      : source.startsWith("context.")
        ? variable(source.slice("context.".length))
        : parameter(source, where);
    return value === undefined ? [] : [target.slice("gatewayresponse.header.".length), value];
  });
}

function parameter(source: string, { exchange, requestHeader }: Where): string | undefined {
  const [kind, ...rest] = source.replace(/^method\.request\./, "").split(".");
  const name = rest.join(".");
  if (kind === "header") return requestHeader(name.toLowerCase());
  if (kind === "querystring") return exchange?.queryParameters.single?.[name];
  if (kind === "path") return exchange?.pathParameters?.[name];
  return kind === "stageVariables" ? exchange?.stage.stage.variables[name] : undefined;
}

function chooseTemplate(response: GatewayResponse | undefined, accept = ""): { contentType: string; template: string } {
  const templates = response?.responseTemplates ?? {};
  const wanted = accept.split(",").map((part) => part.split(";")[0]?.trim() ?? "");
  const contentType = wanted.find((type) => Object.hasOwn(templates, type)) ?? "application/json";
  return { contentType, template: templates[contentType] ?? DEFAULT_TEMPLATE };
}
