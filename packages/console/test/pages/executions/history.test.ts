import assert from "node:assert/strict";
import { GetExecutionHistoryCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { startCloud, type TestCloud } from "local-aws/testing";
import { endId, graphOf, startId } from "../../../app/pages/executions/definition.ts";
import { outcomeOf, visitsOf } from "../../../app/pages/executions/history.ts";

/** Histories as the local Step Functions write them. */
describe("an execution's history", () => {
  let test: TestCloud;
  let roleArn: string;
  before(async () => {
    test = await startCloud();
    ({ roleArn } = await test.mintRole([], { trust: "states.amazonaws.com" }));
  });
  after(() => test.stop());

  /** Runs a machine to its end. */
  async function history(definition: object, input = "{}") {
    const sfn = test.client(SFNClient);
    const { stateMachineArn } = await test.cloud.call<{ stateMachineArn: string }>("states", "CreateStateMachine", {
      name: `m${Math.random().toString(36).slice(2)}`,
      definition: JSON.stringify(definition),
      roleArn,
    });
    const { executionArn } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input }));
    for (;;) {
      const { events = [] } = await sfn.send(new GetExecutionHistoryCommand({ executionArn }));
      const last = events.at(-1)?.type ?? "";
      if (/^Execution(Succeeded|Failed)/.test(last)) return { events, status: last.slice(9).toUpperCase() };
      await new Promise((later) => setTimeout(later, 20));
    }
  }

  it("tells each state's input, output and where it was come from", async () => {
    const { events } = await history({
      StartAt: "A",
      States: { A: { Type: "Pass", Result: 1, ResultPath: "$.a", Next: "B" }, B: { Type: "Pass", End: true } },
    });
    assert.deepEqual(
      visitsOf(events).map(({ name, input, output, from }) => [
        name,
        JSON.parse(input),
        JSON.parse(output ?? ""),
        from,
      ]),
      [
        ["A", {}, { a: 1 }, undefined],
        ["B", { a: 1 }, { a: 1 }, "A"],
      ],
    );
  });

  it("counts what was tried again, and keeps why it failed", async () => {
    const { events, status } = await history({
      StartAt: "Call",
      States: {
        Call: {
          Type: "Task",
          Resource: "arn:aws:states:::sqs:sendMessage",
          Parameters: { QueueUrl: "http://none", MessageBody: "x" },
          Retry: [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 1, MaxAttempts: 1, BackoffRate: 1 }],
          End: true,
        },
      },
    });
    const [visit] = visitsOf(events);
    assert.equal(visit?.attempts, 2);
    assert.notEqual(visit?.error, undefined);
    assert.equal(outcomeOf([visit!], status), "bad");
  });

  it("goes on after a failure that was caught", async () => {
    const { events, status } = await history({
      StartAt: "Call",
      States: {
        Call: {
          Type: "Task",
          Resource: "arn:aws:states:::sqs:sendMessage",
          Parameters: { QueueUrl: "http://none", MessageBody: "x" },
          Catch: [{ ErrorEquals: ["States.ALL"], Next: "Mend" }],
          End: true,
        },
        Mend: { Type: "Pass", End: true },
      },
    });
    const [call, mend] = visitsOf(events);
    assert.equal(mend?.from, "Call");
    assert.deepEqual([outcomeOf([call!], status), outcomeOf([mend!], status)], ["warn", "good"]);
  });

  it("tells the states of each iteration of a Map, in it", async () => {
    const Double = { Type: "Pass", End: true };
    const definition = {
      StartAt: "Each",
      States: {
        Each: { Type: "Map", ItemProcessor: { StartAt: "One", States: { One: Double } }, ItemsPath: "$.of", End: true },
      },
    };
    const { events, status } = await history(definition, '{"of":[1,2]}');
    const visits = visitsOf(events);
    assert.deepEqual(visits.map(({ name, input, from }) => [name, input, from]).sort(), [
      ["Each", '{"of":[1,2]}', undefined],
      ["One", "1", "Each"],
      ["One", "2", "Each"],
    ]);
    assert.ok(visits.every((visit) => outcomeOf([visit], status) === "good"));
    const { nodes, ways } = graphOf(JSON.stringify(definition));
    assert.deepEqual(
      nodes.map(({ id, inside }) => [id, inside]),
      [
        [startId, undefined],
        [endId, undefined],
        ["Each", undefined],
        [" join Each", undefined],
        ["One", "Each"],
      ],
    );
    assert.deepEqual(
      ways.map(({ from, to }) => `${from} > ${to}`),
      [`${startId} > Each`, "Each > One", "One >  join Each", ` join Each > ${endId}`],
    );
  });
});

describe("a state machine's graph", () => {
  it("tells choices and catches from what comes next, each way once", () => {
    const { ways } = graphOf(
      JSON.stringify({
        StartAt: "Pick",
        States: {
          Pick: { Type: "Choice", Choices: [{ Next: "Do" }, { Next: "Do" }], Default: "Stop" },
          Do: { Type: "Task", Resource: "r", Catch: [{ ErrorEquals: ["States.ALL"], Next: "Stop" }], End: true },
          Stop: { Type: "Fail" },
        },
      }),
    );
    assert.deepEqual(
      ways.map(({ from, to, kind }) => [from, to, kind]),
      [
        [startId, "Pick", "next"],
        ["Pick", "Do", "choice"],
        ["Pick", "Stop", "choice"],
        ["Do", endId, "next"],
        ["Do", "Stop", "catch"],
        ["Stop", endId, "catch"],
      ],
    );
  });
});
