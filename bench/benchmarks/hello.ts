import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { build } from "esbuild";
import type { Benchmark } from "../lib/benchmark.ts";
import { type Load, load, median, medianLatency } from "../lib/load.ts";
import { commandLine, processTree, pssMegabytes, removeFolder, root, startPlatform } from "../lib/platform.ts";

const peerFolder = join(import.meta.dirname, "../peers/serverless-offline");
const peerUrl = "http://localhost:3555";

/**
 * The hello route against REST routes of serverless-offline, in turn, A B C A B C: one with the same handler, and one with
 * a bare handler of the same answer, which writes no log.
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

      const ours: Load[] = [];
      const same: Load[] = [];
      const bare: Load[] = [];
      for (let round = 0; round < 3; round++) {
        ours.push(await load(url, 10));
        same.push(await load(`${peerUrl}/same`, 10));
        bare.push(await load(`${peerUrl}/bare`, 10));
      }
      const ratio = (theirs: Load[]) =>
        median(ours.map((one, index) => one.requestsPerSecond / theirs[index]!.requestsPerSecond));
      const single = await medianLatency(url, 5_000);
      const theirSingle = await medianLatency(`${peerUrl}/same`, 2_000);
      const failed = ours.reduce((sum, one) => sum + one.failed, 0);
      const counted = processTree(platform.process.pid!).filter((pid) => !commandLine(pid).includes("cmd/run"));
      const memory = pssMegabytes(counted);
      const rate = (loads: Load[]) =>
        Math.round(median(loads.map((one) => one.requestsPerSecond))).toLocaleString("en");
      return [
        {
          what: "hello route, 10 connections, against the same handler on serverless-offline",
          figure: `${rate(ours)}/s against ${rate(same)}/s: ${ratio(same).toFixed(1)} x (${failed} failed)`,
          goal: ">= 2 x",
          met: ratio(same) >= 2 && failed === 0,
        },
        {
          what: "the same, against a bare handler there that writes no log",
          figure: `${rate(ours)}/s against ${rate(bare)}/s: ${ratio(bare).toFixed(1)} x`,
        },
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
