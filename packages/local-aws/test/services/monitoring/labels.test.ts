import assert from "node:assert/strict";
import { CloudWatch } from "@aws-sdk/client-cloudwatch";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("labels of metrics", () => {
  let test: TestCloud;
  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  for (const [queries, expected] of [
    [[["Sum", 60]], ["m"]],
    [
      [
        ["Sum", 60],
        ["Sum", 60],
      ],
      ["m", "m"],
    ],
    [
      [
        ["Sum", 60],
        ["Minimum", 60],
      ],
      ["m Sum", "m Minimum"],
    ],
    [
      [
        ["Sum", 60],
        ["Sum", 30],
      ],
      ["m 60", "m 30"],
    ],
    [
      [
        ["Sum", 60],
        ["Minimum", 30],
      ],
      ["m Sum 60", "m Minimum 30"],
    ],
  ] as [[string, number][], string[]][]) {
    it(`of ${JSON.stringify(queries)} are ${JSON.stringify(expected)}`, async () => {
      const { MetricDataResults = [] } = await test.client(CloudWatch).getMetricData({
        StartTime: new Date(Date.now() - 60_000),
        EndTime: new Date(),
        MetricDataQueries: queries.map(([Stat, Period], index) => ({
          Id: `q${index}`,
          MetricStat: { Metric: { Namespace: "n", MetricName: "m" }, Stat, Period },
        })),
      });
      assert.deepEqual(
        MetricDataResults.map(({ Label }) => Label),
        expected,
      );
    });
  }
});
