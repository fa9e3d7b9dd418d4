import { Logger } from "@aws-lambda-powertools/logger";

/** JSON lines with the invocation's ids; its service is POWERTOOLS_SERVICE_NAME. */
export const logger = new Logger();
