import assert from "node:assert/strict";
import { ApiWithLambdas } from "../../components/apiWithLambdas.ts";
import { ArchiverWorkflow } from "../../components/archiverWorkflow.ts";
import { NotebookService } from "../../components/notebookService.ts";
import { Observability, type ObservabilityArgs } from "../../components/observability.ts";
import { PredictionPipeline } from "../../components/predictionPipeline.ts";
import { SnowflakeRecommender } from "../../components/snowflakeRecommender.ts";
import { SparkJobs } from "../../components/sparkJobs.ts";
import { check } from "../../policy/check.ts";
import { defaultTags, resourcesOf } from "../policy/support/resources.ts";
import { iris, wine } from "./support/pipeline.ts";
import { scaled } from "./support/recommender.ts";
import { type Recording, record } from "./support/record.ts";

const types = {
  alarm: "aws:cloudwatch/metricAlarm:MetricAlarm",
  composite: "aws:cloudwatch/compositeAlarm:CompositeAlarm",
  dashboard: "aws:cloudwatch/dashboard:Dashboard",
};
const actions = ["arn:aws:sns:eu-west-1:123456789012:operators"];

/** A system of these components, as it is watched. */
const watched = (of: () => ObservabilityArgs["of"], args: Omit<ObservabilityArgs, "of"> = {}) =>
  record(() => new Observability("sys", { of: of(), actions, ...args }));
const hello = () =>
  new ApiWithLambdas("hello", { routes: { "GET /": { entry: "handlers/whodis/index.ts", auth: "iam" } } });
const alarmsOf = ({ all }: Recording) =>
  all.filter(({ type }) => type === types.alarm).toSorted((a, b) => (a.name < b.name ? -1 : 1));
/** Name, namespace, metric and dimensions of alarms on one metric; of others the metrics and their sources. */
const linesOf = (recording: Recording) =>
  alarmsOf(recording).map(({ name, inputs: { namespace, metricName, dimensions, metricQueries } }) =>
    metricQueries
      ? [
          name,
          ...metricQueries.flatMap(({ metric }: { metric?: { metricName: string; dimensions: object } }) =>
            metric ? [`${metric.metricName} ${Object.values(metric.dimensions)}`] : [],
          ),
        ]
      : [name, namespace, metricName, dimensions],
  );
const bodyOf = (recording: Recording) =>
  JSON.parse(recording.get(types.dashboard, "sys-dashboard").inputs.dashboardBody);

