/**
 * Parameters of a request or response that are mapped from others, without a template.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/request-response-data-mappings.html
 */
import type { Integration, IntegrationResponse } from "../../model.ts";
import type { IntegrationAnswer } from "../integration/integrationAnswer.ts";
import { type Mapping, valueAt } from "./mapping.ts";

export interface MappedRequest {
  path: Record<string, string>;
  /** Names are the integration's own; values in order. */
  header: Record<string, string[]>;
  querystring: Record<string, string[]>;
}

/** What `requestParameters` of an integration give it. Parameters that the request does not have are left out. */
export function mapRequest({ requestParameters = {} }: Integration, mapping: Mapping, body: string): MappedRequest {
  const mapped: MappedRequest = { path: {}, header: {}, querystring: {} };
  for (const [target, source] of Object.entries(requestParameters)) {
    const [, , kind, ...rest] = target.split(".");
    const name = rest.join(".");
    const values = requestValues(source, mapping, body);
    if (values === undefined) continue;
    if (kind === "path") mapped.path[name] = values.at(-1) as string;
    else if (kind === "header" || kind === "querystring") mapped[kind][name] = values;
  }
  return mapped;
}

function requestValues(source: string, mapping: Mapping, body: string): string[] | undefined {
  const { exchange } = mapping;
  const constant = common(source, mapping);
  if (constant !== undefined) return constant === null ? undefined : [constant];
  const [, , kind, ...rest] = source.split(".");
  const name = rest.join(".");
  switch (kind) {
    case "path":
      return one(exchange.pathParameters?.[name]);
    case "querystring":
      return one(exchange.queryParameters.single?.[name]);
    case "multivaluequerystring":
      return exchange.queryParameters.multi?.[name];
    case "header":
      return one(exchange.header(name.toLowerCase()));
    case "multivalueheader": {
      const found = Object.keys(exchange.headers.multi).find((key) => key.toLowerCase() === name.toLowerCase());
      return found === undefined ? undefined : exchange.headers.multi[found];
    }
    case "body":
      return one(fromBody(body, name));
  }
  return undefined;
}

/** The headers that `responseParameters` of an integration response give the response. */
export function mapResponse(
  { responseParameters = {} }: IntegrationResponse,
  mapping: Mapping,
  answer: IntegrationAnswer,
): [name: string, value: string][] {
  return Object.entries(responseParameters).flatMap(([target, source]) => {
    const name = target.split(".").slice(3).join(".");
    return (responseValues(source, mapping, answer) ?? []).map((value): [string, string] => [name, value]);
  });
}

function responseValues(source: string, mapping: Mapping, answer: IntegrationAnswer): string[] | undefined {
  const constant = common(source, mapping);
  if (constant !== undefined) return constant === null ? undefined : [constant];
  const [, , kind, ...rest] = source.split(".");
  const name = rest.join(".");
  if (kind === "body") return one(fromBody(answer.body.toString(), name));
  const values = answer.headers.filter(([header]) => header.toLowerCase() === name.toLowerCase());
  if (values.length === 0) return undefined;
  return kind === "multivalueheader" ? values.map(([, value]) => value) : one(values.at(-1)?.[1]);
}

const one = (value: string | undefined): string[] | undefined => (value === undefined ? undefined : [value]);

/** Literals, `context` and `stageVariables`; null for one that is not set, undefined for another kind of source. */
function common(source: string, mapping: Mapping): string | null | undefined {
  if (source.startsWith("'")) return source.slice(1, -1);
  const [kind, ...rest] = source.split(".");
  const name = rest.join(".");
  if (kind === "context") return mapping.contextVariable(name) ?? null;
  if (kind === "stageVariables") return mapping.exchange.stage.stage.variables[name] ?? null;
  return undefined;
}

function fromBody(body: string, path: string): string | undefined {
  if (path === "") return body;
  const value = valueAt(body, path.startsWith("JSONPath.") ? path.slice("JSONPath.".length) : `$.${path}`);
  if (value === null || value === undefined) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}
