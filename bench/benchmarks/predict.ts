import { setTimeout as sleep } from "node:timers/promises";
import { BatchWriteItemCommand, PutItemCommand } from "@aws-sdk/client-dynamodb";
import {
  GetFunctionConfigurationCommand,
  InvokeCommand,
  LambdaClient,
  ListEventSourceMappingsCommand,
  UpdateEventSourceMappingCommand,
  UpdateFunctionConfigurationCommand,
} from "@aws-sdk/client-lambda";
import { marshall } from "@aws-sdk/util-dynamodb";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { percentile } from "../lib/load.ts";
import { IrisPipeline } from "../lib/pipeline.ts";
import { cpuMilliseconds, processTree, pssMegabytes, removeFolder, startPlatform } from "../lib/platform.ts";

/** Seconds of sustained POSTs, and before them of such that do not count: environments start, and code is compiled. */
const duration = 10;
const warmUp = 5;
const connections = 16;
/** Records that wait when the predictor begins; `BENCH_BACKLOG` for another number. */
const backlog = Number(process.env.BENCH_BACKLOG ?? 50_000);

/**
 * The iris pipeline: how soon a record is predicted, how many a second, how a backlog is worked off, whether a long stream
 * slows writes, and how long a cold predictor takes.
 */
const predict: Benchmark = {
  name: "predict",
  async run() {
    const platform = await startPlatform({ environment: { LOCAL_WATCH: "off" } });
    const iris = new IrisPipeline(platform, connections);
    try {
      const rows = [await delay(iris), await cold(iris), ...(await sustained(iris, platform.process.pid!))];
      const before = await writeTime(iris);
      rows.push(...(await drain(iris, platform.process.pid!)));
      return [...rows, longStream(before, await writeTime(iris), await iris.count())];
    } finally {
      iris.close();
      await platform.stop();
      await removeFolder(platform.stateDirectory);
    }
  },
};
export default predict;

async function predicted(iris: IrisPipeline): Promise<number> {
  const began = performance.now();
  const { body } = await iris.post(iris.flower());
  while ((await iris.get(body.id)).status !== 200) await sleep(1);
  return performance.now() - began;
}

async function delay(iris: IrisPipeline): Promise<Row> {
  for (let warm = 0; warm < 50; warm++) await predicted(iris);
  const times: number[] = [];
  for (let round = 0; round < 300; round++) times.push(await predicted(iris));
  const [p50, p99] = [percentile(times, 0.5), percentile(times, 0.99)];
  return {
    what: "POST to prediction readable, p50 / p99",
    figure: `${p50.toFixed(0)} ms / ${p99.toFixed(0)} ms`,
    goal: "<= 50 ms / <= 250 ms",
    met: p50 <= 50 && p99 <= 250,
  };
}

async function sustained(iris: IrisPipeline, pid: number): Promise<Row[]> {
  await post(iris, warmUp);
  await iris.drained();
  const before = await iris.count();
  const cpu = cpuMilliseconds(processTree(pid));
  const { created, failed } = await post(iris, duration);
  const rate = created / duration;
  const seconds = await iris.drained();
  const each = (cpuMilliseconds(processTree(pid)) - cpu) / created;
  const lost = created - ((await iris.count()) - before);
  const twice = await iris.predictedTwice();
  return [
    {
      what: `sustained POSTs, ${connections} connections`,
      figure: `${Math.round(rate)}/s (${failed} failed; ${each.toFixed(1)} ms of processor time each, prediction included)`,
      goal: ">= 400/s",
      met: rate >= 400 && failed === 0,
    },
    {
      what: "their backlog drained after",
      figure: `${seconds.toFixed(1)} s (${lost} lost, ${twice} predicted twice)`,
      goal: `<= ${duration} s, 0, 0`,
      met: seconds <= duration && lost === 0 && twice === 0,
    },
  ];
}

/** Posts on every connection, as fast as answers come. */
async function post(iris: IrisPipeline, seconds: number): Promise<{ created: number; failed: number }> {
  const end = performance.now() + seconds * 1000;
  let created = 0;
  let failed = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < end) {
        const { status } = await iris.post(iris.flower());
        if (status === 201) created++;
        else failed++;
      }
    }),
  );
  return { created, failed };
}

