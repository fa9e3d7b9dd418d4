import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { startBareServer } from "../lib/contenders.ts";
import { type Load, load, median, medianLatency } from "../lib/load.ts";
import {
  commandLine,
  cpuMilliseconds,
  processTree,
  pssMegabytes,
  removeFolder,
  root,
  startPlatform,
} from "../lib/platform.ts";

const peerFolder = join(import.meta.dirname, "../peers/serverless-offline");
const peerUrl = "http://localhost:3555";

/** Parts of a bare server's rate that the route is to reach, by connections. */
const parts = [
  { connections: 32, part: 0.85 },
  { connections: 1, part: 0.4 },
];

/**
 * The hello route against REST routes of serverless-offline, in turn, A B C A B C: one with the same handler, and one with
 * a bare handler of the same answer, which writes no log. Then against Node's own server, which does nothing but answer.
 */
const hello: Benchmark = {
  name: "hello",
  async run() {
    await bundleHandler();
    const platform = await startPlatform({ environment: { LOCAL_WATCH: "off" } });
    const peer = spawn(join(peerFolder, "../../node_modules/.bin/osls"), peerArguments, {
      cwd: peerFolder,
      stdio: "ignore",
    });
    try {
      const url = String(platform.outputs.whodisUrl);
      await untilAnswers(`${peerUrl}/same`);
      await untilAnswers(`${peerUrl}/bare`);
      for (const target of [url, `${peerUrl}/same`, `${peerUrl}/bare`]) await load(target, 10, 2); // warm

      const ours: Turn[] = [];
      const same: Turn[] = [];
      const bare: Turn[] = [];
      for (let round = 0; round < 3; round++) {
        ours.push(await turn(cpuOf(platform.process), url, 10));
        same.push(await turn(cpuOf(peer), `${peerUrl}/same`, 10));
        bare.push(await turn(cpuOf(peer), `${peerUrl}/bare`, 10));
      }
      const single = await medianLatency(url, 5_000);
      const theirSingle = await medianLatency(`${peerUrl}/same`, 2_000);
      const failed = ours.reduce((sum, one) => sum + one.failed, 0);
      const counted = processTree(platform.process.pid!).filter((pid) => !commandLine(pid).includes("cmd/run"));
      const memory = pssMegabytes(counted);
      const against = (theirs: Turn[]) => `${beside(ours, theirs)}: ${ratio(ours, theirs).toFixed(1)} x`;
      return [
        {
          what: "hello route, 10 connections, against the same handler on serverless-offline",
          figure: `${against(same)} (${failed} failed)`,
          goal: ">= 2 x",
          met: ratio(ours, same) >= 2 && failed === 0,
        },
        {
          what: "the same, against a bare handler there that writes no log",
          figure: against(bare),
        },
        ...(await besideBareServer(cpuOf(platform.process), url)),
        {
          what: "hello route, 1 connection, p50",
          figure: `${single.toFixed(2)} ms against ${theirSingle.toFixed(2)} ms`,
          goal: "<= 0.5 ms",
          met: single <= 0.5,
        },
        {
          what: "memory (PSS) after the load, without the language host",
          figure: `${Math.round(memory)} MB in ${counted.length} processes`,
          goal: "<= 500 MB",
          met: memory <= 500,
        },
      ];
    } finally {
      const ended = once(peer, "exit");
      peer.kill("SIGTERM");
      await Promise.all([ended, platform.stop()]);
      await removeFolder(platform.stateDirectory);
    }
  },
};
export default hello;

/** A turn of the load generator, with milliseconds of processor time that the server took for a request. */
type Turn = Load & { cpu: number };

/** @param cpu milliseconds until now of the server and all that it has started. */
async function turn(cpu: () => number, url: string, connections: number): Promise<Turn> {
  const before = cpu();
  const done = await load(url, connections);
  return { ...done, cpu: (cpu() - before) / done.requests };
}

const cpuOf =
  ({ pid }: ChildProcess) =>
  () =>
    cpuMilliseconds(processTree(pid as number));

const ratio = (ours: Turn[], theirs: Turn[]): number =>
  median(ours.map((one, index) => one.requestsPerSecond / theirs[index]!.requestsPerSecond));

/** `3,520/s, 268 µs of processor time, against 1,963/s, 489 µs` */
function beside(ours: Turn[], theirs: Turn[]): string {
  const rate = (turns: Turn[]) => Math.round(median(turns.map((one) => one.requestsPerSecond))).toLocaleString("en");
  const time = (turns: Turn[]) => `${Math.round(1_000 * median(turns.map(({ cpu }) => cpu)))} µs`;
  return `${rate(ours)}/s, ${time(ours)} of processor time, against ${rate(theirs)}/s, ${time(theirs)}`;
}

async function besideBareServer(cpu: () => number, url: string): Promise<Row[]> {
  const bare = await startBareServer(await (await fetch(url)).text());
  const rows: Row[] = [];
  try {
    await load(bare.origin, 32, 2); // warm
    for (const { connections, part } of parts) {
      const ours: Turn[] = [];
      const theirs: Turn[] = [];
      for (let round = 0; round < 3; round++) {
        ours.push(await turn(cpu, url, connections));
        theirs.push(await turn(() => bare.cpu, bare.origin, connections));
      }
      const reached = ratio(ours, theirs);
      rows.push({
        what: `hello route, ${connections} connection${connections === 1 ? "" : "s"}, against Node's HTTP server that gives the same answer`,
        figure: `${beside(ours, theirs)}: ${Math.round(100 * reached)} %`,
        goal: `>= ${100 * part} %`,
        met: reached >= part,
      });
    }
  } finally {
    await bare.stop();
  }
  return rows;
}

const peerArguments = ["offline", "--httpPort", "3555", "--lambdaPort", "3556", "--noPrependStageInUrl"];

/** Our handler as the peer runs it: one ES module. */
function bundleHandler(): Promise<unknown> {
  return build({
    entryPoints: [join(root, "handlers/whodis/index.ts")],
    outfile: join(peerFolder, ".build/whodis.mjs"),
    bundle: true,
    minify: true,
    platform: "node",
    format: "esm",
    mainFields: ["module", "main"],
    banner: { js: "import{createRequire as r}from'node:module';const require=r(import.meta.url);" },
  });
}

async function untilAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(200);
  }
  throw new Error(`${url} did not answer within 30 s`);
}
