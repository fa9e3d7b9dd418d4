import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Benchmark } from "../lib/benchmark.ts";
import { median } from "../lib/load.ts";
import { removeFolder, root, startPlatform, temporaryFolder } from "../lib/platform.ts";

const rounds = 4;

/** From `npm start` to `ready`, all systems: with nothing bundled yet, on an empty state folder, on the state it left. */
const start: Benchmark = {
  name: "start",
  async run() {
    const unbundled: number[] = [];
    const empty: number[] = [];
    const again: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const folders = [await temporaryFolder(), await temporaryFolder()] as const;
      const ready = async (stateDirectory: string) => {
        const platform = await startPlatform({ stateDirectory });
        await platform.stop();
        return platform.secondsToReady;
      };
      await rm(join(root, "node_modules/.cache/dsp/sources"), { recursive: true, force: true });
      const seconds = [await ready(folders[0]), await ready(folders[1]), await ready(folders[1])] as const;
      for (const folder of folders) await removeFolder(folder);
      // The first round fills Node's compile cache.
      if (round === 0) continue;
      unbundled.push(seconds[0]);
      empty.push(seconds[1]);
      again.push(seconds[2]);
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
