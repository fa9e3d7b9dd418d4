import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import {
  CancelJobRunCommand,
  GetDashboardForJobRunCommand,
  GetJobRunCommand,
  ListJobRunAttemptsCommand,
  ListJobRunsCommand,
  StartJobRunCommand,
} from "@aws-sdk/client-emr-serverless";
import { hearExits } from "../../support/exits.ts";
import { isRunning } from "../../support/processes.ts";
import { JobLab, prints, waits } from "./lab.ts";

describe("job runs of EMR Serverless", function () {
  this.timeout(60_000);
  let lab: JobLab;
  let application: string;
  const exits = hearExits();
  before(async () => {
    lab = await JobLab.start({ emrServerless: { runClock: 60 } });
    application = await lab.application();
  });
  after(async () => {
    exits.stop();
    await lab.test.stop();
  });

  it("are the script, which starts its application, and tell of each state", async () => {
    const run = await lab.submit(application, prints, {
      name: "first",
      tags: { team: "a" },
      jobDriver: { sparkSubmit: { entryPoint: "", entryPointArguments: ["--day", "2026-01-31"] } },
      configurationOverrides: {
        monitoringConfiguration: {
          s3MonitoringConfiguration: { logUri: "s3://jobs/logs/" },
          cloudWatchLoggingConfiguration: { enabled: true, logGroupName: "/jobs", logStreamNamePrefix: "lab" },
        },
      },
    });
    const job = await lab.over(application, run);
    assert.equal(job.stateDetails, "");
    assert.equal(job.state, "SUCCESS");
    assert.deepEqual(job.tags, { team: "a" });
    assert.equal(job.executionTimeoutMinutes, 720);
    assert.ok(job.startedAt && job.endedAt && job.totalResourceUtilization);
    assert.equal(job.createdBy, "arn:aws:iam::000000000000:root");

    const path = `applications/${application}/jobs/${run}/SPARK_DRIVER`;
    const [stdout, stderr] = [await lab.read(`logs/${path}/stdout.gz`), await lab.read(`logs/${path}/stderr.gz`)];
    assert.equal(gunzipSync(stdout).toString(), "arguments ['--day', '2026-01-31']\n");
    assert.equal(gunzipSync(stderr).toString(), "warning\n");
    const { events } = await lab.test.cloud.call<{ events: { message: string }[] }>("logs", "GetLogEvents", {
      logGroupName: "/jobs",
      logStreamName: `lab/${path}/stdout`,
    });
    assert.deepEqual(
      events.map(({ message }) => message),
      ["arguments ['--day', '2026-01-31']"],
    );

    const [last, all] = await lab.told(({ detail }) => detail.jobRunId === run && detail.state === "SUCCESS");
    const states = all.filter(({ detail }) => detail.jobRunId === run).map(({ detail }) => detail.state);
    assert.deepEqual(new Set(states), new Set(["SUBMITTED", "PENDING", "SCHEDULED", "RUNNING", "SUCCESS"]));
    assert.equal(last["detail-type"], "EMR Serverless Job Run State Change");
    assert.deepEqual(last.resources, []);
    assert.equal(last.detail.previousState, "RUNNING");
    assert.equal(last.detail.arn, job.arn);
    assert.deepEqual(exits.of(run), [{ kind: "exit", resource: job.arn, name: "first", code: 0 }]);
  });

  it("work under their role, and are denied what it may not", async () => {
    const uses = `
import os, urllib.request, json
uri = os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]
request = urllib.request.Request(uri, headers={"Authorization": os.environ["AWS_CONTAINER_AUTHORIZATION_TOKEN"]})
print(json.load(urllib.request.urlopen(request))["RoleArn"])
print(sorted(name for name in os.environ if "SECRET" in name or "HOME" == name))
assert os.environ["AWS_ENDPOINT_URL"].startswith("http://127.0.0.1:")
`;
    const monitoring = { s3MonitoringConfiguration: { logUri: "s3://jobs/mine" } };
    const run = await lab.submit(application, uses, {
      configurationOverrides: { monitoringConfiguration: monitoring },
    });
    const job = await lab.over(application, run);
    assert.equal(job.state, "SUCCESS", job.stateDetails);
    const said = await lab.read(`mine/applications/${application}/jobs/${run}/SPARK_DRIVER/stdout.gz`);
    assert.deepEqual(gunzipSync(said).toString().split("\n").slice(0, 2), [lab.role, "['HOME']"]);
  });

  it("fail with the exit code and the last that they said", async () => {
    const run = await lab.submit(application, "raise ValueError('no ratings today')");
    const { state, stateDetails } = await lab.over(application, run);
    assert.equal(state, "FAILED");
    assert.match(stateDetails!, /ExitCode: 1\. Last few exceptions: .*ValueError: no ratings today/);
    const [{ code, message } = {}] = exits.of(run);
    assert.deepEqual([code, message], [1, "ValueError: no ratings today"]);
  });

  it("fail where the script, or the role's trust, is missing", async () => {
    const input = { applicationId: application, executionRoleArn: lab.role };
    const sparkSubmit = { entryPoint: "s3://jobs/none.py" };
    const none = await lab.client.send(new StartJobRunCommand({ ...input, jobDriver: { sparkSubmit } }));
    assert.match(
      (await lab.over(application, none.jobRunId!)).stateDetails!,
      /s3:\/\/jobs\/none\.py cannot be read: NoSuchKey/,
    );
    const { roleArn } = await lab.test.mintRole([], { trust: "lambda.amazonaws.com" });
    const strange = await lab.submit(application, prints, { executionRoleArn: roleArn });
    assert.match((await lab.over(application, strange)).stateDetails!, /Could not assume the execution role/);
  });

  it("are cancelled with all their processes", async () => {
    const started = join(tmpdir(), `started-${randomUUID()}`);
    const starts = `
import pathlib, subprocess, time
child = subprocess.Popen(["sleep", "600"])
print(child.pid, flush=True)
pathlib.Path("${started}").touch()
time.sleep(600)
`;
    const logUri = "s3://jobs/cancelled";
    const run = await lab.submit(application, starts, {
      configurationOverrides: { monitoringConfiguration: { s3MonitoringConfiguration: { logUri } } },
    });
    await lab.until(application, run, "RUNNING");
    while (!existsSync(started)) await new Promise((next) => setTimeout(next, 100));
    rmSync(started);
    // What it has printed is on its way still.
    await new Promise((next) => setTimeout(next, 500));
    const ids = { applicationId: application, jobRunId: run };
    assert.equal((await lab.client.send(new CancelJobRunCommand(ids))).jobRunId, run);
    assert.equal((await lab.over(application, run)).state, "CANCELLED");
    const said = await lab.read(`cancelled/applications/${application}/jobs/${run}/SPARK_DRIVER/stdout.gz`);
    const pid = Number(gunzipSync(said).toString());
    assert.ok(pid > 0);
    assert.ok(!isRunning(pid), `process ${pid} runs on`);
    await assert.rejects(lab.client.send(new CancelJobRunCommand(ids)), { name: "ValidationException" });
  });

  it("are cancelled when they take longer than they may", async () => {
    const run = await lab.submit(application, waits, { executionTimeoutMinutes: 1 });
    const { state, stateDetails } = await lab.over(application, run);
    assert.equal(state, "CANCELLED");
    assert.match(stateDetails!, /execution timeout of 1 minutes/);
  });

  it("end when they use more memory than their workers have", async () => {
    const uses = "import time\nmemory = bytearray(900 * 1024 * 1024)\ntime.sleep(600)\n";
    const sparkSubmitParameters = "--conf spark.driver.memory=256m --driver-memory '300m'";
    const run = await lab.submit(application, uses, {
      jobDriver: { sparkSubmit: { entryPoint: "", sparkSubmitParameters } },
    });
    const { state, stateDetails } = await lab.over(application, run);
    assert.equal(state, "FAILED");
    assert.match(stateDetails!, /MB of memory, more than the 684 MB of its workers/);
  });

  it("are tried again as often as their policy says", async () => {
    const fails = "import sys\nsys.exit(3)";
    const run = await lab.submit(application, fails, { retryPolicy: { maxAttempts: 2 } });
    const job = await lab.over(application, run);
    assert.deepEqual([job.state, job.attempt], ["FAILED", 2]);
    assert.deepEqual(
      exits.of(run).map(({ code }) => code),
      [3, 3],
    );
    const ids = { applicationId: application, jobRunId: run };
    const { jobRunAttempts } = await lab.client.send(new ListJobRunAttemptsCommand(ids));
    assert.deepEqual(
      jobRunAttempts!.map(({ attempt, state }) => [attempt, state]),
      [
        [2, "FAILED"],
        [1, "FAILED"],
      ],
    );
    const first = await lab.client.send(new GetJobRunCommand({ ...ids, attempt: 1 }));
    assert.equal(first.jobRun!.attempt, 1);
    const [retried] = await lab.told((event) => event["detail-type"] === "EMR Serverless Job Run Retry");
    assert.deepEqual([retried.detail.previousAttempt, retried.detail.newAttempt], [1, 2]);
  });

  it("fail where their process is killed in the middle", async () => {
    const says = "import os, time\nprint(os.getpid(), flush=True)\ntime.sleep(600)\n";
    const run = await lab.submit(application, says);
    await lab.until(application, run, "RUNNING");
    const file = join(lab.test.cloud.directory, "emr-serverless", application, run, "1/stdout");
    while (!existsSync(file) || readFileSync(file, "utf8") === "") await new Promise((next) => setTimeout(next, 30));
    process.kill(Number(readFileSync(file, "utf8")), "SIGKILL");
    const { state, stateDetails } = await lab.over(application, run);
    assert.equal(state, "FAILED");
    assert.match(stateDetails!, /ExitCode: 137/);
  });

  it("have a dashboard with what they say, for whoever has its URL", async () => {
    const run = await lab.submit(application, "print('<b>looked at</b>')");
    await lab.over(application, run);
    const ids = { applicationId: application, jobRunId: run };
    const { url } = await lab.client.send(new GetDashboardForJobRunCommand(ids));
    const look = async (path: string) => {
      const { port } = new URL(lab.test.origin);
      const asked = request({ port, host: "127.0.0.1", path, headers: { host: new URL(url!).host } }).end();
      const [answer] = await once(asked, "response");
      return { status: answer.statusCode, body: await new Response(answer).text() };
    };
    const page = await look(`/${new URL(url!).search}`);
    assert.equal(page.status, 200);
    assert.match(page.body, /SUCCESS/);
    assert.match(page.body, /&#60;b&#62;looked at&#60;\/b&#62;/);
    assert.equal((await look("/?authToken=other")).status, 403);
    await assert.rejects(lab.client.send(new GetDashboardForJobRunCommand({ ...ids, attempt: 2 })), {
      name: "ResourceNotFoundException",
    });
  });

  it("are started once for one token", async () => {
    const entryPoint = await lab.script("scripts/once.py", prints);
    const input = {
      applicationId: application,
      executionRoleArn: lab.role,
      jobDriver: { sparkSubmit: { entryPoint } },
      clientToken: "scheduled-at-noon",
    };
    const first = await lab.client.send(new StartJobRunCommand(input));
    const second = await lab.client.send(new StartJobRunCommand(input));
    assert.equal(second.jobRunId, first.jobRunId);
    await assert.rejects(lab.client.send(new StartJobRunCommand({ ...input, name: "other" })), {
      name: "ConflictException",
    });
    await lab.over(application, first.jobRunId!);
  });

  it("are listed newest first, by pages and by state", async () => {
    const own = await lab.application({ name: "listing" });
    const runs: string[] = [];
    for (let index = 0; index < 3; index++) runs.push(await lab.submit(own, prints));
    for (const run of runs) await lab.over(own, run);
    const { jobRuns, nextToken } = await lab.client.send(
      new ListJobRunsCommand({ applicationId: own, maxResults: 2, states: ["SUCCESS"] }),
    );
    assert.deepEqual(
      jobRuns!.map(({ id }) => id),
      runs.toReversed().slice(0, 2),
    );
    const rest = await lab.client.send(new ListJobRunsCommand({ applicationId: own, maxResults: 2, nextToken }));
    assert.deepEqual(
      rest.jobRuns!.map(({ id }) => id),
      runs.slice(0, 1),
    );
    const failed = await lab.client.send(new ListJobRunsCommand({ applicationId: own, states: ["FAILED"] }));
    assert.deepEqual(failed.jobRuns, []);
  });

  it("fail where the application has no capacity left, and wait where it queues", async () => {
    const maximumCapacity = { cpu: "4 vCPU", memory: "16 GB" };
    const full = await lab.application({ maximumCapacity });
    const first = await lab.submit(full, waits);
    await lab.until(full, first, "RUNNING");
    const second = await lab.submit(full, prints);
    assert.match((await lab.over(full, second)).stateDetails!, /ApplicationMaxCapacityExceededException/);

    const queueing = await lab.application({ maximumCapacity, schedulerConfiguration: { maxConcurrentRuns: 1 } });
    const one = await lab.submit(queueing, waits);
    await lab.until(queueing, one, "RUNNING");
    const two = await lab.submit(queueing, prints);
    await lab.until(queueing, two, "QUEUED");
    for (const [applicationId, jobRunId] of [
      [full, first],
      [queueing, one],
    ] as const) {
      await lab.client.send(new CancelJobRunCommand({ applicationId, jobRunId, shutdownGracePeriodInSeconds: 1 }));
    }
    assert.equal((await lab.over(queueing, two)).state, "SUCCESS");
  });
});
