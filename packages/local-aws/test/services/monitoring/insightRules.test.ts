import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cloudwatch";
import { CloudWatchLogs } from "@aws-sdk/client-cloudwatch-logs";
import { insightDefinition } from "../../../src/services/monitoring/insightDefinition.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

const definition = (more: object = {}, contribution: object = {}) => ({
  Schema: { Name: "CloudWatchLogRule", Version: 1 },
  LogGroupNames: ["/web*"],
  LogFormat: "JSON",
  Contribution: { Keys: ["$.ip"], Filters: [], ...contribution },
  AggregateOn: "Count",
  ...more,
});

describe("Contributor Insights' definitions", () => {
  const event = { ip: "10.0.0.1", status: 404, size: 5, nested: { list: ["x"] } };
  const read = (contribution: object, more: object = {}, message: string | object = event) =>
    insightDefinition(JSON.stringify(definition(more, contribution))).read(
      typeof message === "string" ? message : JSON.stringify(message),
    );
  const filters: [filter: object, passes: boolean][] = [
    [{ EqualTo: 404 }, true],
    [{ EqualTo: "404" }, true],
    [{ EqualTo: 200 }, false],
    [{ NotEqualTo: 404 }, false],
    [{ NotEqualTo: 200 }, true],
    [{ GreaterThan: 400 }, true],
    [{ GreaterThan: 404 }, false],
    [{ LessThan: 500 }, true],
    [{ In: [403, 404] }, true],
    [{ NotIn: [403, 404] }, false],
    [{ StartsWith: ["4"] }, true],
    [{ StartsWith: ["5"] }, false],
    [{ IsPresent: true }, true],
    [{ IsPresent: false }, false],
  ];
  for (const [filter, passes] of filters) {
    it(`${passes ? "count" : "pass over"} an event by ${JSON.stringify(filter)}`, () =>
      assert.deepEqual(
        read({ Filters: [{ Match: "$.status", ...filter }] }),
        passes ? { keys: ["10.0.0.1"], value: 1 } : undefined,
      ));
  }

  it("read fields by selector, by name and by place", () => {
    assert.deepEqual(read({ Keys: ["$.nested.list[0]"] }), { keys: ["x"], value: 1 });
    assert.deepEqual(read({ Keys: ["Address", "$.status"] }, { Fields: { "$.ip": "Address" } }), {
      keys: ["10.0.0.1", "404"],
      value: 1,
    });
    assert.deepEqual(read({ ValueOf: "$.size" }, { AggregateOn: "Sum" }), { keys: ["10.0.0.1"], value: 5 });
    const line = '10.0.0.1 - ann [31/Jan/2026:12:00:00] "GET / HTTP/1.1" 200 12';
    const clf = { LogFormat: "CLF", Fields: { 1: "Ip", 6: "Status", 7: "Bytes" } };
    const contribution = { Keys: ["Ip"], ValueOf: "Bytes", Filters: [{ Match: "Status", EqualTo: 200 }] };
    assert.deepEqual(read(contribution, { ...clf, AggregateOn: "Sum" }, line), { keys: ["10.0.0.1"], value: 12 });
  });

  it("pass over what lacks a key or a value, and what is no JSON", () => {
    assert.equal(read({ Keys: ["$.ip", "$.nothing"] }), undefined);
    assert.equal(read({ Keys: ["$.nested"] }), undefined);
    assert.equal(read({ ValueOf: "$.ip" }, { AggregateOn: "Sum" }), undefined);
    assert.equal(read({}, {}, "plain"), undefined);
  });

  for (const [given, message] of [
    ["{", /must be a JSON document/],
    ["[]", /must be a JSON object/],
    [{ Schema: { Name: "Other", Version: 1 } }, /Schema must be/],
    [definition({ LogGroupNames: [] }), /LogGroupNames must have at least one/],
    [definition({ LogFormat: "XML" }), /LogFormat must be JSON or CLF/],
    [definition({}, { Keys: [] }), /Contribution\.Keys must have 1 to 4/],
    [definition({ AggregateOn: "Average" }), /AggregateOn must be Count or Sum/],
    [definition({ AggregateOn: "Sum" }), /ValueOf is required/],
    [definition({}, { Filters: [{ Match: "a", Like: 1 }] }), /a filter has Match and one of In, NotIn/],
    [definition({}, { Filters: [null] }), /a filter has Match/],
    [definition({}, { Filters: {} }), /must be a list of at most 4/],
  ] as const) {
    it(`are refused: ${message}`, () =>
      assert.throws(() => insightDefinition(typeof given === "string" ? given : JSON.stringify(given)), message));
  }
});

