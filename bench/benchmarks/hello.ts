import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Benchmark } from "../lib/benchmark.ts";
import { type Load, load, median, medianLatency } from "../lib/load.ts";
import { commandLine, processTree, pssMegabytes, removeFolder, startPlatform } from "../lib/platform.ts";

const peerFolder = join(import.meta.dirname, "../peers/serverless-offline");
const peerUrl = "http://localhost:3555/whodis";

/** The hello route against a REST route of serverless-offline with the same answer, in turn, A B A B A B. */
const hello: Benchmark = {
  name: "hello",
  async run() {
    const platform = await startPlatform({ environment: { LOCAL_WATCH: "off" } });
    const peer = spawn(join(peerFolder, "../../node_modules/.bin/osls"), peerArguments, {
      cwd: peerFolder,
      stdio: "ignore",
    });
    try {
      const url = String(platform.outputs.whodisUrl);
      await untilAnswers(peerUrl);
      await Promise.all([load(url, 10, 2), load(peerUrl, 10, 2)]); // warm

      const ours: Load[] = [];
      const theirs: Load[] = [];
      for (let round = 0; round < 3; round++) {
        ours.push(await load(url, 10));
        theirs.push(await load(peerUrl, 10));
      }
      const ratio = median(ours.map((one, index) => one.requestsPerSecond / theirs[index]!.requestsPerSecond));
      const single = await medianLatency(url, 5_000);
      const failed = ours.reduce((sum, one) => sum + one.failed, 0);
      const counted = processTree(platform.process.pid!).filter((pid) => !commandLine(pid).includes("cmd/run"));
      const memory = pssMegabytes(counted);
      const rate = (loads: Load[]) =>
        Math.round(median(loads.map((one) => one.requestsPerSecond))).toLocaleString("en");
      return [
        {
          what: "hello route, 10 connections, against serverless-offline",
          figure: `${rate(ours)}/s against ${rate(theirs)}/s: ${ratio.toFixed(1)} x (${failed} failed)`,
          goal: ">= 2 x",
          met: ratio >= 2 && failed === 0,
        },
        {
          what: "hello route, 1 connection, p50",
          figure: `${single.toFixed(2)} ms`,
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

async function untilAnswers(url: string): Promise<void> {
  for (let attempt = 0; attempt < 150; attempt++) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    await sleep(200);
  }
  throw new Error(`${url} did not answer within 30 s`);
}
