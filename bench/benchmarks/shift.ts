import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { load } from "../lib/load.ts";
import { type Platform, removeFolder, root, startPlatform } from "../lib/platform.ts";

const handler = join(root, "handlers/whodis/index.ts");
const connections = 4;
/** Load comes in rounds of so many seconds, until the deployment has ended; at most so many rounds. */
const seconds = 5;
const rounds = 24;

/** What callers notice while a new version gets its traffic by a canary: of a good one nothing, of a bad one little. */
const shift: Benchmark = {
  name: "shift",
  async run() {
    const original = await readFile(handler, "utf8");
    const platform = await startPlatform({ environment: { LOCAL_WATCH: "on" }, arguments: ["--gradual"] });
    try {
      const good = original.replace("This is", "Now this is");
      const forth = await during(platform, good, /100 % to version/);
      const bad = `${original.replace("export const handler =", "const greeting =")}
export const handler: typeof greeting = (...given) => {
  if (Math.random() < 0.2) throw new Error("one in five");
  return greeting(...given);
};
`;
      const back = await during(platform, bad, /ALARM_ACTIVE/);
      return [
        row("requests failed while a canary brings a new version", forth, 0),
        row("requests failed by a version that fails for one in five, until it is rolled back", back, 0.02),
      ];
    } finally {
      await platform.stop();
      await writeFile(handler, original);
      await removeFolder(platform.stateDirectory);
    }
  },
};
export default shift;

/** @returns what became of the requests around that version's deployment, which must end so. */
async function during(platform: Platform, code: string, end: RegExp): Promise<{ failed: number; sent: number }> {
  // The waiting language host is loaded meanwhile, as it is while a person thinks.
  await sleep(2_500);
  let printed = "";
  const read = (chunk: Buffer) => (printed += chunk);
  platform.process.stdout!.on("data", read);
  await writeFile(handler, code);
  const total = { failed: 0, sent: 0 };
  for (let round = 0; round < rounds && !end.test(printed); round++) {
    const { requestsPerSecond, failed } = await load(String(platform.outputs.whodisUrl), connections, seconds);
    total.failed += failed;
    total.sent += Math.round(requestsPerSecond * seconds);
  }
  platform.process.stdout!.off("data", read);
  if (!end.test(printed)) throw new Error(`the deployment did not end as it should:\n${printed}`);
  return total;
}

const row = (what: string, { failed, sent }: { failed: number; sent: number }, share: number): Row => ({
  what,
  figure: `${failed} of ${sent} (${((100 * failed) / sent).toFixed(2)} %)`,
  goal: share === 0 ? "0" : `<= ${100 * share} %`,
  met: failed / sent <= share,
});
