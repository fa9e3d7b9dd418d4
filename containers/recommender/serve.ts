import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type LoadedModel, readArtifact } from "./artifact.ts";
import { UserError } from "./failure.ts";
import { predictLines } from "./predictions.ts";

interface ServeOptions {
  /** The model's folder. */
  model: string;
  /** Default 8080, SageMaker's; 0 takes a free one. */
  port?: number;
  /** Default: all interfaces, since SageMaker calls from outside the container. */
  host?: string;
  /** Largest request body in bytes. Default 6 MiB: SageMaker itself passes on no larger one. */
  maxBodyBytes?: number;
  /** Requests in work at once; further ones get 503. Default 128. */
  maxConcurrency?: number;
}

export interface Endpoint {
  port: number;
  /** Rejects when the model cannot be loaded. */
  loaded: Promise<LoadedModel>;
  /** Takes no new requests and resolves when those in work are answered. */
  close(): Promise<void>;
}

/** An answer that is not a prediction. */
class HttpError extends Error {
  readonly status: number;
  readonly headers: Record<string, string>;
  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.headers = headers;
  }
}

/**
 * SageMaker's serving contract: `GET /ping` answers 200 once the model is loaded, `POST /invocations` predicts a batch
 * of `text/csv` lines. The port is open at once, the model is loaded behind it.
 */
export async function serve(options: ServeOptions): Promise<Endpoint> {
  const { port = 8080, host, maxBodyBytes = 6 * 1024 * 1024, maxConcurrency = 128 } = options;
  let model: LoadedModel | undefined;
  let inWork = 0;

  async function answer(request: IncomingMessage): Promise<string> {
    const path = request.url?.split("?", 1)[0];
    if (path === "/ping") {
      if (request.method !== "GET") throw new HttpError(405, "Use GET", { allow: "GET" });
      if (!model) throw new HttpError(503, "The model is not loaded yet");
      return "";
    }
    if (path !== "/invocations") throw new HttpError(404, "There are GET /ping and POST /invocations");
    if (request.method !== "POST") throw new HttpError(405, "Use POST", { allow: "POST" });
    const { "content-type": type = "missing" } = request.headers;
    if (!/^\s*text\/csv\s*(;|$)/i.test(type)) {
      throw new HttpError(415, `The content type is ${type}, expected text/csv`);
    }
    if (!model) throw new HttpError(503, "The model is not loaded yet", { "retry-after": "1" });
    if (inWork >= maxConcurrency) throw new HttpError(503, "Too many requests at once", { "retry-after": "1" });
    inWork++;
    try {
      return predictLines(model, await readBody(request, maxBodyBytes));
    } catch (error) {
      throw error instanceof UserError ? new HttpError(400, error.message) : error;
    } finally {
      inWork--;
    }
  }

  function respond(response: ServerResponse, status: number, body: string, headers: Record<string, string>): void {
    // Once the server closes, a connection ends with its answer.
    if (!server.listening) response.setHeader("connection", "close");
    response.writeHead(status, { ...headers, "content-length": Buffer.byteLength(body) });
    response.end(body);
  }

  const server: Server = createServer((request, response) => {
    answer(request).then(
      (body) => respond(response, 200, body, { "content-type": "text/csv" }),
      (error) => {
        const known = error instanceof HttpError;
        if (!known && !request.destroyed) console.error(error);
        const headers = { "content-type": "text/plain; charset=utf-8", ...(known && error.headers) };
        // What is left of the body is not read: the connection cannot be used again.
        if (!request.complete) response.setHeader("connection", "close");
        respond(response, known ? error.status : 500, known ? error.message : "Internal error", headers);
      },
    );
  });
  // Load balancers keep connections for 60 s: ours must live longer, or they meet one that is just closing.
  server.keepAliveTimeout = 75_000;
  server.requestTimeout = 60_000;
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen({ port, host }, resolve));

  const loaded = readArtifact(options.model).then((artifact) => {
    model = artifact;
    return artifact;
  });
  loaded.catch(() => {});
  return { port: (server.address() as AddressInfo).port, loaded, close: () => close(server) };
}

async function readBody(request: IncomingMessage, limit: number): Promise<string> {
  const tooLarge = () => new HttpError(413, `The body is larger than ${limit} bytes`);
  if (Number(request.headers["content-length"]) > limit) throw tooLarge();
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeIdleConnections();
  });
}