describe("Observability", () => {
  const errors = (name: string) => ["AWS/Lambda", "Errors", { FunctionName: name }];
  const api = (name: string, metricName: string) => ["AWS/ApiGateway", metricName, { ApiName: name, Stage: "Prod" }];
  const fault = (metricName: string, service: string) => ["platform/test", metricName, { service }];

  it("watches a pipeline: callers, the predictor, records that wait or are given up, the model", async () => {
    const made = await watched(() => [new PredictionPipeline("iris", iris)]);
    assert.deepEqual(linesOf(made), [
      ["iris-api-errors-alarm", ...api("iris-api", "5XXError")],
      ["iris-api-latency-alarm", ...api("iris-api", "Latency")],
      [
        "iris-delay-alarm",
        "AWS/Lambda",
        "IteratorAge",
        { FunctionName: "iris-predict", Resource: "iris-predict:live" },
      ],
      ["iris-model-alarm", ...fault("ModelLoadFailed", "iris-predict")],
      ["iris-predict-alarm", ...errors("iris-predict")],
      ["sys-dead-letters-alarm", "AWS/SQS", "ApproximateNumberOfMessagesVisible", { QueueName: "iris-failures" }],
      ["sys-throttles-alarm", "AWS/Lambda", "Throttles", { FunctionName: "iris-predict" }],
    ]);
    assert.equal(made.get(types.alarm, "iris-delay-alarm").inputs.threshold, 60_000);
    assert.equal(made.get(types.alarm, "iris-predict-alarm").inputs.evaluationPeriods, 2);
  });

  it("watches the queue where records come by one", async () => {
    const made = await watched(() => [new PredictionPipeline("wine", wine)]);
    const { metricName, dimensions, threshold } = made.get(types.alarm, "wine-delay-alarm").inputs;
    assert.deepEqual(
      [metricName, dimensions, threshold],
      ["ApproximateAgeOfOldestMessage", { QueueName: "wine-queue" }, 60],
    );
  });

  it("watches an archiver: executions, questions, and what nobody waits for", async () => {
    const made = await watched(() => [new ArchiverWorkflow("arc", { express: true, approval: { timeout: 3_600 } })]);
    const machine = (name: string) => `arn:aws:states:eu-west-1:123456789012:stateMachine:arc-${name}`;
    assert.deepEqual(linesOf(made), [
      ["arc-approval-age-alarm", "AWS/SQS", "ApproximateAgeOfOldestMessage", { QueueName: "arc-HumanSQS" }],
      ["arc-reconcile-alarm", ...errors("arc-reconcile")],
      ["arc-recordStopped-alarm", ...errors("arc-recordStopped")],
      ["arc-startDrop-alarm", ...errors("arc-startDrop")],
      ["arc-unanswered-alarm", "AWS/SQS", "ApproximateAgeOfOldestMessage", { QueueName: "arc-unanswered" }],
      [
        "sys-dead-letters-alarm",
        ...["startDrop", "recordStopped", "reconcile"].map(
          (name) => `ApproximateNumberOfMessagesVisible arc-${name}-failures`,
        ),
      ],
      [
        "sys-executions-alarm",
        ...["ArchiverStateMachine", "ArchiverExpress"].flatMap((name) =>
          ["ExecutionsFailed", "ExecutionsTimedOut"].map((metric) => `${metric} ${machine(name)}`),
        ),
      ],
      ["sys-throttles-alarm", ...["startDrop", "recordStopped", "reconcile"].map((name) => `Throttles arc-${name}`)],
    ]);
    assert.equal(made.get(types.alarm, "arc-approval-age-alarm").inputs.threshold, 1_800);
    const { metricQueries, alarmDescription } = made.get(types.alarm, "sys-executions-alarm").inputs;
    assert.deepEqual(metricQueries[0], {
      id: "value",
      label: "Executions fail, or take too long",
      expression: "SUM(FILL(METRICS(), 0))",
      returnData: true,
    });
    assert.equal(alarmDescription, "Executions fail, or take too long; docs/runbook.md");
  });

  it("watches a recommender: what nobody sees in a query's answer", async () => {
    const made = await watched(() => [new SnowflakeRecommender("snow", scaled)]);
    assert.deepEqual(
      linesOf(made).filter(([name]) => String(name).startsWith("snow")),
      [
        ["snow-endpoint-alarm", ...fault("EndpointFailed", "snow-observe")],
        ["snow-errors-alarm", ...api("snow", "5XXError")],
        ["snow-latency-alarm", ...api("snow", "Latency")],
        ["snow-observe-alarm", ...errors("snow-observe")],
        ["snow-retrain-alarm", ...errors("snow-retrain")],
        ["snow-sweep-alarm", ...errors("snow-sweep")],
        ["snow-training-alarm", ...fault("TrainingFailed", "snow-observe")],
      ],
    );
    assert.match(
      JSON.stringify(bodyOf(made)),
      /SEARCH\('\{AWS\/SageMaker,EndpointName,VariantName\}[^']* \\"test-snow-/,
    );
  });

  it("watches notebooks and jobs with the API that they share, each function once", async () => {
    const made = await watched(() => {
      const notebooks = new NotebookService("books");
      const jobs = new SparkJobs("spark");
      return [notebooks, jobs, new ApiWithLambdas("desk", { routes: { ...notebooks.routes, ...jobs.routes } })];
    });
    assert.deepEqual(
      linesOf(made).filter(([name]) => !String(name).startsWith("sys")),
      [
        ["books-clean-alarm", ...errors("books-clean")],
        ["books-failed-alarm", ...fault("NotebookFailed", "books-observe")],
        ["books-observe-alarm", ...errors("books-observe")],
        ["books-running-alarm", ...fault("NotebookNotStopped", "books-clean")],
        ["books-silent-alarm", ...fault("NotebookSilent", "books-clean")],
        ["desk-errors-alarm", ...api("desk", "5XXError")],
        ["desk-latency-alarm", ...api("desk", "Latency")],
        ["spark-failed-alarm", ...fault("JobFailed", "spark-observe")],
        ["spark-mend-alarm", ...errors("spark-mend")],
        ["spark-observe-alarm", ...errors("spark-observe")],
        ["spark-run-alarm", ...errors("spark-run")],
      ],
    );
    const durations = bodyOf(made).widgets.find(
      ({ properties }: { properties: { title?: string } }) => properties.title === "Functions: duration, p99",
    );
    const names = durations.properties.metrics.map(([, , , name]: string[]) => name);
    assert.deepEqual(new Set(names).size, names.length);
    assert.ok(names.includes("books-read") && names.includes("spark-change"));
  });

  it("tells the topics, of the beginning and of the end", async () => {
    const made = await watched(() => [new PredictionPipeline("iris", iris)], { objective: { availability: 99.5 } });
    const silent = alarmsOf(made).filter(({ inputs }) => inputs.alarmActions.length === 0);
    assert.deepEqual(
      silent.map(({ name }) => name),
      ["1h", "30m", "5m", "6h"].map((span) => `iris-api-availability-${span}-alarm`),
    );
    for (const { inputs, type, name } of made.all.filter(({ type }) => /Alarm$/.test(type))) {
      if (silent.some((one) => one.name === name && one.type === type)) continue;
      assert.deepEqual([inputs.alarmActions, inputs.okActions], [actions, actions], name);
    }
  });

  it("rings before a promise is broken, by a fast and a slow burn with two windows each", async () => {
    const objective = { availability: 99.9, latency: { milliseconds: 500 } };
    const made = await watched(() => [hello()], { objective });
    assert.deepEqual(
      made.all
        .filter(({ type }) => /Alarm$/.test(type))
        .map(({ name }) => name)
        .toSorted(),
      ["availability", "speed"]
        .flatMap((promise) => ["-1h", "-30m", "-5m", "-6h", ""].map((span) => `hello-${promise}${span}-alarm`))
        .toSorted(),
      "in the place of those on every failed and slow answer",
    );
    const windows = ["1h", "5m", "6h", "30m"].map((span) => {
      const failing = made.get(types.alarm, `hello-availability-${span}-alarm`).inputs;
      const slow = made.get(types.alarm, `hello-speed-${span}-alarm`).inputs;
      const [{ expression }, ...sources] = failing.metricQueries;
      assert.equal(expression, "IF(m0 > 1, 100 * m0 / m1, 0)");
      assert.deepEqual(
        sources.map(({ metric }: { metric: { metricName: string; stat: string } }) => [metric.metricName, metric.stat]),
        [
          ["5XXError", "Sum"],
          ["Count", "Sum"],
        ],
      );
      assert.deepEqual([slow.metricName, slow.threshold, slow.statistic], ["Latency", 500, undefined]);
      return [sources[0].metric.period, failing.threshold, slow.period, slow.extendedStatistic];
    });
    assert.deepEqual(windows, [
      [3_600, 1.44, 3_600, "p85.6"],
      [300, 1.44, 300, "p85.6"],
      [21_600, 0.6, 21_600, "p94"],
      [1_800, 0.6, 1_800, "p94"],
    ]);
    const { alarmName, alarmRule } = made.get(types.composite, "hello-availability-alarm").inputs;
    assert.equal(alarmName, "platform-test-hello-availability");
    const ringing = (span: string) => `ALARM("hello-availability-${span}-alarm")`;
    assert.equal(alarmRule, `(${ringing("1h")} AND ${ringing("5m")}) OR (${ringing("6h")} AND ${ringing("30m")})`);
  });

  it("splits what one alarm may not read: ten metrics", async () => {
    const made = await watched(() => [
      new NotebookService("a"),
      new SparkJobs("b"),
      new NotebookService("c"),
      new SparkJobs("d"),
    ]);
    const metrics = (name: string) =>
      made.get(types.alarm, name).inputs.metricQueries.filter(({ metric }: { metric?: object }) => metric).length;
    assert.equal(metrics("sys-dead-letters-alarm"), 10);
    assert.equal(metrics("sys-dead-letters-2-alarm"), 4);
  });

  it("draws a dashboard that CloudWatch takes: what to do, what rings, then the golden signals", async () => {
    const made = await watched(() => [new PredictionPipeline("iris", iris)], {
      runbook: "https://example.org/runbook",
    });
    const { dashboardName, dashboardBody } = made.get(types.dashboard, "sys-dashboard").inputs;
    assert.equal(dashboardName, "platform-test-sys");
    const [text, status, ...graphs] = JSON.parse(dashboardBody).widgets;
    assert.match(text.properties.markdown, /^# sys\n.*\[runbook\]\(https:\/\/example\.org\/runbook\)/);
    assert.deepEqual(
      status.properties.alarms.toSorted(),
      alarmsOf(made).map(({ name }) => `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${name}`),
    );
    assert.deepEqual(
      graphs.map(({ properties }: { properties: { title: string } }) => properties.title),
      [
        ...["Traffic", "Errors", "Latency", "Saturation", "Functions: duration, p99", "Functions: errors"],
        ...["Streams: age of records", "Dead letters", "Faults", "Tables: capacity used", "Tables: refused"],
      ],
    );
    const cells = graphs.flatMap(({ x, y, width, height }: Record<"x" | "y" | "width" | "height", number>) =>
      Array.from({ length: width * height }, (_, cell) => `${x + (cell % width)} ${y + Math.floor(cell / width)}`),
    );
    assert.equal(new Set(cells).size, cells.length, "none lies on another");
  });

  it("has no dashboard where there is to be none", async () => {
    const urls: unknown[] = [];
    const made = await record(() => {
      for (const dashboard of [true, false])
        new Observability(`sys${dashboard}`, { of: [], dashboard }).dashboardUrl?.apply((url) => urls.push(url));
    });
    assert.deepEqual(urls, [
      "https://eu-west-1.console.aws.amazon.com/cloudwatch/home?region=eu-west-1#dashboards/dashboard/platform-test-systrue",
    ]);
    assert.equal(made.all.filter(({ type }) => type === types.dashboard).length, 1);
  });

  it("keeps every rule of the policy pack", async () => {
    const made = await watched(() => [hello()], { objective: { availability: 99.9, latency: { milliseconds: 500 } } });
    assert.deepEqual(check(resourcesOf(made), { stack: "test", publicRoutes: [], defaultTags }), []);
  });

  const invalid: [args: Omit<ObservabilityArgs, "of">, message: string][] = [
    [{ objective: { availability: 100 } }, "objective.availability is 100; allowed is a number from 95 to 99.99"],
    [
      { objective: { latency: { milliseconds: 0 } } },
      "objective.latency.milliseconds is 0; allowed is a number from 1 to 29000",
    ],
    [
      { objective: { latency: { milliseconds: 9, percent: 50 } } },
      "objective.latency.percent is 50; allowed is a number from 95 to 99.9",
    ],
    [{ longestAnswer: 30_000 }, "longestAnswer is 30000; allowed is a number from 1 to 29000"],
    [{ actions: Array(6).fill("t") }, 'actions is ["t","t","t","t","t","t"]; allowed is at most 5 topics'],
    [{ actions: ["operators"] }, 'actions is "operators"; allowed is ARNs of SNS topics'],
    [{ runbook: "docs" }, 'runbook is "docs"; allowed is a URL that begins with https://'],
  ];
  for (const [args, message] of invalid) {
    it(`refuses: ${message}`, () => {
      assert.throws(() => new Observability("sys", { of: [], ...args }), {
        name: "Error",
        message: `Observability "sys": ${message}`,
      });
    });
  }
});