/** The deployed predictor with another variable each time, so that no environment is warm: what its reports say of that. */
async function cold(iris: IrisPipeline): Promise<Row> {
  const lambda = new LambdaClient(iris.client);
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
  const mapped = EventSourceMappings.find(({ EventSourceArn }) => EventSourceArn?.includes(iris.table));
  const FunctionName = mapped?.FunctionArn?.split(":")[6];
  const { Environment, CodeSize = 0 } = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }));
  const times: number[] = [];
  for (let round = 0; round < 9; round++) {
    const Variables = { ...Environment?.Variables, ROUND: String(round) };
    await lambda.send(new UpdateFunctionConfigurationCommand({ FunctionName, Environment: { Variables } }));
    const Payload = Buffer.from(JSON.stringify({ Records: [] }));
    const { LogResult = "" } = await lambda.send(new InvokeCommand({ FunctionName, Payload, LogType: "Tail" }));
    const report = Buffer.from(LogResult, "base64").toString();
    times.push(Number(/"initDurationMs":\s*([\d.]+)/.exec(report)?.[1]));
  }
  const median = times.sort((a, b) => a - b)[4]!;
  return {
    what: "predict function, cold; its package, zipped, with the source map",
    figure: `${median.toFixed(0)} ms; ${Math.round(CodeSize / 1024)} KB`,
    goal: "<= 150 ms; bundle <= 600 KB",
    met: median <= 150,
  };
}

/** Milliseconds that one write takes, the median of many, one after the other. */
async function writeTime(iris: IrisPipeline): Promise<number> {
  const times: number[] = [];
  for (let write = 0; write < 500; write++) {
    const id = `write-${performance.now()}`;
    const began = performance.now();
    // Of a class already: nobody predicts it.
    const Item = marshall({ ...iris.flower(), id, pred_target: "none" });
    await iris.dynamodb.send(new PutItemCommand({ TableName: iris.table, Item }));
    times.push(performance.now() - began);
  }
  return times.sort((a, b) => a - b)[250]!;
}

const longStream = (before: number, after: number, items: number): Row => ({
  what: `a write, before and after some ${(2 * items).toLocaleString("en")} records in the table's stream`,
  figure: `${before.toFixed(1)} ms, ${after.toFixed(1)} ms`,
  goal: "no slower (at most twice, on a noisy machine)",
  met: after <= 2 * before,
});

/** Records are written while the predictor sleeps. */
async function drain(iris: IrisPipeline, pid: number): Promise<Row[]> {
  const lambda = new LambdaClient(iris.client);
  const { EventSourceMappings = [] } = await lambda.send(new ListEventSourceMappingsCommand({}));
  const UUID = EventSourceMappings.find(({ EventSourceArn }) => EventSourceArn?.includes(iris.table))?.UUID;
  const enable = async (Enabled: boolean) => {
    await lambda.send(new UpdateEventSourceMappingCommand({ UUID, Enabled }));
    await sleep(1_000);
  };
  await enable(false);
  const now = new Date().toISOString();
  for (let from = 0; from < backlog; from += 25) {
    const items = Array.from({ length: Math.min(25, backlog - from) }, (_, index) => {
      const id = (from + index).toString(16).padStart(32, "0");
      const keys = { id, created_at: now, time_key: `${now}#${id}`, time_bucket: "b", unpredicted_bucket: "b" };
      return { PutRequest: { Item: marshall({ ...iris.flower(), ...keys }) } };
    });
    await iris.dynamodb.send(new BatchWriteItemCommand({ RequestItems: { [iris.table]: items } }));
  }
  const megabytes = () => pssMegabytes(processTree(pid));
  const before = megabytes();
  let peak = before;
  const watching = setInterval(() => {
    peak = Math.max(peak, megabytes());
  }, 500);
  const cpu = cpuMilliseconds(processTree(pid));
  try {
    await enable(true);
    const seconds = (await iris.drained(900)) + 1;
    const rate = backlog / seconds;
    const each = (cpuMilliseconds(processTree(pid)) - cpu) / backlog;
    return [
      {
        what: `backlog of ${backlog.toLocaleString("en")} records`,
        figure: `${Math.round(rate).toLocaleString("en")}/s (${each.toFixed(1)} ms of processor time each), memory ${Math.round(before)} MB, at most ${Math.round(peak)} MB`,
        goal: ">= 1,000/s, memory flat (+ 100 MB)",
        met: rate >= 1_000 && peak - before <= 100,
      },
    ];
  } finally {
    clearInterval(watching);
  }
}
