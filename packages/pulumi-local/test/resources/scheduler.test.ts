import assert from "node:assert/strict";
import { startCloud, type TestCloud } from "local-aws/testing";
import { TestResource } from "../../testing/resource.ts";

describe("Schedules as resources", () => {
  let cloud: TestCloud;
  let roleArn: string;
  const arn = "arn:aws:sqs:us-east-1:000000000000:q";
  before(async () => {
    cloud = await startCloud();
    ({ roleArn } = await cloud.mintRole([], { trust: "scheduler.amazonaws.com" }));
  });
  after(() => cloud.stop());

  it("are made in a group, changed in place, and go", async () => {
    const group = new TestResource(cloud.cloud, "aws:scheduler/scheduleGroup:ScheduleGroup", "g");
    const { name: groupName, state } = await group.create({ tags: { a: "1" } });
    assert.equal(state, "ACTIVE");
    const schedule = new TestResource(cloud.cloud, "aws:scheduler/schedule:Schedule", "s");
    const inputs = {
      groupName,
      flexibleTimeWindow: { mode: "OFF" },
      scheduleExpression: "rate(1 hour)",
      target: { arn, roleArn, input: "{}" },
    };
    const made = await schedule.create(inputs);
    assert.equal(made.arn, `arn:aws:scheduler:us-east-1:000000000000:schedule/${groupName}/${made.name}`);
    await schedule.update({ ...inputs, state: "DISABLED", name: made.name });
    const found = await cloud.cloud.call<{ State: string }>("scheduler", "GetSchedule", {
      GroupName: groupName,
      Name: made.name,
    });
    assert.equal(found.State, "DISABLED");
    await schedule.delete();
    assert.equal(await schedule.read(), undefined);
    await group.delete();
    assert.equal(await group.read(), undefined);
  });

  it("need a target and its role", async () => {
    const schedule = new TestResource(cloud.cloud, "aws:scheduler/schedule:Schedule", "s");
    const failures = await schedule.failures({
      flexibleTimeWindow: { mode: "ON" },
      scheduleExpression: "rate(1 hour)",
      target: { arn },
    });
    assert.deepEqual(failures, [
      'flexibleTimeWindow.mode: is "ON"; allowed are OFF, FLEXIBLE',
      "target.roleArn: is required and was not given",
    ]);
  });
});
