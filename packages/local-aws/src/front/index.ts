/** The AWS endpoint: one loopback server for every service, found by the service in the signature's scope. */
import { randomUUID } from "node:crypto";
import type { AddressInfo, Socket } from "node:net";
import { Readable } from "node:stream";
import Fastify, { type FastifyReply, type FastifyRequest } from "fastify";
import { isRegion, regionOf } from "../arn.ts";
import type { Directory } from "../authorization/directory.ts";
import type { Console } from "../console/index.ts";
import type { KeptMail } from "../mail.ts";
import type { Region } from "../regions.ts";
import {
  AwsError,
  administrator,
  type Call,
  type Principal,
  type RawResponse,
  type SentBody,
  type Service,
} from "../service.ts";
import { protocolOf, shapesOf, type WireRequest, wireRequest } from "../wire/index.ts";
import { authenticate, signatureError } from "./authenticate.ts";
import { type Authorization, readAuthorization } from "./authorization.ts";
import { wholeBody } from "./body.ts";
import { bucketOfHost } from "./bucketHost.ts";
import { contextOf } from "./context.ts";
import { refusal } from "./door.ts";
import { healthOf } from "./health.ts";
import { Http2Bridge } from "./http2.ts";
import { listenOnIpv6 } from "./ipv6.ts";
import { consoleRoute, ownPath, poolPath } from "./ownPaths.ts";
import { known, perform, unknownService, wholeStream } from "./perform.ts";
import { largestHead, type ProcessApi, serveProcesses } from "./processes.ts";
import { isS3, sha256 } from "./signature.ts";
import { authenticateV2, isSignedV2 } from "./signatureV2.ts";
import { mayUpgrade, serveSites } from "./sites.ts";
import { followTrace, traceOf } from "./trace.ts";
import { refuseUnreadable } from "./unreadable.ts";

export interface FrontOptions {
  /** Each has its services; the signature names the one that is meant. */
  regions: { get(name: string): Pick<Region, "services" | "starting" | "dispatch"> };
  directory: Directory;
  /** Requests by processes of the cloud, below paths that only they know. */
  processes: ProcessApi[];
  /** Mails stored after the one with that key, oldest first; all of them without a key. */
  mails(after: string): KeptMail[];
  accountId: string;
  /** Web pages about the cloud. Default: none. */
  console?: Pick<Console, "handle">;
  /** Of user pools: what is public. */
  cognito: { issuer(pool: string): string; jwks(pool: string): Promise<{ keys: object[] }> };
  /** Region of requests that are not signed. */
  defaultRegion: string;
  /** 0 picks a free one. */
  port: number;
}

export interface Front {
  /** `http://127.0.0.1:4566` */
  origin: string;
  /** Starts answering requests; earlier ones have been waiting. */
  open(): void;
  close(): Promise<void>;
}

