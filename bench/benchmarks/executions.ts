import type { Benchmark } from "../lib/benchmark.ts";
import { besidePeers, rowsOf } from "../lib/beside.ts";
import { executionsOfOld, workflows } from "../peers/workflows.ts";

/** Step Functions beside its peers, in turns; how it grows with what has run. */
const executions: Benchmark = {
  name: "executions",
  run: () =>
    besidePeers(["states", "iam"], async (servers) => [
      ...(await rowsOf(workflows, servers)),
      ...(await rowsOf([executionsOfOld], servers.slice(0, 1), 600)),
    ]),
};
export default executions;
