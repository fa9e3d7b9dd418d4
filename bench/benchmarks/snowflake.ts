import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PutObjectCommand, S3Client } from "@aws-sdk/client-s3";
import { generateRatings, toCsv } from "../../containers/recommender/generate.ts";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { median } from "../lib/load.ts";
import { commandLine, type Platform, processTree, pssMegabytes, removeFolder, startPlatform } from "../lib/platform.ts";
import { Snowflake } from "../lib/snowflake.ts";

/** As large as MovieLens 100k, and rated in stars. */
const structure = { users: 943, items: 1682, ratings: 100_000, noise: 0.9, stars: true };
const models = ["first", "second", "third"];
const rowsOfBatch = 1_000;
const batches = 40;
const concurrent = 50;

/** The recommender as Snowflake sees it: signed batches through the API, real training, real endpoints. */
const snowflake: Benchmark = {
  name: "snowflake",
  async run() {
    const platform = await startPlatform({ environment: { LOCAL_WATCH: "off" } });
    const caller = await Snowflake.open(platform);
    try {
      const { row, modelUrl } = await train(platform, caller);
      await Promise.all(models.map((model) => caller.call("deploy", [[model, modelUrl]])));
      for (const model of models) await caller.settled(model);
      return [row, await invoke(caller), await underLoad(platform, caller)];
    } finally {
      caller.close();
      await platform.stop();
      await removeFolder(platform.stateDirectory);
    }
  },
};
export default snowflake;

async function train(
  { outputs, stateDirectory }: Platform,
  caller: Snowflake,
): Promise<{ row: Row; modelUrl: string }> {
  const { aws: endpoint, region } = JSON.parse(readFileSync(join(stateDirectory, "endpoint.json"), "utf8"));
  const credentials = { accessKeyId: "test", secretAccessKey: "test" };
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const Bucket = String(outputs.recommenderBucketName);
  const Body = toCsv(generateRatings(structure));
  await s3.send(new PutObjectCommand({ Bucket, Key: "training/ratings/data.csv", Body }));
  const began = performance.now();
  const [job] = await caller.call("train", [["ratings", "recommendations"]]);
  const { status, reason, model_url: modelUrl = "" } = await caller.settled(job as string);
  if (status !== "Completed") throw new Error(`the training is ${status}: ${reason}`);
  const seconds = (performance.now() - began) / 1000;
  return {
    modelUrl,
    row: {
      what: "train 100,000 ratings, from the call to recommendations in S3",
      figure: `${seconds.toFixed(1)} s`,
      goal: "<= 30 s",
      met: seconds <= 30,
    },
  };
}

const batch = (seed: number) =>
  Array.from({ length: rowsOfBatch }, (_, row) => [
    models[row % models.length],
    1 + ((row + seed) % structure.users),
    1 + ((7 * row + seed) % structure.items),
  ]);

async function invoke(caller: Snowflake): Promise<Row> {
  const times: number[] = [];
  for (let at = 0; at < batches + 5; at++) {
    const rows = batch(at);
    const began = performance.now();
    const values = await caller.call("invoke", rows);
    // The first few warm up.
    if (at >= 5) times.push(performance.now() - began);
    if (!values.every((value) => typeof value === "number")) throw new Error("a row has no rating");
  }
  const p50 = median(times);
  const p95 = times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.95)]!;
  return {
    what: `invoke, a batch of ${rowsOfBatch.toLocaleString("en")} rows, ${models.length} models mixed`,
    figure: `p50 ${p50.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`,
    goal: "p50 <= 150 ms",
    met: p50 <= 150,
  };
}

/** Batches at once, through API and function to the endpoints; their memory after the tenth round and after the last. */
async function underLoad(platform: Platform, caller: Snowflake): Promise<Row> {
  const servers = processTree(platform.process.pid!).filter((pid) =>
    /recommender\/main\.ts serve/.test(commandLine(pid)),
  );
  let failed = 0;
  const round = async () => {
    const answers = await Promise.all(
      Array.from({ length: concurrent }, (_, at) => caller.call("invoke", batch(at)).catch(() => [undefined])),
    );
    failed += answers.filter((values) => !values.every((value) => typeof value === "number")).length;
  };
  for (let at = 0; at < 10; at++) await round();
  const before = pssMegabytes(servers);
  for (let at = 0; at < 20; at++) await round();
  const growth = pssMegabytes(servers) - before;
  return {
    what: `${concurrent} such batches at once, 30 rounds, ${servers.length} endpoints`,
    figure: `${failed} failed, endpoints' memory ${growth >= 0 ? "+" : ""}${growth.toFixed(0)} MB`,
    goal: "0 failed, memory flat",
    met: failed === 0 && growth < 20,
  };
}
