/**
 * HTTP integrations: the request goes to an endpoint of the API's owner. As a proxy it is passed on with what is mapped
 * added; otherwise the endpoint gets what is mapped and nothing else.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/setup-http-integrations.html
 */
import { sendHttp } from "../../../../kit/sendHttp.ts";
import type { Integration } from "../../model.ts";
import type { Exchange, Reply } from "../exchange.ts";
import { GatewayFailure, misconfigured } from "../failure.ts";
import { HOP, remapped } from "./headers.ts";
import type { IntegrationAnswer } from "./integrationAnswer.ts";
import type { IntegrationRequest } from "./request.ts";

export async function httpAnswer(
  integration: Integration,
  exchange: Exchange,
  request: IntegrationRequest,
  own: string,
): Promise<IntegrationAnswer> {
  const { uri, method, body } = request;
  if (!URL.canParse(uri)) throw misconfigured("Execution failed due to configuration error: Invalid endpoint address");
  const url = new URL(uri);
  const proxy = integration.type === "HTTP_PROXY";
  for (const [name, values] of Object.entries(queryOf(proxy, exchange, request))) {
    for (const value of values) url.searchParams.append(name, value);
  }
  const headers = headersOf(exchange, request, proxy);
  try {
    const signal = AbortSignal.timeout(integration.timeoutInMillis);
    const answer = await sendHttp({ method, url, headers, body }, own, signal);
    return { ...answer, selectedBy: String(answer.status) };
  } catch (error) {
    const { name, message } = error as Error;
    const logged = `Execution failed due to configuration error: ${message}`;
    if (name === "AbortError" || name === "TimeoutError") {
      throw new GatewayFailure("INTEGRATION_TIMEOUT", undefined, { logged: "Execution failed due to a timeout error" });
    }
    throw new GatewayFailure("INTEGRATION_FAILURE", "Internal server error", { status: 500, logged });
  }
}

/** The endpoint's own answer, as a proxy gives it. */
export const proxied = ({ status, headers, body }: IntegrationAnswer): Reply => ({
  status,
  headers: remapped(headers).flat(),
  body,
});

function queryOf(proxy: boolean, exchange: Exchange, { querystring }: IntegrationRequest): Record<string, string[]> {
  return proxy ? { ...exchange.queryParameters.multi, ...querystring } : querystring;
}

function headersOf(exchange: Exchange, { header }: IntegrationRequest, proxy: boolean): string[] {
  const headers = new Map<string, [name: string, values: string[]]>();
  const set = (name: string, values: string[]) => headers.set(name.toLowerCase(), [name, values]);
  if (proxy) {
    for (const [name, values] of Object.entries(exchange.headers.multi)) {
      const lower = name.toLowerCase();
      if (!HOP.has(lower) && lower !== "content-length" && !lower.startsWith("x-forwarded-")) set(name, values);
    }
  } else {
    set("Accept", ["application/json"]);
    set("Content-Type", [exchange.header("content-type") ?? "application/json"]);
    set("User-Agent", [`AmazonAPIGateway_${exchange.stage.apiId}`]);
    set("X-Amzn-Trace-Id", [exchange.traceId]);
  }
  set("x-amzn-apigateway-api-id", [exchange.stage.apiId]);
  for (const [name, values] of Object.entries(header))
    if (!HOP.has(name.toLowerCase()) || name.toLowerCase() === "host") set(name, values);
  return [...headers.values()].flatMap(([name, values]) => values.flatMap((value) => [name, value]));
}
