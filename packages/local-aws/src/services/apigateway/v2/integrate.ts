/** Integrations of HTTP APIs: a function's event and answer, or a request passed on to an HTTP endpoint. */
import { randomUUID } from "node:crypto";
import { httpEvent, MalformedAnswer, replyOf, sourceIpOf } from "../../../http/event.ts";
import type { HttpReply } from "../../../http/site.ts";
import { clfTime } from "../../../http/time.ts";
import { sendHttp } from "../../../kit/sendHttp.ts";
import { type Cloud, servicePrincipal } from "../../../service.ts";
import { lambdaOf } from "../definition/integration.ts";
import { HOP } from "../execution/integration/headers.ts";
import { invoke } from "../execution/lambdaProxy.ts";
import { failed, type HttpExchange, HttpFailure, selected } from "./exchange.ts";
import type { Integration } from "./model.ts";

const unavailable = () => new HttpFailure(503, "Service Unavailable");

export async function integrateHttp(cloud: Cloud, exchange: HttpExchange): Promise<HttpReply> {
  const id = exchange.route.Target?.replace("integrations/", "");
  const integration = exchange.definition.integrations.find(({ IntegrationId }) => IntegrationId === id);
  if (!integration) throw failed();
  const work =
    integration.IntegrationType === "AWS_PROXY"
      ? withFunction(cloud, exchange, integration)
      : passedOn(cloud, exchange, integration);
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(unavailable()), integration.TimeoutInMillis);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Stage variables in a URI. */
const filled = (text: string, { stage }: HttpExchange): string =>
  text.replace(/\$\{stageVariables\.(\w+)\}/g, (_, name: string) => stage.StageVariables[name] ?? "");

async function withFunction(cloud: Cloud, exchange: HttpExchange, integration: Integration): Promise<HttpReply> {
  const uri = filled(integration.IntegrationUri ?? "", exchange);
  const functionArn = lambdaOf(uri) ?? uri;
  const as = integration.CredentialsArn
    ? (await cloud.assumeRole(integration.CredentialsArn, "apigateway.amazonaws.com", "BackplaneAssumeRoleSession"))
        .principal
    : servicePrincipal("apigateway.amazonaws.com", exchange.sourceArn);
  const { request, path, query, body, context, pathParameters, stage } = exchange;
  const event = httpEvent({
    request,
    path,
    query,
    body,
    context,
    pathParameters,
    stageVariables: stage.StageVariables,
  });
  const first = integration.PayloadFormatVersion === "1.0";
  const given = JSON.stringify(first ? formatOne(exchange, event) : event);
  const invocation = randomUUID();
  Object.assign(exchange.way, { function: functionArn, invocation });
  const answer = await invoke(cloud, functionArn, given, as, { invocation }).catch(() => {
    throw failed();
  });
  if (answer.FunctionError) throw failed();
  const text = Buffer.from(answer.Payload ?? "").toString();
  try {
    // Format 1.0 infers nothing.
    if (first && !/"statusCode"/.test(text)) throw new MalformedAnswer("statusCode is missing");
    return replyOf(text);
  } catch {
    throw failed();
  }
}

