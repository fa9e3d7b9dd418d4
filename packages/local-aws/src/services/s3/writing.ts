/** A body that is being stored: checksums on the way; a file, unless it turns out to be small. */
import { hash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { AwsError } from "../../service.ts";
import { type Algorithm, checksumOf, type Hasher, hasher } from "./hashers.ts";
import { borrowPiece, pieceSize, returnPiece } from "./pieces.ts";

/** Bodies of at most so many bytes are rows: a file of its own costs more. */
const small = 32 * 1024;

export class Writing {
  readonly #path: string;
  readonly #algorithms: Algorithm[];
  readonly #limit: number;
  /** What there is while it is small. */
  #held: Buffer[] = [];
  /** Once it is not small any more. */
  #started: { file: FileHandle; md5: Hasher; hashers: [Algorithm, Hasher][] } | undefined;
  /** What it is doing with the file, one thing after the other. */
  #work: Promise<void> | undefined;
  /** What is not being written yet: so many bytes of it. */
  #piece: Buffer | undefined;
  #filled = 0;
  #size = 0;

  /** @param path of the file. @param limit largest size, in bytes. */
  constructor(path: string, algorithms: Iterable<Algorithm>, limit: number) {
    this.#path = path;
    this.#algorithms = [...new Set(algorithms)];
    this.#limit = limit;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * @param chunk whose memory may be used again when that is done.
   * @returns when the next chunk may come, if not at once. @throws AwsError `EntityTooLarge`
   */
  take(chunk: Buffer): Promise<void> | undefined {
    this.#size += chunk.length;
    if (this.#size > this.#limit) throw tooLarge(this.#limit);
    if (this.#started) return this.#add(chunk);
    this.#held.push(Buffer.from(chunk));
    if (this.#size > small) this.#work ??= this.#start();
    return this.#work;
  }

  /** @returns the bytes, where they are few and no file was made. */
  async end(): Promise<{ bytes?: Buffer; md5: string; checksums: Map<Algorithm, string> }> {
    const checksums = new Map<Algorithm, string>();
    await this.#work;
    if (!this.#started) {
      const bytes = this.#held.length === 1 ? this.#held[0]! : Buffer.concat(this.#held);
      for (const algorithm of this.#algorithms) checksums.set(algorithm, await checksumOf(algorithm, bytes));
      return { bytes, md5: hash("md5", bytes), checksums };
    }
    if (this.#filled > 0) this.#write();
    await this.#work;
    const { file, md5, hashers } = this.#started;
    await file.close();
    for (const [algorithm, each] of hashers) checksums.set(algorithm, each.digest().toString("base64"));
    return { md5: md5.digest().toString("hex"), checksums };
  }

  async abort(): Promise<void> {
    await this.#work?.catch(() => {});
    if (this.#piece) returnPiece(this.#piece);
    if (!this.#started) return;
    await this.#started.file.close();
    await rm(this.#path, { force: true });
  }

  async #start(): Promise<void> {
    const hashers: [Algorithm, Hasher][] = [];
    for (const algorithm of this.#algorithms) hashers.push([algorithm, await hasher(algorithm)]);
    this.#started = { file: await open(this.#path, "wx"), md5: await hasher("MD5"), hashers };
    for (const chunk of this.#held) this.#add(chunk);
    this.#held = [];
  }

  #add(chunk: Buffer): Promise<void> | undefined {
    const { md5, hashers } = this.#started!;
    md5.update(chunk);
    for (const [, each] of hashers) each.update(chunk);
    let ready: Promise<void> | undefined;
    for (let at = 0; at < chunk.length; ) {
      this.#piece ??= borrowPiece();
      const copied = chunk.copy(this.#piece, this.#filled, at);
      at += copied;
      this.#filled += copied;
      if (this.#filled === pieceSize) ready = this.#write();
    }
    return ready;
  }

  /** Begins to write the piece. @returns when those before it are written: one is filled meanwhile. */
  #write(): Promise<void> {
    const [piece, filled, before] = [this.#piece!, this.#filled, this.#work!];
    this.#piece = undefined;
    this.#filled = 0;
    this.#work = before
      .then(() => writeAll(this.#started!.file, piece.subarray(0, filled)))
      .finally(() => returnPiece(piece));
    // Whoever waits for what comes after it is told of what failed.
    this.#work.catch(() => {});
    return before;
  }
}

async function writeAll(file: FileHandle, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) at += (await file.write(bytes, at)).bytesWritten;
}

const tooLarge = (MaxSizeAllowed: number) =>
  new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, { MaxSizeAllowed });
