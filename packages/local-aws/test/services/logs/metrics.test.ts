import assert from "node:assert/strict";
import type { MetricDatum } from "@aws-sdk/client-cloudwatch";
import type { Call, Cloud } from "../../../src/service.ts";
import { embeddedMetrics } from "../../../src/services/logs/embeddedMetrics.ts";
import { createLogs } from "../../../src/services/logs/index.ts";
import { Store } from "../../../src/store.ts";

const timestamp = Date.now();
const embedded = (more: object, directive: object = {}) => ({
  timestamp,
  message: JSON.stringify({
    _aws: {
      Timestamp: timestamp,
      CloudWatchMetrics: [
        {
          Namespace: "App",
          Dimensions: [["service"], ["service", "route"]],
          Metrics: [{ Name: "latency", Unit: "Milliseconds" }],
          ...directive,
        },
      ],
    },
    service: "iris",
    route: "/v0",
    ...more,
  }),
});

describe("metrics in logs", () => {
  it("are read from documents in the embedded format, once for each set of dimensions", () => {
    const data = embeddedMetrics([embedded({ latency: 12 }), embedded({ latency: [1, 2] })]).get(
      "App",
    ) as MetricDatum[];
    assert.equal(data.length, 4);
    assert.deepEqual(data[0], {
      MetricName: "latency",
      Timestamp: new Date(timestamp),
      Dimensions: [{ Name: "service", Value: "iris" }],
      Values: [12],
      Unit: "Milliseconds",
    });
    assert.deepEqual(data[3]?.Dimensions, [
      { Name: "service", Value: "iris" },
      { Name: "route", Value: "/v0" },
    ]);
    assert.deepEqual(data[3]?.Values, [1, 2]);
  });

  it("are not read from anything else", () => {
    const events = [
      embedded({ latency: "12" }),
      embedded({ latency: 12 }, { Namespace: 7 }),
      embedded({ latency: 12 }, { Metrics: "latency" }),
      { timestamp, message: '{"CloudWatchMetrics"' },
      { timestamp, message: '{"_aws":{"CloudWatchMetrics":[null]}}' },
      { timestamp, message: "plain" },
    ];
    assert.deepEqual([...embeddedMetrics(events).values()].flat(), []);
  });

  it("and what metric filters count go to CloudWatch", async () => {
    const store = new Store(":memory:");
    const put: { Namespace: string; MetricData: MetricDatum[] }[] = [];
    const cloud = {
      region: "us-east-1",
      accountId: "000000000000",
      store,
      call: async (_service: string, _operation: string, input: (typeof put)[0]) => put.push(input),
    } as unknown as Cloud;
    const { operations } = createLogs(cloud);
    const run = (operation: string, input: object) => operations[operation]?.run(input, {} as Call);
    const place = { logGroupName: "g", logStreamName: "s" };
    await run("CreateLogGroup", place);
    await run("CreateLogStream", place);
    await run("PutMetricFilter", {
      ...place,
      filterName: "slow",
      filterPattern: "{ $.ms > 10 }",
      metricTransformations: [{ metricName: "Slow", metricNamespace: "Filtered", metricValue: "$.ms" }],
    });
    const messages = [5, 20, 30].map((ms) => ({ timestamp, message: JSON.stringify({ ms }) }));
    await run("PutLogEvents", { ...place, logEvents: [...messages, embedded({ latency: 1 })] });
    assert.deepEqual(
      put.map(({ Namespace }) => Namespace),
      ["App", "Filtered"],
    );
    const [slow] = put[1]?.MetricData ?? [];
    assert.equal(slow?.MetricName, "Slow");
    assert.deepEqual(slow?.StatisticValues, { SampleCount: 2, Sum: 50, Minimum: 20, Maximum: 30 });
    store.close();
  });
});