/** The event in format 1.0, as a REST API's. */
function formatOne(exchange: HttpExchange, event: object): object {
  const { request, route, path, query, context, pathParameters, stage } = exchange;
  const { headers, body, isBase64Encoded } = event as {
    headers: Record<string, string>;
    body?: string;
    isBase64Encoded: boolean;
  };
  const multi = (pairs: Iterable<[string, string]>) => {
    const values: Record<string, string[]> = {};
    for (const [name, value] of pairs) values[name] = [...(values[name] ?? []), value];
    return values;
  };
  const parameters = [...new URLSearchParams(query)];
  const now = Date.now();
  const { accountId, apiId, authorizer, domainName, requestId } = context;
  const resource = route.RouteKey.split(" ")[1] ?? "$default";
  return {
    version: "1.0",
    resource,
    path,
    httpMethod: request.method,
    headers,
    multiValueHeaders: multi(Object.entries(headers)),
    queryStringParameters: parameters.length > 0 ? Object.fromEntries(parameters) : null,
    multiValueQueryStringParameters: parameters.length > 0 ? multi(parameters) : null,
    requestContext: {
      accountId,
      apiId,
      ...(authorizer && {
        authorizer: "lambda" in authorizer ? authorizer.lambda : "jwt" in authorizer ? authorizer.jwt : authorizer,
      }),
      domainName,
      domainPrefix: domainName.split(".", 1)[0],
      extendedRequestId: requestId,
      httpMethod: request.method,
      identity: { sourceIp: sourceIpOf(request), userAgent: request.headers["user-agent"] ?? "" },
      path,
      protocol: `HTTP/${request.httpVersion}`,
      requestId,
      requestTime: clfTime(now),
      requestTimeEpoch: now,
      resourceId: route.RouteKey,
      resourcePath: resource,
      stage: stage.StageName,
    },
    pathParameters: Object.keys(pathParameters).length > 0 ? pathParameters : null,
    stageVariables: Object.keys(stage.StageVariables).length > 0 ? stage.StageVariables : null,
    body: body ?? null,
    isBase64Encoded,
  };
}

async function passedOn(cloud: Cloud, exchange: HttpExchange, integration: Integration): Promise<HttpReply> {
  const { request, pathParameters, query, body = Buffer.alloc(0) } = exchange;
  const uri = filled(integration.IntegrationUri ?? "", exchange).replace(
    /\{(\w+)\+?\}/g,
    (_, name: string) => pathParameters[name]?.split("/").map(encodeURIComponent).join("/") ?? "",
  );
  if (!URL.canParse(uri)) throw failed();
  const url = new URL(uri);
  const headers = new Map<string, string[]>();
  for (let i = 0; i < request.rawHeaders.length; i += 2) {
    const name = (request.rawHeaders[i] as string).toLowerCase();
    if (HOP.has(name) || name === "content-length" || name === "transfer-encoding") continue;
    headers.set(name, [...(headers.get(name) ?? []), request.rawHeaders[i + 1] as string]);
  }
  const forwarded = `for=${sourceIpOf(request)};host=${request.headers.host};proto=http`;
  headers.set("forwarded", [...(headers.get("forwarded") ?? []), forwarded]);
  for (const [name, value] of new URLSearchParams(query)) url.searchParams.append(name, value);
  mapParameters(integration, exchange, url, headers);
  const { IntegrationMethod: method = "ANY" } = integration;
  try {
    const answer = await sendHttp(
      {
        method: method === "ANY" ? (request.method as string) : method,
        url,
        headers: [...headers].flatMap(([name, values]) => values.flatMap((value) => [name, value])),
        body,
      },
      cloud.apiOrigin,
      AbortSignal.timeout(integration.TimeoutInMillis),
    );
    const kept = answer.headers.filter(
      ([name]) => !HOP.has(name.toLowerCase()) && !/^(content-length|transfer-encoding|date)$/i.test(name),
    );
    return { status: answer.status, headers: kept.flat(), body: answer.body };
  } catch {
    throw unavailable();
  }
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-parameter-mapping.html */
function mapParameters(
  { RequestParameters = {} }: Integration,
  exchange: HttpExchange,
  url: URL,
  headers: Map<string, string[]>,
): void {
  for (const [target, source] of Object.entries(RequestParameters)) {
    const [, action, kind, name = ""] =
      /^(append|overwrite|remove):(header|querystring|path)\.?(.*)$/.exec(target) ?? [];
    const value = source.replace(
      /\$\{[^}]+\}|\$(?:request|context|stageVariables)\.[\w.-]+/g,
      (part) => selected(part, exchange) ?? "",
    );
    if (kind === "path") url.pathname = value;
    else if (kind === "header") {
      const before = headers.get(name.toLowerCase()) ?? [];
      if (action === "remove") headers.delete(name.toLowerCase());
      else headers.set(name.toLowerCase(), action === "append" ? [...before, value] : [value]);
    } else if (kind === "querystring") {
      if (action === "remove") url.searchParams.delete(name);
      else if (action === "append") url.searchParams.append(name, value);
      else url.searchParams.set(name, value);
    }
  }
}
