/** HTTP requests to addresses that users give: headers exactly as given, no redirects followed, answers as they came. */
import { request as requestHttp } from "node:http";
import { request as requestHttps } from "node:https";
import { collect } from "./collect.ts";

export interface HttpRequest {
  method: string;
  url: URL;
  /** Names and values in turn, as `writeHead` takes them. */
  headers: string[];
  body: Buffer;
}

export interface HttpAnswer {
  status: number;
  headers: [name: string, value: string][];
  body: Buffer;
}

/** Bytes of an answer's body. */
const MAX_BODY = 10_485_760;

/** AWS's names of what this cloud serves itself: APIs and function URLs. */
const OWN = /^\w+\.(execute-api\.[\w-]+\.amazonaws\.com|lambda-url\.[\w-]+\.on\.aws)$/;

/**
 * @param own origin of the routes of APIs, to which AWS's names of APIs and function URLs lead.
 * @param signal ends it.
 * @throws Error when nothing answers.
 */
export async function sendHttp(
  { method, url, headers, body }: HttpRequest,
  own: string,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  const isOwn = OWN.test(url.hostname);
  const target = isOwn ? new URL(own) : url;
  const secure = target.protocol === "https:";
  const named = headers.some((name, i) => i % 2 === 0 && name.toLowerCase() === "host");
  // Said here, Node.js does not say that it will close: endpoints answer as they do to AWS.
  const all = [...(named ? [] : ["Host", url.host]), "Connection", "keep-alive", ...headers];
  if (body.length > 0 || !["GET", "HEAD", "DELETE", "OPTIONS"].includes(method))
    all.push("Content-Length", String(body.length));
  const answer = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
    // No name server knows names below localhost everywhere.
    const hostname = target.hostname.endsWith(".localhost") ? "localhost" : target.hostname.replace(/^\[|\]$/g, "");
    const request = (secure ? requestHttps : requestHttp)(
      {
        hostname,
        port: target.port || (secure ? 443 : 80),
        path: `${url.pathname}${url.search}`,
        method,
        headers: all,
        signal,
        agent: false,
        ...(secure && { servername: target.hostname }),
      },
      resolve,
    );
    request.once("error", reject);
    request.end(body);
  });
  const { rawHeaders: raw, socket } = answer;
  const pairs: [string, string][] = [];
  for (let i = 0; i < raw.length; i += 2) pairs.push([raw[i] as string, raw[i + 1] as string]);
  const content = await collect(answer, MAX_BODY, () => new Error(`the answer has more than ${MAX_BODY} bytes`));
  socket.destroy();
  return { status: answer.statusCode as number, headers: pairs, body: content };
}
