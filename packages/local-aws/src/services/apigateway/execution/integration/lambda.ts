/**
 * Lambda without a proxy: the mapped body is the event, the function's result the answer. An error's message is what selection
 * patterns are matched with.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-integrations.html
 */
import { randomUUID } from "node:crypto";
import { parseJson } from "../../../../jsonText.ts";
import type { Cloud, Principal } from "../../../../service.ts";
import type { Exchange } from "../exchange.ts";
import { invoke } from "../lambdaProxy.ts";
import type { IntegrationAnswer } from "./integrationAnswer.ts";
import type { IntegrationRequest } from "./request.ts";

export async function lambdaAnswer(
  cloud: Cloud,
  functionArn: string,
  request: IntegrationRequest,
  as: Principal,
  exchange: Exchange,
): Promise<IntegrationAnswer> {
  const kind = Object.entries(request.header)
    .find(([name]) => name.toLowerCase() === "x-amz-invocation-type")?.[1]
    .at(-1);
  const event = request.body.length > 0 ? request.body.toString() : "{}";
  exchange.invocation = randomUUID();
  const result = await invoke(cloud, functionArn, event, as, {
    type: kind === "Event" ? "Event" : "RequestResponse",
    trace: exchange.onwards,
    invocation: exchange.invocation,
  });
  const body = Buffer.from(result.Payload ?? "");
  const selectedBy = result.FunctionError ? errorMessage(body.toString()) : "";
  const headers: [string, string][] = [["Content-Type", "application/json"]];
  if (result.FunctionError) headers.push(["X-Amz-Function-Error", result.FunctionError]);
  return { status: result.StatusCode ?? 200, headers, body, selectedBy };
}

function errorMessage(payload: string): string {
  try {
    const { errorMessage: message } = parseJson(payload) as { errorMessage?: unknown };
    return message === undefined || message === null ? "" : String(message);
  } catch {
    return payload;
  }
}
