/** Sends an event to an HTTP endpoint. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-api-destinations.html */
import type { HttpParameters } from "@aws-sdk/client-eventbridge";
import { parseJson } from "../../jsonText.ts";
import { AwsError } from "../../service.ts";
import { type Additions, additions, callTimeout, onThisMachine } from "./connections.ts";
import type { ConnectionRecord, DestinationRecord } from "./records.ts";

/** What a rule sends to an API destination. */
export interface DestinationCall {
  /** ARN of the destination. */
  Arn: string;
  body: string;
  /** Of the target. */
  http?: HttpParameters | undefined;
}

/** Statuses after which it is tried again. */
const again = (status: number): boolean => status >= 500 || [401, 407, 409, 429].includes(status);

/** @throws AwsError when it did not take the event: of 500 where it may do so later. */
export async function callDestination(
  destination: DestinationRecord,
  connection: ConnectionRecord,
  { body, http = {} }: DestinationCall,
  signal: AbortSignal,
): Promise<void> {
  // What the connection says comes before what the target says.
  const added = await additions(connection, signal);
  const url = addressOf(destination.endpoint, http, added);
  const hasBody = !["GET", "HEAD"].includes(destination.method);
  let answer: Response;
  try {
    answer = await fetch(url, {
      method: destination.method,
      headers: {
        "content-type": "application/json; charset=utf-8",
        "user-agent": "Amazon/EventBridge/ApiDestinations",
        ...http.HeaderParameters,
        ...added.headers,
      },
      ...(hasBody && { body: withMembers(body, added.body) }),
      redirect: "error",
      signal: AbortSignal.any([signal, AbortSignal.timeout(callTimeout)]),
    });
  } catch (error) {
    throw new AwsError("InvocationFailed", `${url.origin}: ${(error as Error).message}`, 500);
  }
  await answer.body?.cancel();
  if (answer.ok) return;
  throw new AwsError("InvocationFailed", `${url.origin} answered ${answer.status}`, again(answer.status) ? 500 : 400);
}

/** The endpoint with its `*` filled in, in their order. */
function addressOf(
  endpoint: string,
  { PathParameterValues = [], QueryStringParameters }: HttpParameters,
  { query }: Additions,
) {
  const values = [...PathParameterValues];
  const url = onThisMachine(endpoint.replaceAll("*", () => encodeURIComponent(values.shift() ?? "*")));
  for (const [name, value] of Object.entries({ ...QueryStringParameters, ...query })) url.searchParams.set(name, value);
  return url;
}

/** Members go into a body that is an object; another stays as it is. */
function withMembers(body: string, members: Record<string, string>): string {
  if (Object.keys(members).length === 0) return body;
  const value = parseJson(body);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return body;
  return JSON.stringify({ ...value, ...members });
}
