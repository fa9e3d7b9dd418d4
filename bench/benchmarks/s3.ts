/** S3 beside its peers, in turns; how it grows with its buckets. */
import { createHash } from "node:crypto";
import { crc32 } from "node:zlib";
import type { Benchmark } from "../lib/benchmark.ts";
import { type Client, growth, processorTimes, withContenders } from "../lib/beside.ts";
import type { Asked } from "../lib/signedRequests.ts";

const connections = 8;
/** Objects of the small bucket, and of the one that is ten times as large. */
const few = 2_000;

/** Bytes that no one compresses. */
function bytes(length: number): Buffer {
  const block = createHash("sha512").update("a file of measurements").digest();
  return Buffer.alloc(length, block);
}
const bodies = { "1 KB": bytes(1024), "8 MB": bytes(8 * 1024 ** 2) };
type Size = keyof typeof bodies;
/** Requests of a turn. */
const counts: Record<Size, number> = { "1 KB": 800, "8 MB": 24 };
const slowCounts: Record<Size, number> = { "1 KB": 100, "8 MB": 8 };

/** As SDKs put a body that they have whole: with its CRC32, in a header. */
function checksum(body: Buffer): Record<string, string> {
  const value = Buffer.alloc(4);
  value.writeUInt32BE(crc32(body));
  return { "x-amz-checksum-crc32": value.toString("base64"), "x-amz-sdk-checksum-algorithm": "CRC32" };
}

const key = (bucket: string, n: number) => `/${bucket}/measured/2026/file-${String(n).padStart(6, "0")}.csv`;

function put(bucket: string, n: number, size: Size, checked = true): Asked {
  const body = bodies[size];
  const headers = { "content-type": "text/csv", ...(checked && checksum(body)) };
  return { method: "PUT", path: key(bucket, n), headers, body };
}

const get = (bucket: string, n: number): Asked => ({ method: "GET", path: key(bucket, n) });

/** @param make the nth request. @returns processor milliseconds of one. */
async function cost(client: Client, size: Size, make: (n: number) => Asked): Promise<number> {
  const count = (client.contender.isSlow ? slowCounts : counts)[size];
  const all = Array.from({ length: count }, (_, n) => client.requests.sign(make(n)));
  return client.cost(await Promise.all(all));
}

async function bucket(client: Client, name: string, objects: number): Promise<void> {
  const location =
    "<CreateBucketConfiguration><LocationConstraint>eu-west-1</LocationConstraint></CreateBucketConfiguration>";
  await client.requests.send(await client.requests.sign({ method: "PUT", path: `/${name}`, body: location }));
  for (let from = 0; from < objects; from += 1_000) {
    const some = Array.from({ length: 1_000 }, (_, n) => client.requests.sign(put(name, from + n, "1 KB")));
    await client.requests.sendAll(await Promise.all(some), connections);
  }
}

const s3: Benchmark = {
  name: "s3",
  run: () =>
    withContenders({ name: "s3", target: "" }, connections, async (clients) => {
      for (const client of clients) {
        await bucket(client, "small", 0);
        await bucket(client, "large", 0);
      }
      const rows = await processorTimes(clients, [
        {
          what: "S3, put 1 KB",
          cost: (client, round) => cost(client, "1 KB", (n) => put("small", 1_000 * round + n, "1 KB")),
        },
        {
          what: "S3, get 1 KB",
          cost: (client, round) => cost(client, "1 KB", (n) => get("small", 1_000 * (round % 2) + n)),
        },
        { what: "S3, put 8 MB", cost: (client) => cost(client, "8 MB", (n) => put("large", n, "8 MB")) },
        {
          what: "S3, put 8 MB without a checksum",
          cost: (client) => cost(client, "8 MB", (n) => put("large", n, "8 MB", false)),
        },
        { what: "S3, get 8 MB", cost: (client) => cost(client, "8 MB", (n) => get("large", n % 8)) },
      ]);
      const own = clients.find(({ isOwn }) => isOwn)!;
      await bucket(own, "few", few);
      await bucket(own, "many", 10 * few);
      const numbers = `${few.toLocaleString("en")} objects and ${(10 * few).toLocaleString("en")}`;
      const spread = (objects: number, n: number) => (n * 7919) % objects;
      rows.push(
        await growth(
          `S3, put 1 KB, ${numbers}`,
          () => cost(own, "1 KB", (n) => put("few", spread(few, n), "1 KB")),
          () => cost(own, "1 KB", (n) => put("many", spread(10 * few, n), "1 KB")),
        ),
        await growth(
          `S3, get 1 KB, ${numbers}`,
          () => cost(own, "1 KB", (n) => get("few", spread(few, n))),
          () => cost(own, "1 KB", (n) => get("many", spread(10 * few, n))),
        ),
      );
      return rows;
    }),
};
export default s3;
