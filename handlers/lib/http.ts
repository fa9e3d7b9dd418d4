import type { APIGatewayProxyEvent, APIGatewayProxyHandler, APIGatewayProxyResult, Context } from "aws-lambda";
import { logger } from "./logger.ts";
import { metrics } from "./metrics.ts";

/** A request that is at fault: its message is for the caller, who reads `{"message": "…", "field": "…"}`. */
export class RequestError extends Error {
  override readonly name = "RequestError";
  readonly statusCode: number;
  /** What of the request it is about. */
  readonly field: string | undefined;

  /**
   * @param statusCode 400 to 499.
   * @example throw new RequestError(404, "there is no such notebook");
   */
  constructor(statusCode: number, message: string, field?: string) {
    super(message);
    this.statusCode = statusCode;
    this.field = field;
  }
}

/**
 * An answer in JSON.
 * @param headers further ones, such as `etag`.
 */
export const json = (
  statusCode: number,
  body: object,
  headers: Record<string, string> = {},
): APIGatewayProxyResult => ({
  statusCode,
  headers: { "content-type": "application/json", ...headers, ...corsHeaders(headers) },
  body: JSON.stringify(body),
});

/** Which origin's pages may read the answer: the API's CORS settings, which the gateway leaves to the function. */
function corsHeaders(own: Record<string, string>): Record<string, string> {
  const { CORS_ALLOW_ORIGIN: origin, CORS_ALLOW_CREDENTIALS: credentials } = process.env;
  const names = Object.keys(own);
  return {
    ...(origin && { "access-control-allow-origin": origin }),
    ...(origin && names.length > 0 && { "access-control-expose-headers": names.join(",") }),
    ...(credentials && { "access-control-allow-credentials": credentials }),
  };
}

/**
 * A handler of REST API routes: its logs carry the request's ids, its cold starts are counted, and a {@link RequestError}
 * becomes an answer. Anything else is thrown on, so that Lambda counts it as the function's error and alarms hear of it;
 * API Gateway answers 502 with "Internal server error" and the request's id in a header, no more.
 *
 * @example
 * export const handler = httpHandler(async (event) => json(200, { path: event.path }));
 */
export const httpHandler =
  (answer: (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>): APIGatewayProxyHandler =>
  async (event, context) => {
    logger.addContext(context);
    // Whoever invokes the function by hand gives it any event.
    if (!event?.requestContext) throw new TypeError("the event is no request of API Gateway: it has no requestContext");
    logger.setCorrelationId(event.requestContext.requestId);
    metrics.captureColdStartMetric(context.functionName);
    try {
      return await answer(event, context);
    } catch (error) {
      if (error instanceof RequestError) {
        const { statusCode, message, field } = error;
        logger.warn("refused", { statusCode, reason: message, field });
        return json(statusCode, { message, ...(field !== undefined && { field }) });
      }
      logger.error("failed", error as Error);
      throw error;
    } finally {
      if (metrics.hasStoredMetrics()) metrics.publishStoredMetrics();
    }
  };
