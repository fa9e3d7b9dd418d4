/** Bodies on their way in: taken chunk by chunk, without a stream for each thing that is done with them. */
import { createHash } from "node:crypto";
import { type IncomingHttpHeaders, IncomingMessage } from "node:http";
import { Readable } from "node:stream";
import { AwsError } from "../../service.ts";
import { AwsChunkedDecoder } from "./chunked.ts";
import { pieceSize, release } from "./pieces.ts";

/** @param chunk whose memory is used again when that is done. @returns when the next may come, if not at once. */
type Take = (chunk: Buffer) => Promise<unknown> | undefined;

/** A request's body: its framing is taken off, and it is compared with the hash that was signed. */
export class Incoming {
  readonly framing: AwsChunkedDecoder | undefined;
  readonly #stream: Readable;
  readonly #signed: string | undefined;

  /** @param headers of the request. */
  constructor(stream: Readable, headers: IncomingHttpHeaders) {
    const content = String(headers["x-amz-content-sha256"] ?? "");
    const { "x-amz-trailer": trailer } = headers;
    this.#stream = stream;
    this.#signed = /^[0-9a-f]{64}$/.test(content) ? content : undefined;
    this.framing = content.startsWith("STREAMING-")
      ? new AwsChunkedDecoder(trailer === undefined ? undefined : String(trailer))
      : undefined;
  }

  /** Gives all of it to `take`. @throws AwsError `XAmzContentSHA256Mismatch`, or where the framing is wrong. */
  async pour(take: Take): Promise<void> {
    const { framing } = this;
    const running = this.#signed === undefined ? undefined : createHash("sha256");
    // What is received is nobody else's.
    const after = this.#stream instanceof IncomingMessage ? release : undefined;
    await pour(
      this.#stream,
      (chunk) => {
        running?.update(chunk);
        if (!framing) return take(chunk);
        let ready: Promise<unknown> | undefined;
        for (const part of framing.decode(chunk)) ready = take(part) ?? ready;
        return ready;
      },
      after,
    );
    framing?.end();
    if (running && running.digest("hex") !== this.#signed) {
      const message = "The provided 'x-amz-content-sha256' header does not match what was computed.";
      throw new AwsError("XAmzContentSHA256Mismatch", message, 400);
    }
  }

  /** All of it. @param most its bytes, beyond which reading fails with the error of `tooLarge`. */
  async collect(most: number, tooLarge: () => Error): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    await this.pour((chunk) => {
      size += chunk.length;
      if (size > most) throw tooLarge();
      chunks.push(Buffer.from(chunk));
      return undefined;
    });
    return Buffer.concat(chunks, size);
  }
}

/**
 * Gives all of a stream to `take`, and none of it after it has thrown.
 * @param after is given each chunk when it is done with.
 */
function pour(stream: Readable, take: Take, after?: (chunk: Buffer) => void): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const aborted = () => {
    if (!stream.readableEnded) reject(Object.assign(new Error("aborted"), { code: "ECONNRESET" }));
  };
  const fail = (error: Error) => {
    stream.off("data", onData);
    reject(error);
  };
  const onData = (chunk: Buffer) => {
    try {
      const ready = take(chunk);
      if (!ready) return after?.(chunk);
      stream.pause();
      ready.then(() => {
        after?.(chunk);
        stream.resume();
      }, fail);
    } catch (error) {
      fail(error as Error);
    }
  };
  stream.on("data", onData);
  stream.once("end", resolve);
  stream.once("error", fail);
  stream.once("close", aborted);
  // What happened before is not told again.
  if (stream.readableEnded) resolve();
  else if (stream.destroyed) aborted();
  return promise;
}

/** In process, a body may also be text, bytes or any stream. */
export function pourOf(body: unknown): (take: Take) => Promise<void> {
  if (body instanceof Incoming) return (take) => body.pour(take);
  if (body instanceof Readable) return (take) => pour(body, (chunk) => take(bytesOf(chunk)));
  return async (take) => {
    if (body === undefined || body === null) return;
    const bytes = bytesOf(body as string | Uint8Array);
    for (let at = 0; at < bytes.length; at += pieceSize) await take(bytes.subarray(at, at + pieceSize));
  };
}

const bytesOf = (given: string | Uint8Array): Buffer =>
  typeof given === "string" ? Buffer.from(given) : Buffer.from(given.buffer, given.byteOffset, given.byteLength);
