import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { CloudWatchLogsClient, CreateLogGroupCommand, FilterLogEventsCommand } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DeleteClusterCommand,
  DeleteServiceCommand,
  DeregisterTaskDefinitionCommand,
  DescribeClustersCommand,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  ListServicesCommand,
  ListTaskDefinitionsCommand,
  ListTasksCommand,
  RegisterTaskDefinitionCommand,
  type RegisterTaskDefinitionCommandInput,
  RunTaskCommand,
  type Service,
  StopTaskCommand,
  type Task,
  UpdateServiceCommand,
} from "@aws-sdk/client-ecs";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";
import { hearExits } from "../../support/exits.ts";
import { startFaults, stopFaults } from "../../support/faults.ts";
import { refuses } from "../../support/refuses.ts";
import { group, images, mintRoles, type Roles, registry, definition as taskDefinition } from "./definitions.ts";

const networkConfiguration = { awsvpcConfiguration: { subnets: ["subnet-1"] } };

async function until<Value>(what: string, look: () => Promise<Value | undefined | false>): Promise<Value> {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(20)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`${what}: not within its time`);
}

describe("ECS", function () {
  this.timeout(60_000);
  let test: TestCloud;
  let ecs: ECSClient;
  let roles: Roles;
  const exits = hearExits();

  before(async () => {
    test = await startCloud({ region: "eu-west-1", images });
    ecs = test.client(ECSClient);
    roles = await mintRoles(test);
    await test.client(CloudWatchLogsClient).send(new CreateLogGroupCommand({ logGroupName: group }));
    await ecs.send(new CreateClusterCommand({ clusterName: "greeters" }));
  });
  after(async () => {
    exits.stop();
    await test.stop();
  });

  type Change = Parameters<typeof taskDefinition> extends [Roles, ...infer Rest] ? Rest : never;
  const definition = (...given: Change) => taskDefinition(roles, ...given);
  const register = async (...given: Change) =>
    (await ecs.send(new RegisterTaskDefinitionCommand(definition(...given)))).taskDefinition!.taskDefinitionArn!;
  const cluster = "greeters";
  const run = async (taskDefinition: string): Promise<Task> => {
    const { tasks } = await ecs.send(new RunTaskCommand({ cluster, taskDefinition, networkConfiguration }));
    return tasks![0]!;
  };
  const task = async (taskArn: string) =>
    (await ecs.send(new DescribeTasksCommand({ cluster, tasks: [taskArn] }))).tasks![0]!;
  const reaches = (taskArn: string, status: string) =>
    until(`${status} of ${taskArn}`, async () => {
      const found = await task(taskArn);
      return found.lastStatus === status && found;
    });
  const service = async (name: string): Promise<Service | undefined> =>
    (await ecs.send(new DescribeServicesCommand({ cluster, services: [name] }))).services?.[0];
  const runs = (name: string, count: number) =>
    until(`${count} tasks of ${name}`, async () => {
      const found = await service(name);
      return found?.runningCount === count && found.pendingCount === 0 && found;
    });
  const tasksOf = async (serviceName: string) =>
    (await ecs.send(new ListTasksCommand({ cluster, serviceName }))).taskArns!;
  const said = async (logStreamNamePrefix: string): Promise<string[]> => {
    const { events = [] } = await test
      .client(CloudWatchLogsClient)
      .send(new FilterLogEventsCommand({ logGroupName: group, logStreamNamePrefix }));
    return events.map(({ message = "" }) => message);
  };
  const lines = (stream: string, pattern: RegExp, count: number) =>
    until(
      `${pattern} in ${stream}`,
      async () => (await said(stream)).filter((line) => pattern.test(line)).length === count,
    );

  it("numbers the revisions of a task definition, and takes one back", async () => {
    const first = await register("numbered");
    const second = await register("numbered", { environment: [] });
    assert.match(first, /^arn:aws:ecs:eu-west-1:000000000000:task-definition\/numbered:1$/);
    assert.match(second, /:2$/);
    const { taskDefinition } = await ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: "numbered" }));
    assert.deepEqual([taskDefinition?.revision, taskDefinition?.status], [2, "ACTIVE"]);
    await ecs.send(new DeregisterTaskDefinitionCommand({ taskDefinition: second }));
    const { taskDefinitionArns } = await ecs.send(new ListTaskDefinitionsCommand({ familyPrefix: "numbered" }));
    assert.deepEqual(taskDefinitionArns, [first]);
  });

  it("refuses sizes that Fargate has not, a log without the right to it, and what it does not model", async () => {
    const refused = (input: RegisterTaskDefinitionCommandInput, message: RegExp) =>
      refuses(ecs.send(new RegisterTaskDefinitionCommand(input)), "ClientException", message, 400);
    await refused(definition("x", {}, { memory: "1536" }), /No Fargate configuration exists for given values: 256 CPU/);
    await refused(definition("x", {}, { networkMode: "bridge" }), /network mode/);
    await refused(definition("x", {}, { executionRoleArn: undefined }), /execution role ARN to support log driver/);
    await refused(definition("x", { secrets: [{ name: "A", valueFrom: "b" }] }), /containerDefinitions.secrets/);
    await refused(definition("x", { logConfiguration: { logDriver: "splunk" } }), /log driver splunk/);
    await refuses(
      ecs.send(new RunTaskCommand({ cluster, taskDefinition: await register("lost") })),
      "InvalidParameterException",
      /Network Configuration must be provided/,
      400,
    );
  });

  it("runs a task with its role's credentials, its log, and its own environment", async () => {
    const { taskArn = "" } = await run(await register("once", { command: ["exit", "0"] }));
    const ended = await reaches(taskArn, "STOPPED");
    assert.deepEqual(
      [ended.stopCode, ended.stoppedReason, ended.containers?.[0]?.exitCode],
      ["EssentialContainerExited", "Essential container in task exited", 0],
    );
    const printed = await said(`once/main/${taskArn.split("/").at(-1)}`);
    const { RoleArn, AccessKeyId, hasToken, Expiration, refused } = JSON.parse(printed[0]!);
    assert.deepEqual([RoleArn, hasToken, refused], [roles.task, true, 401]);
    assert.match(AccessKeyId, /^ASIA/);
    assert.ok(Date.parse(Expiration) > Date.now());
    assert.equal(printed[1], "hello world from eu-west-1, keys: none");
    const resource = "arn:aws:ecs:eu-west-1:000000000000:task-definition/once:1";
    assert.deepEqual(exits.of("/once:1"), [{ kind: "exit", resource, code: 0 }]);
  });

  it("says why a task did not start: image, right to pull, log, role", async () => {
    const reason = async (...given: Change) => {
      const { taskArn = "" } = await run(await register(...given));
      const { stopCode, stoppedReason } = await reaches(taskArn, "STOPPED");
      assert.equal(stopCode, "TaskFailedToStart");
      return stoppedReason;
    };
    const unknown = { image: "public.ecr.aws/nobody/nothing:1" };
    const why = (await reason("a", unknown))!;
    assert.match(why, /^CannotPullContainerError: .*no command is configured for it/);
    const [{ code, message } = {}] = exits.of("/a:1");
    assert.deepEqual([code, message], [undefined, why]);
    const foreign = { image: `${registry}/other:1` };
    assert.match((await reason("b", foreign))!, /^CannotPullContainerError: .*ecr:BatchGetImage/);
    assert.match((await reason("c", {}, { executionRoleArn: roles.silent }))!, /^ResourceInitializationError: .*logs:/);
    const lambda = (await test.mintRole(undefined, { name: "not-for-tasks" })).roleArn;
    assert.match((await reason("d", {}, { taskRoleArn: lambda }))!, /^ECS was unable to assume the role/);
  });

  it("gives back what a service was made and changed with, and what AWS fills in", async () => {
    const shown = async () => {
      const found = await service("shown");
      const { deploymentCircuitBreaker: breaker, maximumPercent } = found?.deploymentConfiguration ?? {};
      return [
        [found?.availabilityZoneRebalancing, found?.platformVersion, found?.deploymentController?.type],
        [found?.enableExecuteCommand, found?.healthCheckGracePeriodSeconds, found?.propagateTags],
        [breaker?.enable, breaker?.rollback, maximumPercent],
      ];
    };
    const taskDefinition = await register("shown");
    const made = { cluster, serviceName: "shown", taskDefinition, desiredCount: 0, networkConfiguration };
    await ecs.send(new CreateServiceCommand({ ...made, launchType: "FARGATE" }));
    assert.deepEqual(await shown(), [
      ["ENABLED", "LATEST", "ECS"],
      [false, undefined, "NONE"],
      [false, false, 200],
    ]);
    await ecs.send(
      new UpdateServiceCommand({
        cluster,
        service: "shown",
        availabilityZoneRebalancing: "DISABLED",
        enableExecuteCommand: true,
        healthCheckGracePeriodSeconds: 5,
        propagateTags: "SERVICE",
        deploymentConfiguration: { deploymentCircuitBreaker: { enable: true, rollback: true } },
      }),
    );
    const changed = [
      ["DISABLED", "LATEST", "ECS"],
      [true, 5, "SERVICE"],
      [true, true, 200],
    ];
    assert.deepEqual(await shown(), changed);
    await ecs.send(
      new UpdateServiceCommand({ cluster, service: "shown", deploymentConfiguration: { maximumPercent: 150 } }),
    );
    assert.deepEqual(await shown(), [...changed.slice(0, 2), [true, true, 150]]);
    await ecs.send(new DeleteServiceCommand({ cluster, service: "shown" }));
    await until("its end", async () => (await service("shown"))?.status === "INACTIVE");
    await ecs.send(new CreateServiceCommand({ ...made, launchType: "FARGATE" }));
    assert.equal((await service("shown"))?.status, "ACTIVE");
    await ecs.send(new DeleteServiceCommand({ cluster, service: "shown" }));
  });

  it("keeps a service at its number, up and down, and ends what is too many gracefully", async () => {
    const taskDefinition = await register("kept");
    const made = { cluster, serviceName: "kept", taskDefinition, desiredCount: 2, networkConfiguration };
    await ecs.send(new CreateServiceCommand({ ...made, launchType: "FARGATE" }));
    const running = await runs("kept", 2);
    await lines("kept", /^hello world/, 2);
    assert.equal(running.deployments?.length, 1);
    await refuses(
      ecs.send(new DeleteServiceCommand({ cluster, service: "kept" })),
      "InvalidParameterException",
      /cannot be stopped while it is scaled above 0/,
      400,
    );
    await refuses(ecs.send(new DeleteClusterCommand({ cluster })), "ClusterContainsServicesException", /active/, 400);
    await ecs.send(new UpdateServiceCommand({ cluster, service: "kept", desiredCount: 0 }));
    await runs("kept", 0);
    await lines("kept", /^bye$/, 2);
    const { events = [] } = (await service("kept"))!;
    assert.match(events.map(({ message }) => message).join("\n"), /has stopped 2 running tasks/);
  });

  it("replaces tasks by those of a new definition, which run before the old ones end", async () => {
    await ecs.send(new UpdateServiceCommand({ cluster, service: "kept", desiredCount: 1 }));
    await runs("kept", 1);
    const [before] = await tasksOf("kept");
    const taskDefinition = await register("kept", { environment: [{ name: "WHOM", value: "moon" }] });
    await ecs.send(new UpdateServiceCommand({ cluster, service: "kept", taskDefinition }));
    const [after] = await until("another task", async () => {
      const arns = await tasksOf("kept");
      return arns.length === 1 && arns[0] !== before && arns;
    });
    const [old, young] = [await reaches(before!, "STOPPED"), await task(after!)];
    assert.equal(old.stopCode, "ServiceSchedulerInitiated");
    assert.ok(young.startedAt! <= old.stoppedAt!);
    assert.equal(young.taskDefinitionArn, taskDefinition);
    await lines("kept", /^hello moon/, 1);
  });

  it("starts a task again that was stopped, or died", async () => {
    const [arn] = await tasksOf("kept");
    await ecs.send(new StopTaskCommand({ cluster, task: arn!, reason: "a whim" }));
    assert.equal((await reaches(arn!, "STOPPED")).stoppedReason, "a whim");
    assert.deepEqual(exits.of("/kept"), [], "who is stopped does not end by himself");
    await until("another one", async () => {
      const arns = await tasksOf("kept");
      return arns.length === 1 && arns[0] !== arn;
    });

    const taskDefinition = await register("crashing", { image: `${registry}/greeter:1`, command: ["exit", "3"] });
    const made = { cluster, serviceName: "crashing", taskDefinition, desiredCount: 1, networkConfiguration };
    await ecs.send(new CreateServiceCommand(made));
    const { events = [] } = await until("several attempts", async () => {
      const found = await service("crashing");
      return (found?.events ?? []).some(({ message }) => /unable to consistently start/.test(message!)) && found;
    });
    assert.ok(events.filter(({ message }) => /has started 1 tasks/.test(message!)).length >= 3);
    const [exit, ...more] = exits.of(`service/${cluster}/crashing`);
    assert.ok(exit?.code === 3 && exit.message && !exit.container && more.length >= 2, JSON.stringify(exit));
    await ecs.send(new DeleteServiceCommand({ cluster, service: "crashing", force: true }));
  });

  it("starts a task again that a fault has ended", async () => {
    const arn = await until("a task", async () => (await tasksOf("kept"))[0]);
    await reaches(arn, "RUNNING");
    const named = roles.task.split("/").at(-1) as string;
    await startFaults(test, { kind: "kill", probability: 1, service: "ecs", role: named });
    const ended = await reaches(arn, "STOPPED");
    await stopFaults(test);
    assert.equal(ended.stopCode, "EssentialContainerExited");
    await until("another one", async () => {
      const arns = await tasksOf("kept");
      return arns.length === 1 && arns[0] !== arn;
    });
  });

  it("runs its services again after a restart of the cloud, and deletes them", async () => {
    await runs("kept", 1);
    await test.stop({ keep: true });
    test = await startCloud({ region: "eu-west-1", images, directory: test.directory });
    ecs = test.client(ECSClient);
    await runs("kept", 1);
    const { clusters } = await ecs.send(new DescribeClustersCommand({ clusters: [cluster] }));
    assert.deepEqual([clusters?.[0]?.runningTasksCount, clusters?.[0]?.activeServicesCount], [1, 1]);
    await ecs.send(new DeleteServiceCommand({ cluster, service: "kept", force: true }));
    await until("its end", async () => (await service("kept"))?.status === "INACTIVE");
    const { serviceArns } = await ecs.send(new ListServicesCommand({ cluster }));
    assert.deepEqual(serviceArns, []);
    await refuses(
      ecs.send(new UpdateServiceCommand({ cluster, service: "kept", desiredCount: 1 })),
      "ServiceNotActiveException",
      /Service was not ACTIVE/,
      400,
    );
    const { cluster: gone } = await ecs.send(new DeleteClusterCommand({ cluster }));
    assert.equal(gone?.status, "INACTIVE");
  });
});
