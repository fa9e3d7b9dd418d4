import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../../lib/failure.ts";
import { startCloud } from "../cloud.ts";
import type { Part } from "../part.ts";
import { type RecordedShare, recordedShares } from "../recordedShares.ts";
import { regressions, summary, type Verdicts } from "../recordedVerdicts.ts";

/** Where the answers were recorded; some of their tests name it. */
const recordedIn = "us-east-1";

/** On a cloud of its own, which answers as that region. */
export const recorded: Part = {
  name: "recorded",
  description: "asks the local cloud what AWS was asked once, and compares the answers",
  judge: "recorded",
  async run({ workspace, judges, sample }) {
    const wanted = sample ? sampled(recordedShares) : recordedShares;
    const cloud = await startCloud(join(workspace.folder, "recorded"), recordedIn);
    const out = join(workspace.folder, "logs/recorded");
    const only = sample ? Object.keys(wanted).flatMap((service) => ["--only", service]) : [];
    const invoke = `${cloud.apiOrigin}/_aws/execute-api/{api}/{rest}`;
    const at = ["--endpoint", cloud.origin, "--region", cloud.region, "--invoke-url", invoke];
    try {
      const child = spawn("./run.sh", [...at, "--out", out, ...only], {
        cwd: judges.recorded,
        stdio: ["ignore", "inherit", "inherit"],
      });
      const [code] = await once(child, "close");
      if (code !== 0) throw new Failure(`${judges.recorded}/run.sh ended with code ${code}`);
    } finally {
      await cloud.stop();
    }
    const verdicts = JSON.parse(readFileSync(join(out, "verdicts.json"), "utf8")) as Verdicts;
    const worse = regressions(verdicts, wanted);
    if (worse.length > 0) throw new Failure([summary(verdicts), ...worse].join("\n"));
    return summary(verdicts);
  },
};

const sampled = (shares: Record<string, RecordedShare>) =>
  Object.fromEntries(Object.entries(shares).filter(([, { sample }]) => sample));
