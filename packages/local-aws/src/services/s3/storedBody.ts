/** A stored body on its way out. */
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable, type Writable } from "node:stream";

/** Bytes of one segment: those of a file from `start` to `end` (exclusive), or some that are in memory. */
export type Piece = { path: string; start: number; end: number } | { bytes: Buffer };

/** Bytes that are read at a time. */
const chunkSize = 1024 ** 2;
/** Buffers of that size that are kept, for a reader each. */
const mostFree = 4;
const free: Buffer[] = [];

/** A stream; a response gets it faster by {@link sendTo}, through memory that is used again. */
export class StoredBody extends Readable {
  readonly #pieces: Piece[];
  readonly #chunks: AsyncGenerator<Buffer, void>;

  constructor(pieces: Piece[]) {
    super();
    this.#pieces = pieces;
    this.#chunks = chunksOf(pieces);
  }

  /** Writes it into a response, and ends it. Fails when the client goes away, and when a file cannot be read. */
  async sendTo(response: Writable): Promise<void> {
    const [first, ...more] = this.#pieces;
    if (!first || ("bytes" in first && more.length === 0)) {
      response.end(first?.bytes);
      return;
    }
    const buffer = free.pop() ?? Buffer.allocUnsafeSlow(chunkSize);
    const gone = Promise.withResolvers<never>();
    gone.promise.catch(() => {});
    const onClose = () => gone.reject(new Error("the client went away"));
    response.once("close", onClose);
    const write = (chunk: Buffer) => {
      // Its memory may be used again when it is called back.
      const written = new Promise<void>((resolve, reject) => {
        response.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
      return Promise.race([written, gone.promise]);
    };
    try {
      for (const piece of this.#pieces) {
        if ("bytes" in piece) await write(piece.bytes);
        else await eachChunk(piece, buffer, write);
      }
      response.end();
    } finally {
      response.off("close", onClose);
      if (free.length < mostFree) free.push(buffer);
    }
  }

  override _read(): void {
    this.#chunks.next().then(
      ({ value, done }) => this.push(done ? null : value),
      (error: Error) => this.destroy(error),
    );
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#chunks.return().then(
      () => done(error),
      () => done(error),
    );
  }
}

async function eachChunk(
  { path, start, end }: { path: string; start: number; end: number },
  buffer: Buffer,
  write: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  const file = await open(path);
  try {
    for (let at = start; at < end; ) {
      const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, end - at), at);
      if (bytesRead === 0) throw new Error(`${path} ends at ${at}, before ${end}`);
      at += bytesRead;
      await write(buffer.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}

async function* chunksOf(pieces: Piece[]): AsyncGenerator<Buffer, void> {
  for (const piece of pieces) {
    if ("bytes" in piece) yield piece.bytes;
    else yield* createReadStream(piece.path, { start: piece.start, end: piece.end - 1, highWaterMark: chunkSize });
  }
}
