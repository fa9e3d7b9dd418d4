import type { Readable } from "node:stream";

/**
 * A whole body: by events, since a stream's iterator costs as much as a signature.
 * @param most its bytes, beyond which the stream is destroyed and reading fails with the error of `tooLarge`.
 * @throws Error the stream's own; with `code` `ECONNRESET` where it has ended before its end.
 */
export function collect(stream: Readable, most: number, tooLarge: () => Error): Promise<Buffer> {
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>();
  const chunks: Buffer[] = [];
  let size = 0;
  const cut = () => reject(stream.errored ?? Object.assign(new Error("aborted"), { code: "ECONNRESET" }));
  const whole = () => resolve(chunks.length === 1 ? (chunks[0] as Buffer) : Buffer.concat(chunks, size));
  if (stream.readableEnded) whole();
  else if (stream.destroyed) cut();
  else {
    stream.on("data", (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size <= most) return;
      reject(tooLarge());
      stream.destroy();
    });
    stream.once("end", whole).once("error", reject).once("close", cut);
  }
  return promise;
}
