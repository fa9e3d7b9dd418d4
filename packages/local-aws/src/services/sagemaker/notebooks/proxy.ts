/** Requests and WebSockets, forwarded to a notebook's server. */
import { type IncomingHttpHeaders, type IncomingMessage, request, type ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream";
import { show } from "../../../kit/htmlPage.ts";

interface Server {
  socket: string;
  token: string;
}

/** Headers of a connection, not of a request. https://www.rfc-editor.org/rfc/rfc9110#name-connection */
const hopByHop = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "te",
  "trailer",
  "upgrade",
]);

/** Headers for the server: with the proxy's token, without the browser's session at this endpoint. */
function headersFor({ headers }: IncomingMessage, { token }: Server): IncomingHttpHeaders {
  const kept = Object.entries(headers).filter(([name]) => !hopByHop.has(name));
  const cookie = headers.cookie
    ?.split(";")
    .filter((pair) => !pair.trim().startsWith("notebook-session="))
    .join(";");
  const { cookie: _, ...rest } = Object.fromEntries(kept);
  return { ...rest, ...(cookie && { cookie }), authorization: `token ${token}` };
}

const unanswered = {
  status: 502,
  title: "The notebook does not answer",
  text: "Its server may be starting, or have ended.",
};

export function forward(incoming: IncomingMessage, response: ServerResponse, server: Server): void {
  const { method, url: path } = incoming;
  const asked = request(
    { socketPath: server.socket, method, path, headers: headersFor(incoming, server) },
    (answer) => {
      const headers = Object.entries(answer.headers).filter(([name]) => !hopByHop.has(name));
      response.writeHead(answer.statusCode ?? 502, Object.fromEntries(headers));
      pipeline(answer, response, () => {});
    },
  );
  asked.once("error", () => {
    if (response.headersSent) response.destroy();
    else show(response, unanswered);
  });
  // A client that went away needs no answer.
  response.once("close", () => {
    if (!response.writableFinished) asked.destroy();
  });
  incoming.pipe(asked);
}

export function forwardUpgrade(incoming: IncomingMessage, client: Duplex, head: Buffer, server: Server): void {
  const headers = { ...headersFor(incoming, server), connection: "Upgrade", upgrade: incoming.headers.upgrade };
  const asked = request({ socketPath: server.socket, method: incoming.method, path: incoming.url, headers });
  const close = () => {
    client.destroy();
    asked.destroy();
  };
  client.on("error", close);
  client.on("close", close);
  asked.on("error", close);
  asked.once("response", (answer) => {
    // No WebSocket was opened, e.g. because the kernel is gone.
    client.end(
      `HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
    );
    answer.resume();
  });
  asked.once("upgrade", (answer, upstream, first) => {
    const lines = [`HTTP/1.1 101 ${answer.statusMessage}`];
    for (let at = 0; at < answer.rawHeaders.length; at += 2) {
      lines.push(`${answer.rawHeaders[at]}: ${answer.rawHeaders[at + 1]}`);
    }
    client.write(`${lines.join("\r\n")}\r\n\r\n`);
    if (first.length > 0) client.write(first);
    if (head.length > 0) upstream.write(head);
    upstream.on("error", close);
    upstream.on("close", close);
    upstream.pipe(client);
    client.pipe(upstream);
  });
  asked.end();
}
