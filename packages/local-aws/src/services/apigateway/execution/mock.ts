/**
 * Mock integration: the response is made by the gateway, from templates. It is what answers a browser's preflight.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html
 */

import { compileExpression } from "../../../expression.ts";
import { parseJson } from "../../../jsonText.ts";
import type { Integration } from "../model.ts";
import type { Exchange, Reply } from "./exchange.ts";
import { GatewayFailure, misconfigured } from "./failure.ts";
import { mediaType } from "./mediaTypes.ts";
import { requestContext } from "./requestContext.ts";
import { render } from "./template.ts";

export function mockReply(exchange: Exchange, integration: Integration): Reply {
  const request = requestTemplate(exchange, integration);
  let statusCode: unknown;
  try {
    statusCode = (
      parseJson(render(request, exchange, requestContext(exchange), bodyText(exchange))) as { statusCode?: unknown }
    )?.statusCode;
  } catch {
    throw misconfigured("Execution failed due to configuration error: Unable to transform request");
  }
  const code = String(statusCode ?? "");
  const responses = Object.values(integration.integrationResponses);
  const chosen =
    responses.find(
      ({ selectionPattern }) => selectionPattern && compileExpression(selectionPattern).matchesWhole(code),
    ) ?? responses.find(({ selectionPattern }) => selectionPattern === undefined);
  if (!/^\d{3}$/.test(code) || !chosen) {
    throw misconfigured(
      "Execution failed due to configuration error: No match for output mapping and no default endpoint response mapping configured",
    );
  }
  const method = exchange.method.method.methodResponses[chosen.statusCode];
  if (!method) {
    throw misconfigured(
      "Execution failed due to configuration error: Output mapping refers to an invalid method response",
    );
  }
  const headers: string[] = [];
  for (const [target, source] of Object.entries(chosen.responseParameters ?? {})) {
    if (source.startsWith("'")) headers.push(target.slice("method.response.header.".length), source.slice(1, -1));
  }
  const [contentType, template] = Object.entries(chosen.responseTemplates ?? {})[0] ?? ["application/json", ""];
  if (!headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === "content-type"))
    headers.push("Content-Type", contentType);
  return { status: Number(chosen.statusCode), headers, body: render(template, exchange, requestContext(exchange), "") };
}

/** The template of the request's content type; without one, `passthroughBehavior` decides whether the body is passed through. */
function requestTemplate(exchange: Exchange, { requestTemplates = {}, passthroughBehavior }: Integration): string {
  const type = mediaType(exchange.header("content-type") ?? "application/json");
  const found = requestTemplates[type];
  if (found !== undefined) return found;
  const any = Object.keys(requestTemplates).length > 0;
  if (passthroughBehavior === "NEVER" || (passthroughBehavior === "WHEN_NO_TEMPLATES" && any)) {
    throw new GatewayFailure("UNSUPPORTED_MEDIA_TYPE");
  }
  return bodyText(exchange);
}

const bodyText = (exchange: Exchange): string => exchange.body?.toString() ?? "";