/** @throws Error with `code` `EADDRINUSE` when the port is taken. */
export async function createFront(options: FrontOptions): Promise<Front> {
  // The signature names the service: no path is routed or decoded before it is read.
  const rewriteUrl = ({ url = "" }: { url?: string }) => ownPath(url) ?? "/";
  const http = { shouldUpgradeCallback: mayUpgrade(options.regions), maxHeaderSize: largestHead };
  const http2 = new Http2Bridge(() => Number(new URL(server.listeningOrigin).port));
  const clientErrorHandler = (error: Error & { code?: string; rawPacket?: unknown }, socket: Socket) => {
    if (!http2.takes(error, socket)) refuseUnreadable(error, socket);
  };
  const server = Fastify({ forceCloseConnections: true, rewriteUrl, clientErrorHandler, http });
  const opened = Promise.withResolvers<void>();
  // Bodies are read here: as streams where they are large, and by their schemas where they are not.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", (_request, _payload, done) => done(null));
  server.addHook("onRequest", async (request, reply) => {
    const response = refused(options, request);
    return response && send(reply, response);
  });
  const handle = async (request: FastifyRequest, reply: FastifyReply) => {
    await opened.promise;
    return send(reply, await answer(options, request, reply));
  };
  // S3 stores an invalid content type as it is; other services refuse it themselves.
  server.setErrorHandler(async (error: { code?: string }, request, reply) => {
    if (error.code === "FST_ERR_CTP_INVALID_MEDIA_TYPE") return handle(request, reply);
    throw error;
  });
  server.route({
    method: ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"],
    url: "/",
    handler: handle,
  });
  server.get("/_health", async () => {
    await opened.promise;
    return healthOf(options.defaultRegion, options.accountId, options.regions.get(options.defaultRegion).services);
  });
  server.get("/_aws/mail", async ({ raw, originalUrl }) => {
    await opened.promise;
    return { mails: options.mails(wireRequest(raw, originalUrl, raw).query.get("after") ?? "") };
  });
  server.route({
    method: ["GET", "POST"],
    url: consoleRoute,
    async handler({ raw, originalUrl }, reply) {
      await opened.promise;
      if (!options.console) return reply.code(404).send({ message: "Not Found" });
      reply.hijack();
      // The path as it was sent.
      await options.console.handle(Object.assign(raw, { url: originalUrl }), reply.raw);
    },
  });
  server.get("/_pool", async ({ originalUrl, raw, method }, reply) => {
    const asked = poolPath(originalUrl);
    await opened.promise;
    if (!asked || method !== "GET") return reply.code(404).send({ message: "Not Found" });
    const { pool, file } = asked;
    if (file === "jwks.json") return options.cognito.jwks(pool);
    const base = `http://${raw.headers.host}/${pool}`;
    return {
      issuer: options.cognito.issuer(pool),
      jwks_uri: `${base}/.well-known/jwks.json`,
      id_token_signing_alg_values_supported: ["RS256"],
      response_types_supported: ["code", "token"],
      scopes_supported: ["openid", "email", "phone", "profile"],
      subject_types_supported: ["public"],
    };
  });
  serveSites(server.server, options.regions, opened.promise);
  serveProcesses(server.server, options.processes, opened.promise);
  await server.listen({ host: "127.0.0.1", port: options.port });
  const { port } = server.server.address() as AddressInfo;
  const leaveIpv6 = await listenOnIpv6(server.server, port);
  return {
    origin: `http://127.0.0.1:${port}`,
    open: opened.resolve,
    close() {
      http2.close();
      leaveIpv6();
      return server.close();
    },
  };
}

function send(reply: FastifyReply, response: RawResponse): FastifyReply {
  for (const [name, value] of Object.entries(response.headers)) reply.header(name, value);
  // To text Fastify would add its charset, which AWS's answers do not name.
  const { status, body } = response;
  if (body instanceof Readable && "sendTo" in body) return sendItself(reply.code(status), body);
  return reply.code(status).send(typeof body === "string" ? Buffer.from(body) : body);
}

/** Writes a body past Fastify, which would pipe it. */
function sendItself(reply: FastifyReply, body: SentBody): FastifyReply {
  reply.hijack();
  for (const [name, value] of Object.entries(reply.getHeaders()))
    if (value !== undefined) reply.raw.setHeader(name, value);
  reply.raw.statusCode = reply.statusCode;
  body.sendTo(reply.raw).catch((error: NodeJS.ErrnoException) => {
    if (!reply.raw.headersSent) console.error("the answer cannot be read:", error);
    reply.raw.destroy();
  });
  return reply;
}

/** The answer to what is not let in at all, whatever it asks for. */
function refused(
  { regions, defaultRegion }: FrontOptions,
  { raw, originalUrl }: FastifyRequest,
): RawResponse | undefined {
  const error = refusal(raw.headers, () => {
    const request = wireRequest(raw, originalUrl, raw);
    const signed = readAuthorization(request);
    const name = typeof signed === "object" ? signed.service : looksLikeS3(request) ? "s3" : "";
    return regions.get(defaultRegion).services.get(name)?.mayCross?.(request) ?? false;
  });
  if (!error) return undefined;
  const protocol = protocolOf(wireRequest(raw, originalUrl, raw), undefined);
  return { ...protocol.writeError(error, randomUUID()), status: error.status };
}