describe("Contributor Insights", () => {
  let cloud: TestCloud;
  let client: sdk.CloudWatchClient;
  before(async () => {
    cloud = await startCloud();
    client = cloud.client(sdk.CloudWatchClient);
  });
  after(() => cloud.stop());

  const RuleName = "callers";
  const put = (more: object = {}, RuleState?: string) =>
    client.send(
      new sdk.PutInsightRuleCommand({ RuleName, RuleState, RuleDefinition: JSON.stringify(definition(more)) }),
    );
  const list = async () => (await client.send(new sdk.DescribeInsightRulesCommand({}))).InsightRules ?? [];
  const report = (more: Partial<sdk.GetInsightRuleReportCommandInput> = {}) =>
    client.send(
      new sdk.GetInsightRuleReportCommand({
        ...{ RuleName, Period: 60, StartTime: new Date(Date.now() - 60_000), EndTime: new Date(Date.now() + 60_000) },
        ...more,
      }),
    );
  async function write(logGroupName: string, ...ips: string[]): Promise<void> {
    const logs = cloud.client(CloudWatchLogs);
    await logs.createLogGroup({ logGroupName }).catch(() => {});
    await logs.createLogStream({ logGroupName, logStreamName: "s" }).catch(() => {});
    const logEvents = ips.map((ip) => ({ timestamp: Date.now(), message: JSON.stringify({ ip }) }));
    await logs.putLogEvents({ logGroupName, logStreamName: "s", logEvents });
  }

  it("counts who contributes most, while the rule is enabled", async () => {
    await write("/web/a", "early");
    await new Promise((resolve) => setTimeout(resolve, 5));
    await put();
    await write("/web/a", "x", "y", "x");
    await write("/web/b", "x");
    await write("/other", "z");
    await client.send(new sdk.DisableInsightRulesCommand({ RuleNames: [RuleName] }));
    await new Promise((resolve) => setTimeout(resolve, 5));
    await write("/web/a", "late");
    const { Contributors = [], ...rest } = await report({
      Metrics: ["UniqueContributors", "Sum", "MaxContributorValue"],
    });
    assert.deepEqual(
      Contributors.map(({ Keys, ApproximateAggregateValue }) => [Keys, ApproximateAggregateValue]),
      [
        [["x"], 3],
        [["y"], 1],
      ],
    );
    assert.deepEqual(
      [rest.KeyLabels, rest.AggregationStatistic, rest.AggregateValue, rest.ApproximateUniqueCount],
      [["$.ip"], "SampleCount", 4, 2],
    );
    const { MetricDatapoints = [] } = rest;
    assert.equal(MetricDatapoints.length, 3);
    assert.equal(
      MetricDatapoints.reduce((sum, { Sum = 0 }) => sum + Sum, 0),
      4,
    );
    assert.ok(MetricDatapoints.every(({ SampleCount }) => SampleCount === undefined));
    assert.equal((await report({ MaxContributorCount: 1, OrderBy: "Maximum" })).Contributors?.length, 1);
  });

  it("keeps rules, their state and their tags", async () => {
    const [rule] = await list();
    assert.deepEqual([rule?.Name, rule?.State, rule?.Schema], [RuleName, "DISABLED", "CloudWatchLogRule/1"]);
    await client.send(new sdk.EnableInsightRulesCommand({ RuleNames: [RuleName] }));
    assert.equal((await list())[0]?.State, "ENABLED");
    const ResourceARN = `arn:aws:cloudwatch:us-east-1:000000000000:insight-rule/${RuleName}`;
    await client.send(new sdk.TagResourceCommand({ ResourceARN, Tags: [{ Key: "team", Value: "web" }] }));
    const tags = async () => (await client.send(new sdk.ListTagsForResourceCommand({ ResourceARN }))).Tags;
    assert.deepEqual(await tags(), [{ Key: "team", Value: "web" }]);
    await client.send(new sdk.UntagResourceCommand({ ResourceARN, TagKeys: ["team"] }));
    assert.deepEqual(await tags(), []);
    await put({ AggregateOn: "Count", LogGroupNames: ["/web/b"] });
    assert.equal((await report()).ApproximateUniqueCount, 0);
    const { Failures } = await client.send(new sdk.DeleteInsightRulesCommand({ RuleNames: [RuleName, "gone"] }));
    assert.deepEqual(
      Failures?.map(({ FailureResource, ExceptionType }) => [FailureResource, ExceptionType]),
      [["gone", "ResourceNotFoundException"]],
    );
    assert.deepEqual(await list(), []);
    await assert.rejects(report(), { name: "ResourceNotFoundException" });
  });

  it("refuses reports that nobody can make", async () => {
    await put();
    await assert.rejects(report({ Period: 61 }), /Period must be a multiple of 60; it is 61/);
    await assert.rejects(report({ MaxContributorCount: 101 }), /MaxContributorCount must be between 1 and 100/);
    await assert.rejects(report({ OrderBy: "Name" }), /OrderBy must be Sum or Maximum/);
    await assert.rejects(report({ Metrics: ["Median"] }), /The metric Median must be one of/);
    await assert.rejects(report({ EndTime: new Date(0) }), /StartTime must be less/);
    await assert.rejects(report({ StartTime: new Date(0) }), /exceeds the limit of 1440/);
  });

  it("lets a role make rules of some log groups alone, and alarms with some actions", async () => {
    const role = await cloud.mintRole({
      Effect: "Allow",
      Action: ["cloudwatch:PutInsightRule", "cloudwatch:PutMetricAlarm"],
      Resource: "*",
      Condition: {
        "ForAllValues:StringEquals": {
          "cloudwatch:requestInsightRuleLogGroups": ["/web*"],
          "cloudwatch:AlarmActions": ["arn:aws:sns:us-east-1:000000000000:mine"],
        },
      },
    });
    const theirs = cloud.client(sdk.CloudWatchClient, role);
    const theirPut = (more: object) =>
      theirs.send(new sdk.PutInsightRuleCommand({ RuleName: "r", RuleDefinition: JSON.stringify(definition(more)) }));
    await theirPut({});
    await assert.rejects(theirPut({ LogGroupNames: ["/web*", "/secret"] }), /PutInsightRule/);
    const alarm = (topic: string) =>
      theirs.send(
        new sdk.PutMetricAlarmCommand({
          ...{ AlarmName: "a", Namespace: "N", MetricName: "m", Statistic: "Sum", Period: 60, EvaluationPeriods: 1 },
          ...{ Threshold: 1, ComparisonOperator: "GreaterThanThreshold" },
          AlarmActions: [`arn:aws:sns:us-east-1:000000000000:${topic}`],
        }),
      );
    await alarm("mine");
    await assert.rejects(alarm("theirs"), /PutMetricAlarm/);
  });
});
