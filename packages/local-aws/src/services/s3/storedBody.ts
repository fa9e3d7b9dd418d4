/** A stored body on its way out. */
import { closeSync, createReadStream, openSync, read } from "node:fs";
import { Readable, type Writable } from "node:stream";
import { borrowPiece, pieceSize, returnPiece } from "./pieces.ts";

/** Bytes of one segment: those of a file from `start` to `end` (exclusive), or some that are in memory. */
export type Piece = { path: string; start: number; end: number } | { bytes: Buffer };

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
    const buffer = borrowPiece();
    let fail = (_: Error) => {};
    const onClose = () => fail(gone());
    response.once("close", onClose);
    // Memory may be used again when its writing is called back.
    const write = (chunk: Buffer) =>
      new Promise<void>((resolve, reject) => {
        if (response.destroyed) throw gone();
        fail = reject;
        response.write(chunk, (error) => (error ? reject(error) : resolve()));
      });
    try {
      for (const piece of this.#pieces) {
        if ("bytes" in piece) await write(piece.bytes);
        else await eachChunk(piece, buffer, write);
      }
      response.end();
    } finally {
      response.off("close", onClose);
      returnPiece(buffer);
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

const gone = () => new Error("the client went away");

async function eachChunk(
  { path, start, end }: { path: string; start: number; end: number },
  buffer: Buffer,
  write: (chunk: Buffer) => Promise<void>,
): Promise<void> {
  const file = openSync(path, "r");
  // Called back: a handle's promises take a tenth of the time that it takes to send a large body.
  const fill = (most: number, at: number) =>
    new Promise<number>((resolve, reject) => {
      read(file, buffer, 0, most, at, (error, bytesRead) => (error ? reject(error) : resolve(bytesRead)));
    });
  try {
    for (let at = start; at < end; ) {
      const bytesRead = await fill(Math.min(buffer.length, end - at), at);
      if (bytesRead === 0) throw new Error(`${path} ends at ${at}, before ${end}`);
      at += bytesRead;
      await write(buffer.subarray(0, bytesRead));
    }
  } finally {
    closeSync(file);
  }
}

async function* chunksOf(pieces: Piece[]): AsyncGenerator<Buffer, void> {
  for (const piece of pieces) {
    if ("bytes" in piece) yield piece.bytes;
    else yield* createReadStream(piece.path, { start: piece.start, end: piece.end - 1, highWaterMark: pieceSize });
  }
}
