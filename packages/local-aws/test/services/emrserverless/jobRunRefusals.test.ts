import assert from "node:assert/strict";
import {
  EMRServerlessClient,
  GetApplicationCommand,
  GetJobRunCommand,
  StartJobRunCommand,
} from "@aws-sdk/client-emr-serverless";
import { JobLab, prints } from "./lab.ts";

describe("job runs that EMR Serverless refuses", function () {
  this.timeout(60_000);
  let lab: JobLab;
  let application: string;
  before(async () => {
    lab = await JobLab.start();
    application = await lab.application();
  });
  after(() => lab.test.stop());

  it("need the right to pass their role, and to start runs of that application", async () => {
    const entryPoint = await lab.script("scripts/passed.py", prints);
    const input = {
      applicationId: application,
      executionRoleArn: lab.role,
      jobDriver: { sparkSubmit: { entryPoint } },
    };
    const start = (credentials: never) => {
      const client = lab.test.client(EMRServerlessClient, { credentials });
      return client.send(new StartJobRunCommand(input)).finally(() => client.destroy());
    };
    const starts = { Effect: "Allow", Action: "emr-serverless:StartJobRun", Resource: "*" };
    const passes = (service: string) => ({
      Effect: "Allow",
      Action: "iam:PassRole",
      Resource: lab.role,
      Condition: { StringEquals: { "iam:PassedToService": service } },
    });
    const cannotPass = await lab.test.mintRole([starts, passes("lambda.amazonaws.com")]);
    await assert.rejects(start(cannotPass.credentials as never), {
      name: "AccessDeniedException",
      message: /iam:PassRole/,
    });
    const can = await lab.test.mintRole([starts, passes("emr-serverless.amazonaws.com")]);
    const { jobRunId } = await start(can.credentials as never);
    const job = await lab.over(application, jobRunId!);
    assert.match(job.createdBy!, /assumed-role/);
  });

  it("do not start an application that may not start by itself", async () => {
    const manual = await lab.application({ autoStartConfiguration: { enabled: false } });
    await assert.rejects(lab.submit(manual, prints), { name: "ValidationException", message: /\[STARTING, STARTED\]/ });
  });

  for (const [what, input, message] of [
    ["a timeout beyond the longest", { executionTimeoutMinutes: 1_000_001 }, /executionTimeoutMinutes/],
    ["no attempt", { retryPolicy: { maxAttempts: 0 } }, /maxAttempts/],
    ["a name of blanks", { name: " " }, /name/],
  ] as const) {
    it(`are refused with ${what}`, async () => {
      await assert.rejects(lab.submit(application, prints, input), { name: "ValidationException", message });
    });
  }

  it("of unknown applications, and unknown ids, are not found", async () => {
    const jobRunId = "00none";
    await assert.rejects(lab.client.send(new GetJobRunCommand({ applicationId: application, jobRunId })), {
      name: "ResourceNotFoundException",
    });
    await assert.rejects(lab.client.send(new GetApplicationCommand({ applicationId: "00none" })), {
      name: "ResourceNotFoundException",
    });
  });
});
