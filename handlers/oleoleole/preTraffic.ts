import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { trafficHook } from "../lib/trafficHook.ts";
import { requireGreeting } from "./expectation.ts";

const lambda = new LambdaClient({});

/** The part of a proxy event that a greeting reads. */
const request = {
  resource: "/oleoleole",
  path: "/oleoleole",
  httpMethod: "GET",
  headers: {},
  requestContext: { requestId: "pre-traffic", identity: { sourceIp: "192.0.2.1" } },
};

/** Asks the new version itself, while every caller still has the old one. */
export const handler = trafficHook(async (versionArn) => {
  const { FunctionError, Payload } = await lambda.send(
    new InvokeCommand({ FunctionName: versionArn, Payload: JSON.stringify(request) }),
  );
  const text = Buffer.from(Payload ?? []).toString();
  if (FunctionError) throw new Error(`it fails: ${text}`);
  const { statusCode, body } = JSON.parse(text);
  requireGreeting(statusCode, body);
});
