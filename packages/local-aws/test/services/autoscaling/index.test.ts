import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import {
  ApplicationAutoScalingClient,
  DeleteScalingPolicyCommand,
  DeregisterScalableTargetCommand,
  DescribeScalableTargetsCommand,
  DescribeScalingActivitiesCommand,
  DescribeScalingPoliciesCommand,
  ListTagsForResourceCommand,
  PutScalingPolicyCommand,
  RegisterScalableTargetCommand,
  type StepAdjustment,
} from "@aws-sdk/client-application-auto-scaling";
import { CloudWatchClient, GetMetricStatisticsCommand, PutMetricAlarmCommand } from "@aws-sdk/client-cloudwatch";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from "@aws-sdk/client-ecs";
import { CreateQueueCommand, PurgeQueueCommand, SendMessageBatchCommand, SQSClient } from "@aws-sdk/client-sqs";
import { adjusted, stepFor } from "../../../src/services/autoscaling/steps.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { refuses } from "../../support/refuses.ts";

const scaled = {
  ServiceNamespace: "ecs",
  ResourceId: "service/busy/worker",
  ScalableDimension: "ecs:service:DesiredCount",
} as const;

async function until<Value>(what: string, look: () => Promise<Value | undefined | false>): Promise<Value> {
  for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`${what}: not within its time`);
}

