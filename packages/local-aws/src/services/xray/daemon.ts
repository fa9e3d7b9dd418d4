/**
 * X-Ray's daemon: takes segments by UDP, as X-Ray's SDKs and OpenTelemetry's collectors send them, each after a line that says
 * its format. https://docs.aws.amazon.com/xray/latest/devguide/xray-api-sendingdata.html#xray-api-daemon
 */
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import { parseJson } from "../../jsonText.ts";
import type { Cloud } from "../../service.ts";

export class XrayDaemon {
  readonly #cloud: Pick<Cloud, "request">;
  #socket: Socket | undefined;
  #address: string | undefined;

  /** @param cloud of the region whose X-Ray keeps the segments. */
  constructor(cloud: Pick<Cloud, "request">) {
    this.#cloud = cloud;
  }

  /** `127.0.0.1:2000`, while it listens. */
  get address(): string | undefined {
    return this.#address;
  }

  /** @param port on loopback; 0 picks a free one. @throws Error with `code` `EADDRINUSE` when it is taken. */
  async listen(port: number): Promise<void> {
    const socket = createSocket("udp4");
    socket.on("message", (datagram) => this.#take(datagram.toString()));
    socket.bind({ port, address: "127.0.0.1", exclusive: true });
    await once(socket, "listening");
    // A datagram that could not be read is lost; the next one may not be.
    socket.on("error", () => {});
    socket.unref();
    this.#socket = socket;
    this.#address = `127.0.0.1:${socket.address().port}`;
  }

  close(): void {
    this.#socket?.close();
    this.#socket = undefined;
    this.#address = undefined;
  }

  /** What is no segment is lost, as with any daemon: nobody waits for an answer. */
  #take(text: string): void {
    const end = text.indexOf("\n");
    try {
      const { format, version } = parseJson(text.slice(0, Math.max(end, 0))) as { format?: unknown; version?: unknown };
      if (format !== "json" || version !== 1) return;
    } catch {
      return;
    }
    this.#cloud.request("xray", "PutTraceSegments", { TraceSegmentDocuments: [text.slice(end + 1)] }).catch(() => {});
  }
}
