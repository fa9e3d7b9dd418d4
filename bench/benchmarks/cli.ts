import { findJudges } from "../../scripts/conformance/judges.ts";
import { bootstrap } from "../../scripts/conformance/parts/bootstrap.ts";
import { again, preview, up } from "../../scripts/conformance/parts/deploy.ts";
import { start } from "../../scripts/conformance/parts/local.ts";
import { comparisons } from "../../scripts/conformance/report.ts";
import { openSession } from "../../scripts/conformance/session.ts";
import type { Benchmark } from "../lib/benchmark.ts";

export default {
  name: "cli",
  async run() {
    const judges = findJudges();
    const { pulumi: missing } = judges.missing;
    if (missing) return [{ what: "the real Pulumi CLI against the local engine", figure: `not measured: ${missing}` }];
    const session = await openSession(judges, {});
    try {
      for (const part of [bootstrap, preview, up, again, start]) await part.run(session);
      return comparisons(session.seconds);
    } finally {
      await session.close();
    }
  },
} satisfies Benchmark;
