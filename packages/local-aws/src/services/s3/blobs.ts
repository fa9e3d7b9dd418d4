/** Bodies on disk: a file each, never changed once written. Written and read as streams, so size costs no memory. */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream, mkdirSync } from "node:fs";
import { link, mkdir, open, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Readable } from "node:stream";
import { AwsError } from "../../service.ts";
import { type Algorithm, base64, hasher } from "./checksum.ts";
import type { Segment } from "./records.ts";

export interface Written extends Segment {
  /** MD5, hex. */
  md5: string;
  /** base64, by algorithm. */
  checksums: Map<Algorithm, string>;
}

export interface WriteOptions {
  algorithms: Iterable<Algorithm>;
  /** Largest size, in bytes. */
  limit: number;
  /** Size that the caller announced. */
  length?: number | undefined;
}

export class Blobs {
  readonly #directory: string;
  readonly #incoming: string;

  /** @param directory created when missing. What an earlier process was still writing when it ended is removed. */
  constructor(directory: string) {
    this.#directory = join(directory, "objects");
    this.#incoming = join(directory, "incoming");
    mkdirSync(this.#incoming, { recursive: true });
  }

  async start(): Promise<void> {
    for (const name of await readdir(this.#incoming)) await rm(join(this.#incoming, name), { force: true });
  }

  /** Writes all of a body, hashing it on the way. Nothing is kept if that fails. */
  async write(body: AsyncIterable<Uint8Array>, { algorithms, limit, length }: WriteOptions): Promise<Written> {
    const blob = randomUUID();
    const path = join(this.#incoming, blob);
    const md5 = createHash("md5");
    const hashers = [...new Set(algorithms)].map((algorithm) => [algorithm, hasher(algorithm)] as const);
    let size = 0;
    const file = await open(path, "wx");
    try {
      for await (const chunk of body) {
        size += chunk.length;
        if (size > limit) throw tooLarge(limit);
        md5.update(chunk);
        for (const [, hash] of hashers) hash.update(chunk);
        await writeAll(file, chunk);
      }
      if (length !== undefined && size !== length) throw incomplete();
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw isPremature(error) ? incomplete() : error;
    }
    await file.close();
    const target = this.#path(blob);
    await mkdir(dirname(target), { recursive: true });
    await rename(path, target);
    const checksums = new Map<Algorithm, string>();
    for (const [algorithm, hash] of hashers) checksums.set(algorithm, await base64(hash));
    return { blob, size, md5: md5.digest("hex"), checksums };
  }

  /** The same bytes under a second name: a copy costs nothing, and each is removed separately. */
  async copy(segments: Segment[]): Promise<Segment[]> {
    const copies: Segment[] = [];
    for (const { blob, size } of segments) {
      const copy = randomUUID();
      await mkdir(dirname(this.#path(copy)), { recursive: true });
      await link(this.#path(blob), this.#path(copy));
      copies.push({ blob: copy, size });
    }
    return copies;
  }

  /** Bytes `start` to `end` (exclusive) of the segments, one after the other. */
  read(segments: Segment[], start: number, end: number): Readable {
    const pieces = slices(segments, start, end);
    const [only, ...more] = pieces;
    if (!only) return Readable.from([]);
    if (more.length === 0) return this.#open(only);
    const open = (piece: Piece) => this.#open(piece);
    return Readable.from(
      (async function* () {
        for (const piece of pieces) yield* open(piece);
      })(),
      { objectMode: false },
    );
  }

  async remove(segments: Segment[]): Promise<void> {
    for (const { blob } of segments) await rm(this.#path(blob), { force: true });
  }

  #open({ blob, start, end }: Piece): Readable {
    return createReadStream(this.#path(blob), { start, end: end - 1, highWaterMark: 256 * 1024 });
  }

  #path(blob: string): string {
    return join(this.#directory, blob.slice(0, 2), blob);
  }
}

interface Piece {
  blob: string;
  start: number;
  end: number;
}

function slices(segments: Segment[], start: number, end: number): Piece[] {
  const pieces: Piece[] = [];
  let offset = 0;
  for (const { blob, size } of segments) {
    const from = Math.max(start - offset, 0);
    const to = Math.min(end - offset, size);
    if (from < to) pieces.push({ blob, start: from, end: to });
    offset += size;
  }
  return pieces;
}

async function writeAll(file: Awaited<ReturnType<typeof open>>, chunk: Uint8Array): Promise<void> {
  let at = 0;
  while (at < chunk.length) at += (await file.write(chunk, at, chunk.length - at)).bytesWritten;
}

const tooLarge = (MaxSizeAllowed: number) =>
  new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, { MaxSizeAllowed });

const incomplete = () =>
  new AwsError(
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
    400,
  );

/** The client went away in the middle of its body. */
const isPremature = (error: unknown): boolean =>
  ["ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"].includes(String((error as NodeJS.ErrnoException).code));
