import assert from "node:assert/strict";
import * as sfn from "@aws-sdk/client-sfn";
import { Machines, pass, type States } from "./support.ts";

/** Histories, event for event, as AWS was seen to write them. */
describe("histories of executions", () => {
  let machines: Machines;
  before(async () => {
    machines = await Machines.start();
  });
  after(() => machines.test.stop());

  const events = async (states: States, input: unknown = {}, more: object = {}) => {
    const executionArn = await machines.run(await machines.make(states, more), input);
    await machines.ended(executionArn);
    const history = await machines.client.send(new sfn.GetExecutionHistoryCommand({ executionArn }));
    return history.events ?? [];
  };
  const types = (list: sfn.HistoryEvent[]) => list.map(({ type }) => type);
  const each = (States: States, more: object = {}) => ({
    Type: "Map",
    MaxConcurrency: 1,
    ItemProcessor: { StartAt: Object.keys(States)[0], States },
    End: true,
    ...more,
  });

  it("tell of a Map, its iterations, and what each comes after", async () => {
    const list = await events({ Each: each({ One: pass }) }, [1, 2]);
    assert.deepEqual(types(list), [
      ...["ExecutionStarted", "MapStateEntered", "MapStateStarted"],
      ...["MapIterationStarted", "PassStateEntered", "PassStateExited", "MapIterationSucceeded"],
      ...["MapIterationStarted", "PassStateEntered", "PassStateExited", "MapIterationSucceeded"],
      ...["MapStateSucceeded", "MapStateExited", "ExecutionSucceeded"],
    ]);
    assert.deepEqual(list[2]?.mapStateStartedEventDetails, { length: 2 });
    assert.deepEqual(list[7]?.mapIterationStartedEventDetails, { name: "Each", index: 1 });
    assert.deepEqual(
      list.slice(0, 7).map(({ previousEventId }) => previousEventId),
      [0, 0, 2, 3, 4, 5, 6],
    );
  });

  it("tell of an iteration that fails, once it is retried and in the end caught", async () => {
    const Fail = { Type: "Fail", Error: "Wrong", Cause: "because" };
    const Retry = [{ ErrorEquals: ["Wrong"], IntervalSeconds: 1, MaxAttempts: 1, MaxDelaySeconds: 1 }];
    const Catch = [{ ErrorEquals: ["States.ALL"], ResultPath: "$[0]", Next: "After" }];
    const list = await events({ Each: each({ Fail }, { Retry, Catch }), After: pass }, [1]);
    const attempt = ["MapStateStarted", "MapIterationStarted", "FailStateEntered", "MapIterationFailed"];
    assert.deepEqual(types(list), [
      ...["ExecutionStarted", "MapStateEntered", ...attempt, ...attempt, "MapStateFailed", "MapStateExited"],
      ...["PassStateEntered", "PassStateExited", "ExecutionSucceeded"],
    ]);
    assert.equal(list.at(-1)?.executionSucceededEventDetails?.output, '[{"Error":"Wrong","Cause":"because"}]');
  });

  it("tell of branches, and of one that ends because another fails", async () => {
    const branch = (name: string, state: object) => ({ StartAt: name, States: { [name]: state } });
    const Parallel = { Type: "Parallel", Branches: [branch("A", pass), branch("B", pass)], End: true };
    assert.deepEqual(types(await events({ Parallel })).slice(2, -2), [
      ...["ParallelStateStarted", "PassStateEntered", "PassStateExited", "PassStateEntered", "PassStateExited"],
      "ParallelStateSucceeded",
    ]);
    const Branches = [
      branch("Long", { Type: "Wait", Seconds: 60, End: true }),
      branch("Fail", { Type: "Fail", Error: "E" }),
    ];
    const failed = await events({ Parallel: { ...Parallel, Branches } });
    assert.deepEqual(types(failed).slice(3), [
      ...["WaitStateEntered", "FailStateEntered", "WaitStateAborted", "ParallelStateFailed", "ExecutionFailed"],
    ]);
    assert.deepEqual(failed.at(-1)?.executionFailedEventDetails, { error: "E" });
  });

  it("name integrations and their limits, and tell of a time that is over", async () => {
    const list = await events({ Ask: { ...machines.ask({ TimeoutSeconds: 1, HeartbeatSeconds: 30 }), End: true } });
    await machines.message();
    assert.deepEqual(types(list).slice(2), [
      "TaskScheduled",
      "TaskStarted",
      "TaskSubmitted",
      "TaskTimedOut",
      "ExecutionFailed",
    ]);
    const { parameters: _, ...scheduled } = list[2]?.taskScheduledEventDetails ?? {};
    const named = { resourceType: "sqs", resource: "sendMessage.waitForTaskToken" };
    assert.deepEqual(scheduled, { ...named, region: "us-east-1", timeoutInSeconds: 1, heartbeatInSeconds: 30 });
    assert.deepEqual(list[5]?.taskTimedOutEventDetails, { ...named, error: "States.Timeout" });
  });

  it("tell of an SDK's error in Java's words", async () => {
    const Resource = "arn:aws:states:::aws-sdk:dynamodb:getItem";
    const Parameters = { TableName: "none", Key: { a: { S: "b" } } };
    const { roleArn } = await machines.test.mintRole([{ Effect: "Allow", Action: "dynamodb:*", Resource: "*" }], {
      name: "reader",
      trust: "states.amazonaws.com",
    });
    const States = { Get: { Type: "Task", Resource, Parameters, End: true } };
    const executionArn = await machines.run(await machines.make(States, {}, roleArn));
    const { error, cause } = await machines.ended(executionArn);
    assert.equal(error, "DynamoDb.ResourceNotFoundException");
    assert.match(cause ?? "", /\(Service: DynamoDb, Status Code: 400, Request ID: [\w-]+\)$/);
  });

  it("say where an execution failed that its definition is to blame for", async () => {
    const list = await events({ A: { Type: "Pass", InputPath: "$.no.more", End: true } });
    assert.deepEqual(list.at(-1)?.executionFailedEventDetails, {
      error: "States.Runtime",
      cause:
        "An error occurred while executing the state 'A' (entered at the event id #2). Invalid path '$.no.more' : Missing property in path $['no']",
    });
  });

  it("are written to the log group of the machine, as much as it asks for", async () => {
    const { cloud } = machines.test;
    const logGroupName = "/aws/vendedlogs/states/all";
    await cloud.call("logs", "CreateLogGroup", { logGroupName });
    const statements = ["CreateLogDelivery", "PutResourcePolicy", "DescribeLogGroups"].map((name) => `logs:${name}`);
    const { roleArn } = await machines.test.mintRole([{ Effect: "Allow", Action: statements, Resource: "*" }], {
      name: "logger",
      trust: "states.amazonaws.com",
    });
    const logGroupArn = `arn:aws:logs:us-east-1:000000000000:log-group:${logGroupName}:*`;
    for (const [level, type, expected] of [
      ["ALL", "EXPRESS", ["ExecutionStarted", "FailStateEntered", "ExecutionFailed"]],
      ["FATAL", "STANDARD", ["ExecutionFailed"]],
    ] as const) {
      const loggingConfiguration = { level, destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }] };
      const arn = await machines.make({ F: { Type: "Fail", Error: "E" } }, { type, loggingConfiguration }, roleArn);
      const executionArn = await machines.run(arn, { secret: 1 });
      await machines.ended(executionArn).catch(() => {});
      let messages: string[] = [];
      for (let look = 0; look < 100 && messages.length < expected.length; look++) {
        await new Promise((resolve) => setTimeout(resolve, 20));
        const { events: found = [] } = await cloud.call<{ events?: { message: string }[] }>("logs", "FilterLogEvents", {
          logGroupName,
          filterPattern: `"${executionArn}"`,
        });
        messages = found.map(({ message }) => message);
      }
      assert.deepEqual(
        messages.map((message) => JSON.parse(message).type),
        expected,
      );
      assert.ok(!messages.join().includes("secret"));
    }
  });
});
