import assert from "node:assert/strict";
import * as sfn from "@aws-sdk/client-sfn";
import { Activities } from "../../../src/services/states/activities.ts";
import { Store } from "../../../src/store.ts";
import { Machines } from "./support.ts";

describe("activities", () => {
  let machines: Machines;
  let client: sfn.SFNClient;
  before(async () => {
    machines = await Machines.start();
    ({ client } = machines);
  });
  after(() => machines.test.stop());

  it("let a worker go that waits when they close", async () => {
    const activities = new Activities({ store: new Store(":memory:") });
    const waiting = activities.take("arn", undefined, undefined);
    activities.close();
    assert.equal(await waiting, undefined);
  }).timeout(5_000);

  it("hand tasks to workers, who answer", async () => {
    const { activityArn } = await client.send(new sfn.CreateActivityCommand({ name: "work" }));
    const arn = await machines.make({ Work: { Type: "Task", Resource: activityArn, End: true } });
    const asked = client.send(new sfn.GetActivityTaskCommand({ activityArn, workerName: "me" }));
    const executionArn = await machines.run(arn, { n: 1 });
    const { taskToken, input } = await asked;
    assert.equal(input, '{"n":1}');
    await client.send(new sfn.SendTaskSuccessCommand({ taskToken, output: '"done"' }));
    assert.equal(await machines.output(executionArn), "done");
    const { events = [] } = await client.send(new sfn.GetExecutionHistoryCommand({ executionArn }));
    assert.deepEqual(
      events.slice(2, 5).map(({ type }) => type),
      ["ActivityScheduled", "ActivityStarted", "ActivitySucceeded"],
    );
    assert.equal(events[3]?.activityStartedEventDetails?.workerName, "me");
  });

  it("are listed, and gone when they are deleted: a task for them fails", async () => {
    const { activityArn } = await client.send(new sfn.CreateActivityCommand({ name: "gone" }));
    const { activities = [] } = await client.send(new sfn.ListActivitiesCommand({}));
    assert.ok(activities.some(({ name }) => name === "gone"));
    const arn = await machines.make({ Work: { Type: "Task", Resource: activityArn, End: true } });
    await client.send(new sfn.DeleteActivityCommand({ activityArn }));
    await assert.rejects(client.send(new sfn.DescribeActivityCommand({ activityArn })), {
      name: "ActivityDoesNotExist",
    });
    assert.equal((await machines.ended(await machines.run(arn))).error, "States.Runtime");
    await assert.rejects(client.send(new sfn.CreateActivityCommand({ name: "a b" })), { name: "InvalidName" });
  });
});
