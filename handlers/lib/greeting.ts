import type { APIGatewayProxyHandler } from "aws-lambda";
import { httpHandler, json } from "./http.ts";
import { logger } from "./logger.ts";

/**
 * A handler that greets: its message, the version that `APP_VERSION` names, and where the caller is.
 * The caller's address is what API Gateway saw, not where the function itself runs.
 */
export const greet = (message: string): APIGatewayProxyHandler =>
  httpHandler(async (event) => {
    const version = process.env.APP_VERSION ?? "unknown";
    const location = event.requestContext.identity.sourceIp;
    logger.info("greeted", { version });
    return json(200, { message, version, location });
  });
