import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cloudwatch";
import { Metrics } from "../../../src/services/monitoring/metrics.ts";
import { Store } from "../../../src/store.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("CloudWatch metrics", () => {
  let cloud: TestCloud;
  let client: sdk.CloudWatchClient;
  const Namespace = "Shop";
  /** The beginning of an hour that is over. */
  const hour = Math.floor(Date.now() / 3600_000) * 3600_000 - 3600_000;
  const at = (minutes: number, seconds = 0) => new Date(hour + minutes * 60_000 + seconds * 1000);
  const Dimensions = [{ Name: "Kind", Value: "a" }];

  before(async () => {
    cloud = await startCloud();
    client = cloud.client(sdk.CloudWatchClient);
    await client.send(
      new sdk.PutMetricDataCommand({
        Namespace,
        MetricData: [
          { MetricName: "Price", Dimensions, Timestamp: at(0), Value: 1, Unit: "Count" },
          { MetricName: "Price", Dimensions, Timestamp: at(0, 30), Values: [2, 10], Counts: [3, 1], Unit: "Count" },
          {
            MetricName: "Price",
            Dimensions,
            Timestamp: at(2),
            StatisticValues: { SampleCount: 4, Sum: 8, Minimum: 1, Maximum: 5 },
          },
          { MetricName: "Other", Timestamp: at(2), Value: 100 },
        ],
      }),
    );
  });
  after(() => cloud.stop());

  const fails = (command: unknown, message: RegExp) =>
    assert.rejects((client as unknown as { send(c: unknown): Promise<unknown> }).send(command), message);

  it("have statistics by period", async () => {
    const { Datapoints } = await client.send(
      new sdk.GetMetricStatisticsCommand({
        Namespace,
        MetricName: "Price",
        Dimensions,
        StartTime: at(0),
        EndTime: at(5),
        Period: 60,
        Statistics: ["Sum", "Average", "SampleCount", "Minimum", "Maximum"],
      }),
    );
    assert.deepEqual(Datapoints, [
      { Timestamp: at(0), Sum: 17, Average: 3.4, SampleCount: 5, Minimum: 1, Maximum: 10, Unit: "Count" },
      { Timestamp: at(2), Sum: 8, Average: 2, SampleCount: 4, Minimum: 1, Maximum: 5, Unit: "None" },
    ]);
  });

  it("have percentiles where their values are known", async () => {
    const { Datapoints } = await client.send(
      new sdk.GetMetricStatisticsCommand({
        Namespace,
        MetricName: "Price",
        Dimensions,
        StartTime: at(0),
        EndTime: at(5),
        Period: 60,
        ExtendedStatistics: ["p50", "p99"],
      }),
    );
    assert.deepEqual(
      Datapoints?.map(({ ExtendedStatistics }) => ExtendedStatistics ?? {}),
      [{ p50: 2, p99: 10 }, {}],
    );
  });

  it("are answered together, with expressions over them", async () => {
    const stat = (Id: string, MetricName: string, more: object = {}) => ({
      Id,
      MetricStat: {
        Metric: { Namespace, MetricName, ...(MetricName === "Price" && { Dimensions }) },
        Period: 60,
        Stat: "Sum",
      },
      ...more,
    });
    const { MetricDataResults } = await client.send(
      new sdk.GetMetricDataCommand({
        StartTime: at(0),
        EndTime: at(3),
        ScanBy: "TimestampAscending",
        MetricDataQueries: [
          stat("m1", "Price", { Label: "price" }),
          stat("m2", "Other", { ReturnData: false }),
          { Id: "e1", Expression: "m1 + FILL(m2, 0) * 2" },
          { Id: "e2", Expression: "SUM(METRICS())" },
          { Id: "e3", Expression: "IF(m1 > 10, 1, 0)" },
        ],
      }),
    );
    assert.deepEqual(
      MetricDataResults?.map(({ Id, Label, Values }) => [Id, Label, Values]),
      [
        ["m1", "price", [17, 8]],
        ["e1", "e1", [17, 208]],
        ["e2", "e2", [17, 108]],
        ["e3", "e3", [1, 0]],
      ],
    );
    const bad = (Expression: string) =>
      new sdk.GetMetricDataCommand({
        StartTime: at(0),
        EndTime: at(3),
        MetricDataQueries: [stat("m1", "Price"), { Id: "e1", Expression }],
      });
    await fails(bad("m1 + m9"), /no metric or expression with the id "m9"/);
    await fails(bad("e1 + 1"), /refers to itself/);
    await fails(bad("m1 +"), /ends too early/);
    await fails(bad("SORT(m1)"), /does not model the function SORT/);
  });

  it("are listed", async () => {
    const { Metrics: found } = await client.send(
      new sdk.ListMetricsCommand({ Namespace, Dimensions: [{ Name: "Kind" }] }),
    );
    assert.deepEqual(found, [{ Namespace, MetricName: "Price", Dimensions }]);
  });

  it("are refused when they are none", async () => {
    const put = (datum: sdk.MetricDatum, namespace = Namespace) =>
      new sdk.PutMetricDataCommand({ Namespace: namespace, MetricData: [datum] });
    await fails(put({ MetricName: "x", Value: 1 }, "AWS/Lambda"), /AWS\//);
    await fails(put({ MetricName: "x" }), /Value is required/);
    await fails(put({ MetricName: "x", Value: 1, Values: [1] }), /mutually exclusive/);
    await fails(put({ MetricName: "x", Values: [1, 2], Counts: [1] }), /same size/);
    await fails(put({ MetricName: "x", Value: 1, Timestamp: new Date(0) }), /two weeks/);
    await fails(
      new sdk.GetMetricStatisticsCommand({
        Namespace,
        MetricName: "x",
        StartTime: at(0),
        EndTime: at(5),
        Period: 7,
        Statistics: ["Sum"],
      }),
      /Period/,
    );
  });

  it("become minutes after a while, with the same sums, and then go", () => {
    const store = new Store(":memory:");
    const metrics = new Metrics(store);
    const now = Math.floor(Date.now() / 60_000) * 60_000;
    for (let second = 0; second < 120; second++) {
      metrics.put(
        "N",
        [{ MetricName: "m", Value: second % 3, Timestamp: new Date(now - 120_000 + second * 1000) }],
        now,
      );
    }
    const series = metrics.find("N", "m") as number;
    const read = (period: number) => metrics.read(series, now / 1000 - 120, now / 1000, period);
    const before = read(60);
    assert.equal(read(1).length, 120);
    metrics.compact(now + 20 * 60_000);
    assert.equal(read(1).length, 2);
    assert.deepEqual(read(60), before);
    metrics.compact(now + 25 * 3600_000);
    assert.deepEqual(metrics.series(), []);
    store.close();
  });
});
