import type { Logger } from "@aws-lambda-powertools/logger";
import type { APIGatewayProxyEvent, APIGatewayProxyHandler, Context } from "aws-lambda";
import { json } from "./http.ts";

/**
 * A handler that greets: its message, the version that `APP_VERSION` names, and where the caller is.
 * The caller's address is what API Gateway saw, not where the function itself runs.
 */
export const greet =
  (message: string, logger: Logger): APIGatewayProxyHandler =>
  async (event: APIGatewayProxyEvent, context: Context) => {
    logger.addContext(context);
    const version = process.env.APP_VERSION ?? "unknown";
    logger.info("greeted", { version });
    return json(200, { message, version, location: event.requestContext.identity.sourceIp });
  };