async function answer(
  options: FrontOptions,
  { raw, originalUrl: url, socket }: FastifyRequest,
  reply: FastifyReply,
): Promise<RawResponse> {
  const requestId = randomUUID();
  const request = wireRequest(raw, url, raw);
  const authorization = readAuthorization(request);
  const signed = typeof authorization === "object" ? authorization : undefined;
  let service: Service | undefined;
  let ending: (status: number) => void = () => {};
  try {
    const shared = options.regions.get(options.defaultRegion).services;
    if (typeof authorization === "string" && request.query.has("X-Amz-Credential") && looksLikeS3(request)) {
      service = shared.get("s3");
      throw new AwsError("AuthorizationQueryParametersError", authorization, 400);
    }
    if (typeof authorization === "string") {
      throw signatureError(protocolOf(request, undefined).dialect, "incomplete", authorization);
    }
    const meant = signed ?? (await unsigned(request, shared));
    const name = serviceOf(meant.service, request);
    // Shapes are the same everywhere. A region is looked up, and created, only for requests that are let in.
    service = shared.get(name);
    if (!service) throw unknownService(name);
    const shapes = await shapesOf(service);
    const protocol = protocolOf(request, shapes);
    const streams = isS3(name);
    if (!streams && !Buffer.isBuffer(request.body)) request.body = await wholeBody(raw);
    const principal = signed
      ? authenticate(options, request, signed, payloadHash(request, signed), protocol.dialect)
      : streams && isSignedV2(request)
        ? authenticateV2(options, request, bucketOfHost(request.headers.host as string | undefined))
        : anonymous;

    const { region = options.defaultRegion } = meant;
    const place = options.regions.get(region);
    if (place.starting) await place.starting;
    service = place.services.get(name) as Service;
    const call: Call = {
      service: name,
      operation: "",
      principal,
      region,
      accountId: options.accountId,
      requestId,
      ...(socket.remoteAddress !== undefined && { sourceIp: socket.remoteAddress }),
      context: () => contextOf(request, signed),
      signal: goneOf(reply),
    };
    const unsignedAllowed = signed ? undefined : (operation: string) => needsNoSignature(service as Service, operation);
    const own = administrator(options.accountId);
    ending = followTrace(call, traceOf(request), {
      request: async (service, operation, input) =>
        place.dispatch({ ...call, service, operation, principal: own }, input) as never,
    });
    const response = await perform(
      { service, dispatch: place.dispatch, ...(unsignedAllowed && { permitted: unsignedAllowed }) },
      { request, url, body: () => (streams ? raw : wholeStream(request)) },
      call,
    );
    ending(response.status);
    return response;
  } catch (error) {
    const shapes = service && (await shapesOf(service)?.catch(() => undefined));
    const response = protocolOf(request, shapes).writeError(known(error, service?.name), requestId, shapes);
    ending(response.status);
    return response;
  }
}

/** HTTP APIs are signed for as REST APIs are; only their paths differ. */
const serviceOf = (signed: string, { path }: WireRequest): string =>
  signed === "apigateway" && path.startsWith("/v2/") ? "apigatewayv2" : signed;

const anonymous: Principal = { kind: "anonymous", arn: "anonymous" };
const needsNoSignature = ({ unsigned = {} }: Service, operation: string): boolean => Object.hasOwn(unsigned, operation);

/** Without a signature there is no scope: the service follows from the operation's name. */
async function unsigned(
  request: WireRequest,
  services: ReadonlyMap<string, Service>,
): Promise<{ service: string; region?: string }> {
  if (looksLikeS3(request)) return { service: "s3" };
  request.body = await wholeBody(request.body as Readable);
  const form = new URLSearchParams(request.body.toString());
  const member = (name: string) => form.get(name) ?? request.query.get(name) ?? "";
  const target = String(request.headers["x-amz-target"] ?? "")
    .split(".")
    .at(-1);
  const action = target || member("Action");
  for (const service of services.values()) {
    if (!needsNoSignature(service, action)) continue;
    const region = regionOf(member(service.unsigned?.[action] ?? ""));
    return { service: service.name, ...(isRegion(region) && { region }) };
  }
  throw signatureError(request.headers["x-amz-target"] === undefined ? "query" : "json", "unsigned");
}

function looksLikeS3({ headers, query }: WireRequest): boolean {
  const isForm = String(headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");
  return !isForm && !query.has("Action") && (headers["x-amz-target"] ?? "") === "";
}

/** The signed hash of the body: S3 trusts the client's, every other service computes its own. */
function payloadHash(request: WireRequest, { service, expires }: Authorization): string {
  const stated = request.headers["x-amz-content-sha256"];
  if (isS3(service)) return String(stated ?? "UNSIGNED-PAYLOAD");
  if (stated === "UNSIGNED-PAYLOAD" && expires === undefined) return stated;
  return sha256(request.body as Buffer);
}

/** Aborted when the client goes away before it has its answer. */
function goneOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once("close", () => {
    if (!raw.writableFinished) gone.abort();
  });
  return gone.signal;
}
