import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark } from "../lib/benchmark.ts";
import { type Contender, start, startCloudProgram } from "../lib/contenders.ts";
import { median } from "../lib/load.ts";

const rounds = 7;

/** What any server of Node with a database costs: HTTP and SQLite, nothing else. */
const bare = `
const { createServer } = require("node:http");
const { DatabaseSync } = require("node:sqlite");
new DatabaseSync(":memory:").exec("CREATE TABLE t (a)");
createServer((_, response) => response.end("{}")).listen(Number(process.argv[1]), "127.0.0.1");
`;

const startBare = () =>
  start({
    name: "a bare server of Node",
    command: (port) => [process.execPath, "--disable-warning=ExperimentalWarning", "-e", bare, port],
  });

interface Started {
  milliseconds: number;
  megabytes: number;
}

/** From the start of a process to its first answer, and its memory a second later. */
async function started(contender: Contender): Promise<Started> {
  await sleep(1000);
  const figures = { milliseconds: contender.startedIn as number, megabytes: contender.megabytes };
  await contender.stop();
  return figures;
}

/** The local cloud by itself, `npm run cloud`, beside a bare server of Node in turn. */
const cloud: Benchmark = {
  name: "cloud",
  async run() {
    const clouds: Started[] = [];
    const bares: Started[] = [];
    for (let round = 0; round < rounds; round++) {
      const own = await started(await startCloudProgram());
      const other = await started(await startBare());
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
