import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-cloudwatch";
import { EventBridgeClient, PutRuleCommand, PutTargetsCommand } from "@aws-sdk/client-eventbridge";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("CloudWatch alarms", () => {
  describe("over the wire", () => {
    let cloud: TestCloud;
    let client: sdk.CloudWatchClient;
    before(async () => {
      // A minute of AWS's is a second here.
      cloud = await startCloud({ deploymentClock: 60 });
      client = cloud.client(sdk.CloudWatchClient);
    });
    after(() => cloud.stop());

    const base = {
      Namespace: "Shop",
      MetricName: "Errors",
      Statistic: "Sum",
      Period: 60,
      EvaluationPeriods: 1,
      Threshold: 0,
      ComparisonOperator: "GreaterThanThreshold",
    } as const;
    const put = (AlarmName: string, more: Partial<sdk.PutMetricAlarmCommandInput> = {}) =>
      client.send(new sdk.PutMetricAlarmCommand({ ...base, AlarmName, ...more } as sdk.PutMetricAlarmCommandInput));
    const find = async (name: string) =>
      (await client.send(new sdk.DescribeAlarmsCommand({ AlarmNames: [name] }))).MetricAlarms?.[0];
    const until = async (name: string, state: string) => {
      for (let tries = 0; tries < 100; tries++) {
        const found = await find(name);
        if (found?.StateValue === state) return found;
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      assert.fail(`${name} did not become ${state}`);
    };
    const fails = (promise: Promise<unknown>, message: RegExp) => assert.rejects(promise, message);

    it("follow their metric, and tell EventBridge", async () => {
      const sqs = cloud.client(SQSClient);
      const Policy = JSON.stringify({
        Version: "2012-10-17",
        Statement: [
          { Effect: "Allow", Principal: { Service: "events.amazonaws.com" }, Action: "sqs:SendMessage", Resource: "*" },
        ],
      });
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "alarms", Attributes: { Policy } }));
      const events = cloud.client(EventBridgeClient);
      await events.send(
        new PutRuleCommand({
          Name: "alarms",
          EventPattern: JSON.stringify({ source: ["aws.cloudwatch"], detail: { state: { value: ["ALARM"] } } }),
        }),
      );
      await events.send(
        new PutTargetsCommand({
          Rule: "alarms",
          Targets: [{ Id: "q", Arn: "arn:aws:sqs:us-east-1:000000000000:alarms" }],
        }),
      );
      await put("errors", { TreatMissingData: "notBreaching", AlarmDescription: "too many" });
      assert.equal((await find("errors"))?.StateValue, "OK");
      await client.send(
        new sdk.PutMetricDataCommand({ Namespace: "Shop", MetricData: [{ MetricName: "Errors", Value: 3 }] }),
      );
      const red = await until("errors", "ALARM");
      assert.match(
        red.StateReason ?? "",
        /^Threshold Crossed: 1 out of the last 1 datapoints \[3\.0 \(\d\d\/\d\d\/\d\d \d\d:\d\d:\d\d\)\] was greater than the threshold \(0\.0\) \(minimum 1 datapoint for OK -> ALARM transition\)\.$/,
      );
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
      const event = JSON.parse(Messages?.[0]?.Body ?? "{}");
      assert.deepEqual(
        [event["detail-type"], event.resources, event.detail.alarmName, event.detail.previousState.value],
        ["CloudWatch Alarm State Change", [red.AlarmArn], "errors", "OK"],
      );
      await until("errors", "OK");
      const { AlarmHistoryItems = [] } = await client.send(
        new sdk.DescribeAlarmHistoryCommand({ AlarmName: "errors", HistoryItemType: "StateUpdate" }),
      );
      assert.deepEqual(
        AlarmHistoryItems.map(({ HistorySummary }) => HistorySummary),
        [
          "Alarm updated from ALARM to OK",
          "Alarm updated from OK to ALARM",
          "Alarm updated from INSUFFICIENT_DATA to OK",
        ],
      );
    });

    it("take expressions", async () => {
      const stat = (Id: string, MetricName: string) => ({
        Id,
        ReturnData: false,
        MetricStat: { Metric: { Namespace: "Rate", MetricName }, Period: 60, Stat: "Sum" },
      });
      const { MetricName: _, Namespace: __, Statistic: ___, Period: ____, ...rest } = base;
      await client.send(
        new sdk.PutMetricAlarmCommand({
          ...rest,
          AlarmName: "rate",
          Threshold: 10,
          Metrics: [stat("m1", "Errors"), stat("m2", "Calls"), { Id: "e1", Expression: "100 * m1 / m2" }],
        }),
      );
      await client.send(
        new sdk.PutMetricDataCommand({
          Namespace: "Rate",
          MetricData: [
            { MetricName: "Errors", Value: 2 },
            { MetricName: "Calls", Value: 10 },
          ],
        }),
      );
      await until("rate", "ALARM");
    });

    it("are set by hand, and composite ones follow at once", async () => {
      await put("a", { MetricName: "Quiet", TreatMissingData: "ignore" });
      await put("b", { MetricName: "Quiet", TreatMissingData: "ignore" });
      await client.send(new sdk.PutCompositeAlarmCommand({ AlarmName: "both", AlarmRule: "ALARM(a) AND ALARM(b)" }));
      const set = (AlarmName: string, StateValue: sdk.StateValue) =>
        client.send(new sdk.SetAlarmStateCommand({ AlarmName, StateValue, StateReason: "test" }));
      const both = async () =>
        (await client.send(new sdk.DescribeAlarmsCommand({ AlarmTypes: ["CompositeAlarm"] }))).CompositeAlarms?.[0]
          ?.StateValue;
      await set("a", "ALARM");
      assert.equal(await both(), "OK");
      await set("b", "ALARM");
      assert.equal(await both(), "ALARM");
      await set("a", "OK");
      assert.equal(await both(), "OK");
      await fails(client.send(new sdk.DeleteAlarmsCommand({ AlarmNames: ["a"] })), /composite alarm/);
      await fails(
        client.send(new sdk.PutCompositeAlarmCommand({ AlarmName: "x", AlarmRule: "ALARM(nothing)" })),
        /do not exist/,
      );
      await client.send(new sdk.DeleteAlarmsCommand({ AlarmNames: ["both", "a", "b"] }));
      assert.equal(await find("a"), undefined);
    });

    it("of which a composite one is told say so to its topic", async () => {
      const sqs = cloud.client(SQSClient);
      const TopicArn = "arn:aws:sns:us-east-1:000000000000:composite";
      const Statement = {
        Effect: "Allow",
        Principal: { Service: "sns.amazonaws.com" },
        Action: "sqs:*",
        Resource: "*",
      };
      const Policy = JSON.stringify({ Version: "2012-10-17", Statement });
      const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "composite", Attributes: { Policy } }));
      const sns = cloud.client(SNSClient);
      await sns.send(new CreateTopicCommand({ Name: "composite" }));
      await sns.send(
        new SubscribeCommand({
          ...{ TopicArn, Protocol: "sqs", Endpoint: "arn:aws:sqs:us-east-1:000000000000:composite" },
          Attributes: { RawMessageDelivery: "true" },
        }),
      );
      await put("child", { MetricName: "Quiet", TreatMissingData: "ignore" });
      await client.send(
        new sdk.PutCompositeAlarmCommand({ AlarmName: "parent", AlarmRule: "ALARM(child)", AlarmActions: [TopicArn] }),
      );
      await client.send(new sdk.SetAlarmStateCommand({ AlarmName: "child", StateValue: "ALARM", StateReason: "test" }));
      const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
      const message = JSON.parse(Messages?.[0]?.Body ?? "{}");
      const Arn = "arn:aws:cloudwatch:us-east-1:000000000000:alarm:child";
      const [told] = message.TriggeringChildren;
      assert.deepEqual([told.Arn, told.State.Value], [Arn, "ALARM"]);
      assert.match(
        message.NewStateReason,
        /^arn:.*:alarm:child transitioned to ALARM at \w+,? \d+ \w+,? \d{4} .* UTC$/,
      );
      const { CompositeAlarms: [parent] = [] } = await client.send(
        new sdk.DescribeAlarmsCommand({ AlarmNames: ["parent"], AlarmTypes: ["CompositeAlarm"] }),
      );
      const { triggeringAlarms } = JSON.parse(parent?.StateReasonData ?? "{}");
      assert.deepEqual(triggeringAlarms, [
        { arn: Arn, state: { value: told.State.Value, timestamp: told.State.Timestamp } },
      ]);
    });

    it("without data say how many periods were missing", async () => {
      await put("silent", { MetricName: "Silent", TreatMissingData: "breaching", EvaluationPeriods: 2, Unit: "Count" });
      const found = await find("silent");
      assert.equal(
        found?.StateReason,
        "Threshold Crossed: no datapoints were received for 2 periods and 2 missing datapoints were treated as [Breaching].",
      );
      const { unit, evaluatedDatapoints, recentDatapoints } = JSON.parse(found?.StateReasonData ?? "{}");
      assert.deepEqual([unit, evaluatedDatapoints.length, recentDatapoints], ["Count", 2, []]);
    });

    it("record actions that fail, and take none when they are disabled", async () => {
      const AlarmActions = ["arn:aws:sns:us-east-1:000000000000:nowhere"];
      await put("acting", { MetricName: "Quiet", TreatMissingData: "ignore", AlarmActions });
      const set = (StateValue: sdk.StateValue) =>
        client.send(new sdk.SetAlarmStateCommand({ AlarmName: "acting", StateValue, StateReason: "test" }));
      const actions = async () =>
        (await client.send(new sdk.DescribeAlarmHistoryCommand({ AlarmName: "acting", HistoryItemType: "Action" })))
          .AlarmHistoryItems ?? [];
      await set("ALARM");
      for (let tries = 0; (await actions()).length === 0 && tries < 50; tries++)
        await new Promise((resolve) => setTimeout(resolve, 20));
      assert.match((await actions())[0]?.HistorySummary ?? "", /^Failed to execute action .*:nowhere/);
      await client.send(new sdk.DisableAlarmActionsCommand({ AlarmNames: ["acting"] }));
      await set("OK");
      await set("ALARM");
      assert.equal((await actions()).length, 1);
      assert.equal((await find("acting"))?.ActionsEnabled, false);
    });

    const refused: [Partial<sdk.PutMetricAlarmCommandInput>, RegExp][] = [
      [{ ComparisonOperator: "GreaterThanUpperThreshold" }, /does not model alarms on anomaly detection/],
      [{ Period: 45 }, /Period must be/],
      [{ Statistic: undefined }, /Exactly one of Statistic/],
      [{ ExtendedStatistic: "p90" }, /Exactly one of Statistic/],
      [{ DatapointsToAlarm: 2 }, /DatapointsToAlarm/],
      [{ TreatMissingData: "maybe" }, /TreatMissingData/],
      [{ EvaluationPeriods: 2000 }, /more than a day/],
      [{ AlarmActions: ["x"] }, /Invalid arn syntax: x/],
      [{ Metrics: [{ Id: "e1", Expression: "1" }] }, /must not be given with Metrics/],
    ];
    for (const [given, message] of refused) {
      it(`are refused with ${JSON.stringify(given)}`, () => fails(put("refused", given), message));
    }

    it("give back what a percentile with few samples does", async () => {
      const percentile = { Statistic: undefined, ExtendedStatistic: "p90", EvaluateLowSampleCountPercentile: "ignore" };
      await put("percentile", percentile);
      assert.equal((await find("percentile"))?.EvaluateLowSampleCountPercentile, "ignore");
      await fails(
        put("percentile", { ...percentile, EvaluateLowSampleCountPercentile: "guess" }),
        /evaluate and ignore/,
      );
    });

    it("and dashboards are kept", async () => {
      await client.send(new sdk.PutDashboardCommand({ DashboardName: "d", DashboardBody: '{"widgets":[]}' }));
      assert.equal(
        (await client.send(new sdk.GetDashboardCommand({ DashboardName: "d" }))).DashboardBody,
        '{"widgets":[]}',
      );
      await fails(client.send(new sdk.PutDashboardCommand({ DashboardName: "d", DashboardBody: "{" })), /valid JSON/);
      await client.send(new sdk.DeleteDashboardsCommand({ DashboardNames: ["d"] }));
      await fails(client.send(new sdk.GetDashboardCommand({ DashboardName: "d" })), /does not exist/);
    });
  });
});
