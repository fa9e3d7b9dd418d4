import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cloudwatch";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("CloudWatch's anomaly detectors", () => {
  let cloud: TestCloud;
  let client: sdk.CloudWatchClient;
  const single = {
    Namespace: "Shop",
    MetricName: "Orders",
    Stat: "Sum",
    Dimensions: [{ Name: "Kind", Value: "a" }],
  };
  const math = {
    MetricMathAnomalyDetector: {
      MetricDataQueries: [
        {
          Id: "m1",
          ReturnData: false,
          MetricStat: { Metric: { Namespace: "Shop", MetricName: "Orders" }, Period: 60, Stat: "Sum" },
        },
        { Id: "e1", Expression: "m1 * 2" },
      ],
    },
  };
  before(async () => {
    cloud = await startCloud();
    client = cloud.client(sdk.CloudWatchClient);
  });
  after(() => cloud.stop());

  const list = async (input: sdk.DescribeAnomalyDetectorsCommandInput = {}) =>
    (await client.send(new sdk.DescribeAnomalyDetectorsCommand(input))).AnomalyDetectors ?? [];

  it("are kept, one for a metric and statistic, and never trained", async () => {
    const { AnomalyDetectorId } = await client.send(new sdk.PutAnomalyDetectorCommand(single));
    const StartTime = new Date(1_700_000_000_000);
    const EndTime = new Date(1_700_003_600_000);
    const again = await client.send(
      new sdk.PutAnomalyDetectorCommand({
        SingleMetricAnomalyDetector: single,
        Configuration: { ExcludedTimeRanges: [{ StartTime, EndTime }], MetricTimezone: "Europe/Vienna" },
      }),
    );
    assert.equal(again.AnomalyDetectorId, AnomalyDetectorId);
    assert.deepEqual(await list(), [
      {
        ...single,
        AnomalyDetectorId,
        SingleMetricAnomalyDetector: { ...single, AccountId: "000000000000" },
        Configuration: { ExcludedTimeRanges: [{ StartTime, EndTime }], MetricTimezone: "Europe/Vienna" },
        StateValue: "PENDING_TRAINING",
      },
    ]);
    assert.deepEqual(await list({ MetricName: "Others" }), []);
    assert.deepEqual(await list({ Dimensions: [{ Name: "Kind", Value: "b" }] }), []);
  });

  it("of several metrics are told of when they are asked for", async () => {
    const { AnomalyDetectorId } = await client.send(new sdk.PutAnomalyDetectorCommand(math));
    const [found, ...others] = await list({ AnomalyDetectorTypes: ["METRIC_MATH"] });
    assert.deepEqual(found?.MetricMathAnomalyDetector, math.MetricMathAnomalyDetector);
    assert.deepEqual(others, []);
    assert.equal((await list({ AnomalyDetectorIds: [AnomalyDetectorId as string] })).length, 1);
    await client.send(new sdk.DeleteAnomalyDetectorCommand({ AnomalyDetectorId }));
    assert.deepEqual(await list({ AnomalyDetectorTypes: ["METRIC_MATH"] }), []);
  });

  it("are deleted once", async () => {
    await client.send(new sdk.DeleteAnomalyDetectorCommand(single));
    await assert.rejects(client.send(new sdk.DeleteAnomalyDetectorCommand(single)), {
      name: "ResourceNotFoundException",
    });
  });

  for (const [why, given, message] of [
    ["no metric", {}, /Exactly one of/],
    ["two metrics", { ...single, ...math }, /Exactly one of/],
    ["no statistic", { Namespace: "Shop", MetricName: "Orders" }, /The parameter Stat is required/],
    ["an unknown statistic", { ...single, Stat: "Most" }, /Most/],
    [
      "queries that return nothing",
      {
        MetricMathAnomalyDetector: { MetricDataQueries: math.MetricMathAnomalyDetector.MetricDataQueries.slice(0, 1) },
      },
      /ReturnData true; 0 have/,
    ],
  ] as const) {
    it(`are refused with ${why}`, () =>
      assert.rejects(
        client.send(new sdk.PutAnomalyDetectorCommand(given as sdk.PutAnomalyDetectorCommandInput)),
        message,
      ));
  }

  it("are looked at by those who may", async () => {
    const guest = await cloud.mintRole({ Effect: "Allow", Action: "cloudwatch:Describe*", Resource: "*" });
    const theirs = cloud.client(sdk.CloudWatchClient, guest);
    await theirs.send(new sdk.DescribeAnomalyDetectorsCommand({}));
    await assert.rejects(theirs.send(new sdk.PutAnomalyDetectorCommand(single)), /PutAnomalyDetector/);
  });
});
