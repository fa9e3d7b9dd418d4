/** Bodies on their way in: taken chunk by chunk, without a stream for each thing that is done with them. */
import { createHash, type Hash, hash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { Readable } from "node:stream";
import { AwsError } from "../../service.ts";
import { AwsChunkedDecoder } from "./chunked.ts";

/** @returns when the next chunk may come, if not at once. */
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
    if (framing) {
      await pour(this.#stream, (chunk) => {
        let ready: Promise<unknown> | undefined;
        for (const part of framing.decode(chunk)) ready = take(part) ?? ready;
        return ready;
      });
      framing.end();
    } else if (this.#signed === undefined) {
      await pour(this.#stream, take);
    } else if ((await hashed(this.#stream, take)) !== this.#signed) {
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
      chunks.push(chunk);
      return undefined;
    });
    return Buffer.concat(chunks, size);
  }
}

/** @returns its SHA-256 in hex. */
async function hashed(stream: Readable, take: Take): Promise<string> {
  let first: Buffer | undefined;
  let running: Hash | undefined;
  await pour(stream, (chunk) => {
    if (running) running.update(chunk);
    else if (first) running = createHash("sha256").update(first).update(chunk);
    // Most bodies are one chunk, of which a hash is faster by one call.
    else first = chunk;
    return take(chunk);
  });
  return running?.digest("hex") ?? hash("sha256", first ?? Buffer.alloc(0));
}

/** Gives all of a stream to `take`, and none of it after it has thrown. */
function pour(stream: Readable, take: Take): Promise<void> {
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
      if (!ready) return;
      stream.pause();
      ready.then(() => stream.resume(), fail);
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
    if (body !== undefined && body !== null) await take(bytesOf(body as string | Uint8Array));
  };
}

const bytesOf = (given: string | Uint8Array): Buffer =>
  typeof given === "string" ? Buffer.from(given) : Buffer.from(given.buffer, given.byteOffset, given.byteLength);
