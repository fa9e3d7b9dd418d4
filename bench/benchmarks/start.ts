import type { Benchmark } from "../lib/benchmark.ts";
import { median } from "../lib/load.ts";
import { removeFolder, startPlatform, temporaryFolder } from "../lib/platform.ts";

/** From `npm start` to `ready`: on an empty state folder, and again on the state it left. */
const start: Benchmark = {
  name: "start",
  async run() {
    const first: number[] = [];
    const second: number[] = [];
    for (let round = 0; round < 4; round++) {
      const stateDirectory = await temporaryFolder();
      for (const seconds of [first, second]) {
        const platform = await startPlatform({ stateDirectory });
        // The first round fills Node's compile cache and esbuild's.
        if (round > 0) seconds.push(platform.secondsToReady);
        await platform.stop();
      }
      await removeFolder(stateDirectory);
    }
    return [
      {
        what: "`npm start` to ready",
        figure: `${median(first).toFixed(2)} s`,
        goal: "<= 3 s",
        met: median(first) <= 3,
      },
      { what: "second start", figure: `${median(second).toFixed(2)} s`, goal: "<= 2 s", met: median(second) <= 2 },
    ];
  },
};
export default start;
