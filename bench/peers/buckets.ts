/** Buckets. */
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from "@aws-sdk/client-s3";
import { inParallel } from "../lib/load.ts";
import type { Server } from "../lib/server.ts";
import { fresh, spread } from "./names.ts";
import type { Operation, Scenario } from "./scenario.ts";

const key = (n: number) => `measured/2026/file-${String(n).padStart(6, "0")}.csv`;
const kilobyte = Buffer.alloc(1024, "a measurement, ");
const large = Buffer.alloc(8 * 1024 ** 2, "a measurement, ");

/** Sends no checksum that nobody asks for. */
class UncheckedS3Client extends S3Client {
  constructor(config: S3ClientConfig) {
    super({ ...config, requestChecksumCalculation: "WHEN_REQUIRED" });
  }
}

/** A bucket with so many objects. */
async function bucket(server: Server, Body: Buffer, objects: number): Promise<string> {
  const client = server.client(S3Client);
  const Bucket = fresh("bucket");
  await client.send(new CreateBucketCommand({ Bucket }));
  await inParallel(objects, server.connections, async (n) => {
    await client.send(new PutObjectCommand({ Bucket, Key: key(n), Body }));
  });
  return Bucket;
}

/** @param keys that are written in turn. @param objects that are there before. */
async function put(
  server: Server,
  Body: Buffer,
  { keys, objects = 0, client = S3Client }: { keys: number; objects?: number; client?: typeof S3Client },
): Promise<Operation> {
  const Bucket = await bucket(server, Body, objects);
  return async (n) =>
    void (await server.client(client).send(new PutObjectCommand({ Bucket, Key: key(spread(n, keys)), Body })));
}

async function get(server: Server, Body: Buffer, objects: number): Promise<Operation> {
  const Bucket = await bucket(server, Body, objects);
  return async (n) => {
    const input = { Bucket, Key: key(spread(n, objects)) };
    const answer = await server.client(S3Client).send(new GetObjectCommand(input));
    const { length } = await answer.Body!.transformToByteArray();
    if (length !== Body.length) throw new Error(`GetObject answers ${length} bytes of ${Body.length}`);
  };
}

export const putKilobyte: Scenario = {
  what: "S3 put 1 KB",
  count: 800,
  prepare: (server, size) => put(server, kilobyte, { keys: size || 1_000, objects: size }),
};
export const getKilobyte: Scenario = {
  what: "S3 get 1 KB",
  count: 800,
  prepare: (server, size) => get(server, kilobyte, size || 200),
};

export const buckets: Scenario[] = [
  putKilobyte,
  getKilobyte,
  { what: "S3 put 8 MB", count: 32, prepare: (server) => put(server, large, { keys: 4 }) },
  {
    what: "S3 put 8 MB without a checksum",
    count: 32,
    prepare: (server) => put(server, large, { keys: 4, client: UncheckedS3Client }),
  },
  { what: "S3 get 8 MB", count: 64, prepare: (server) => get(server, large, 4) },
  { ...getKilobyte, what: "S3 get 1 KB, of objects", sizes: [500, 5_000] },
];
