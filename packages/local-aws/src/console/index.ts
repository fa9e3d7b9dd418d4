/**
 * The web console below `/_console/` of the AWS endpoint. Its files are public, as any program's; what they show is asked
 * for with the token of this start, which only the URL that is printed carries, behind its `#`: no server, log or page of
 * another site sees it. The Host, Origin and Sec-Fetch-Site of each request have been checked before (door.ts).
 */
import { createHash, randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { Readable } from "node:stream";
import { same } from "../front/authenticate.ts";
import { AwsError, type OpenCloud, type Services } from "../service.ts";
import { Calls } from "./calls.ts";
import { Feed } from "./feed.ts";
import {
  consolePath,
  decode,
  encode,
  type Look,
  type Question,
  type Replay,
  type Sent,
  type ShownCall,
  tokenHeader,
} from "./protocol.ts";
import { sendToRoutes } from "./send.ts";

/** The pages, and what they show that the cloud does not know. */
export interface ConsoleSource {
  /** A file of the pages by its name, such as `index.html`; none: there is no such file. */
  file(name: string): Promise<{ type: string; body: string | Uint8Array } | undefined>;
  /** Answers as JSON by name, of the text that the page sends along: the graph of the resources, one of them. */
  documents: { readonly [name: string]: (about: string) => unknown };
}

/** Bytes of the largest request: the event of a function has 6 MB. */
const longestBody = 16 * 1024 * 1024;
/** Bytes of an answer's streams (an object's content) that a page is given. */
const longestStream = 1024 * 1024;

const commonHeaders = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cross-origin-opener-policy": "same-origin",
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
};

export class Console {
  readonly #source: ConsoleSource;
  readonly #cloud: OpenCloud;
  readonly #token = randomBytes(24).toString("base64url");
  readonly #feed = new Feed();
  readonly #calls = new Calls();

  readonly #services: Services;

  /** @param services of the cloud's region. */
  constructor(cloud: OpenCloud, services: Services, source: ConsoleSource) {
    this.#cloud = cloud;
    this.#services = services;
    this.#source = source;
  }

  /** `http://127.0.0.1:4566/_console/#token=…`: opens it. Known once the front listens. */
  get url(): string {
    return `${this.#cloud.origin}${consolePath}#token=${this.#token}`;
  }

  close(): void {
    this.#feed.close();
    this.#calls.close();
  }

  /** Answers a request below {@link consolePath} that was let in. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(commonHeaders)) response.setHeader(name, value);
    try {
      await this.#answer(request, response);
    } catch (error) {
      const { code, message, status } = known(error);
      if (!response.headersSent) reply(response, status, { code, message });
      else response.destroy();
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [path = "", search = ""] = (request.url as string).slice(consolePath.length).split("?", 2);
    const asked = `${request.method} ${path.split("/", 2).join("/")}`;
    if (!path.startsWith("api/")) return this.#file(request, response, path || "index.html");
    if (!same(String(request.headers[tokenHeader] ?? ""), this.#token)) {
      throw new AwsError("WrongToken", "The token is not of this start: open the URL that it printed", 401);
    }
    switch (asked) {
      case "GET api/events":
        return this.#feed.follow(response);
      case "GET api/document":
        return reply(
          response,
          200,
          await this.#document(path.split("/")[2] ?? "", new URLSearchParams(search).get("about") ?? ""),
        );
      case "POST api/call":
        return reply(response, 200, await this.#call((await read(request)) as Question));
      case "POST api/look":
        return reply(response, 200, this.#look((await read(request)) as Look));
      case "GET api/route-call":
        return reply(response, 200, this.#routeCall(new URLSearchParams(search)));
      case "POST api/replay":
        return reply(response, 200, await this.#calls.replay(this.#cloud, (await read(request)) as Replay));
      case "POST api/send":
        return reply(response, 200, await sendToRoutes(this.#cloud, (await read(request)) as Sent));
      default:
        throw new AwsError("NotFound", `There is no ${asked}`, 404);
    }
  }

  async #file(request: IncomingMessage, response: ServerResponse, name: string): Promise<void> {
    if (request.method !== "GET") throw new AwsError("MethodNotAllowed", `${name} is read by GET`, 405);
    const file = await this.#source.file(name);
    if (!file) throw new AwsError("NotFound", `There is no ${name}`, 404);
    // Asked for again each time, and sent only where it has changed: a browser keeps what it has compiled of it.
    const tag = `"${createHash("sha256").update(file.body).digest("base64url")}"`;
    response.setHeader("etag", tag).setHeader("cache-control", "no-cache");
    if (request.headers["if-none-match"] === tag) response.writeHead(304).end();
    else response.writeHead(200, { "content-type": file.type }).end(file.body);
  }

  async #document(name: string, about: string): Promise<unknown> {
    const { documents } = this.#source;
    if (!Object.hasOwn(documents, name)) throw new AwsError("NotFound", `There is no document ${name}`, 404);
    return documents[name]?.(about);
  }

  #routeCall(about: URLSearchParams): ShownCall {
    return this.#calls.shown(about.get("api") ?? "", about.get("id") ?? "");
  }

  #look({ service, name, about }: Look): object {
    const { looks = {} } = this.#services.get(service) ?? {};
    if (!Object.hasOwn(looks, name)) throw new AwsError("NotFound", `${service} does not show ${name}`, 404);
    return looks[name]?.(about) ?? {};
  }

  async #call({ service, operation, input, region = this.#cloud.region, orNone }: Question): Promise<unknown> {
    if (typeof service !== "string" || typeof operation !== "string" || typeof input !== "object" || input === null) {
      throw new AwsError("ValidationException", "A call has a service, an operation and an input");
    }
    const asked = this.#cloud.in(region).request(service, operation, input);
    const answer = await (orNone ? asked.catch(noneOf) : asked);
    if (answer === null) return null;
    return Object.fromEntries(
      await Promise.all(Object.entries(answer).map(async ([name, value]) => [name, await whole(value)])),
    );
  }
}

function reply(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
  response.end(encode(value ?? null));
}

/** @throws AwsError unless it is an object of JSON, said to be JSON, and not too long. */
async function read(request: IncomingMessage): Promise<object> {
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) {
    throw new AwsError("UnsupportedMediaType", "A request's content-type is application/json", 415);
  }
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    length += part.length;
    if (length > longestBody) throw new AwsError("RequestTooLarge", `A request has at most ${longestBody} bytes`, 413);
    parts.push(part);
  }
  let value: unknown;
  try {
    value = decode(Buffer.concat(parts).toString());
  } catch {
    throw new AwsError("SerializationException", "The request is not JSON");
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value;
  throw new AwsError("SerializationException", "The request is no object of JSON");
}

/** @throws what says something else than that there is none. */
function noneOf(error: unknown): null {
  if (error instanceof AwsError && /NotFound|NoSuch/.test(error.code)) return null;
  throw error;
}

/** A stream's first bytes, in its place. */
async function whole(value: unknown): Promise<unknown> {
  if (!(value instanceof Readable)) return value;
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of value as AsyncIterable<Buffer>) {
    parts.push(part);
    length += part.length;
    if (length >= longestStream) break;
  }
  return Buffer.concat(parts).subarray(0, longestStream);
}

/** Operations are asked by pages, not by SDKs that would have checked an input: what they stumble over is the input's. */
function known(error: unknown): AwsError {
  if (error instanceof AwsError) return error;
  return new AwsError("ValidationException", (error as Error).message);
}
