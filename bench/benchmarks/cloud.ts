import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark } from "../lib/benchmark.ts";
import { median } from "../lib/load.ts";
import { pssMegabytes, root } from "../lib/platform.ts";

const rounds = 7;

/** What any server of Node with a database costs: HTTP and SQLite, nothing else. */
const bare = `
const { createServer } = require("node:http");
const { DatabaseSync } = require("node:sqlite");
new DatabaseSync(":memory:").exec("CREATE TABLE t (a)");
createServer((_, response) => response.end("{}")).listen(Number(process.argv[1]), "127.0.0.1");
`;

interface Started {
  milliseconds: number;
  megabytes: number;
}

/** From the start of a process to its first answer, and its memory a second later. */
async function started(port: number, args: string[]): Promise<Started> {
  const began = performance.now();
  const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], { stdio: "ignore" });
  try {
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`it ended by ${child.exitCode}`);
      await sleep(5);
    }
    const milliseconds = performance.now() - began;
    await sleep(1000);
    return { milliseconds, megabytes: pssMegabytes([child.pid as number]) };
  } finally {
    await ended(child);
  }
}

async function answers(port: number): Promise<boolean> {
  try {
    return (await fetch(`http://127.0.0.1:${port}/_health`)).ok;
  } catch {
    return false;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const closed = new Promise((done) => child.once("exit", done));
  child.kill("SIGTERM");
  if (child.exitCode === null) await closed;
}

/** The local cloud by itself, `npm run cloud`, beside a bare server of Node in turn. */
const cloud: Benchmark = {
  name: "cloud",
  async run() {
    const main = join(root, "packages/local-aws/src/main.ts");
    const clouds: Started[] = [];
    const bares: Started[] = [];
    for (let round = 0; round < rounds; round++) {
      const own = await started(45_731, [main, "--port", "45731", "--api-port", "0"]);
      const other = await started(45_732, ["-e", bare, "45732"]);
      // The first round fills Node's compile cache.
      if (round === 0) continue;
      clouds.push(own);
      bares.push(other);
    }
    const typical = (list: Started[], of: keyof Started) => median(list.map((one) => one[of]));
    const first = typical(clouds, "milliseconds") / 1000;
    const over = typical(clouds, "megabytes") - typical(bares, "megabytes");
    return [
      {
        what: "`npm run cloud` to its first answer",
        figure: `${first.toFixed(2)} s (a bare server of Node: ${(typical(bares, "milliseconds") / 1000).toFixed(2)} s)`,
        goal: "<= 0.25 s",
        met: first <= 0.25,
      },
      {
        what: "its memory (PSS) over that of a bare server of Node with HTTP and SQLite",
        figure: `${over.toFixed(1)} MB`,
        goal: "<= 25 MB",
        met: over <= 25,
      },
    ];
  },
};
export default cloud;
