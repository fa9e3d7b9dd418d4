import assert from "node:assert/strict";
import { gunzipSync } from "node:zlib";
import { missing, toolsFolder } from "../../../testing/tools.ts";
import { JobLab } from "./lab.ts";

const counts = `
import sys
from pyspark.sql import SparkSession
from helper import shout

spark = SparkSession.builder.getOrCreate()
rows = spark.read.csv(sys.argv[1], header=True, inferSchema=True)
means = rows.groupBy("kind").avg("value").orderBy("kind")
means.coalesce(1).write.mode("overwrite").parquet(sys.argv[2])
for row in spark.read.parquet(sys.argv[2]).orderBy("kind").collect():
    print(shout(row[0]), row[1])
print("memory", spark.conf.get("spark.driver.memory"), spark.sparkContext.master)
`;

describe("job runs of PySpark", function () {
  this.timeout(300_000);
  let lab: JobLab;
  let application: string;
  before(async function () {
    const reason = missing("spark-submit", "java");
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    lab = await JobLab.start({ tools: toolsFolder });
    application = await lab.application();
  });
  after(() => lab?.test.stop());

  const monitoring = { s3MonitoringConfiguration: { logUri: "s3://jobs/logs" } };
  const configurationOverrides = { monitoringConfiguration: monitoring };
  const said = async (run: string) =>
    gunzipSync(await lab.read(`logs/applications/${application}/jobs/${run}/SPARK_DRIVER/stdout.gz`)).toString();

  it("read and write the bucket under the run's role", async () => {
    const input = await lab.script("in/rows.csv", "kind,value\na,1\na,3\nb,10\n");
    const helper = await lab.script("helper.py", "shout = str.upper\n");
    const run = await lab.submit(application, counts, {
      configurationOverrides,
      jobDriver: {
        sparkSubmit: {
          entryPoint: "",
          entryPointArguments: [input, "s3://jobs/out/means"],
          sparkSubmitParameters: `--driver-memory 600m --py-files ${helper} --conf spark.sql.shuffle.partitions=2`,
        },
      },
    });
    const job = await lab.over(application, run);
    assert.equal(job.state, "SUCCESS", job.stateDetails);
    assert.match(await said(run), /^A 2\.0\nB 10\.0\nmemory 600m local\[\d+\]\n$/);
    const { Contents } = await lab.test.cloud.call<{ Contents: { Key: string }[] }>("s3", "ListObjectsV2", {
      Bucket: "jobs",
      Prefix: "out/means/",
    });
    assert.ok(Contents.some(({ Key }) => Key.endsWith(".parquet")));
    assert.ok(Contents.some(({ Key }) => Key.endsWith("_SUCCESS")));
  });

  it("are denied a bucket that the role may not read", async () => {
    await lab.test.cloud.call("s3", "CreateBucket", { Bucket: "secret" });
    await lab.test.cloud.call("s3", "PutObject", { Bucket: "secret", Key: "rows.csv", Body: Buffer.from("a\n1\n") });
    const reads = `
from pyspark.sql import SparkSession
SparkSession.builder.getOrCreate().read.csv("s3://secret/rows.csv").show()
`;
    const { state, stateDetails } = await lab.over(application, await lab.submit(application, reads));
    assert.equal(state, "FAILED");
    assert.match(stateDetails!, /AccessDenied|403|Forbidden/);
  });
});
