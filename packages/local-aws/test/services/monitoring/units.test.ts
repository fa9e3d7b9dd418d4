import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cloudwatch";
import { Metrics } from "../../../src/services/monitoring/metrics.ts";
import { Store } from "../../../src/store.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("CloudWatch's units", () => {
  let cloud: TestCloud;
  let client: sdk.CloudWatchClient;
  const Namespace = "Units";
  const MetricName = "Length";
  /** The beginning of a minute. */
  const start = Math.floor(Date.now() / 60_000) * 60_000 - 60_000;
  const range = { StartTime: new Date(start), EndTime: new Date(start + 60_000) };

  before(async () => {
    cloud = await startCloud();
    client = cloud.client(sdk.CloudWatchClient);
    const Timestamp = new Date(start);
    const MetricData: sdk.MetricDatum[] = [
      { MetricName, Timestamp, Value: 2, Unit: "Seconds" },
      { MetricName, Timestamp, Value: 3, Unit: "Seconds" },
      { MetricName, Timestamp, Value: 2000, Unit: "Milliseconds" },
      { MetricName, Timestamp, Value: 7 },
    ];
    await client.send(new sdk.PutMetricDataCommand({ Namespace, MetricData }));
  });
  after(() => cloud.stop());

  const statistics = async (Unit?: sdk.StandardUnit) =>
    (
      (
        await client.send(
          new sdk.GetMetricStatisticsCommand({
            ...{ ...range, Namespace, MetricName, Period: 60, Statistics: ["Sum"] },
            ...(Unit && { Unit }),
          }),
        )
      ).Datapoints ?? []
    ).map((one) => [one.Unit, one.Sum]);
  const data = async (Unit?: sdk.StandardUnit) => {
    const { MetricDataResults: [result] = [] } = await client.send(
      new sdk.GetMetricDataCommand({
        ...range,
        MetricDataQueries: [
          {
            Id: "m1",
            MetricStat: { Metric: { Namespace, MetricName }, Period: 60, Stat: "Sum", ...(Unit && { Unit }) },
          },
        ],
      }),
    );
    return [result?.Values, result?.Messages];
  };

  it("keep data apart, though their time be the same", async () => {
    assert.deepEqual((await statistics()).sort(), [
      ["Milliseconds", 2000],
      ["None", 7],
      ["Seconds", 5],
    ]);
  });

  it("are what is asked for, and nothing else", async () => {
    assert.deepEqual(await statistics("Seconds"), [["Seconds", 5]]);
    assert.deepEqual(await statistics("None"), [["None", 7]]);
    assert.deepEqual(await statistics("Bytes"), []);
    assert.deepEqual(await data("Seconds"), [[5], undefined]);
  });

  it("are chosen, and listed, where a query names none", async () => {
    const messages = [{ Code: "MultipleUnits", Value: "Multiple units returned: '[Milliseconds, None, Seconds]'" }];
    assert.deepEqual(await data(), [[2000], messages]);
  });

  it("that AWS does not have are refused", () =>
    assert.rejects(
      client.send(
        new sdk.PutMetricDataCommand({
          Namespace,
          MetricData: [{ MetricName, Value: 1, Unit: "Miles" as sdk.StandardUnit }],
        }),
      ),
      /'Miles' at 'metricData.member.1.unit' failed to satisfy constraint/,
    ));

  it("of data that an earlier version kept are as they were", () => {
    const store = new Store(":memory:");
    store.database.exec(`
      CREATE TABLE monitoring_series (id INTEGER PRIMARY KEY, namespace TEXT, name TEXT, dimensions TEXT, last INTEGER,
        UNIQUE (namespace, name, dimensions));
      CREATE TABLE monitoring_data (series INTEGER, time INTEGER, count REAL, sum REAL, min REAL, max REAL, unit TEXT,
        dist TEXT, PRIMARY KEY (series, time)) WITHOUT ROWID;
      INSERT INTO monitoring_series VALUES (1, 'Old', 'm', '[]', 120);
      INSERT INTO monitoring_data VALUES (1, 60, 1, 4, 4, 4, NULL, NULL), (1, 120, 1, 5, 5, 5, 'Count', NULL)`);
    const metrics = new Metrics(store);
    assert.deepEqual(
      metrics.read(metrics.find("Old", "m") as number, 0, 180, 60).map(({ time, sum, unit }) => [time, sum, unit]),
      [
        [60, 4, "None"],
        [120, 5, "Count"],
      ],
    );
    assert.equal(new Metrics(store).read(1, 0, 180, 60).length, 2);
    store.close();
  });
});

describe("CloudWatch's pages of metric data", () => {
  let cloud: TestCloud;
  let client: sdk.CloudWatchClient;
  const Namespace = "Pages";
  const start = Math.floor(Date.now() / 60_000) * 60_000 - 600_000;
  before(async () => {
    cloud = await startCloud();
    client = cloud.client(sdk.CloudWatchClient);
    const MetricData = [1, 2, 3].flatMap((Value) => {
      const Timestamp = new Date(start + Value * 60_000);
      return ["a", "b"].map((MetricName) => ({ MetricName, Value, Timestamp }));
    });
    await client.send(new sdk.PutMetricDataCommand({ Namespace, MetricData }));
  });
  after(() => cloud.stop());

  const ask = (more: Partial<sdk.GetMetricDataCommandInput>) =>
    client.send(
      new sdk.GetMetricDataCommand({
        StartTime: new Date(start),
        EndTime: new Date(start + 600_000),
        MetricDataQueries: ["a", "b"].map((MetricName) => ({
          Id: MetricName,
          MetricStat: { Metric: { Namespace, MetricName }, Period: 60, Stat: "Sum" },
        })),
        ...more,
      }),
    );

  for (const [ScanBy, points] of [
    ["TimestampAscending", [1, 2, 3]],
    ["TimestampDescending", [3, 2, 1]],
  ] as const) {
    it(`go on where the one before ended, ${ScanBy}`, async () => {
      const seen: [id: string, values: number[], status: string][][] = [];
      let NextToken: string | undefined;
      do {
        const page = await ask({ MaxDatapoints: 4, ScanBy, NextToken });
        seen.push((page.MetricDataResults ?? []).map(({ Id, Values, StatusCode }) => [Id!, Values!, StatusCode!]));
        NextToken = page.NextToken;
      } while (NextToken !== undefined);
      assert.deepEqual(seen, [
        [
          ["a", [...points], "Complete"],
          ["b", points.slice(0, 1), "PartialData"],
        ],
        [
          ["a", [], "Complete"],
          ["b", points.slice(1), "Complete"],
        ],
      ]);
    });
  }

  it("begin at no other token, and have a size", async () => {
    await assert.rejects(ask({ NextToken: "next" }), { name: "InvalidNextToken" });
    await assert.rejects(ask({ MaxDatapoints: 0 }), /MaxDatapoints must be between 1 and 100800; it is 0/);
  });
});
