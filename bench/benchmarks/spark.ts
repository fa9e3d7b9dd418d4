import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  CreateApplicationCommand,
  EMRServerlessClient,
  GetJobRunCommand,
  StartJobRunCommand,
} from "@aws-sdk/client-emr-serverless";
import { missing, startCloud, toolsFolder } from "local-aws/testing";
import type { Benchmark } from "../lib/benchmark.ts";
import { median } from "../lib/load.ts";
import { removeFolder } from "../lib/platform.ts";

const rounds = 3;
const memory = "600m";
/** A session, and one small stage of work. */
const script = `from pyspark.sql import SparkSession
spark = SparkSession.builder.getOrCreate()
print(spark.range(1000).selectExpr("sum(id)").collect())
`;

/** A run of a PySpark job, from the call to its end, beside `spark-submit` of the same script with the same settings. */
const spark: Benchmark = {
  name: "spark",
  async run() {
    const what = "PySpark job, from the call to SUCCESS, against plain `spark-submit` of the same script";
    const reason = missing("spark-submit", "java");
    if (reason) return [{ what, figure: `not measured: ${reason.trim()}` }];
    const folder = mkdtempSync(join(tmpdir(), "bench-spark-"));
    const cloud = await startCloud({ tools: toolsFolder });
    try {
      const run = await jobOf(cloud);
      const times = { plain: [] as number[], job: [] as number[] };
      // Before anything counts, Spark's connector to S3 is fetched, and files are in memory.
      await run();
      await plain(folder);
      for (let round = 0; round < rounds; round++) {
        times.plain.push(await plain(folder));
        times.job.push(await run());
      }
      const [alone, job] = [median(times.plain), median(times.job)];
      return [
        {
          what,
          figure: `${job.toFixed(2)} s against ${alone.toFixed(2)} s: ${(job - alone).toFixed(2)} s more`,
          goal: "<= 2 s more",
          met: job - alone <= 2,
        },
      ];
    } finally {
      await cloud.stop();
      await removeFolder(folder);
    }
  },
};
export default spark;

/** @returns what runs the script as a job, and says in how many seconds. */
async function jobOf(cloud: Awaited<ReturnType<typeof startCloud>>): Promise<() => Promise<number>> {
  const client = cloud.client(EMRServerlessClient);
  await cloud.cloud.call("s3", "CreateBucket", { Bucket: "jobs" });
  await cloud.cloud.call("s3", "PutObject", { Bucket: "jobs", Key: "script.py", Body: Buffer.from(script) });
  const { roleArn: executionRoleArn } = await cloud.mintRole(
    { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::jobs/*" },
    { name: "job", trust: "emr-serverless.amazonaws.com" },
  );
  const { applicationId } = await client.send(
    new CreateApplicationCommand({ name: "jobs", type: "SPARK", releaseLabel: "emr-7.5.0" }),
  );
  const sparkSubmitParameters = `--driver-memory ${memory} --conf spark.log.level=WARN`;
  const sparkSubmit = { entryPoint: "s3://jobs/script.py", sparkSubmitParameters };
  return async () => {
    const began = performance.now();
    const clientToken = crypto.randomUUID();
    const { jobRunId } = await client.send(
      new StartJobRunCommand({ applicationId, executionRoleArn, clientToken, jobDriver: { sparkSubmit } }),
    );
    for (;;) {
      const { jobRun } = await client.send(new GetJobRunCommand({ applicationId, jobRunId }));
      if (jobRun!.state === "SUCCESS") return (performance.now() - began) / 1000;
      if (jobRun!.state === "FAILED") throw new Error(jobRun!.stateDetails);
      await sleep(20);
    }
  };
}

/** @returns seconds that spark-submit takes. */
async function plain(folder: string): Promise<number> {
  const file = join(folder, "script.py");
  writeFileSync(file, script);
  const bin = join(toolsFolder, "python/bin");
  const conf = ["spark.ui.enabled=false", "spark.log.level=WARN", "spark.driver.bindAddress=127.0.0.1"];
  const began = performance.now();
  const child = spawn(
    "spark-submit",
    [
      ...["--master", `local[${availableParallelism()}]`, "--driver-memory", memory],
      ...conf.flatMap((one) => ["--conf", one]),
      file,
    ],
    {
      cwd: folder,
      stdio: "ignore",
      env: { ...process.env, PATH: `${bin}:${process.env.PATH}`, SPARK_LOCAL_IP: "127.0.0.1" },
    },
  );
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`spark-submit ended with exit code ${code}`);
  return (performance.now() - began) / 1000;
}
