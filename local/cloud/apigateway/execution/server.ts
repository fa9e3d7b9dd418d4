/** The data plane's HTTP server: `node:http` itself, since every request of every API passes here. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { compress } from "./compression.ts";
import { Exchange, type Reply } from "./exchange.ts";
import { failureReply, GatewayFailure } from "./failure.ts";
import type { Pipeline } from "./pipeline.ts";
import type { Served, Target } from "./served.ts";

/** Bytes of a request's body. https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html */
const MAX_BODY = 10_485_760;

export class DataPlane {
  readonly #served: Served;
  readonly #pipeline: Pipeline;
  readonly #server: Server;

  constructor(served: Served, pipeline: Pipeline) {
    this.#served = served;
    this.#pipeline = pipeline;
    // Headers of a request may have 10,240 bytes in all on AWS; Node's own limit of 16 KiB is near enough.
    this.#server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 }, (request, response) => {
      this.#handle(request, response).catch(() => response.destroy());
    });
  }

  /** @returns the port taken. */
  listen(port: number): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(port, "127.0.0.1", () => resolve((this.#server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
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
    const target = this.#served.find(path, request.headers.host ?? "", request.method as string);
    if (!("stage" in target)) {
      const body = JSON.stringify({ message: target.message });
      const headers = ["Content-Type", "application/json", "x-amzn-ErrorType", target.errorType];
      write(response, { status: target.status, headers, body }, undefined);
      request.resume();
      return;
    }
    const match = target.stage.find(target.path);
    const method = match && target.stage.method(match.resource, request.method as string);
    if (!match || !method) {
      request.resume();
      return write(response, unmatched(request, target), undefined);
    }
    const query = mark < 0 ? "" : url.slice(mark + 1);
    const exchange = new Exchange(request, target.stage, method, target.path, query, match.pathParameters);
    let reply: Reply;
    try {
      if (hasBody(request)) exchange.body = await readBody(request);
      reply = await this.#pipeline.run(exchange);
    } catch (error) {
      if (!request.complete) request.resume();
      reply = this.#pipeline.fail(exchange, error);
    }
    this.#pipeline.finished(exchange, reply);
    write(response, compress(reply, exchange), exchange);
  }
}

/** No resource of that path, or no such method on it: both are the same to the caller. */
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
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY) throw tooLarge();
    chunks.push(chunk);
  }
  if (size === 0) return undefined;
  return chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size);
}

function write(response: ServerResponse, { status, headers, body }: Reply, exchange: Exchange | undefined): void {
  if (exchange) {
    headers.push("x-amzn-RequestId", exchange.requestId, "x-amz-apigw-id", exchange.extendedRequestId);
    headers.push("X-Amzn-Trace-Id", exchange.traceId);
  }
  // Statuses without a body must not announce one either.
  if (status !== 204 && status !== 304) headers.push("Content-Length", String(Buffer.byteLength(body)));
  response.writeHead(status, headers);
  response.end(body);
}
