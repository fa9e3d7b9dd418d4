import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bundle } from "../../containers/recommender/bundle.ts";
import { fit } from "../../containers/recommender/factorization.ts";
import { generateRatings, toCsv } from "../../containers/recommender/generate.ts";
import { RatingsBuilder } from "../../containers/recommender/ratings.ts";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { median } from "../lib/load.ts";
import { removeFolder } from "../lib/platform.ts";

/** As large as MovieLens 100k, and rated in stars. */
const structure = { users: 943, items: 1682, ratings: 100_000, noise: 0.9, stars: true };
const BATCH_ROWS = 1_000;
const CONCURRENT_BATCHES = 50;

/** The recommender's image, run as processes: a training job of 100,000 ratings, and an endpoint under load. */
const recommender: Benchmark = {
  name: "recommender",
  async run() {
    const folder = mkdtempSync(join(tmpdir(), "bench-recommender-"));
    try {
      await bundle(join(folder, "program"));
      const ratings = generateRatings(structure);
      mkdirSync(join(folder, "ml/input/data/training"), { recursive: true });
      mkdirSync(join(folder, "ml/input/config"), { recursive: true });
      writeFileSync(join(folder, "ml/input/data/training/ratings.csv"), toCsv(ratings));
      return [
        measureFit(ratings),
        await measureJob(folder, 1),
        await measureJob(folder, undefined),
        await measureEndpoint(folder),
      ];
    } finally {
      await removeFolder(folder);
    }
  },
};
export default recommender;

function measureFit(rows: ReturnType<typeof generateRatings>): Row {
  const builder = new RatingsBuilder();
  for (const row of rows) builder.add(row, () => "");
  const { matrix } = builder.finish();
  const settings = {
    epochs: 20,
    factors: 100,
    learningRate: 0.005,
    regularization: 0.02,
    initialDeviation: 0.1,
    seed: 42,
  };
  const seconds = Array.from({ length: 3 }, () => {
    const began = performance.now();
    fit(matrix, settings);
    return (performance.now() - began) / 1000;
  });
  const figure = median(seconds);
  return {
    what: "one fit of 100,000 ratings, 20 epochs, 100 factors",
    figure: `${figure.toFixed(2)} s`,
    goal: "<= 2 s",
    met: figure <= 2,
  };
}

async function measureJob(folder: string, threads: number | undefined): Promise<Row> {
  const hyperparameters = {
    input_table_name: "ratings",
    output_table_name: "recommendations",
    ...(threads && { threads }),
  };
  writeFileSync(join(folder, "ml/input/config/hyperparameters.json"), JSON.stringify(hyperparameters));
  const began = performance.now();
  const child = start(folder, "train");
  let memory = 0;
  const ended = once(child, "exit");
  while (child.exitCode === null) {
    memory = Math.max(memory, peakMegabytes(child));
    await sleep(20);
  }
  const [code] = await ended;
  if (code !== 0) throw new Error(`Training ended with exit code ${code}`);
  const seconds = (performance.now() - began) / 1000;
  return {
    what: `training job: 5-fold cross-validation, fit, recommendations, ${threads ? "one thread" : "a thread a core"}`,
    figure: `${seconds.toFixed(1)} s, ${Math.round(memory)} MB at most`,
    goal: "<= 8 s, 300 MB",
    met: seconds <= 8 && memory <= 300,
  };
}

async function measureEndpoint(folder: string): Promise<Row> {
  const child = start(folder, "serve");
  let output = "";
  child.stdout!.on("data", (chunk) => (output += chunk));
  try {
    while (!output.includes("model ")) await sleep(10);
    const url = `http://127.0.0.1:${/port (\d+)/.exec(output)![1]}/invocations`;
    const body = Array.from(
      { length: BATCH_ROWS },
      (_, row) => `${row % structure.users},${row % structure.items}\n`,
    ).join("");
    let failed = 0;
    const round = async (batches: number) => {
      const times: number[] = [];
      const send = async () => {
        while (times.length < batches) {
          const began = performance.now();
          const answer = await fetch(url, { method: "POST", body, headers: { "content-type": "text/csv" } });
          if ((await answer.text()).length < BATCH_ROWS) failed++;
          times.push(performance.now() - began);
        }
      };
      await Promise.all(Array.from({ length: CONCURRENT_BATCHES }, send));
      return times;
    };
    await round(2_000); // warm
    const before = megabytes(child, "VmRSS");
    const times = await round(6_000);
    const growth = megabytes(child, "VmRSS") - before;
    return {
      what: `endpoint, ${CONCURRENT_BATCHES} batches of ${BATCH_ROWS} rows at once`,
      figure: `p50 ${median(times).toFixed(0)} ms, ${failed} failed, memory ${growth >= 0 ? "+" : ""}${growth.toFixed(0)} MB`,
      goal: "0 failed, memory flat",
      met: failed === 0 && growth < 20,
    };
  } finally {
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    await ended;
  }
}

const start = (folder: string, command: "train" | "serve"): ChildProcess =>
  spawn(process.execPath, [join(folder, "program/main.mjs"), command], {
    env: { ...process.env, SM_ROOT: join(folder, "ml"), SAGEMAKER_BIND_TO_PORT: "0", BIND_HOST: "127.0.0.1" },
    stdio: ["ignore", "pipe", "inherit"],
  }).on("spawn", function (this: ChildProcess) {
    this.stdout!.resume();
  });

/** What Linux says of a process's memory; 0 when it has gone. */
function megabytes({ pid }: ChildProcess, what: "VmRSS" | "VmHWM"): number {
  try {
    return Number(new RegExp(`${what}:\\s+(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}
const peakMegabytes = (child: ChildProcess) => megabytes(child, "VmHWM");
