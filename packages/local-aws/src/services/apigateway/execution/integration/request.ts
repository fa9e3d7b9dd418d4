/** The request that an integration is given: mapped parameters, and the body, passed through or made by a template. */

import type { Integration } from "../../model.ts";
import type { Exchange } from "../exchange.ts";
import { GatewayFailure, misconfigured } from "../failure.ts";
import type { Mapping } from "../mapping/mapping.ts";
import { type MappedRequest, mapRequest } from "../mapping/parameters.ts";
import { mediaType } from "../mediaTypes.ts";
import { withStageVariables } from "../variables.ts";
import { converted, textOf } from "./content.ts";
import { mayMap } from "./headers.ts";

export interface IntegrationRequest extends MappedRequest {
  method: string;
  /** Stage variables and path parameters filled in. */
  uri: string;
  body: Buffer;
}

export function integrationRequest(integration: Integration, mapping: Mapping): IntegrationRequest {
  const { exchange } = mapping;
  const proxy = integration.type === "HTTP_PROXY";
  const sent = exchange.body ?? Buffer.alloc(0);
  const binary = exchange.stage.binaryMediaTypes.matches(exchange.header("content-type"));
  const body = converted(sent, integration.contentHandling, binary);
  const mapped = mapRequest(integration, mapping, sent.toString());
  const template = proxy ? undefined : templateFor(exchange, integration);
  const made =
    template === undefined ? body : Buffer.from(mapping.render(template, textOf(body, "request"), "request"));
  override(mapped, mapping);
  const forbidden = Object.keys(mapped.header).find((name) => !mayMap(name, integration.type));
  if (forbidden) throw misconfigured(`Execution failed due to configuration error: Header ${forbidden} cannot be set`);
  const method =
    integration.httpMethod === "ANY" || !integration.httpMethod ? exchange.httpMethod : integration.httpMethod;
  return { ...mapped, method, uri: uriOf(integration, exchange, mapped), body: made };
}

/** The template for the request's media type; without one, its body is passed through, if that is allowed. */
export function templateFor(exchange: Exchange, integration: Integration): string | undefined {
  const { requestTemplates = {}, passthroughBehavior } = integration;
  const type = mediaType(exchange.header("content-type") ?? "application/json");
  const found = requestTemplates[type] ?? requestTemplates.$default;
  if (found) return found;
  const some = Object.keys(requestTemplates).length > 0;
  if (
    found === undefined &&
    (passthroughBehavior === "NEVER" || (passthroughBehavior === "WHEN_NO_TEMPLATES" && some))
  ) {
    throw new GatewayFailure("UNSUPPORTED_MEDIA_TYPE");
  }
  return undefined;
}

/** What the template has set itself wins. */
function override(mapped: MappedRequest, { requestOverride }: Mapping): void {
  for (const [name, value] of Object.entries(requestOverride.path)) mapped.path[name] = String(value);
  for (const kind of ["header", "querystring"] as const) {
    for (const [name, value] of Object.entries(requestOverride[kind])) {
      for (const known of Object.keys(mapped[kind])) {
        if (kind === "header" && known.toLowerCase() === name.toLowerCase()) delete mapped[kind][known];
      }
      mapped[kind][name] = Array.isArray(value) ? value.map(String) : [String(value)];
    }
  }
}

function uriOf({ uri = "" }: Integration, { stage }: Exchange, { path }: MappedRequest): string {
  const filled = withStageVariables(uri, stage.stage.variables);
  if (filled === undefined)
    throw misconfigured("Execution failed due to configuration error: Invalid endpoint address");
  return filled.replace(/\{([\w.-]+)\+?\}/g, (whole, name: string) => path[name] ?? whole);
}
