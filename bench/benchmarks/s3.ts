import type { Benchmark } from "../lib/benchmark.ts";
import { besidePeers, rowsOf } from "../lib/beside.ts";
import { buckets, getKilobyte, putKilobyte } from "../peers/buckets.ts";

/** Objects of a small bucket, and of one that is ten times as large. */
const sizes: [number, number] = [2_000, 20_000];

/** S3 beside its peers, in turns; how it grows with its buckets. */
const s3: Benchmark = {
  name: "s3",
  run: () =>
    besidePeers(["s3"], async (servers) => [
      ...(await rowsOf(
        buckets.filter((one) => one.sizes === undefined),
        servers,
      )),
      ...(await rowsOf(
        [putKilobyte, getKilobyte].map((one) => ({ ...one, what: `${one.what}, of objects`, sizes })),
        servers.slice(0, 1),
        600,
      )),
    ]),
};
export default s3;
