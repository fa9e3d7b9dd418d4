import assert from "node:assert/strict";
import type { Application } from "@aws-sdk/client-emr-serverless";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

describe("resources of EMR Serverless", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  const token = "aws:emrserverless/application:Application";
  const get = async (applicationId: string) =>
    (await test.cloud.call<{ application: Application }>("emr-serverless", "GetApplication", { applicationId }))
      .application;
  const inputs = {
    releaseLabel: "emr-7.5.0",
    type: "spark",
    maximumCapacity: { cpu: "8 vCPU", memory: "32 GB" },
    autoStopConfiguration: { enabled: true, idleTimeoutMinutes: 5 },
    initialCapacities: [
      {
        initialCapacityType: "Driver",
        initialCapacityConfig: { workerCount: 1, workerConfiguration: { cpu: "2 vCPU", memory: "4 GB" } },
      },
    ],
    runtimeConfigurations: [{ classification: "spark-defaults", properties: { "spark.a": "b" } }],
    monitoringConfiguration: {
      cloudwatchLoggingConfiguration: {
        enabled: true,
        logGroupName: "/jobs",
        logTypes: [{ name: "SPARK_DRIVER", values: ["STDOUT"] }],
      },
    },
    tags: { a: "1" },
  };

  it("an application is made, changed and deleted, in the API's words", async () => {
    const application = new TestResource(test.cloud, token, "jobs", { project: "p" });
    const made = await application.create(inputs);
    assert.match(String(made.name), /^jobs-[0-9a-f]{7}$/);
    assert.equal(made.arn, `arn:aws:emr-serverless:us-east-1:000000000000:/applications/${application.id}`);
    assert.equal(made.architecture, "X86_64");
    const shown = await get(application.id);
    assert.equal(shown.state, "CREATED");
    assert.deepEqual(shown.initialCapacity?.Driver?.workerCount, 1);
    assert.deepEqual(shown.runtimeConfiguration, inputs.runtimeConfigurations);
    assert.deepEqual(shown.monitoringConfiguration?.cloudWatchLoggingConfiguration?.logTypes, {
      SPARK_DRIVER: ["STDOUT"],
    });
    assert.deepEqual(shown.tags, { project: "p", a: "1" });

    await application.update({ ...inputs, name: made.name, releaseLabel: "emr-7.6.0", tags: { b: "2" } });
    const changed = await get(application.id);
    assert.deepEqual([changed.releaseLabel, changed.tags], ["emr-7.6.0", { project: "p", b: "2" }]);
    assert.deepEqual((await application.diff({ ...inputs, name: made.name, type: "hive" })).replaces, ["type"]);
    assert.equal((await application.read())?.outputs.releaseLabel, "emr-7.6.0");

    await test.cloud.call("emr-serverless", "StartApplication", { applicationId: application.id });
    await assert.rejects(application.delete(), /must be in one of the following statuses \[CREATED, STOPPED\]/);
    while ((await get(application.id)).state !== "STARTED") await new Promise((next) => setTimeout(next, 20));
    await test.cloud.call("emr-serverless", "StopApplication", { applicationId: application.id });
    while ((await get(application.id)).state !== "STOPPED") await new Promise((next) => setTimeout(next, 20));
    await application.delete();
    assert.equal(await application.read(), undefined);
    await application.delete();
  });

  it("an application's inputs are checked", async () => {
    const application = new TestResource(test.cloud, token, "checked");
    assert.deepEqual(await application.failures({ type: "spark" }), ["releaseLabel: is required and was not given"]);
    await assert.rejects(application.create({ releaseLabel: "emr-7.5.0", type: "flink" }), /flink is not supported/);
  });
});
