import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import {
  CreateNotebookInstanceLifecycleConfigCommand,
  StartNotebookInstanceCommand,
  StopNotebookInstanceCommand,
  UpdateNotebookInstanceLifecycleConfigCommand,
} from "@aws-sdk/client-sagemaker";
import { Tools } from "../../../../src/containers/tools.ts";
import { missing, toolsFolder } from "../../../../testing/tools.ts";
import { NotebookLab } from "./lab.ts";

const onStart = (script: string) => [{ Content: Buffer.from(script).toString("base64") }];
const sparkmagic = onStart("cat > /home/ec2-user/.sparkmagic/config.json <<END\n{}\nEND\n");

/** A notebook whose lifecycle configuration sets sparkmagic up. @returns Jupyter's folder of data. */
async function createClusterBacked(lab: NotebookLab, name: string): Promise<string> {
  const config = { NotebookInstanceLifecycleConfigName: name, OnStart: sparkmagic };
  await lab.client.send(new CreateNotebookInstanceLifecycleConfigCommand(config));
  await lab.create(name, { LifecycleConfigName: name });
  await lab.until(name, "InService");
  return join(lab.test.cloud.directory, "sagemaker/notebooks", name, "home/.jupyter/data");
}

describe("the PySpark kernel of a notebook instance", function () {
  this.timeout(60_000);
  let lab: NotebookLab;
  const { MAVEN_REPOSITORY } = process.env;
  before(async () => {
    // Nothing is fetched: nobody listens there.
    process.env.MAVEN_REPOSITORY = "http://127.0.0.1:1";
    lab = await NotebookLab.start();
  });
  after(async () => {
    if (MAVEN_REPOSITORY === undefined) delete process.env.MAVEN_REPOSITORY;
    else process.env.MAVEN_REPOSITORY = MAVEN_REPOSITORY;
    await lab.test.stop();
  });

  it("is there as long as the lifecycle configuration sets sparkmagic up, under sparkmagic's name", async () => {
    const folder = join(await createClusterBacked(lab, "spark"), "kernels/pysparkkernel");
    const { display_name, argv, env } = JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8"));
    assert.equal(display_name, "PySpark");
    assert.deepEqual(argv.slice(0, 5), ["python3", "-m", "ipykernel_launcher", "-f", "{connection_file}"]);
    while (!existsSync(env.SPARK_KERNEL_SETTINGS)) await new Promise((next) => setTimeout(next, 20));
    const { error } = JSON.parse(readFileSync(env.SPARK_KERNEL_SETTINGS, "utf8"));
    assert.match(error, /^\S+\.jar, which Spark needs for S3, cannot be fetched/);

    const again = { NotebookInstanceName: "spark" };
    await lab.client.send(new StopNotebookInstanceCommand(again));
    await lab.until("spark", "Stopped");
    const config = { NotebookInstanceLifecycleConfigName: "spark", OnStart: onStart("echo nothing") };
    await lab.client.send(new UpdateNotebookInstanceLifecycleConfigCommand(config));
    await lab.client.send(new StartNotebookInstanceCommand(again));
    await lab.until("spark", "InService");
    assert.equal(existsSync(folder), false);
  });
});

/** Runs cells in a kernel, as Jupyter does, and prints what each of them says. */
const driver = `
import json, sys
from jupyter_client.manager import start_new_kernel

manager, client = start_new_kernel(kernel_name="pysparkkernel", startup_timeout=240)
outputs = []
for cell in json.loads(sys.argv[1]):
    said = []
    def hear(message):
        content = message["content"]
        # Spark's own log is on the other stream.
        if content.get("name") != "stderr":
            said.append(content.get("text") or content.get("evalue") or "")
    client.execute_interactive(cell, output_hook=hear, timeout=240)
    outputs.append("".join(said))
client.stop_channels()
manager.shutdown_kernel(now=True)
print(json.dumps(outputs))
`;

describe("cells in the PySpark kernel", function () {
  this.timeout(600_000);
  let lab: NotebookLab;
  before(async function () {
    const reason = missing("jupyter-lab", "spark-submit", "java");
    if (reason) {
      console.log(reason);
      return this.skip();
    }
    lab = await NotebookLab.start({ tools: toolsFolder }, [
      { Effect: "Allow", Action: "s3:GetObject", Resource: "arn:aws:s3:::mine/*" },
      { Effect: "Allow", Action: "s3:ListBucket", Resource: "arn:aws:s3:::mine" },
    ]);
  });
  after(() => lab?.test.stop());

  it("run on Spark of this machine as the notebook's role, and say so once", async () => {
    const { cloud, origin } = lab.test;
    for (const Bucket of ["mine", "secret"]) {
      await cloud.call("s3", "CreateBucket", { Bucket });
      await cloud.call("s3", "PutObject", { Bucket, Key: "rows.csv", Body: Buffer.from("a\n1\n2\n") });
    }
    const JUPYTER_DATA_DIR = await createClusterBacked(lab, "cells");
    const arn = (await lab.describe("cells")).NotebookInstanceArn!;
    const shared = cloud.shareCredentials(lab.role, () =>
      cloud.assumeRole(lab.role, "sagemaker.amazonaws.com", "SageMaker", arn),
    );
    const cells = [
      'print(spark.read.csv("s3://mine/rows.csv", header=True).count())',
      "print(sc.appName)",
      "%%sql\nselect 41 + 1 as answer",
      "%%local\nprint('here')",
      'spark.read.csv("s3://secret/rows.csv", header=True).count()',
    ];
    const tools = new Tools(toolsFolder);
    const python = tools.find("python3")!;
    const child = spawn(python, ["-c", driver, JSON.stringify(cells)], {
      env: {
        PATH: tools.pathWith(python),
        HOME: lab.test.directory,
        JUPYTER_DATA_DIR,
        NOTEBOOK_INSTANCE_NAME: "cells",
        SPARK_LOCAL_IP: "127.0.0.1",
        AWS_ENDPOINT_URL: origin,
        AWS_REGION: cloud.region,
        ...shared.environment,
      },
      stdio: ["ignore", "pipe", "pipe"],
    });
    const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
    shared.remove();
    assert.ok(stdout, stderr);
    const [first, second, sql, local, denied] = JSON.parse(stdout) as string[];
    assert.match(first!, /^There is no Livy endpoint on this machine: .*\n(Spark's connector .*\n)?2\n$/);
    assert.deepEqual([second, local], ["cells\n", "here\n"]);
    assert.match(sql!, /\|answer\|\n\+-+\+\n\|42 +\|/);
    assert.match(denied!, /AccessDenied|403|Forbidden/);
  });
});
