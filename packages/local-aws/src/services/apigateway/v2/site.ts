/**
 * Requests to HTTP APIs: `/_aws/execute-api/API_ID/…` on the port of routes, or AWS's own host of the API. A path that begins with a
 * stage's name goes to that stage, any other to `$default`.
 */

import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { corsHeaders, isPreflight } from "../../../http/cors.ts";
import { type HttpReply, type HttpSite, writeReply } from "../../../http/site.ts";
import { tellRequest } from "../../../http/told.ts";
import { collect } from "../../../kit/collect.ts";
import type { Cloud } from "../../../service.ts";
import type { HttpAuthorization } from "./authorize.ts";
import { failed, HttpFailure, type Way } from "./exchange.ts";
import { integrateHttp } from "./integrate.ts";
import { matchRoute } from "./match.ts";
import type { HttpApi, Stage } from "./model.ts";
import type { HttpRecords } from "./records.ts";

/** Before the id of an API, in its path form. */
export const API_PATH = "/_aws/execute-api/";
const MAX_BODY = 10_485_760;

export class HttpApiSite implements HttpSite {
  readonly #records: HttpRecords;
  readonly #cloud: Cloud;
  readonly #authorization: HttpAuthorization;

  constructor(records: HttpRecords, cloud: Cloud, authorization: HttpAuthorization) {
    this.#records = records;
    this.#cloud = cloud;
    this.#authorization = authorization;
  }

  owns(host: string, path: string): boolean {
    const id = idOf(host, path);
    return id !== undefined && this.#records.apis.has(id);
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url as string;
    const host = (request.headers.host ?? "").split(":", 1)[0]!.toLowerCase();
    const id = idOf(host, url) as string;
    const api = this.#records.apis.get(id) as HttpApi;
    const rest = url.startsWith(API_PATH) ? url.slice(API_PATH.length + id.length) : url;
    const cors = api.CorsConfiguration;
    const requestId = randomUUID().replaceAll("-", "").slice(0, 16);
    const own = ["Date", new Date().toUTCString(), "Apigw-Requestid", requestId];
    if (cors && isPreflight(request)) {
      request.resume();
      return writeReply(response, { status: 204, headers: corsHeaders(cors, request), body: "" }, own);
    }
    const began = Date.now();
    const way: Way = { body: undefined, function: undefined, invocation: undefined };
    const reply = await this.#answer(request, api, rest, requestId, way);
    const shared = cors ? corsHeaders(cors, request) : [];
    const shown = cors ? withoutCors(reply) : reply;
    const written = { ...shown, headers: [...shown.headers, ...own, ...shared] };
    const path = rest.split("?", 1)[0] || "/";
    const { region } = this.#cloud;
    tellRequest({ ...{ request, path, began, reply: written, region, api: id, requestId }, ...way });
    writeReply(response, written);
  }

  async #answer(request: IncomingMessage, api: HttpApi, rest: string, requestId: string, way: Way): Promise<HttpReply> {
    try {
      const mark = rest.indexOf("?");
      const path = (mark < 0 ? rest : rest.slice(0, mark)) || "/";
      const [stage, routePath] = this.#stageOf(api, path);
      const deployment = this.#records.deployments.get(`${api.ApiId}/${stage.DeploymentId}`);
      const definition = deployment?.definition ?? { routes: [], integrations: [], authorizers: [] };
      const match = matchRoute(definition.routes, request.method as string, routePath);
      if (!match || !deployment) throw new HttpFailure(404, "Not Found");
      const { region, accountId } = this.#cloud;
      const { route, pathParameters } = match;
      const place = route.RouteKey === "$default" ? "$default" : `${request.method}${routePath}`;
      const sent = await collect(request, MAX_BODY, () => new HttpFailure(413, "Request Entity Too Large"));
      if (sent.length > 0) way.body = sent;
      const exchange = {
        ...{ request, api, stage, definition, route, pathParameters, path, routePath },
        query: mark < 0 ? "" : rest.slice(mark + 1),
        body: sent.length > 0 ? sent : undefined,
        way,
        sourceArn: `arn:aws:execute-api:${region}:${accountId}:${api.ApiId}/${stage.StageName}/${place}`,
        context: {
          accountId,
          apiId: api.ApiId,
          domainName: `${api.ApiId}.execute-api.${region}.amazonaws.com`,
          requestId,
          routeKey: route.RouteKey,
          stage: stage.StageName,
        },
      };
      await this.#authorization.authorize(exchange);
      return await integrateHttp(this.#cloud, exchange);
    } catch (error) {
      if (!request.complete) request.resume();
      return error instanceof HttpFailure ? error.reply : failed().reply;
    }
  }

  /** The stage, and the path without its name. */
  #stageOf({ ApiId, DisableExecuteApiEndpoint }: HttpApi, path: string): [stage: Stage, path: string] {
    if (DisableExecuteApiEndpoint) throw new HttpFailure(404, "Not Found");
    const [first = ""] = path.slice(1).split("/", 1);
    const named = first === "$default" ? undefined : this.#records.stages.get(`${ApiId}/${first}`);
    if (named) return [named, path.slice(1 + first.length) || "/"];
    const usual = this.#records.stages.get(`${ApiId}/$default`);
    if (!usual) throw new HttpFailure(404, "Not Found");
    return [usual, path];
  }
}

function idOf(host: string, path: string): string | undefined {
  if (path.startsWith(API_PATH)) return /^\w+/.exec(path.slice(API_PATH.length))?.[0];
  return /^(\w+)\.execute-api\./.exec(host)?.[1];
}

/** Where the API has rules of its own, what its integration says of origins does not count. */
const withoutCors = (reply: HttpReply): HttpReply => {
  const headers: string[] = [];
  for (let i = 0; i < reply.headers.length; i += 2) {
    const name = reply.headers[i] as string;
    if (!/^access-control-/i.test(name)) headers.push(name, reply.headers[i + 1] as string);
  }
  return { ...reply, headers };
};
