/**
 * Deployment packages and layers on disk, by content: `<sha256>/` holds the unpacked files, `<sha256>.zip` the archive,
 * `<sha256>.pycache/` the bytecode that Python compiles.
 * https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
 */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, realpathSync, renameSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, resolve, sep } from "node:path";
import { type Unzipped, unzip } from "fflate";
import { AwsError, type Cloud, type Principal } from "../../service.ts";
import { invalidParameter } from "./errors.ts";
import { executables } from "./zipModes.ts";

const maxZipBytes = 50 * 1024 * 1024;
const maxUnzippedBytes = 250 * 1024 * 1024;
const sweepDelayMs = 60_000;

export interface CodeLocation {
  ZipFile?: Uint8Array;
  S3Bucket?: string;
  S3Key?: string;
  S3ObjectVersion?: string;
}

export interface Package {
  /** Name of its folder: SHA-256 of the archive, in hex. */
  id: string;
  /** The same in base64, as in the API. */
  sha256: string;
  /** Bytes of the archive. */
  size: number;
}

export class Packages {
  readonly #directory: string;
  readonly #cloud: Cloud;
  /** Packages that current requests are about to use, and the number of requests. */
  readonly #held = new Map<string, number>();
  readonly #unpacking = new Map<string, Promise<void>>();
  readonly #replaced = new Set<string>();
  #sweeper: NodeJS.Timeout | undefined;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
    const directory = join(cloud.directory, "lambda");
    mkdirSync(directory, { recursive: true });
    // Modules see their own real path.
    this.#directory = realpathSync(directory);
  }

  /** Folder for other things that the service keeps on disk. */
  get directory(): string {
    return this.#directory;
  }

  folder(id: string): string {
    return join(this.#directory, id);
  }

  /** Where the archive itself is; `aws lambda get-function` shows a URL of it. */
  archive(id: string): string {
    return join(this.#directory, `${id}.zip`);
  }

  /**
   * Takes an archive from a request, or from S3 with the caller's permissions.
   * @param keep records who uses it; until then it is not swept, however many functions are deleted in the meantime.
   */
  async add<Kept>(code: CodeLocation | undefined, caller: Principal, keep: (added: Package) => Kept): Promise<Kept> {
    const zip = await this.#bytes(code, caller);
    const digest = createHash("sha256").update(zip).digest();
    const added = { id: digest.toString("hex"), sha256: digest.toString("base64"), size: zip.length };
    this.#held.set(added.id, (this.#held.get(added.id) ?? 0) + 1);
    try {
      await this.#unpacked(added.id, zip);
      return keep(added);
    } finally {
      const others = this.#held.get(added.id)! - 1;
      if (others > 0) this.#held.set(added.id, others);
      else this.#held.delete(added.id);
    }
  }

  /** Once, however many requests need the same package concurrently. */
  #unpacked(id: string, zip: Uint8Array): Promise<void> {
    let unpacking = this.#unpacking.get(id);
    if (!unpacking) {
      unpacking = existsSync(this.folder(id)) ? Promise.resolve() : this.#unpack(id, zip);
      this.#unpacking.set(id, unpacking);
      const done = () => this.#unpacking.delete(id);
      unpacking.then(done, done);
    }
    return unpacking;
  }

  async #unpack(id: string, zip: Uint8Array): Promise<void> {
    const files = await entries(zip);
    const programs = executables(zip);
    const temporary = await mkdtemp(join(this.#directory, "new-"));
    try {
      for (const [name, content] of Object.entries(files)) await writeEntry(temporary, name, content);
      for (const name of programs) if (name in files) await chmod(resolve(temporary, name), 0o755);
      await writeFile(this.archive(id), zip);
      await rename(temporary, this.folder(id));
    } catch (error) {
      await rm(temporary, { recursive: true, force: true });
      throw error;
    }
  }

  /** Sweeps after a while: an environment that starts just now may still read what was replaced. */
  sweepLater(replaced: string, used: () => ReadonlySet<string>): void {
    this.#replaced.add(replaced);
    this.#sweeper ??= setTimeout(() => {
      this.#sweeper = undefined;
      this.#replaced.clear();
      this.sweep(used()).catch((error) => console.error("lambda: old packages are not removed:", error));
    }, sweepDelayMs).unref();
  }

  close(): void {
    clearTimeout(this.#sweeper);
  }

  /** Removes what an earlier process left unfinished. Called before anything is added. */
  async start(used: ReadonlySet<string>): Promise<void> {
    const unfinished = readdirSync(this.#directory).filter((name) => /^(new|old)-/.test(name));
    await Promise.all(unfinished.map((name) => this.#remove(name)));
    await this.sweep(used);
  }

  /** Removes packages that no version of any function or layer uses, or is about to use. */
  async sweep(used: ReadonlySet<string>): Promise<void> {
    const old = readdirSync(this.#directory).filter((name) => {
      const id = /^([0-9a-f]{64})(\.zip|\.pycache)?$/.exec(name)?.[1];
      return id !== undefined && !used.has(id) && !this.#held.has(id) && !this.#replaced.has(id);
    });
    // Renamed first: a request that adds the same package again must not find half of it.
    const renamed = old.map((name) => {
      const aside = `old-${randomUUID()}`;
      renameSync(join(this.#directory, name), join(this.#directory, aside));
      return aside;
    });
    await Promise.all(renamed.map((name) => this.#remove(name)));
  }

  #remove(name: string): Promise<void> {
    return rm(join(this.#directory, name), { recursive: true, force: true });
  }

  async #bytes(code: CodeLocation | undefined, caller: Principal): Promise<Uint8Array> {
    if (code?.ZipFile) {
      if (code.ZipFile.length > maxZipBytes) {
        throw new AwsError(
          "RequestEntityTooLargeException",
          `Request must be smaller than ${maxZipBytes} bytes for the CreateFunction operation`,
          413,
        );
      }
      if (code.ZipFile.length === 0) throw invalidParameter("Uploaded file must be a non-empty zip");
      return code.ZipFile;
    }
    if (!code?.S3Bucket || !code.S3Key) {
      throw invalidParameter("Please provide a source for function code.");
    }
    const { S3Bucket: Bucket, S3Key: Key, S3ObjectVersion } = code;
    try {
      const object = await this.#cloud.call(
        "s3",
        "GetObject",
        { Bucket, Key, ...(S3ObjectVersion && { VersionId: S3ObjectVersion }) },
        caller,
      );
      return await bytesOf(object.Body ?? "");
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const region = (error as { headers?: Record<string, string> }).headers?.["x-amz-bucket-region"];
      const said = region
        ? `The bucket is in this region: ${region}. Please use this region to retry the request`
        : error.message;
      const message = `Error occurred while GetObject. S3 Error Code: ${error.code}. S3 Error Message: ${said}`;
      throw error.status === 403
        ? new AwsError(
            "AccessDeniedException",
            `Your access has been denied by S3, please make sure your request credentials have permission to GetObject for ${Bucket}/${Key}. S3 Error Code: ${error.code}. S3 Error Message: ${error.message}`,
            403,
          )
        : invalidParameter(message);
    }
  }
}

async function bytesOf(body: AsyncIterable<Uint8Array> | Uint8Array | string): Promise<Uint8Array> {
  if (typeof body === "string") return Buffer.from(body);
  if (body instanceof Uint8Array) return body;
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function entries(zip: Uint8Array): Promise<Unzipped> {
  return new Promise((done, failed) => {
    let total = 0;
    const filter = ({ originalSize }: { originalSize: number }) => {
      total += originalSize;
      return total < maxUnzippedBytes;
    };
    unzip(zip, { filter }, (error, files) => {
      if (error) {
        failed(notUnzipped());
      } else if (total >= maxUnzippedBytes) {
        failed(invalidParameter(`Unzipped size must be smaller than ${maxUnzippedBytes} bytes`));
      } else if (Object.keys(files).length === 0) failed(invalidParameter("Uploaded file must be a non-empty zip"));
      else done(files);
    });
  });
}

async function writeEntry(folder: string, name: string, content: Uint8Array): Promise<void> {
  const path = resolve(folder, name);
  if (!path.startsWith(folder + sep) || name.includes("\0")) throw notUnzipped();
  try {
    await mkdir(name.endsWith("/") ? path : dirname(path), { recursive: true });
    if (!name.endsWith("/")) await writeFile(path, content);
  } catch (error) {
    // A file and a folder of the same name, or a name too long for the file system.
    if (/^(EEXIST|ENOTDIR|EISDIR|ENAMETOOLONG|EINVAL)$/.test((error as NodeJS.ErrnoException).code ?? ""))
      throw notUnzipped();
    throw error;
  }
}

const notUnzipped = () =>
  invalidParameter("Could not unzip uploaded file. Please check your file, then try to upload again.");
