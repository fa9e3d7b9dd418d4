/**
 * HTTP/2 without TLS, by prior knowledge: as AWS's SDK for JavaScript speaks to Kinesis. Node's server for HTTP/1.1 gives a
 * connection up at HTTP/2's first bytes; its requests are handed on, each by itself, to the same server, so that they pass
 * the same door. https://www.rfc-editor.org/rfc/rfc9113#section-3.3
 */
import { Agent, request as httpRequest } from "node:http";
import type { Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import { Duplex } from "node:stream";

/** Of one connection only. */
const between = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]);

export class Http2Bridge {
  #http2: Http2Server | undefined;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #sockets = new Set<Duplex>();
  readonly #port: () => number;

  /** @param port on 127.0.0.1 of the server that answers the requests; asked for once it listens. */
  constructor(port: () => number) {
    this.#port = port;
  }

  /** Made at the first connection of its kind: Node's HTTP/2 is 4 MB that most never need. */
  get #server(): Http2Server {
    if (this.#http2) return this.#http2;
    const { createServer } = process.getBuiltinModule("node:http2");
    this.#http2 = createServer({ settings: { maxConcurrentStreams: 100 } });
    this.#http2.on("stream", (stream, headers) => this.#forward(stream, headers));
    this.#http2.on("sessionError", () => {});
    return this.#http2;
  }

  /**
   * Takes a connection over that Node's parser gave up.
   * @param error of the parser, with what it has read already.
   * @returns whether the connection speaks HTTP/2.
   */
  takes(error: { code?: string; rawPacket?: unknown }, socket: Socket & { parser?: { unconsume?(): void } }): boolean {
    if (error.code !== "HPE_PAUSED_H2_UPGRADE") return false;
    // The parser reads from the connection directly, and so has to let go of it.
    socket.parser?.unconsume?.();
    for (const event of ["data", "end", "close", "drain", "error", "timeout"]) socket.removeAllListeners(event);
    const connection = new Duplex({
      read: () => void socket.resume(),
      write: (chunk, encoding, done) => void socket.write(chunk, encoding, done),
      final: (done) => void socket.end(done),
      destroy(error, done) {
        socket.destroy();
        done(error);
      },
    });
    this.#sockets.add(connection);
    connection.push(error.rawPacket);
    socket.on("data", (chunk) => connection.push(chunk) || socket.pause());
    socket.on("end", () => connection.push(null));
    socket.on("error", () => connection.destroy());
    socket.on("close", () => {
      connection.destroy();
      this.#sockets.delete(connection);
    });
    this.#server.emit("connection", connection);
    return true;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#agent.destroy();
  }

  #forward(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    stream.on("error", () => {});
    try {
      this.#send(stream, headers);
    } catch {
      // What HTTP/1.1 cannot say: a path with a blank, a tunnel.
      stream.respond({ ":status": 400 }, { endStream: true });
      stream.resume();
    }
  }

  #send(
    stream: ServerHttp2Stream,
    { ":path": path, ":method": method, ":authority": authority, ...given }: IncomingHttpHeaders,
  ) {
    if (path === undefined || method === "CONNECT") throw new TypeError("No path");
    const own = Object.entries(given).filter(([name]) => !name.startsWith(":") && !between.has(name));
    const forwarded = httpRequest({
      ...{ host: "127.0.0.1", port: this.#port(), agent: this.#agent, method, path },
      headers: { ...Object.fromEntries(own), host: authority ?? given.host ?? "" },
    });
    forwarded.on("response", (answer) => {
      const answered = Object.entries(answer.headers).filter(([name]) => !between.has(name));
      if (stream.destroyed) return void answer.resume();
      stream.respond({ ...Object.fromEntries(answered), ":status": answer.statusCode });
      answer.pipe(stream);
    });
    forwarded.on("error", () => stream.destroy());
    stream.on("close", () => forwarded.destroy());
    stream.pipe(forwarded);
  }
}