describe("Application Auto Scaling", function () {
  this.timeout(90_000);
  let test: TestCloud;
  let client: ApplicationAutoScalingClient;
  let QueueUrl: string | undefined;

  before(async () => {
    // A minute of AWS's lasts a second.
    test = await startCloud({ region: "eu-west-1", deploymentClock: 60 });
    client = test.client(ApplicationAutoScalingClient);
    const ecs = test.client(ECSClient);
    await ecs.send(new CreateClusterCommand({ clusterName: "busy" }));
    // What it would run is nothing on this machine: only its number is of interest here.
    const containerDefinitions = [{ name: "main", image: "nothing" }];
    await ecs.send(new RegisterTaskDefinitionCommand({ family: "worker", containerDefinitions }));
    const made = { cluster: "busy", serviceName: "worker", taskDefinition: "worker", desiredCount: 0 };
    await ecs.send(new CreateServiceCommand(made));
    ({ QueueUrl } = await test.client(SQSClient).send(new CreateQueueCommand({ QueueName: "work" })));
  });
  after(() => test.stop());

  const register = (MinCapacity?: number, MaxCapacity?: number) =>
    client.send(new RegisterScalableTargetCommand({ ...scaled, MinCapacity, MaxCapacity }));
  const desired = async () => {
    const asked = new DescribeServicesCommand({ cluster: "busy", services: ["worker"] });
    return (await test.client(ECSClient).send(asked)).services?.[0]?.desiredCount;
  };
  const putPolicy = async (PolicyName: string, StepAdjustments: StepAdjustment[]) => {
    const StepScalingPolicyConfiguration = { AdjustmentType: "ExactCapacity" as const, Cooldown: 0, StepAdjustments };
    const input = { ...scaled, PolicyName, PolicyType: "StepScaling" as const, StepScalingPolicyConfiguration };
    return (await client.send(new PutScalingPolicyCommand(input))).PolicyARN!;
  };

  it("registers what there is, brings it between its bounds, and refuses other things", async () => {
    await refuses(register(), "ValidationException", /must be specified for a new scalable target/, 400);
    await refuses(register(2, 1), "ValidationException", /cannot be less than minimum/, 400);
    const missing = { ...scaled, ResourceId: "service/busy/nobody", MinCapacity: 0, MaxCapacity: 1 };
    await refuses(client.send(new RegisterScalableTargetCommand(missing)), "ValidationException", /doesn't exist/, 400);
    const table = {
      ServiceNamespace: "dynamodb",
      ResourceId: "table/a",
      ScalableDimension: "dynamodb:table:ReadCapacityUnits",
      MinCapacity: 1,
      MaxCapacity: 2,
    } as const;
    const refused = client.send(new RegisterScalableTargetCommand(table));
    await refuses(refused, "ValidationException", /does not scale dynamodb:table:ReadCapacityUnits/, 400);

    await register(1, 3);
    assert.equal(await desired(), 1);
    const { ScalableTargetARN } = await register(0);
    const { ScalableTargets } = await client.send(new DescribeScalableTargetsCommand({ ServiceNamespace: "ecs" }));
    const [target] = ScalableTargets!;
    assert.deepEqual([target?.MinCapacity, target?.MaxCapacity, target?.ResourceId], [0, 3, scaled.ResourceId]);
    assert.match(target?.RoleARN ?? "", /aws-service-role.*AWSServiceRoleForApplicationAutoScaling_ECSService$/);
    const { Tags } = await client.send(new ListTagsForResourceCommand({ ResourceARN: ScalableTargetARN }));
    assert.deepEqual(Tags, {});
  });

  it("refuses steps that overlap, leave a gap, or are none", async () => {
    const refused = (steps: StepAdjustment[], message: RegExp) =>
      refuses(putPolicy("bad", steps), "ValidationException", message, 400);
    await refused([], /At least one StepAdjustment/);
    await refused([{ ScalingAdjustment: 1 }], /one of them at least/);
    const step = (MetricIntervalLowerBound: number, MetricIntervalUpperBound: number) => ({
      ScalingAdjustment: 1,
      MetricIntervalLowerBound,
      MetricIntervalUpperBound,
    });
    await refused([step(0, 2), step(1, 3)], /overlap or have a gap/);
    await refused([step(0, 2), step(3, 4)], /overlap or have a gap/);
    const elsewhere = { ...scaled, ResourceId: "service/busy/other", PolicyName: "lost" };
    const lost = client.send(new PutScalingPolicyCommand(elsewhere));
    await refuses(lost, "ObjectNotFoundException", /No scalable target registered/, 400);
  });

  it("follows a queue's depth by alarms, up, further up as long as it lasts, and down to none", async () => {
    const out = await putPolicy("out", [
      { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 10, ScalingAdjustment: 1 },
      { MetricIntervalLowerBound: 10, ScalingAdjustment: 9 },
    ]);
    const idle = await putPolicy("in", [{ MetricIntervalUpperBound: 0, ScalingAdjustment: 0 }]);
    const metric = (id: string, name: string) => ({
      Id: id,
      MetricStat: {
        Metric: { Namespace: "AWS/SQS", MetricName: name, Dimensions: [{ Name: "QueueName", Value: "work" }] },
        Period: 60,
        Stat: "Maximum",
      },
      ReturnData: false,
    });
    const Metrics = [
      { Id: "backlog", Expression: "visible + taken" },
      metric("visible", "ApproximateNumberOfMessagesVisible"),
      metric("taken", "ApproximateNumberOfMessagesNotVisible"),
    ];
    const alarms = test.client(CloudWatchClient);
    const alarm = (AlarmName: string, comparison: string, action: string, periods: number, missing: string) =>
      alarms.send(
        new PutMetricAlarmCommand({
          AlarmName,
          Metrics,
          Threshold: 0,
          ComparisonOperator: comparison as "GreaterThanThreshold",
          EvaluationPeriods: periods,
          TreatMissingData: missing,
          AlarmActions: [action],
        }),
      );
    await alarm("busy", "GreaterThanThreshold", out, 1, "notBreaching");
    await alarm("idle", "LessThanOrEqualToThreshold", idle, 3, "breaching");
    await until("none at first", async () => (await desired()) === 0);

    const sqs = test.client(SQSClient);
    const send = (count: number) => {
      const Entries = Array.from({ length: count }, (_, index) => ({ Id: `${index}`, MessageBody: "work" }));
      return sqs.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    };
    await send(3);
    await until("one", async () => (await desired()) === 1);
    // The alarm's state stays as it is, and is told again. Nine are asked for, three are the most.
    await send(10);
    await until("three", async () => (await desired()) === 3);
    await sqs.send(new PurgeQueueCommand({ QueueUrl }));
    await until("none at last", async () => (await desired()) === 0);

    const { ScalingActivities = [] } = await client.send(new DescribeScalingActivitiesCommand(scaled));
    const told = ScalingActivities.map(({ Description }) => Description);
    assert.deepEqual(told.slice(0, 2), ["Setting desired count to 0.", "Setting desired count to 3."]);
    assert.match(ScalingActivities[0]?.Cause ?? "", /monitor alarm idle in state ALARM triggered policy in/);
    const { Datapoints = [] } = await alarms.send(
      new GetMetricStatisticsCommand({
        Namespace: "AWS/SQS",
        MetricName: "ApproximateNumberOfMessagesVisible",
        Dimensions: [{ Name: "QueueName", Value: "work" }],
        StartTime: new Date(Date.now() - 600_000),
        EndTime: new Date(Date.now() + 60_000),
        Period: 3_600,
        Statistics: ["Maximum"],
      }),
    );
    assert.equal(Math.max(...Datapoints.map(({ Maximum = 0 }) => Maximum)), 13);
  });

  it("forgets policies, and targets with all of theirs", async () => {
    await client.send(new DeleteScalingPolicyCommand({ ...scaled, PolicyName: "in" }));
    const names = async () => {
      const asked = new DescribeScalingPoliciesCommand({ ServiceNamespace: "ecs" });
      return (await client.send(asked)).ScalingPolicies?.map(({ PolicyName }) => PolicyName);
    };
    assert.deepEqual(await names(), ["out"]);
    await client.send(new DeregisterScalableTargetCommand(scaled));
    assert.deepEqual(await names(), []);
    const again = client.send(new DeregisterScalableTargetCommand(scaled));
    await refuses(again, "ObjectNotFoundException", /No scalable target registered/, 400);
  });

  it("adjusts by numbers, by percent and exactly", () => {
    assert.equal(adjusted("ChangeInCapacity", 3, -2), 1);
    assert.equal(adjusted("ExactCapacity", 3, 8), 8);
    assert.equal(adjusted("PercentChangeInCapacity", 10, 25), 12);
    assert.equal(adjusted("PercentChangeInCapacity", 10, 1), 11);
    assert.equal(adjusted("PercentChangeInCapacity", 10, -25, 4), 6);
    const steps = [
      { MetricIntervalUpperBound: -10, ScalingAdjustment: -2 },
      { MetricIntervalLowerBound: -10, MetricIntervalUpperBound: 0, ScalingAdjustment: -1 },
    ];
    assert.deepEqual(
      [-11, -10, -5, 0, 1].map((value) => stepFor(steps, value)?.ScalingAdjustment),
      [-2, -2, -1, -1, undefined],
    );
  });
});
