import assert from "node:assert/strict";
import * as sdk from "@aws-sdk/client-scheduler";
import { CreateQueueCommand, ReceiveMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("EventBridge Scheduler", () => {
  let cloud: TestCloud;
  let scheduler: sdk.SchedulerClient;
  let RoleArn: string;
  const Arn = "arn:aws:sqs:us-east-1:000000000000:due";
  const FlexibleTimeWindow = { Mode: "OFF" } as const;

  before(async () => {
    cloud = await startCloud();
    scheduler = cloud.client(sdk.SchedulerClient);
    ({ roleArn: RoleArn } = await cloud.mintRole(
      { Effect: "Allow", Action: "sqs:SendMessage", Resource: Arn },
      { trust: "scheduler.amazonaws.com", source: "arn:aws:scheduler:us-east-1:000000000000:schedule-group/*" },
    ));
  });
  after(() => cloud.stop());

  const create = (Name: string, ScheduleExpression: string, more: Partial<sdk.CreateScheduleCommandInput> = {}) =>
    scheduler.send(
      new sdk.CreateScheduleCommand({
        Name,
        ScheduleExpression,
        FlexibleTimeWindow,
        Target: { Arn, RoleArn, Input: '{"by":"<aws.scheduler.schedule-arn>"}' },
        ...more,
      }),
    );
  const fails = (promise: Promise<unknown>, name: string, message: RegExp) =>
    assert.rejects(promise, (error: Error) => error.name === name && message.test(error.message));

  it("takes a rate in either number, as rules of EventBridge do not", async () => {
    for (const expression of ["rate(1 minutes)", "rate(2 hour)"]) {
      const Name = expression.replace(/\W+/g, "-");
      await create(Name, expression, { State: "DISABLED" });
      assert.equal((await scheduler.send(new sdk.GetScheduleCommand({ Name }))).ScheduleExpression, expression);
    }
  });

  it("takes its role on behalf of the schedule's group, which a trust may name", async () => {
    const role = await cloud.mintRole(undefined, { name: "conditional", trust: "scheduler.amazonaws.com" });
    const trust = (Condition: object) =>
      cloud.cloud.call("iam", "UpdateAssumeRolePolicy", {
        RoleName: "conditional",
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: {
            Effect: "Allow",
            Principal: { Service: "scheduler.amazonaws.com" },
            Action: "sts:AssumeRole",
            Condition: { StringEquals: Condition },
          },
        }),
      });
    const group = (await scheduler.send(new sdk.CreateScheduleGroupCommand({ Name: "own" }))).ScheduleGroupArn;
    const made = (Name: string) =>
      create(Name, "rate(1 day)", { GroupName: "own", Target: { Arn, RoleArn: role.roleArn } });
    await trust({ "aws:SourceAccount": "000000000000", "aws:SourceArn": group });
    await made("trusted");
    await trust({ "aws:SourceAccount": "111111111111" });
    await fails(made("foreign"), "ValidationException", /must allow AWS EventBridge Scheduler to assume the role/);
  });

  it("keeps schedules, in groups", async () => {
    await scheduler.send(new sdk.CreateScheduleGroupCommand({ Name: "g" }));
    await create("kept", "cron(0 12 * * ? *)", {
      GroupName: "g",
      ScheduleExpressionTimezone: "Europe/Berlin",
      Description: "d",
    });
    const found = await scheduler.send(new sdk.GetScheduleCommand({ Name: "kept", GroupName: "g" }));
    assert.deepEqual(
      [found.ScheduleExpressionTimezone, found.State, found.Description, found.Target?.Arn],
      ["Europe/Berlin", "ENABLED", "d", Arn],
    );
    assert.equal(found.Arn, "arn:aws:scheduler:us-east-1:000000000000:schedule/g/kept");
    await fails(create("kept", "rate(1 day)", { GroupName: "g" }), "ConflictException", /exists/);
    await scheduler.send(
      new sdk.UpdateScheduleCommand({
        Name: "kept",
        GroupName: "g",
        ScheduleExpression: "rate(1 day)",
        FlexibleTimeWindow,
        State: "DISABLED",
        Target: { Arn, RoleArn },
      }),
    );
    const { Schedules } = await scheduler.send(new sdk.ListSchedulesCommand({ GroupName: "g" }));
    assert.deepEqual(
      Schedules?.map(({ Name, State }) => [Name, State]),
      [["kept", "DISABLED"]],
    );
    await scheduler.send(new sdk.DeleteScheduleGroupCommand({ Name: "g" }));
    await fails(
      scheduler.send(new sdk.GetScheduleCommand({ Name: "kept", GroupName: "g" })),
      "ResourceNotFoundException",
      /group g/,
    );
  });

  it("refuses what is no schedule", async () => {
    await fails(create("x", "every day"), "ValidationException", /Invalid Schedule Expression every day/);
    await fails(
      create("x", "cron(0 12 * * ? *)", { ScheduleExpressionTimezone: "Mars/Base" }),
      "ValidationException",
      /Invalid Schedule Expression/,
    );
    await fails(create("a b", "rate(1 day)"), "ValidationException", /'name'/);
    const { roleArn } = await cloud.mintRole([]);
    await fails(
      create("x", "rate(1 day)", { Target: { Arn, RoleArn: roleArn } }),
      "ValidationException",
      /must allow AWS EventBridge Scheduler to assume/,
    );
  });

  it("checks flexible windows", async () => {
    const window = (FlexibleTimeWindow: object) =>
      create("window", "rate(1 day)", { FlexibleTimeWindow: FlexibleTimeWindow as never, State: "DISABLED" });
    await fails(window({ Mode: "FLEXIBLE" }), "ValidationException", /You must specify MaximumWindowInMinutes/);
    await fails(window({ Mode: "OFF", MaximumWindowInMinutes: 5 }), "ValidationException", /You cannot specify/);
    for (const MaximumWindowInMinutes of [0, 1_441]) {
      const flexible = { Mode: "FLEXIBLE", MaximumWindowInMinutes };
      await fails(window(flexible), "ValidationException", /value between 1 and 1440/);
    }
    await window({ Mode: "FLEXIBLE", MaximumWindowInMinutes: 1_440 });
  });

  it("carries what is due at some moment of its flexible window", async () => {
    const at = `at(${new Date(Date.now() + 1_100).toISOString().slice(0, 19)})`;
    const flexible = { Mode: "FLEXIBLE", MaximumWindowInMinutes: 1_440 } as const;
    const names = Array.from({ length: 8 }, (_, index) => `flexible-${index}`);
    for (const name of names) await create(name, at, { FlexibleTimeWindow: flexible });
    const waiting = cloud.cloud.store.collection<{ sourceArn: string; since: number; due: number }>(
      "scheduler.deliveries",
    );
    const found = () => waiting.values().filter(({ sourceArn }) => sourceArn.includes("/flexible-"));
    while (found().length < names.length) await new Promise((next) => setTimeout(next, 50));
    const delays = found().map(({ since, due }) => due - since);
    assert.ok(delays.every((delay) => delay >= 0 && delay < 86_400_000));
    // Eight moments of a day are not all within its first hour.
    assert.ok(Math.max(...delays) > 3_600_000, delays.join(" "));
  });

  it("is due between its first and its last day alone", async () => {
    const now = Date.now();
    const days = { StartDate: new Date(now + 86_400_000), EndDate: new Date(now + 2 * 86_400_000) };
    await create("between", "rate(1 minute)", days);
    const { StartDate, EndDate } = await scheduler.send(new sdk.GetScheduleCommand({ Name: "between" }));
    assert.deepEqual({ StartDate, EndDate }, days);
    const turned = { StartDate: days.EndDate, EndDate: days.StartDate };
    await fails(create("turned", "rate(1 minute)", turned), "ValidationException", /start date must be before/);
  });

  it("runs one that is due, once, in its role's name, and removes it", async () => {
    const sqs = cloud.client(SQSClient);
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName: "due" }));
    const at = new Date(Date.now() + 1100).toISOString().slice(0, 19);
    await create("once", `at(${at})`, { ActionAfterCompletion: "DELETE" });
    const { Messages } = await sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }));
    assert.equal(Messages?.[0]?.Body, '{"by":"arn:aws:scheduler:us-east-1:000000000000:schedule/default/once"}');
    await fails(scheduler.send(new sdk.GetScheduleCommand({ Name: "once" })), "ResourceNotFoundException", /once/);
  });
});
