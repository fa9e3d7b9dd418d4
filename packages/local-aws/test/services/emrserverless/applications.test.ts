import assert from "node:assert/strict";
import {
  CreateApplicationCommand,
  DeleteApplicationCommand,
  EMRServerlessClient,
  GetApplicationCommand,
  ListApplicationsCommand,
  StartApplicationCommand,
  StopApplicationCommand,
  UpdateApplicationCommand,
} from "@aws-sdk/client-emr-serverless";
import { JobLab } from "./lab.ts";

describe("applications of EMR Serverless", () => {
  let lab: JobLab;
  before(async () => {
    lab = await JobLab.start({ deploymentClock: 600 });
  });
  after(() => lab.test.stop());

  const state = async (applicationId: string) =>
    (await lab.client.send(new GetApplicationCommand({ applicationId }))).application!.state;
  const until = async (id: string, wanted: string) => {
    while ((await state(id)) !== wanted) await new Promise((next) => setTimeout(next, 20));
  };

  it("are created, started, stopped and terminated, and EventBridge is told of each state", async () => {
    const id = await lab.application({ name: "whole" });
    assert.match(id, /^00[0-9a-z]{14}$/);
    await until(id, "CREATED");
    await lab.client.send(new StartApplicationCommand({ applicationId: id }));
    await until(id, "STARTED");
    await assert.rejects(lab.client.send(new DeleteApplicationCommand({ applicationId: id })), {
      name: "ValidationException",
      message: `Application ${id} must be in one of the following statuses [CREATED, STOPPED]. Current status: STARTED`,
    });
    await lab.client.send(new StopApplicationCommand({ applicationId: id }));
    await until(id, "STOPPED");
    await lab.client.send(new DeleteApplicationCommand({ applicationId: id }));
    assert.equal(await state(id), "TERMINATED");
    const [last, all] = await lab.told(({ detail }) => detail.applicationId === id && detail.state === "TERMINATED");
    const states = all.filter(({ detail }) => detail.applicationId === id).map(({ detail }) => detail.state);
    const wanted = ["CREATING", "CREATED", "STARTING", "STARTED", "STOPPING", "STOPPED", "TERMINATED"];
    assert.deepEqual(new Set(states), new Set(wanted));
    assert.equal(last["detail-type"], "EMR Serverless Application State Change");
    assert.equal(last.source, "aws.emr-serverless");
    const { createdAt: _, updatedAt: __, ...detail } = last.detail;
    assert.deepEqual(detail, {
      applicationId: id,
      applicationName: "whole",
      arn: `arn:aws:emr-serverless:us-east-1:000000000000:/applications/${id}`,
      releaseLabel: "emr-7.5.0",
      state: "TERMINATED",
      type: "SPARK",
      autoStopConfig: { enabled: true, idleTimeout: 15 },
      autoStartConfig: { enabled: true },
    });
  });

  it("stop by themselves when they have been idle for long enough", async () => {
    const id = await lab.application({ autoStopConfiguration: { enabled: true, idleTimeoutMinutes: 1 } });
    await lab.client.send(new StartApplicationCommand({ applicationId: id }));
    await until(id, "STARTED");
    await until(id, "STOPPED");
  });

  it("are made once for one token, and refused where the token comes with another request", async () => {
    const input = { type: "SPARK", releaseLabel: "emr-7.5.0", clientToken: "once" };
    const first = await lab.client.send(new CreateApplicationCommand(input));
    const second = await lab.client.send(new CreateApplicationCommand(input));
    assert.equal(second.applicationId, first.applicationId);
    await assert.rejects(lab.client.send(new CreateApplicationCommand({ ...input, type: "HIVE" })), {
      name: "ConflictException",
    });
  });

  it("are listed by pages, and by state", async () => {
    const ids = await Promise.all(Array.from({ length: 5 }, () => lab.application({ name: "listed" })));
    for (const id of ids) await until(id, "CREATED");
    const found: string[] = [];
    let nextToken: string | undefined;
    do {
      const page = await lab.client.send(
        new ListApplicationsCommand({ nextToken, maxResults: 2, states: ["CREATED"] }),
      );
      assert.ok(page.applications!.length <= 2);
      found.push(...page.applications!.filter(({ name }) => name === "listed").map(({ id }) => id!));
      nextToken = page.nextToken;
    } while (nextToken);
    assert.deepEqual(new Set(found), new Set(ids));
    await assert.rejects(lab.client.send(new ListApplicationsCommand({ maxResults: 51 })), {
      name: "ValidationException",
    });
  });

  it("change where they are stopped, and keep the rest", async () => {
    const id = await lab.application({ maximumCapacity: { cpu: "8 vCPU", memory: "32 GB" } });
    await until(id, "CREATED");
    const { application } = await lab.client.send(
      new UpdateApplicationCommand({ applicationId: id, autoStopConfiguration: { enabled: false } }),
    );
    assert.deepEqual(application!.maximumCapacity, { cpu: "8 vCPU", memory: "32 GB" });
    assert.equal(application!.autoStopConfiguration!.enabled, false);
    await lab.client.send(new StartApplicationCommand({ applicationId: id }));
    await until(id, "STARTED");
    await assert.rejects(lab.client.send(new UpdateApplicationCommand({ applicationId: id })), {
      name: "ValidationException",
    });
  });

  for (const [what, input, message] of [
    ["a type that there is not", { type: "FLINK" }, /FLINK is not supported/],
    ["a release that is none", { releaseLabel: "latest" }, /Release label latest/],
    ["an idle timeout beyond a week", { autoStopConfiguration: { idleTimeoutMinutes: 10_081 } }, /idleTimeoutMinutes/],
    ["a capacity that is no number", { maximumCapacity: { cpu: "many", memory: "1 GB" } }, /maximumCapacity.cpu/],
    [
      "more at the beginning than at the most",
      {
        maximumCapacity: { cpu: "4 vCPU", memory: "16 GB" },
        initialCapacity: { Driver: { workerCount: 2, workerConfiguration: { cpu: "4 vCPU", memory: "8 GB" } } },
      },
      /initialCapacity exceeds/,
    ],
  ] as const) {
    it(`are refused with ${what}`, async () => {
      await assert.rejects(lab.application(input), { name: "ValidationException", message });
    });
  }

  it("are out of reach of whom IAM does not let, by their tags too", async () => {
    const [mine, other] = [
      await lab.application({ tags: { team: "a" } }),
      await lab.application({ tags: { team: "b" } }),
    ];
    const { credentials } = await lab.test.mintRole({
      Effect: "Allow",
      Action: "emr-serverless:GetApplication",
      Resource: "*",
      Condition: { StringEquals: { "aws:ResourceTag/team": "a" } },
    });
    const client = lab.test.client(EMRServerlessClient, { credentials });
    await client.send(new GetApplicationCommand({ applicationId: mine }));
    await assert.rejects(client.send(new GetApplicationCommand({ applicationId: other })), {
      name: "AccessDeniedException",
    });
    client.destroy();
  });
});
