import assert from "node:assert/strict";
import { EMRServerlessClient, GetJobRunCommand } from "@aws-sdk/client-emr-serverless";
import { startCloud } from "../../../testing/cloud.ts";
import { JobLab, prints, waits } from "./lab.ts";

describe("a job run whose cloud goes down", function () {
  this.timeout(60_000);

  it("has failed after the restart, or is tried again; one that waited begins", async () => {
    const lab = await JobLab.start();
    const application = await lab.application({ schedulerConfiguration: { maxConcurrentRuns: 2 } });
    const once = await lab.submit(application, waits);
    const again = await lab.submit(application, "import os\nprint(os.getpid())", { retryPolicy: { maxAttempts: 3 } });
    await lab.over(application, again);
    const twice = await lab.submit(application, waits, { retryPolicy: { maxAttempts: 2 } });
    await lab.until(application, once, "RUNNING");
    await lab.until(application, twice, "RUNNING");
    const waiting = await lab.submit(application, prints);
    await lab.until(application, waiting, "QUEUED");
    const { directory } = lab.test;
    await lab.test.stop({ keep: true });

    const test = await startCloud({ directory });
    const client = test.client(EMRServerlessClient);
    const job = async (jobRunId: string) =>
      (await client.send(new GetJobRunCommand({ applicationId: application, jobRunId }))).jobRun!;
    assert.match((await job(once)).stateDetails!, /machine was stopped/);
    assert.equal((await job(twice)).attempt, 2);
    while ((await job(waiting)).state !== "SUCCESS") await new Promise((next) => setTimeout(next, 50));
    client.destroy();
    await test.stop();
  });
});
