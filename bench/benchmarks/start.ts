import { readFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Benchmark } from "../lib/benchmark.ts";
import { median } from "../lib/load.ts";
import { removeFolder, root, startPlatform, temporaryFolder } from "../lib/platform.ts";

const rounds = 4;

/** Those that it had: a start on others would have URLs to change. */
function portsOf(stateDirectory: string): NodeJS.ProcessEnv {
  const { api, aws } = JSON.parse(readFileSync(join(stateDirectory, "endpoint.json"), "utf8"));
  return { LOCAL_API_PORT: new URL(api).port, LOCAL_AWS_PORT: new URL(aws).port };
}

/** From `npm start` to `ready`, all systems: with nothing bundled yet, on an empty state folder, on the state it left. */
const start: Benchmark = {
  name: "start",
  async run() {
    const unbundled: number[] = [];
    const empty: number[] = [];
    const again: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const folders = [await temporaryFolder(), await temporaryFolder()] as const;
      const ready = async (stateDirectory: string, environment = {}) => {
        const platform = await startPlatform({ stateDirectory, environment });
        await platform.stop();
        return platform.secondsToReady;
      };
      await rm(join(root, "node_modules/.cache/dsp/sources"), { recursive: true, force: true });
      const [first, bundled] = [await ready(folders[0]), await ready(folders[1])];
      const second = await ready(folders[1], portsOf(folders[1]));
      for (const folder of folders) await removeFolder(folder);
      // The first round fills Node's compile cache.
      if (round === 0) continue;
      unbundled.push(first);
      empty.push(bundled);
      again.push(second);
    }
    const row = (what: string, times: number[], goal: number) => ({
      what,
      figure: `${median(times).toFixed(2)} s`,
      goal: `<= ${goal} s`,
      met: median(times) <= goal,
    });
    return [
      row("`npm start` to ready, all systems, nothing bundled before", unbundled, 8),
      row("the same with bundles at hand", empty, 8),
      row("second start", again, 1.5),
    ];
  },
};
export default start;
