import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark } from "../lib/benchmark.ts";
import { median } from "../lib/load.ts";
import {
  commandLine,
  cpuMilliseconds,
  type Platform,
  processTree,
  removeFolder,
  root,
  startPlatform,
} from "../lib/platform.ts";

const handler = join(root, "handlers/whodis/index.ts");
const greeting = "This is the sound of";
const program = join(root, "config.ts");
const version = 'config.text("appVersion")';

interface Saved {
  /** From saving to the first answer that shows it. */
  seconds: number;
  /** Of all processes, until then. */
  cpuSeconds: number;
}

/** Saves `text`, and asks until the answer has `mark` in it. */
async function saved(platform: Platform, file: string, text: string, mark: string): Promise<Saved> {
  const pid = platform.process.pid as number;
  const cpu = cpuMilliseconds(processTree(pid));
  const began = performance.now();
  await writeFile(file, text);
  while (!(await (await fetch(String(platform.outputs.whodisUrl))).text()).includes(mark)) await sleep(5);
  const seconds = (performance.now() - began) / 1000;
  return { seconds, cpuSeconds: (cpuMilliseconds(processTree(pid)) - cpu) / 1000 };
}

/** Until nobody runs the program for what follows from its packages, and as long as a person thinks. */
async function thought({ process: { pid } }: Platform): Promise<void> {
  await sleep(2_500);
  const busy = () => processTree(pid as number).some((one) => runsInPreview(one));
  for (let tries = 0; tries < 60 && busy(); tries++) await sleep(500);
}

function runsInPreview(pid: number): boolean {
  try {
    return commandLine(pid).includes("--dry-run");
  } catch {
    return false; // It has ended meanwhile.
  }
}

async function rounds(once: (round: number) => Promise<Saved>): Promise<Saved> {
  const all: Saved[] = [];
  for (let round = 0; round < 6; round++) all.push(await once(round));
  const typical = (key: keyof Saved) => median(all.slice(1).map((one) => one[key]));
  return { seconds: typical("seconds"), cpuSeconds: typical("cpuSeconds") };
}

const row = (what: string, { seconds, cpuSeconds }: Saved, goal: number) => ({
  what,
  figure: `${seconds.toFixed(2)} s (${cpuSeconds.toFixed(2)} s of processor)`,
  goal: `<= ${goal} s`,
  met: seconds <= goal,
});

/** From saving a handler, and a module of the program, to the first answer that shows it. */
const save: Benchmark = {
  name: "save",
  async run() {
    const [handlerText, programText] = await Promise.all([handler, program].map((file) => readFile(file, "utf8")));
    const platform = await startPlatform();
    try {
      const handlers = await rounds(async (round) => {
        await thought(platform);
        const mark = `${greeting} round ${round}`;
        return saved(platform, handler, (handlerText as string).replace(greeting, mark), mark);
      });
      const programs = await rounds(async (round) => {
        // Language hosts are loaded meanwhile.
        await sleep(4_000);
        const mark = `version-${round}`;
        return saved(platform, program, (programText as string).replace(version, JSON.stringify(mark)), mark);
      });
      return [
        row("handler save to new answer, all systems", handlers, 0.3),
        row("program save to new answer, all systems", programs, 1),
      ];
    } finally {
      await platform.stop();
      await Promise.all([writeFile(handler, handlerText as string), writeFile(program, programText as string)]);
      await removeFolder(platform.stateDirectory);
    }
  },
};
export default save;
