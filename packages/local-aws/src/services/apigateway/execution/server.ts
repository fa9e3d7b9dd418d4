/** The data plane's HTTP server: `node:http` itself, since every request of every API passes through it. */

import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { foreignPage, isLoopback, wrongHost } from "../../../front/door.ts";
import { listenOnIpv6 } from "../../../front/ipv6.ts";
import type { HttpSite, HttpSites } from "../../../http/site.ts";
import { parseJson } from "../../../jsonText.ts";
import { collect } from "../../../kit/collect.ts";
import type { Records } from "../records.ts";
import type { CognitoIssuer, TokenRequest } from "./authorization/cognito.ts";
import { compress } from "./compression.ts";
import { Exchange, extendedRequestId, type Reply } from "./exchange.ts";
import { failureReply, GatewayFailure } from "./failure.ts";
import type { Pipeline } from "./pipeline.ts";
import { tellAnswered, tellExchanged, tellRefused } from "./requestActivity.ts";
import { type NoTarget, Served, type Target } from "./served.ts";
import type { Where } from "./stageRuntime.ts";

/** Bytes of a request's body. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const MAX_BODY = 10_485_760;

export class DataPlane implements HttpSites {
  readonly #served = new Served();
  readonly #sites: HttpSite[] = [];
  /** By region. */
  readonly #pipelines = new Map<string, Pipeline>();
  readonly #cognito: CognitoIssuer;
  readonly #server: Server;
  #port: number;
  #leaveIpv6 = () => {};

  /** @param port on 127.0.0.1; 0 picks a free one. */
  constructor(port: number, cognito: CognitoIssuer) {
    this.#port = port;
    this.#cognito = cognito;
    // Headers of a request may have 10,240 bytes in all on AWS; Node's own limit of 16 KiB is near enough.
    this.#server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 }, (request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  /** `http://localhost:3000`, with the port taken once it listens. */
  get origin(): string {
    return `http://localhost:${this.#port}`;
  }

  addSite(site: HttpSite): void {
    this.#sites.push(site);
  }

  /** Serves the APIs of one more region. */
  add(records: Records, where: Where, pipeline: Pipeline): void {
    this.#pipelines.set(where.region, pipeline);
    this.#served.add(records, where);
  }

  /** @throws Error with `code` `EADDRINUSE` when the port is taken. */
  async listen(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#port, "127.0.0.1", resolve);
    });
    this.#port = (this.#server.address() as AddressInfo).port;
    this.#leaveIpv6 = await listenOnIpv6(this.#server, this.#port);
  }

  close(): Promise<void> {
    this.#leaveIpv6();
    return new Promise((resolve) => {
      if (!this.#server.listening) return resolve();
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = request.url as string;
    const mark = url.indexOf("?");
    const path = mark < 0 ? url : url.slice(0, mark);
    const { host = "" } = request.headers;
    const name = host.split(":", 1)[0]!.toLowerCase();
    const site = this.#sites.find((one) => one.owns(name, path));
    if (site && (isLoopback(name) || AWS_NAMES.test(name))) return site.handle(request, response);
    if (!this.#served.isOwn(host)) return refuse(request, response, forbidden(wrongHost(host)));
    const target = this.#served.find(path, host, request.method as string);
    if (!("stage" in target)) {
      if (!path.startsWith(COGNITO)) {
        tellRefused(request, path, target);
        return refuse(request, response, target);
      }
      const page = foreignPage(request.headers);
      if (page)
        return refuse(request, response, forbidden(`${page}: no tokens are issued to web pages of other sites`));
      return this.#issue(path.slice(COGNITO.length), request, response);
    }
    const stage = target.stage.chosen();
    const match = stage.find(target.path, request.method as string);
    const method = match && stage.method(match.resource, request.method as string);
    if (!match || !method) {
      request.resume();
      const reply = unmatched(request, target);
      tellRefused(request, target.path, {
        status: reply.status,
        message: `${target.stage.deployment.apiName} has no such route`,
      });
      return write(response, reply, undefined);
    }
    const query = mark < 0 ? "" : url.slice(mark + 1);
    const exchange = new Exchange(request, stage, method, target.path, query, match.pathParameters, target.domain);
    const pipeline = this.#pipelines.get(target.stage.where.region) as Pipeline;
    let reply: Reply;
    try {
      if (hasBody(request)) exchange.body = await readBody(request);
      reply = await pipeline.run(exchange);
    } catch (error) {
      if (!request.complete) request.resume();
      reply = pipeline.fail(exchange, error);
    }
    pipeline.finished(exchange, reply);
    tellAnswered(exchange, reply);
    tellExchanged(exchange, reply);
    try {
      write(response, compress(reply, exchange), exchange);
    } catch (error) {
      // A header from the API's templates that HTTP does not allow.
      write(response, pipeline.fail(exchange, error), exchange);
    }
  }

  /** A token request's body is a {@link TokenRequest} as JSON; the answer has `token`. */
  async #issue(rest: string, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const headers = ["Content-Type", "application/json"];
    const [poolId = "", ...path] = rest.split("/");
    const reply = (status: number, body: object) =>
      write(response, { status, headers, body: JSON.stringify(body) }, undefined);
    if (request.method === "GET" && path.join("/") === ".well-known/jwks.json") {
      return reply(200, await this.#cognito.jwks(poolId));
    }
    if (request.method !== "POST" || path.join("/") !== "token") {
      request.resume();
      return reply(404, {
        message: "The local Cognito issuer has POST POOL_ID/token and GET POOL_ID/.well-known/jwks.json",
      });
    }
    try {
      const body = await readBody(request);
      const asked = body ? (parseJson(body.toString()) as TokenRequest) : {};
      return reply(200, { token: await this.#cognito.mint(poolId, asked) });
    } catch (error) {
      return reply(400, { message: `the body is not a token request: ${(error as Error).message}` });
    }
  }
}

/** AWS's names of function URLs and HTTP APIs: no page of another site has such a name. */
const AWS_NAMES = /^\w+\.(lambda-url\.[\w-]+\.on\.aws|execute-api\.[\w-]+\.amazonaws\.com)$/;

/** The local issuer of Cognito tokens: `POST …/POOL_ID/token` and the pool's `.well-known/jwks.json`. */
const COGNITO = "/_aws/cognito-idp/";

const forbidden = (why: string): NoTarget => ({
  status: 403,
  message: `Refused: ${why}`,
  errorType: "ForbiddenException",
});

function refuse(request: IncomingMessage, response: ServerResponse, { status, message, errorType }: NoTarget): void {
  const headers = ["Content-Type", "application/json", "x-amzn-ErrorType", errorType];
  write(response, { status, headers, body: JSON.stringify({ message }) }, undefined);
  request.resume();
}

/** No resource at that path, or no such method on it: both look the same to the caller. */
function unmatched(request: IncomingMessage, { stage, path }: Target): Reply {
  return failureReply(new GatewayFailure("MISSING_AUTHENTICATION_TOKEN"), {
    definition: stage.definition,
    requestHeader: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.at(-1) : value;
    },
    context: { apiId: stage.apiId, stage: stage.stage.stageName, httpMethod: request.method, path },
  });
}

const hasBody = ({ headers }: IncomingMessage): boolean =>
  headers["transfer-encoding"] !== undefined || (headers["content-length"] ?? "0") !== "0";

async function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const tooLarge = () => new GatewayFailure("REQUEST_TOO_LARGE");
  if (Number(request.headers["content-length"] ?? 0) > MAX_BODY) throw tooLarge();
  const body = await collect(request, MAX_BODY, tooLarge);
  return body.length === 0 ? undefined : body;
}

function write(response: ServerResponse, { status, headers, body }: Reply, exchange: Exchange | undefined): void {
  // A request that reaches no method gets an id too, for reference.
  headers.push("x-amzn-RequestId", exchange?.requestId ?? randomUUID());
  headers.push("x-amz-apigw-id", exchange?.extendedRequestId ?? extendedRequestId());
  // A mock's answer has been nowhere that could be traced.
  if (exchange && exchange.method.integration?.type !== "MOCK") headers.push("X-Amzn-Trace-Id", exchange.traceId);
  // Responses without a body must not announce one either.
  // Said here, Node.js does not add how long it keeps the connection.
  if (response.shouldKeepAlive) headers.push("Connection", "keep-alive");
  if (status !== 204 && status !== 304) headers.push("Content-Length", String(Buffer.byteLength(body)));
  response.writeHead(status, headers);
  response.end(body);
}
