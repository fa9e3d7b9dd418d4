import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import * as sfn from "@aws-sdk/client-sfn";
import type { Execution } from "../../../src/services/states/records.ts";
import { Store } from "../../../src/store.ts";
import { Machines, pass } from "./support.ts";

/** An execution may fail; the local cloud, other executions and the next start may not. */
describe("executions that cannot go well", () => {
  let machines: Machines;
  before(async () => {
    machines = await Machines.start();
  });
  after(() => machines.test.stop());

  const task = (more: object) => ({
    Type: "Task",
    Resource: "arn:aws:states:::aws-sdk:sqs:listQueues",
    ...more,
    End: true,
  });
  const status = async (executionArn: string) =>
    (await machines.client.send(new sfn.DescribeExecutionCommand({ executionArn }))).status;

  it("fail by a timeout's path that leads nowhere; one into the state's input is none of the task's arguments", async () => {
    for (const [more, expected] of [
      [{ TimeoutSecondsPath: "$.no" }, "States.Runtime"],
      [{ Parameters: {}, TimeoutSecondsPath: "$.limit" }, "Sqs.AccessDeniedException"],
    ] as const) {
      const { status: end, error } = await machines.ended(
        await machines.run(await machines.make({ Ask: task(more) }), { limit: 30 }),
      );
      assert.deepEqual([end, error], ["FAILED", expected]);
    }
    // What the task does then is nobody's: mocha would tell of a rejection that is left alone.
    await sleep(50);
  });

  it("end, when the interpreter fails by itself", async () => {
    const arn = await machines.make({
      Deep: { Type: "Pass", Parameters: { "a.$": "$$.Execution.Input.a" }, End: true },
    });
    const deep = (levels: number) => ({
      stateMachineArn: arn,
      input: `{"a":${"[".repeat(levels)}${"]".repeat(levels)}}`,
    });
    const { executionArn } = await machines.client.send(new sfn.StartExecutionCommand(deep(900)));
    assert.equal((await machines.ended(executionArn!)).status, "SUCCEEDED");
    await assert.rejects(machines.client.send(new sfn.StartExecutionCommand(deep(5_000))), {
      name: "InvalidExecutionInput",
    });
  });

  it("wait longer than Node's timers, and not longer than AWS", async () => {
    const arn = await machines.make({ Wait: { Type: "Wait", TimestampPath: "$.until", End: true } });
    const month = await machines.run(arn, { until: new Date(Date.now() + 40 * 86_400_000).toISOString() });
    const {
      status: end,
      error,
      cause,
    } = await machines.ended(await machines.run(arn, { until: "2199-01-01T00:00:00Z" }));
    assert.deepEqual(
      [end, error, cause],
      [
        "FAILED",
        "States.Runtime",
        "An error occurred while executing the state 'Wait' (entered at the event id #2). Wait state delay is too long.",
      ],
    );
    assert.equal(await status(month), "RUNNING");
    await machines.client.send(new sfn.StopExecutionCommand({ executionArn: month }));
    assert.equal(await status(month), "ABORTED");
  });

  it("match many wildcards in no time", async () => {
    const arn = await machines.make({
      Is: {
        Type: "Choice",
        Choices: [{ Variable: "$.v", StringMatches: `${"*a".repeat(12)}*b`, Next: "Yes" }],
        Default: "No",
      },
      Yes: { ...pass, Result: "yes" },
      No: { ...pass, Result: "no" },
    });
    assert.equal(await machines.output(await machines.run(arn, { v: "a".repeat(3_000) })), "no");
    assert.equal(await machines.output(await machines.run(arn, { v: `${"xa".repeat(3_000)}b` })), "yes");
  });
});

describe("executions that a start goes on with", () => {
  it("are given up one by one, where they would end it again", async () => {
    const first = await Machines.start();
    const arn = await first.make({ Wait: { Type: "Wait", Seconds: 3_600, End: true } });
    const [good, culprit, broken] = [await first.run(arn), await first.run(arn), await first.run(arn)] as const;
    await first.test.stop({ keep: true });

    // As a process leaves it that ended while it went on with the culprit, and a record that cannot be read any more.
    const store = new Store(first.test.directory);
    store.collection("states.resuming").put("", culprit);
    const executions = store.collection<Execution>("states.executions");
    executions.put(broken, { ...executions.get(broken)!, definition: "gone" });
    store.close();

    const { error } = console;
    const told: string[] = [];
    console.error = (line: string) => told.push(line);
    const second = await first.restart();
    try {
      const of = (executionArn: string) => second.client.send(new sfn.DescribeExecutionCommand({ executionArn }));
      for (const given of [culprit, broken]) {
        const { status, error: name, cause = "" } = await second.ended(given);
        assert.deepEqual([status, name], ["FAILED", "States.Runtime"]);
        assert.match(cause, /^failed while resuming: given up: /);
      }
      assert.equal((await of(good)).status, "RUNNING");
      assert.equal(told.length, 2);
      await second.client.send(new sfn.StopExecutionCommand({ executionArn: good }));
      assert.equal((await of(good)).status, "ABORTED");
    } finally {
      console.error = error;
      await second.test.stop();
    }
  });
});
