import { execFile } from "node:child_process";
import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, resolve, sep } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import type { S3Client } from "@aws-sdk/client-s3";
import type { Cloud, RoleSession } from "../service.ts";

const run = promisify(execFile);

/** S3 as a container's role sees it. */
export class Artifacts {
  readonly #client: Promise<S3Client>;

  constructor(cloud: Cloud, session: RoleSession) {
    this.#client = import("@aws-sdk/client-s3").then(
      ({ S3Client }) =>
        new S3Client({
          endpoint: cloud.origin,
          region: cloud.region,
          forcePathStyle: true,
          credentials: session.credentials,
        }),
    );
  }

  /** Copies all objects below a URI into a folder. @returns how many there were. */
  async downloadPrefix(uri: string, folder: string): Promise<number> {
    const { paginateListObjectsV2 } = await import("@aws-sdk/client-s3");
    const { bucket: Bucket, key: Prefix } = parseUri(uri);
    const client = await this.#client;
    let count = 0;
    for await (const { Contents = [] } of paginateListObjectsV2({ client }, { Bucket, Prefix })) {
      for (const { Key = "" } of Contents) {
        if (Key.endsWith("/")) continue;
        const file = resolve(folder, Key.slice(Prefix.length).replace(/^\/+/, "") || Key.split("/").at(-1)!);
        // A key with `..` would be written outside the folder.
        if (!file.startsWith(resolve(folder) + sep)) continue;
        await this.download(`s3://${Bucket}/${Key}`, file);
        count++;
      }
    }
    return count;
  }

  async download(uri: string, file: string): Promise<void> {
    const { GetObjectCommand } = await import("@aws-sdk/client-s3");
    const { bucket: Bucket, key: Key } = parseUri(uri);
    const { Body } = await (await this.#client).send(new GetObjectCommand({ Bucket, Key }));
    await mkdir(dirname(file), { recursive: true });
    await pipeline(Body as Readable, createWriteStream(file));
  }

  async upload(file: string, uri: string): Promise<void> {
    const { PutObjectCommand } = await import("@aws-sdk/client-s3");
    const { bucket: Bucket, key: Key } = parseUri(uri);
    const { size: ContentLength } = await stat(file);
    await (await this.#client).send(new PutObjectCommand({ Bucket, Key, Body: createReadStream(file), ContentLength }));
  }

  async close(): Promise<void> {
    (await this.#client).destroy();
  }
}

function parseUri(uri: string): { bucket: string; key: string } {
  const [, bucket, key] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri) ?? [];
  if (!bucket) throw new Error(`${uri} is not an S3 URI`);
  return { bucket, key: key ?? "" };
}

/** @returns false for an empty folder. */
export async function pack(folder: string, file: string): Promise<boolean> {
  const entries = await readdir(folder).catch(() => []);
  if (entries.length === 0) return false;
  await run("tar", ["-czf", file, "-C", folder, ...entries.map((entry) => `./${entry}`)]);
  return true;
}

export async function unpack(file: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  await run("tar", ["-xzf", file, "-C", folder, "--no-same-owner"]);
}
