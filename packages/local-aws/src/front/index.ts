/** The AWS endpoint: one loopback server for every service, found by the service in the signature's scope. */
import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { isRegion, regionOf } from "../arn.ts";
import type { Directory } from "../authorization/directory.ts";
import type { RawResponse } from "../http/raw.ts";
import type { Region } from "../regions.ts";
import { AwsError, administrator, type Call, type Principal, type Service, type Services } from "../service.ts";
import { unsignedServices } from "../services.ts";
import { protocolOf, shapesOf, type WireRequest, wireRequest } from "../wire/index.ts";
import { authenticate, signatureError } from "./authenticate.ts";
import { type Authorization, readAuthorization } from "./authorization.ts";
import { wholeBody } from "./body.ts";
import { bucketOfHost } from "./bucketHost.ts";
import { contextOf } from "./context.ts";
import { refusal } from "./door.ts";
import { Http2Bridge } from "./http2.ts";
import { listenOnIpv6 } from "./ipv6.ts";
import { type OwnOptions, ownPaths } from "./own.ts";
import { known, perform, unknownService, wholeStream } from "./perform.ts";
import { largestHead, type ProcessApi, processRequests } from "./processes.ts";
import { createEndpoint, type Part, send, sendJson } from "./server.ts";
import { isS3, sha256 } from "./signature.ts";
import { authenticateV2, isSignedV2 } from "./signatureV2.ts";
import { sitesOf } from "./sites.ts";
import { followTrace, traceOf } from "./trace.ts";
import { refuseUnreadable } from "./unreadable.ts";

export interface FrontOptions extends Omit<OwnOptions, "services"> {
  /** Each has its services; the signature names the one that is meant. */
  regions: { get(name: string): Pick<Region, "services" | "dispatch"> };
  directory: Directory;
  /** Requests by processes of the cloud, below paths that only they know. */
  processes: ProcessApi[];
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
  const { regions, defaultRegion } = options;
  const opened = Promise.withResolvers<void>();
  const own = { ...options, services: () => regions.get(defaultRegion).services };
  const sites = sitesOf(regions, opened.promise);
  let port = options.port;
  const http2 = new Http2Bridge(() => port);
  const server = createEndpoint({
    parts: [
      processRequests(options.processes, opened.promise),
      sites.serve,
      (request, response) => refused(options, request, response),
      ownPaths(own, opened.promise),
      serviceRequests(options, opened.promise),
    ],
    mayUpgrade: sites.mayUpgrade,
    unreadable: (error, socket) => http2.takes(error, socket) || refuseUnreadable(error, socket),
    largestHead,
  });
  server.on("upgrade", sites.upgrade);
  await new Promise<void>((done, failed) => {
    server.once("error", failed);
    server.listen(port, "127.0.0.1", done);
  });
  port = (server.address() as AddressInfo).port;
  const leaveIpv6 = await listenOnIpv6(server, port);
  return {
    origin: `http://127.0.0.1:${port}`,
    open: opened.resolve,
    async close() {
      http2.close();
      leaveIpv6();
      const closed = new Promise((done) => server.close(done));
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers what is not let in at all, whatever it asks for. */
function refused({ regions, defaultRegion }: FrontOptions, raw: IncomingMessage, response: ServerResponse): boolean {
  const url = raw.url as string;
  const error = refusal(raw.headers, () => {
    const request = wireRequest(raw, url, raw);
    const signed = readAuthorization(request);
    const name = typeof signed === "object" ? signed.service : looksLikeS3(request) ? "s3" : "";
    return regions.get(defaultRegion).services.get(name)?.mayCross?.(request) ?? false;
  });
  if (!error) return false;
  const protocol = protocolOf(wireRequest(raw, url, raw), undefined);
  send(response, { ...protocol.writeError(error, randomUUID()), status: error.status });
  return true;
}

const methods = new Set(["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"]);

/** Every other request is for a service. */
const serviceRequests =
  (options: FrontOptions, opened: Promise<void>): Part =>
  (request, response) => {
    if (methods.has(request.method as string)) {
      opened
        .then(() => answer(options, request, response))
        .then(
          (given) => send(response, given),
          (error) => {
            console.error("the AWS endpoint:", error);
            response.destroy();
          },
        );
    } else sendJson(response, 405, { message: `${request.method} is not a method of AWS's APIs` });
    return true;
  };

async function answer(options: FrontOptions, raw: IncomingMessage, response: ServerResponse): Promise<RawResponse> {
  const { socket } = raw;
  const url = raw.url as string;
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
    service = place.services.get(name) as Service;
    await place.services.starting(name);
    const call: Call = {
      service: name,
      operation: "",
      principal,
      region,
      accountId: options.accountId,
      requestId,
      ...(socket.remoteAddress !== undefined && { sourceIp: socket.remoteAddress }),
      context: () => contextOf(request, signed),
      signal: goneOf(response),
    };
    const unsignedAllowed = signed ? undefined : (operation: string) => needsNoSignature(service as Service, operation);
    const own = administrator(options.accountId);
    ending = followTrace(call, traceOf(request), {
      request: async (service, operation, input) =>
        place.dispatch({ ...call, service, operation, principal: own }, input) as never,
    });
    const answered = await perform(
      { service, dispatch: place.dispatch, ...(unsignedAllowed && { permitted: unsignedAllowed }) },
      { request, url, body: () => (streams ? raw : wholeStream(request)) },
      call,
    );
    ending(answered.status);
    return answered;
  } catch (error) {
    const shapes = service && (await shapesOf(service)?.catch(() => undefined));
    const answered = protocolOf(request, shapes).writeError(known(error, service?.name), requestId, shapes);
    ending(answered.status);
    return answered;
  }
}

/** HTTP APIs are signed for as REST APIs are; only their paths differ. */
const serviceOf = (signed: string, { path }: WireRequest): string =>
  signed === "apigateway" && path.startsWith("/v2/") ? "apigatewayv2" : signed;

const anonymous: Principal = { kind: "anonymous", arn: "anonymous" };
const needsNoSignature = ({ unsigned = {} }: Service, operation: string): boolean => Object.hasOwn(unsigned, operation);

/** Without a signature there is no scope: the service follows from the operation's name. */
async function unsigned(request: WireRequest, services: Services): Promise<{ service: string; region?: string }> {
  if (looksLikeS3(request)) return { service: "s3" };
  request.body = await wholeBody(request.body as Readable);
  const form = new URLSearchParams(request.body.toString());
  const member = (name: string) => form.get(name) ?? request.query.get(name) ?? "";
  const target = String(request.headers["x-amz-target"] ?? "")
    .split(".")
    .at(-1);
  const action = target || member("Action");
  for (const name of unsignedServices) {
    const service = services.get(name) as Service;
    if (!needsNoSignature(service, action)) continue;
    const region = regionOf(member(service.unsigned?.[action] ?? ""));
    return { service: name, ...(isRegion(region) && { region }) };
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
function goneOf(response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  response.once("close", () => {
    if (!response.writableFinished) gone.abort();
  });
  return gone.signal;
}
