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
      const saves: Times[] = [];
      for (let round = 0; round <= rounds; round++) saves.push(timesOf(stateDirectory, "save", `s${round}`));
      await platform.stop();
      const loads: Times[] = [];
      for (let round = 0; round <= rounds; round++) loads.push(timesOf(stateDirectory, "load", `s${round}`));
      return [row("`dsp state save`, all systems, as they run", saves), row("`dsp state load`", loads)];
    } finally {
      await removeFolder(folder);
    }
  },
};
export default state;

/** Seconds. */
interface Times {
  command: number;
  /** What it says that the state alone took; the rest is the start of Node.js. */
  state: number;
}

/** @throws Error with what it said, when it fails. */
function timesOf(stateDirectory: string, ...command: string[]): Times {
  const began = performance.now();
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ["--disable-warning=ExperimentalWarning", "scripts/dsp.ts", "state", ...command, "--state-dir", stateDirectory],
    { cwd: root, encoding: "utf8" },
  );
  if (status !== 0) throw new Error(`dsp state ${command.join(" ")}: ${stderr}`);
  const [, state] = /\((\d+\.\d+) s\)/.exec(stdout) ?? [];
  return { command: (performance.now() - began) / 1000, state: Number(state) };
}

/** The first one fills Node's compile cache. */
function row(what: string, times: Times[]) {
  const of = (key: keyof Times) => median(times.slice(1).map((one) => one[key]));
  const figure = `${of("command").toFixed(2)} s, ${of("state").toFixed(2)} s of them the state`;
  return { what, figure, goal: "<= 1 s", met: of("command") <= 1 };
}
