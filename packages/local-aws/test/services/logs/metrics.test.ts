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

  it("have a unit that CloudWatch has, or none", () => {
    const metrics = (Unit: string) => embedded({ latency: 1 }, { Metrics: [{ Name: "latency", Unit }] });
    const data = embeddedMetrics([metrics("Miles"), metrics("Seconds")]).get("App") ?? [];
    assert.deepEqual(
      data.map(({ Unit }) => Unit),
      [undefined, undefined, "Seconds", "Seconds"],
    );
  });

  describe("by metric filters", () => {
    let store: Store;
    let put: { Namespace: string; MetricData: MetricDatum[] }[];
    let run: (operation: string, input: object) => unknown;
    const place = { logGroupName: "g", logStreamName: "s" };
    beforeEach(async () => {
      store = new Store(":memory:");
      put = [];
      const cloud = {
        region: "us-east-1",
        accountId: "000000000000",
        store,
        call: async (_service: string, _operation: string, input: (typeof put)[0]) => put.push(input),
      } as unknown as Cloud;
      const { operations } = createLogs(cloud);
      run = (operation, input) => operations[operation]?.run(input, {} as Call);
      await run("CreateLogGroup", place);
      await run("CreateLogStream", place);
    });
    afterEach(() => store.close());

    const filter = async (filterPattern: string, more: object) =>
      run("PutMetricFilter", {
        ...{ ...place, filterName: "f", filterPattern },
        metricTransformations: [{ metricName: "Slow", metricNamespace: "Filtered", metricValue: "1", ...more }],
      });
    const write = async (...messages: (string | object)[]) =>
      run("PutLogEvents", {
        ...place,
        logEvents: messages.map((one) => ({ timestamp, message: typeof one === "string" ? one : JSON.stringify(one) })),
      });
    const data = () =>
      put
        .flatMap(({ MetricData }) => MetricData)
        .map(({ Dimensions, StatisticValues: of }) => [
          ...(Dimensions ?? []).map(({ Value }) => Value),
          of?.SampleCount,
          of?.Sum,
        ]);

    it("go to CloudWatch, as those in documents do", async () => {
      await filter("{ $.ms > 10 }", { metricValue: "$.ms" });
      const messages = [5, 20, 30].map((ms) => ({ ms }));
      await write(...messages, embedded({ latency: 1 }).message);
      assert.deepEqual(
        put.map(({ Namespace }) => Namespace),
        ["App", "Filtered"],
      );
      const [slow] = put[1]?.MetricData ?? [];
      assert.equal(slow?.MetricName, "Slow");
      assert.deepEqual(slow?.StatisticValues, { SampleCount: 2, Sum: 50, Minimum: 20, Maximum: 30 });
    });

    it("have dimensions by what is in the event", async () => {
      await filter("{ $.ms = * }", { metricValue: "$.ms", dimensions: { Route: "$.route", Kind: "$.kind" } });
      await write(
        { ms: 1, route: "/a", kind: "x" },
        { ms: 2, route: "/a", kind: "x" },
        { ms: 4, route: "/b", kind: "x" },
      );
      await write({ ms: 8, route: "/a" });
      assert.deepEqual(data(), [
        ["/a", "x", 2, 3],
        ["/b", "x", 1, 4],
      ]);
    });

    it("read the fields of space-delimited events", async () => {
      await filter("[ip, status = 5*, bytes]", { metricValue: "$bytes", dimensions: { Status: "$status" } });
      await write("10.0.0.1 503 20", "10.0.0.1 200 5", "10.0.0.2 500 -", "10.0.0.3 503 22");
      assert.deepEqual(data(), [["503", 2, 42]]);
    });

    it("give their default once for a minute without a match", async () => {
      await filter("ERROR", { defaultValue: 0 });
      await write("INFO");
      await write("INFO");
      assert.deepEqual(data(), [[1, 0]]);
    });

    it("are tried with what they read", async () => {
      const tried = async (filterPattern: string, ...logEventMessages: string[]) =>
        ((await run("TestMetricFilter", { filterPattern, logEventMessages })) as { matches: object[] }).matches;
      assert.deepEqual(await tried('{ $.a.b = 1 || $.c = "x" }', '{"c":"x"}', '{"a":{"b":1},"c":2}', "{}"), [
        { eventNumber: 1, eventMessage: '{"c":"x"}', extractedValues: { "$.c": "x" } },
        { eventNumber: 2, eventMessage: '{"a":{"b":1},"c":2}', extractedValues: { "$.a.b": "1", "$.c": "2" } },
      ]);
      assert.deepEqual(await tried("[ip, ..., size]", "10.0.0.1 GET 5"), [
        { eventNumber: 1, eventMessage: "10.0.0.1 GET 5", extractedValues: { $ip: "10.0.0.1", $size: "5" } },
      ]);
      assert.deepEqual(await tried("GET", "GET"), [{ eventNumber: 1, eventMessage: "GET", extractedValues: {} }]);
    });

    for (const [more, message] of [
      [{ unit: "Miles" }, /'Miles' at 'metricTransformations.1.member.unit'/],
      [{ dimensions: { a: "$.a", b: "$.b", c: "$.c", d: "$.d" } }, /at most 3 dimensions/],
      [{ dimensions: { a: "$.a" }, defaultValue: 0 }, /cannot have a default value/],
    ] as const) {
      it(`are refused with ${JSON.stringify(more)}`, () => assert.rejects(filter("x", more), message));
    }
  });
});
