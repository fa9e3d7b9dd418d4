import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Benchmark, Row } from "../lib/benchmark.ts";
import { root } from "../lib/platform.ts";

interface Measured {
  seconds: number;
  megabytes: number;
  resources: number;
}

/** One evaluation, in a process of its own that runs as `Pulumi.yaml` has it. */
async function evaluate(routes: number, mode: "program" | "pulumi"): Promise<Measured> {
  const args = ["--stack-trace-limit=1", "--require", "ts-node/register", join(root, "bench/programs/routes.ts")];
  const { stdout } = await promisify(execFile)(process.execPath, [...args, String(routes), mode], { cwd: root });
  return JSON.parse(stdout);
}

/** A program of 10, 100 and 1,000 routes on ten shared functions, and what of it is Pulumi's registering alone. */
const evaluation: Benchmark = {
  name: "evaluation",
  async run() {
    const rows: Row[] = [];
    for (const routes of [10, 100, 1_000]) {
      const whole = await evaluate(routes, "program");
      const pulumi = await evaluate(routes, "pulumi");
      rows.push({
        what: `program evaluation, ${routes} routes on 10 functions (${whole.resources} resources)`,
        figure: `${whole.seconds.toFixed(2)} s, of which Pulumi's own ${pulumi.seconds.toFixed(2)} s; ${whole.megabytes.toFixed(0)} MB`,
        ...(routes === 1_000 && { goal: "<= 6 s, <= 600 MB", met: whole.seconds <= 6 && whole.megabytes <= 600 }),
      });
    }
    return rows;
  },
};
export default evaluation;
