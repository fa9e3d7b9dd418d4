import type { APIGatewayProxyResult } from "aws-lambda";

/** An answer in JSON. */
export const json = (statusCode: number, body: object): APIGatewayProxyResult => ({
  statusCode,
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});
