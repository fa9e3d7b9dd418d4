import { randomBytes } from "node:crypto";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { Archive } from "../lib/archive.ts";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { inParallel, median } from "../lib/load.ts";
import { type Platform, removeFolder, startPlatform } from "../lib/platform.ts";

/** Executions without approval; `BENCH_EXECUTIONS` for another number. */
const executions = Number(process.env.BENCH_EXECUTIONS ?? 2_000);
/** Waiting approvals; `BENCH_APPROVALS` for another number. */
const approvals = Number(process.env.BENCH_APPROVALS ?? 1_000);
const drops = 30;
const connections = 16;
const gigabyte = 1_000_000_000;

/** The archiver: executions a second, drop to record, a thousand waiting approvals over a restart, a large file. */
const archiver: Benchmark = {
  name: "archiver",
  async run() {
    const options = { environment: { LOCAL_WATCH: "off" } };
    let platform: Platform = await startPlatform(options);
    const { stateDirectory } = platform;
    try {
      let archive = new Archive(platform);
      const rows = [await rate(archive), await delay(archive), await large(archive)];
      const waiting = await ask(archive);
      const half = waiting.length / 2;
      await answer(archive, waiting.slice(0, half));
      await platform.stop();
      platform = await startPlatform({ ...options, stateDirectory });
      archive = new Archive(platform);
      await answer(archive, waiting.slice(half));
      return [...rows, await judged(archive, waiting)];
    } finally {
      await platform.stop();
      await removeFolder(stateDirectory);
    }
  },
};
export default archiver;

/** Runs `work` for each item, some at a time. */
const each = <Item>(items: Item[], work: (item: Item) => Promise<void>): Promise<void> =>
  inParallel(items.length, connections, (n) => work(items[n]!));

async function rate(archive: Archive): Promise<Row> {
  const run = async (count: number) => {
    const arns: string[] = [];
    const began = performance.now();
    await each(
      Array.from({ length: count }, (_, n) => n),
      async (n) => {
        arns.push(await archive.start({ archive: n % 3 > 0, quality: n % 100 }));
      },
    );
    const records = await archive.recorded(arns);
    return { seconds: (performance.now() - began) / 1_000, records: records.length };
  };
  await run(100);
  const { seconds, records } = await run(executions);
  const perSecond = executions / seconds;
  return {
    what: `${executions.toLocaleString("en")} executions without approval, from the first start to the last record`,
    figure: `${Math.round(perSecond)}/s (${executions - records} lost or twice)`,
    goal: ">= 200/s, 0",
    met: perSecond >= 200 && records === executions,
  };
}

async function delay(archive: Archive): Promise<Row> {
  const times: number[] = [];
  for (let round = 0; round < drops + 5; round++) {
    const began = performance.now();
    await archive.recordOf(await archive.drop(`bench/${round}.bin`, randomBytes(10_000), 10_000));
    // The first ones start environments.
    if (round >= 5) times.push(performance.now() - began);
    await sleep(20);
  }
  const p50 = median(times);
  return {
    what: "drop of a file to its record, p50",
    figure: `${Math.round(p50)} ms`,
    goal: "<= 300 ms",
    met: p50 <= 300,
  };
}

async function large(archive: Archive): Promise<Row> {
  const chunk = randomBytes(1_000_000);
  const file = Readable.from(Array.from({ length: gigabyte / chunk.length }, () => chunk));
  const began = performance.now();
  const record = await archive.recordOf(await archive.drop("bench/large.bin", file, gigabyte));
  const seconds = (performance.now() - began) / 1_000;
  await sleep(1_000);
  const memory = Math.max(await archive.memoryOf("archiver-gatherInfo"), await archive.memoryOf("archiver-act"));
  return {
    what: "record of a 1 GB file: memory of the functions",
    figure: `${memory} MB (${record.Action?.S}, ${seconds.toFixed(1)} s with its upload)`,
    goal: "<= 256 MB",
    met: memory > 0 && memory <= 256 && record.Action?.S === "Archived",
  };
}

interface Waiting {
  execution: string;
  token: string;
  answer: { approved: boolean; approver: string; reason: string };
}

/** Starts executions that ask. @returns them in random order, each with an answer of its own. */
async function ask(archive: Archive): Promise<Waiting[]> {
  await each(
    Array.from({ length: approvals }, (_, n) => n),
    async (n) => {
      await archive.start({ approval_needed: true, archive: true, quality: 90, n });
    },
  );
  const tokens = [...(await archive.questions(approvals))];
  return tokens
    .map(([execution, token], n) => ({
      execution,
      token,
      answer: { approved: n % 2 === 0, approver: `approver-${n}`, reason: "" },
      order: Math.random(),
    }))
    .sort((one, other) => one.order - other.order);
}

const answer = (archive: Archive, waiting: Waiting[]) => each(waiting, (one) => archive.answer(one.token, one.answer));

async function judged(archive: Archive, waiting: Waiting[]): Promise<Row> {
  const records = await archive.recorded(waiting.map(({ execution }) => execution));
  const answers = new Map(waiting.map((one) => [one.execution, one.answer]));
  const right = records.filter(({ Execution, Action, Approved, Approver }) => {
    const { approved, approver } = answers.get(Execution)!;
    return Approved === approved && Approver === approver && Action === (approved ? "Archived" : "Rejected");
  });
  return {
    what: `${approvals.toLocaleString("en")} waiting approvals, answered in random order, half of them after a restart`,
    figure: `${right.length} right of ${records.length} records`,
    goal: `${approvals} of ${approvals}`,
    met: right.length === approvals && records.length === approvals,
  };
}
