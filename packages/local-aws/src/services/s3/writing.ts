/** A body that is being stored: checksums on the way; a file, unless it turns out to be small. */
import { hash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { AwsError } from "../../service.ts";
import { type Algorithm, checksumOf, type Hasher, hasher } from "./hashers.ts";

/** Bodies of at most so many bytes are rows: a file of its own costs more. */
const small = 32 * 1024;
/** Bytes that are written at a time. */
const batch = 256 * 1024;

export class Writing {
  readonly #path: string;
  readonly #algorithms: Algorithm[];
  readonly #limit: number;
  /** Once it is not small any more. */
  #started: { file: FileHandle; md5: Hasher; hashers: [Algorithm, Hasher][] } | undefined;
  /** What it is doing with the file, one thing after the other. */
  #work: Promise<void> | undefined;
  /** What is not written yet. */
  #held: Buffer[] = [];
  #heldBytes = 0;
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

  /** @returns when the next chunk may come, if not at once. @throws AwsError `EntityTooLarge` */
  take(chunk: Buffer): Promise<void> | undefined {
    this.#size += chunk.length;
    if (this.#size > this.#limit) throw tooLarge(this.#limit);
    this.#held.push(chunk);
    this.#heldBytes += chunk.length;
    if (this.#started) this.#hash(chunk);
    else if (this.#size > small) this.#work ??= this.#start();
    else return undefined;
    return this.#heldBytes >= batch ? this.#write() : this.#started ? undefined : this.#work;
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
    await this.#write();
    const { file, md5, hashers } = this.#started;
    await file.close();
    for (const [algorithm, each] of hashers) checksums.set(algorithm, each.digest().toString("base64"));
    return { md5: md5.digest().toString("hex"), checksums };
  }

  async abort(): Promise<void> {
    await this.#work?.catch(() => {});
    if (!this.#started) return;
    await this.#started.file.close();
    await rm(this.#path, { force: true });
  }

  async #start(): Promise<void> {
    const hashers: [Algorithm, Hasher][] = [];
    for (const algorithm of this.#algorithms) hashers.push([algorithm, await hasher(algorithm)]);
    this.#started = { file: await open(this.#path, "wx"), md5: await hasher("MD5"), hashers };
    for (const chunk of this.#held) this.#hash(chunk);
  }

  #hash(chunk: Buffer): void {
    const { md5, hashers } = this.#started!;
    md5.update(chunk);
    for (const [, each] of hashers) each.update(chunk);
  }

  #write(): Promise<void> {
    this.#work = this.#work!.then(async () => {
      let chunks = this.#held;
      let left = this.#heldBytes;
      this.#held = [];
      this.#heldBytes = 0;
      while (left > 0) {
        const { bytesWritten } = await this.#started!.file.writev(chunks);
        left -= bytesWritten;
        if (left > 0) chunks = [Buffer.concat(chunks).subarray(bytesWritten)];
      }
    });
    return this.#work;
  }
}

const tooLarge = (MaxSizeAllowed: number) =>
  new AwsError("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, { MaxSizeAllowed });
