import assert from "node:assert/strict";
import { join } from "node:path";
import { ApplicationAutoScalingClient, DescribeScalingPoliciesCommand } from "@aws-sdk/client-application-auto-scaling";
import { DescribeServicesCommand, DescribeTaskDefinitionCommand, ECSClient } from "@aws-sdk/client-ecs";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

const task = join(import.meta.dirname, "../../../local-aws/test/fixtures/task.mjs");

describe("resources of ECS", () => {
  let test: TestCloud;
  let ecs: ECSClient;
  before(async () => {
    test = await startCloud({
      region: "eu-west-1",
      images: { "greeter*": ["node", task] },
    });
    ecs = test.client(ECSClient);
  });
  after(() => test.stop());

  const definition = (greeting: string) => ({
    family: "greeter",
    containerDefinitions: JSON.stringify([
      { name: "main", image: "greeter", environment: [{ name: "WHOM", value: greeting }] },
    ]),
    networkMode: "awsvpc",
    requiresCompatibilities: ["FARGATE"],
    cpu: "256",
    memory: "512",
  });
  const service = async (arn: unknown) => {
    const [, cluster, name] = String(arn).split("/");
    return (await ecs.send(new DescribeServicesCommand({ cluster, services: [name!] }))).services?.[0];
  };

  it("make a cluster, a definition and a service with its scaling, change them, and end them", async () => {
    const cluster = new TestResource(test.cloud, "aws:ecs/cluster:Cluster", "busy", { stack: "local" });
    const settings = [{ name: "containerInsights", value: "enabled" }];
    const { arn: clusterArn, name: clusterName } = await cluster.create({ settings });
    assert.match(String(clusterArn), /^arn:aws:ecs:eu-west-1:000000000000:cluster\/busy-[0-9a-f]{7}$/);
    assert.deepEqual((await cluster.read())?.outputs.settings, settings);

    const task = new TestResource(test.cloud, "aws:ecs/taskDefinition:TaskDefinition");
    const { arn: first, revision, arnWithoutRevision } = await task.create(definition("world"));
    assert.deepEqual([revision, `${arnWithoutRevision}:1`], [1, first]);
    assert.deepEqual((await task.diff(definition("moon"))).replaces, ["containerDefinitions"]);
    const second = new TestResource(test.cloud, "aws:ecs/taskDefinition:TaskDefinition");
    const { arn: next } = await second.create(definition("moon"));
    await task.delete();
    const old = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: String(first) }));
    assert.equal(old.taskDefinition?.status, "INACTIVE");

    const served = new TestResource(test.cloud, "aws:ecs/service:Service", "greeter", { stack: "local" });
    const settled = {
      cluster: clusterArn,
      launchType: "FARGATE",
      taskDefinition: next,
      networkConfiguration: { subnets: ["subnet-1"], securityGroups: ["sg-1"], assignPublicIp: false },
      waitForSteadyState: true,
    };
    const { arn, id: _ } = await served.create({ ...settled, desiredCount: 1 });
    const made = await service(arn);
    assert.deepEqual([made?.runningCount, made?.tags], [1, [{ key: "stack", value: "local" }]]);
    assert.deepEqual(made?.networkConfiguration?.awsvpcConfiguration?.assignPublicIp, "DISABLED");
    assert.equal((await served.read())?.outputs.desiredCount, 1);
    await served.update({ ...settled, desiredCount: 2 });
    assert.equal((await service(arn))?.runningCount, 2);
    assert.deepEqual((await served.diff({ ...settled, desiredCount: 2, cluster: "other" })).replaces, ["cluster"]);

    const scaled = {
      serviceNamespace: "ecs",
      scalableDimension: "ecs:service:DesiredCount",
      resourceId: `service/${clusterName}/${served.outputs.name}`,
    };
    const target = new TestResource(test.cloud, "aws:appautoscaling/target:Target");
    await target.create({ ...scaled, minCapacity: 0, maxCapacity: 1 });
    assert.equal((await service(arn))?.desiredCount, 1);
    await target.update({ ...scaled, minCapacity: 0, maxCapacity: 3 });
    assert.deepEqual((await target.read())?.outputs.maxCapacity, 3);

    const policy = new TestResource(test.cloud, "aws:appautoscaling/policy:Policy", "out");
    const steps = (scalingAdjustment: number) => ({
      ...scaled,
      stepScalingPolicyConfiguration: {
        adjustmentType: "ExactCapacity",
        stepAdjustments: [{ metricIntervalLowerBound: "0", scalingAdjustment }],
      },
    });
    const { arn: policyArn } = await policy.create(steps(1));
    assert.equal((await policy.update(steps(2))).arn, policyArn);
    assert.equal((await policy.read())?.outputs.arn, policyArn);
    const { ScalingPolicies } = await test
      .client(ApplicationAutoScalingClient)
      .send(new DescribeScalingPoliciesCommand({ ServiceNamespace: "ecs" }));
    assert.deepEqual(ScalingPolicies?.[0]?.StepScalingPolicyConfiguration?.StepAdjustments, [
      { MetricIntervalLowerBound: 0, ScalingAdjustment: 2 },
    ]);

    await policy.delete();
    await target.delete();
    await served.delete();
    await second.delete();
    await cluster.delete();
    assert.equal(await cluster.read(), undefined);
    assert.equal(await target.read(), undefined);
  });

  it("say what is wrong with them before anything is made", async () => {
    const task = new TestResource(test.cloud, "aws:ecs/taskDefinition:TaskDefinition");
    assert.deepEqual(await task.failures({ family: "a", containerDefinitions: "{}" }), [
      "containerDefinitions: is not a list in JSON",
    ]);
    const served = new TestResource(test.cloud, "aws:ecs/service:Service");
    assert.deepEqual(await served.failures({ taskDefinition: "a", launchType: "EC2" }), [
      'launchType: is "EC2"; allowed are FARGATE',
    ]);
    const policy = new TestResource(test.cloud, "aws:appautoscaling/policy:Policy");
    assert.deepEqual(await policy.failures({ policyType: "Guess" }), [
      "serviceNamespace: is required and was not given",
      "resourceId: is required and was not given",
      "scalableDimension: is required and was not given",
      'policyType: is "Guess"; allowed are StepScaling, TargetTrackingScaling',
    ]);
  });
});
