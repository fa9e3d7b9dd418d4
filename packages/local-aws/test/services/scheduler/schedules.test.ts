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
