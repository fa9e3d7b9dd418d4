import assert from "node:assert/strict";
import { ListJobRunsCommand } from "@aws-sdk/client-emr-serverless";
import { CreateScheduleCommand, SchedulerClient } from "@aws-sdk/client-scheduler";
import { JobLab } from "./lab.ts";

describe("job runs on a schedule", function () {
  this.timeout(60_000);
  let lab: JobLab;
  before(async () => {
    lab = await JobLab.start();
  });
  after(() => lab.test.stop());

  it("are started by EventBridge Scheduler, whose documents begin members with capitals, in its role's name", async () => {
    const application = await lab.application();
    const entryPoint = await lab.script("scheduled.py", "import sys\nprint(sys.argv)");
    const { roleArn } = await lab.test.mintRole(
      [
        {
          Effect: "Allow",
          Action: "emr-serverless:StartJobRun",
          Resource: `arn:aws:emr-serverless:*:*:/applications/${application}`,
        },
        { Effect: "Allow", Action: "iam:PassRole", Resource: lab.role },
      ],
      { name: "schedules", trust: "scheduler.amazonaws.com" },
    );
    const scheduler = lab.test.client(SchedulerClient);
    await scheduler.send(
      new CreateScheduleCommand({
        Name: "noon",
        ScheduleExpression: `at(${new Date(Date.now() + 1_100).toISOString().slice(0, 19)})`,
        FlexibleTimeWindow: { Mode: "OFF" },
        Target: {
          Arn: "arn:aws:scheduler:::aws-sdk:emrserverless:startJobRun",
          RoleArn: roleArn,
          Input: JSON.stringify({
            ApplicationId: application,
            ClientToken: "<aws.scheduler.execution-id>",
            ExecutionRoleArn: lab.role,
            Name: "noon",
            JobDriver: { SparkSubmit: { EntryPoint: entryPoint, EntryPointArguments: ["a"] } },
            ConfigurationOverrides: {
              ApplicationConfiguration: [
                { Classification: "spark-defaults", Properties: { "spark.driver.memory": "1g", Upper: "x" } },
              ],
            },
            Tags: { Project: "p" },
          }),
        },
      }),
    );
    const list = new ListJobRunsCommand({ applicationId: application });
    let run: string | undefined;
    while (!run) {
      run = (await lab.client.send(list)).jobRuns?.[0]?.id;
      await new Promise((next) => setTimeout(next, 50));
    }
    const job = await lab.over(application, run);
    assert.equal(job.state, "SUCCESS", job.stateDetails);
    assert.match(job.createdBy!, /assumed-role\/schedules\//);
    assert.deepEqual(job.tags, { Project: "p" });
    assert.deepEqual(job.configurationOverrides?.applicationConfiguration?.[0]?.properties, {
      "spark.driver.memory": "1g",
      Upper: "x",
    });
    scheduler.destroy();
  });
});
