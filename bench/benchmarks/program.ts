import type { Benchmark, Row } from "../lib/benchmark.ts";
import { type Evaluation, evaluate } from "../lib/evaluate.ts";

/** Evaluation of a program with 10, 100 and 1,000 routes on ten functions, and of as many bare resources. */
const program: Benchmark = {
  name: "program",
  async run() {
    const rows: Row[] = [];
    let bare: Evaluation | undefined;
    for (const routes of [10, 100, 1_000]) {
      const ours = await evaluate("routes", routes);
      bare = await evaluate("bare", ours.resources);
      const share = Math.round((100 * bare.seconds) / ours.seconds);
      rows.push({
        what: `program of ${routes} routes on 10 functions (${ours.resources} resources)`,
        figure: `${ours.seconds.toFixed(1)} s, ${Math.round(ours.megabytes)} MB; Pulumi's own share ${share} % (${bare.seconds.toFixed(1)} s, ${Math.round(bare.megabytes)} MB for as many bare resources)`,
        ...(routes === 1_000 && { goal: "<= 6 s, <= 600 MB", met: ours.seconds <= 6 && ours.megabytes <= 600 }),
      });
    }
    return rows;
  },
};
export default program;
