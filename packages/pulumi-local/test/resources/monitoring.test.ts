import assert from "node:assert/strict";
import type { DescribeAlarmsOutput } from "@aws-sdk/client-cloudwatch";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

describe("CloudWatch's resources", () => {
  let cloud: TestCloud;
  before(async () => {
    cloud = await startCloud();
  });
  after(() => cloud.stop());

  const inputs = {
    comparisonOperator: "GreaterThanThreshold",
    evaluationPeriods: 2,
    threshold: 0,
    namespace: "AWS/Lambda",
    metricName: "Errors",
    dimensions: { FunctionName: "f", Resource: "f:live" },
    period: 60,
    statistic: "Sum",
    treatMissingData: "notBreaching",
  };
  const described = async (name: unknown) =>
    (await cloud.cloud.call<DescribeAlarmsOutput>("monitoring", "DescribeAlarms", { AlarmNames: [name] }))
      .MetricAlarms?.[0];

  it("an alarm is made, changed in place, and goes", async () => {
    const alarm = new TestResource(cloud.cloud, "aws:cloudwatch/metricAlarm:MetricAlarm", "errors", { team: "a" });
    const { name, arn } = await alarm.create({ ...inputs, tags: { own: "1" } });
    assert.match(String(name), /^errors-[0-9a-f]{7}$/);
    const found = await described(name);
    assert.deepEqual(found?.Dimensions, [
      { Name: "FunctionName", Value: "f" },
      { Name: "Resource", Value: "f:live" },
    ]);
    assert.deepEqual([found?.AlarmArn, found?.StateValue], [arn, "OK"]);
    const tags = await cloud.cloud.call("monitoring", "ListTagsForResource", { ResourceARN: arn });
    assert.deepEqual(tags, {
      Tags: [
        { Key: "team", Value: "a" },
        { Key: "own", Value: "1" },
      ],
    });
    await alarm.update({ ...inputs, threshold: 5 });
    assert.equal((await described(name))?.Threshold, 5);
    assert.equal((await alarm.read())?.id, name);
    await alarm.delete();
    assert.equal(await alarm.read(), undefined);
  });

  it("an alarm may watch an expression", async () => {
    const { comparisonOperator, evaluationPeriods, threshold } = inputs;
    const metric = (metricName: string) => ({
      metricName,
      namespace: "AWS/Lambda",
      period: 60,
      stat: "Sum",
      dimensions: { FunctionName: "f" },
    });
    const alarm = new TestResource(cloud.cloud, "aws:cloudwatch/metricAlarm:MetricAlarm", "rate");
    const { name } = await alarm.create({
      comparisonOperator,
      evaluationPeriods,
      threshold,
      metricQueries: [
        { id: "m1", metric: metric("Errors") },
        { id: "m2", metric: metric("Invocations") },
        { id: "e1", expression: "100 * m1 / m2", returnData: true, label: "rate" },
      ],
    });
    assert.deepEqual(
      (await described(name))?.Metrics?.map(({ Id, ReturnData }) => [Id, ReturnData]),
      [
        ["m1", false],
        ["m2", false],
        ["e1", true],
      ],
    );
  });

  it("wrong inputs are named", async () => {
    const alarm = new TestResource(cloud.cloud, "aws:cloudwatch/metricAlarm:MetricAlarm");
    const { metricName: _, ...without } = inputs;
    assert.deepEqual(await alarm.failures(without), ["metricName: is required, unless metricQueries is given"]);
    assert.deepEqual((await alarm.failures({ ...inputs, metricQueries: [] })).length, 5);
    const { comparisonOperator, evaluationPeriods } = inputs;
    const preview = { ...alarm.context, unknowns: ["metricQueries"] };
    const { failures } = await alarm.provider.check({ comparisonOperator, evaluationPeriods }, preview);
    assert.deepEqual(failures, [], "queries that only a deployment will know are not missing");
    assert.match(
      (await alarm.failures({ ...inputs, treatMissingData: "maybe" }))[0] ?? "",
      /^treatMissingData: is "maybe"; allowed are missing/,
    );
    assert.match(
      (await alarm.failures({ ...inputs, extendedStatistic: "p90" }))[0] ?? "",
      /^statistic: or extendedStatistic/,
    );
  });

  it("alarms are combined, dashboards kept", async () => {
    const alarm = new TestResource(cloud.cloud, "aws:cloudwatch/metricAlarm:MetricAlarm", "one");
    const { name } = await alarm.create(inputs);
    const both = new TestResource(cloud.cloud, "aws:cloudwatch/compositeAlarm:CompositeAlarm");
    await both.create({ alarmName: "both", alarmRule: `ALARM("${name}")` });
    await both.delete();
    const dashboard = new TestResource(cloud.cloud, "aws:cloudwatch/dashboard:Dashboard");
    const { dashboardArn } = await dashboard.create({ dashboardName: "d", dashboardBody: '{"widgets":[]}' });
    assert.equal(dashboardArn, "arn:aws:cloudwatch::000000000000:dashboard/d");
    await dashboard.delete();
    await dashboard.delete();
  });
});
