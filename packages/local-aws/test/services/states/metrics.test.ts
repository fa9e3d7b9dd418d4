import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { Machines, pass } from "./support.ts";

describe("metrics of executions", () => {
  let machines: Machines;
  before(async () => {
    machines = await Machines.start();
  });
  after(() => machines.test.stop());

  /** Sums of a machine's metrics, once as many executions are counted. */
  async function sums(arn: string, executions: number): Promise<Record<string, number>> {
    const client = machines.test.client(CloudWatch);
    const names = ["Started", "Succeeded", "Failed", "TimedOut", "Aborted"].map((name) => `Executions${name}`);
    for (;;) {
      const found = await Promise.all(
        [...names, "ExecutionTime"].map(async (MetricName) => {
          const { Datapoints = [] } = await client.getMetricStatistics({
            Namespace: "AWS/States",
            MetricName,
            Dimensions: [{ Name: "StateMachineArn", Value: arn }],
            StartTime: new Date(Date.now() - 3_600_000),
            EndTime: new Date(Date.now() + 60_000),
            Period: 60,
            Statistics: ["Sum", "SampleCount"],
          });
          const of = MetricName === "ExecutionTime" ? "SampleCount" : "Sum";
          return [MetricName, Datapoints.reduce((sum, point) => sum + (point[of] ?? 0), 0)] as const;
        }),
      );
      const counted = Object.fromEntries(found);
      if (counted.ExecutionTime === executions && counted.ExecutionsStarted === executions) return counted;
      await sleep(50);
    }
  }

  for (const type of ["STANDARD", "EXPRESS"]) {
    it(`count how those of a ${type} machine ended, and how long they took`, async () => {
      const arn = await machines.make(
        {
          Fails: {
            Type: "Choice",
            Choices: [{ Variable: "$.fail", BooleanEquals: true, Next: "No" }],
            Default: "Yes",
          },
          No: { Type: "Fail", Error: "No" },
          Yes: pass,
        },
        { type },
      );
      for (const fail of [false, true, false]) await machines.run(arn, { fail });
      assert.deepEqual(await sums(arn, 3), {
        ExecutionsStarted: 3,
        ExecutionsSucceeded: 2,
        ExecutionsFailed: 1,
        ExecutionsTimedOut: 0,
        ExecutionsAborted: 0,
        ExecutionTime: 3,
      });
    });
  }
});
