import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Benchmark } from "../lib/benchmark.ts";
import { median } from "../lib/load.ts";
import { removeFolder, root, startPlatform, temporaryFolder } from "../lib/platform.ts";

const rounds = 7;

/** `dsp state`, the whole command: the state of all systems is kept while they run, and put back once they have ended. */
const state: Benchmark = {
  name: "state",
  async run() {
    const folder = await temporaryFolder();
    const stateDirectory = join(folder, "state");
    try {
      const platform = await startPlatform({ stateDirectory });
      const saves: number[] = [];
      for (let round = 0; round <= rounds; round++) saves.push(seconds(stateDirectory, "save", `s${round}`));
      await platform.stop();
      const loads: number[] = [];
      for (let round = 0; round <= rounds; round++) loads.push(seconds(stateDirectory, "load", `s${round}`));
      return [row("`dsp state save`, all systems, as they run", saves), row("`dsp state load`", loads)];
    } finally {
      await removeFolder(folder);
    }
  },
};
export default state;

/** @throws Error with what it said, when it fails. */
function seconds(stateDirectory: string, ...command: string[]): number {
  const began = performance.now();
  const { status, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "scripts/dsp.ts", "state", ...command, "--state-dir", stateDirectory],
    { cwd: root, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`dsp state ${command.join(" ")}: ${stderr}`);
  return (performance.now() - began) / 1000;
}

/** The first one fills Node's compile cache. */
function row(what: string, times: number[]) {
  const figure = median(times.slice(1));
  return { what, figure: `${figure.toFixed(2)} s`, goal: "<= 1 s", met: figure <= 1 };
}
