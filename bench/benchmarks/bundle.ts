import { execFile } from "node:child_process";
import { statSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { median } from "../lib/load.ts";
import { root } from "../lib/platform.ts";

const run = async (...args: string[]): Promise<string> =>
  (
    await promisify(execFile)(process.execPath, args, { cwd: root, env: { ...process.env, AWS_REGION: "eu-west-1" } })
  ).stdout.trim();

/** Size of a deployment package's code, and how long a new process takes to load it. */
async function measure(entry: string): Promise<{ kilobytes: number; milliseconds: number }> {
  const file = await run("--require", "ts-node/register", join(root, "bench/programs/bundle.ts"), entry);
  const times: number[] = [];
  for (let round = 0; round < 9; round++) {
    const code = `const began=performance.now();await import(${JSON.stringify(file)});console.log(performance.now()-began)`;
    times.push(Number(await run("--input-type=module", "--eval", code)));
  }
  return { kilobytes: statSync(file).size / 1000, milliseconds: median(times) };
}

const bundles: Benchmark = {
  name: "bundle",
  async run(): Promise<Row[]> {
    const everything = await measure("bench/programs/everything.ts");
    const whodis = await measure("handlers/whodis/index.ts");
    const figure = ({ kilobytes, milliseconds }: typeof whodis) =>
      `${kilobytes.toFixed(0)} KB, loads in ${milliseconds.toFixed(0)} ms`;
    return [
      {
        what: "bundle with DynamoDB, Powertools (logger, tracer, metrics, batch), `zod/mini`",
        figure: figure(everything),
        goal: "<= 600 KB, <= 80 ms",
        met: everything.kilobytes <= 600 && everything.milliseconds <= 80,
      },
      { what: "bundle of whodis", figure: figure(whodis) },
    ];
  },
};
export default bundles;
