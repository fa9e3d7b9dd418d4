import type { Benchmark } from "../lib/benchmark.ts";
import { load, median } from "../lib/load.ts";
import { cpuMilliseconds, type Platform, processTree, removeFolder, startPlatform } from "../lib/platform.ts";

const rounds = 10;
const seconds = 3;

/** What a line for each request costs: two platforms, one of them quiet, in turn; the order changes with each round. */
const lines: Benchmark = {
  name: "lines",
  async run() {
    const off = { environment: { LOCAL_WATCH: "off" } };
    const quiet = await startPlatform({ ...off, arguments: ["--quiet"] });
    const told = await startPlatform(off).catch(async (error) => {
      await quiet.stop();
      throw error;
    });
    try {
      for (const platform of [quiet, told]) await load(urlOf(platform), 10, seconds); // warm
      const ratios: number[] = [];
      const costs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        const order = round % 2 === 0 ? [quiet, told] : [told, quiet];
        const measured = new Map<Platform, number>();
        for (const platform of order) measured.set(platform, await perRequest(platform));
        ratios.push(measured.get(told)! / measured.get(quiet)!);
        costs.push(measured.get(quiet)!);
      }
      const more = (median(ratios) - 1) * 100;
      return [
        {
          what: `processor time of a hello request with its line, against none (${rounds} rounds in turn)`,
          figure: `${more >= 0 ? "+" : ""}${more.toFixed(1)} % of ${(median(costs) * 1000).toFixed(0)} µs`,
          goal: "<= 5 % more",
          met: more <= 5,
        },
      ];
    } finally {
      await Promise.all([quiet.stop(), told.stop()]);
      await Promise.all([quiet, told].map(({ stateDirectory }) => removeFolder(stateDirectory)));
    }
  },
};
export default lines;

const urlOf = ({ outputs }: Platform): string => String(outputs.whodisUrl);

/** Milliseconds of processor time, of all that the platform runs. */
async function perRequest(platform: Platform): Promise<number> {
  const processes = processTree(platform.process.pid!);
  const before = cpuMilliseconds(processes);
  const { requests } = await load(urlOf(platform), 10, seconds);
  return (cpuMilliseconds(processes) - before) / requests;
}
