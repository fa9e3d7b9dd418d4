/**
 * Bodies, never changed once written: small ones as rows, written with what refers to them; each other one as a file. Those
 * are written and read piece by piece, so size costs no memory.
 */
import { randomUUID } from "node:crypto";
import { mkdirSync } from "node:fs";
import { link, mkdir, readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { AwsError } from "../../service.ts";
import type { Store } from "../../store.ts";
import type { Algorithm } from "./hashers.ts";
import { pourOf } from "./incoming.ts";
import type { Segment } from "./records.ts";
import { type Piece, StoredBody } from "./storedBody.ts";
import { Writing } from "./writing.ts";

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
  readonly #store: Store;
  readonly #directory: string;
  readonly #incoming: string;
  /** Bytes of rows that are not written yet, by their numbers. */
  readonly #pending = new Map<number, Buffer>();
  /** Folders of files that are there. */
  readonly #folders = new Set<string>();
  #last: number;

  /** @param directory created when missing. What an earlier process was still writing when it ended is removed. */
  constructor(store: Store, directory: string) {
    this.#store = store;
    store.database.exec("CREATE TABLE IF NOT EXISTS s3_bodies (id INTEGER PRIMARY KEY, bytes BLOB NOT NULL)");
    const { last } = store.prepare("SELECT max(id) AS last FROM s3_bodies").get() as { last: number | null };
    this.#last = last ?? 0;
    this.#directory = join(directory, "objects");
    this.#incoming = join(directory, "incoming");
    mkdirSync(this.#incoming, { recursive: true });
  }

  async start(): Promise<void> {
    for (const name of await readdir(this.#incoming)) await rm(join(this.#incoming, name), { force: true });
  }

  /**
   * Writes all of a body, hashing it on the way. Nothing is kept if that fails. Whoever refers to it calls {@link keep}.
   * @param body bytes, text, a stream, or a request's `Incoming`.
   */
  async write(body: unknown, { algorithms, limit, length }: WriteOptions): Promise<Written> {
    const name = randomUUID();
    const path = join(this.#incoming, name);
    const writing = new Writing(path, algorithms, limit);
    try {
      await pourOf(body)((chunk) => writing.take(chunk));
      if (length !== undefined && writing.size !== length) throw incomplete();
      const { bytes, ...sums } = await writing.end();
      const { size } = writing;
      if (bytes) return { blob: this.#hold(bytes), size, ...sums };
      const target = this.#path(name);
      await this.#folder(target);
      await rename(path, target);
      return { blob: name, size, ...sums };
    } catch (error) {
      await writing.abort();
      throw isPremature(error) ? incomplete() : error;
    }
  }

  /** Writes what is not written yet of them. To be called in the transaction of what refers to them. */
  keep(segments: Segment[]): void {
    for (const { blob } of segments) {
      const bytes = typeof blob === "number" ? this.#pending.get(blob) : undefined;
      if (!bytes) continue;
      this.#store.prepare("INSERT INTO s3_bodies VALUES (?, ?)").run(blob, bytes);
      this.#pending.delete(blob as number);
    }
  }

  /** The same bytes under a second name: a copy costs nothing, and each is removed separately. */
  async copy(segments: Segment[]): Promise<Segment[]> {
    const copies: Segment[] = [];
    for (const { blob, size } of segments) {
      if (typeof blob === "number") {
        copies.push({ blob: this.#hold(this.#row(blob)), size });
        continue;
      }
      const copy = randomUUID();
      await this.#folder(this.#path(copy));
      await link(this.#path(blob), this.#path(copy));
      copies.push({ blob: copy, size });
    }
    return copies;
  }

  /** Bytes `start` to `end` (exclusive) of the segments, one after the other. */
  read(segments: Segment[], start: number, end: number): StoredBody {
    const pieces: Piece[] = [];
    let offset = 0;
    for (const { blob, size } of segments) {
      const from = Math.max(start - offset, 0);
      const to = Math.min(end - offset, size);
      offset += size;
      if (from >= to) continue;
      if (typeof blob === "string") pieces.push({ path: this.#path(blob), start: from, end: to });
      else pieces.push({ bytes: this.#row(blob).subarray(from, to) });
    }
    return new StoredBody(pieces);
  }

  /** Removes rows. To be called in the transaction of what referred to them, and {@link removeFiles} after it. */
  removeRows(segments: Segment[]): void {
    for (const { blob } of segments) {
      if (typeof blob !== "number") continue;
      if (!this.#pending.delete(blob)) this.#store.prepare("DELETE FROM s3_bodies WHERE id = ?").run(blob);
    }
  }

  async removeFiles(segments: Segment[]): Promise<void> {
    for (const { blob } of segments) if (typeof blob === "string") await rm(this.#path(blob), { force: true });
  }

  /** Both: what nothing refers to. */
  remove(segments: Segment[]): Promise<void> {
    this.removeRows(segments);
    return this.removeFiles(segments);
  }

  #hold(bytes: Buffer): number {
    this.#pending.set(++this.#last, bytes);
    return this.#last;
  }

  #row(id: number): Buffer {
    const pending = this.#pending.get(id);
    if (pending) return pending;
    const row = this.#store.prepare("SELECT bytes FROM s3_bodies WHERE id = ?").get(id);
    if (!row) throw new Error(`the body ${id} is not there`);
    const { buffer, byteOffset, byteLength } = (row as { bytes: Uint8Array }).bytes;
    return Buffer.from(buffer, byteOffset, byteLength);
  }

  async #folder(path: string): Promise<void> {
    const folder = dirname(path);
    if (this.#folders.has(folder)) return;
    await mkdir(folder, { recursive: true });
    this.#folders.add(folder);
  }

  #path(blob: string): string {
    return join(this.#directory, blob.slice(0, 2), blob);
  }
}

const incomplete = () =>
  new AwsError(
    "IncompleteBody",
    "You did not provide the number of bytes specified by the Content-Length HTTP header",
    400,
  );

/** The client went away in the middle of its body. */
const isPremature = (error: unknown): boolean =>
  ["ECONNRESET", "ERR_STREAM_PREMATURE_CLOSE"].includes(String((error as NodeJS.ErrnoException).code));
