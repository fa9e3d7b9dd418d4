import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import * as sfn from "@aws-sdk/client-sfn";
import * as sqs from "@aws-sdk/client-sqs";
import { Machines, pass } from "./support.ts";

describe("executions of state machines", () => {
  let machines: Machines;
  before(async () => {
    machines = await Machines.start();
  });
  after(() => machines.test.stop());

  it("runs Pass, Choice, Map and Parallel with JSONPath, intrinsics and the context object", async () => {
    const arn = await machines.make({
      Name: {
        Type: "Pass",
        Parameters: { "who.$": "States.Format('{}!', $.name)", "state.$": "$$.State.Name", "items.$": "$.items" },
        Next: "Large?",
      },
      "Large?": {
        Type: "Choice",
        Choices: [{ Variable: "$.items[1]", NumericGreaterThan: 1, Next: "Each" }],
        Default: "Small",
      },
      Small: pass,
      Each: {
        Type: "Map",
        ItemsPath: "$.items",
        ItemProcessor: { StartAt: "One", States: { One: { Type: "Pass", Parameters: { "n.$": "$" }, End: true } } },
        ResultPath: "$.each",
        Next: "Both",
      },
      Both: {
        Type: "Parallel",
        Branches: ["A", "B"].map((name) => ({
          StartAt: name,
          States: { [name]: { Type: "Pass", Result: name, End: true } },
        })),
        ResultPath: "$.both",
        End: true,
      },
    });
    assert.deepEqual(await machines.output(await machines.run(arn, { name: "Ada", items: [1, 2] })), {
      who: "Ada!",
      state: "Name",
      items: [1, 2],
      each: [{ n: 1 }, { n: 2 }],
      both: ["A", "B"],
    });
  });

  it("lists those of a machine that is said", async () => {
    await assert.rejects(machines.client.send(new sfn.ListExecutionsCommand({})), {
      name: "ValidationException",
      message: "A stateMachineArn must be specified",
    });
  });

  it("lists them with the version and alias that were started, by a status that there is, never those of Express machines", async () => {
    const { client } = machines;
    const stateMachineArn = await machines.make({ A: pass });
    const published = await client.send(new sfn.PublishStateMachineVersionCommand({ stateMachineArn }));
    const version = published.stateMachineVersionArn!;
    const routingConfiguration = [{ stateMachineVersionArn: version, weight: 100 }];
    const alias = await client.send(new sfn.CreateStateMachineAliasCommand({ name: "live", routingConfiguration }));
    await machines.ended(await machines.run(alias.stateMachineAliasArn!));
    const { executions = [] } = await client.send(new sfn.ListExecutionsCommand({ stateMachineArn }));
    assert.deepEqual(
      executions.map((one) => [one.stateMachineArn, one.stateMachineVersionArn, one.stateMachineAliasArn]),
      [[stateMachineArn, version, alias.stateMachineAliasArn]],
    );
    const statusFilter = "succeeded" as sfn.ExecutionStatus;
    await assert.rejects(client.send(new sfn.ListExecutionsCommand({ stateMachineArn, statusFilter })), {
      name: "ValidationException",
      message: /Value 'succeeded' at 'statusFilter' .*\[SUCCEEDED, TIMED_OUT, PENDING_REDRIVE/,
    });
    await assert.rejects(client.send(new sfn.ListExecutionsCommand({ stateMachineArn, maxResults: 1001 })), {
      name: "ValidationException",
      message: /Value '1001' at 'maxResults' .*less than or equal to 1000/,
    });
    const express = await machines.make({ A: pass }, { type: "EXPRESS" });
    await assert.rejects(client.send(new sfn.ListExecutionsCommand({ stateMachineArn: express })), {
      name: "StateMachineTypeNotSupported",
    });
    const executionArn = await machines.run(express);
    await assert.rejects(client.send(new sfn.StopExecutionCommand({ executionArn })), {
      name: "InvalidArn",
      message: "Invalid Arn: 'Resource type not valid in this context: express'",
    });
  });

  it("starts one execution by name: again with the same input, refused with another", async () => {
    const arn = await machines.make({ Ask: { ...machines.ask(), End: true } });
    const input = { stateMachineArn: arn, name: "once", input: '{"a":1}' };
    const first = await machines.client.send(new sfn.StartExecutionCommand(input));
    const second = await machines.client.send(new sfn.StartExecutionCommand(input));
    assert.equal(second.executionArn, first.executionArn);
    await assert.rejects(machines.client.send(new sfn.StartExecutionCommand({ ...input, input: "{}" })), {
      name: "ExecutionAlreadyExists",
    });
    const { TaskToken } = await machines.message();
    await machines.client.send(new sfn.SendTaskSuccessCommand({ taskToken: TaskToken, output: "1" }));
    await machines.ended(first.executionArn!);
  });

  describe("with a task token", () => {
    it("sends it out, and the answer decides", async () => {
      const arn = await machines.make({ Ask: { ...machines.ask({ ResultPath: "$.answer" }), End: true } });
      const execution = await machines.run(arn, { kept: true });
      const { TaskToken, execution: seen, state } = await machines.message();
      assert.equal(seen, execution);
      assert.equal(state, "Ask");
      await machines.client.send(
        new sfn.SendTaskSuccessCommand({ taskToken: TaskToken, output: '{"approved":false}' }),
      );
      assert.deepEqual(await machines.output(execution), { kept: true, answer: { approved: false } });
    });

    it("is answered by whoever may answer the machine's tasks", async () => {
      const arn = await machines.make({ Ask: { ...machines.ask(), End: true } });
      const execution = await machines.run(arn);
      const { TaskToken: taskToken } = await machines.message();
      const answer = async (Resource: string, token = taskToken) => {
        const statement = { Effect: "Allow", Action: "states:SendTaskSuccess", Resource };
        const { credentials } = await machines.test.mintRole(statement);
        const client = machines.test.client(sfn.SFNClient, { credentials, config: { disableHostPrefix: true } });
        await client.send(new sfn.SendTaskSuccessCommand({ taskToken: token, output: '"yes"' }));
      };
      await assert.rejects(answer(`${arn}-other`), {
        name: "AccessDeniedException",
        message: new RegExp(`not authorized to perform: states:SendTaskSuccess on resource: ${arn} `),
      });
      await assert.rejects(answer("*", "unknown"), { name: "InvalidToken" });
      await answer(arn);
      assert.equal(await machines.output(execution), "yes");
    });

    it("catches a failure that is sent, by its name", async () => {
      const Catch = [{ ErrorEquals: ["NotMine"], ResultPath: "$.error", Next: "Caught" }];
      const arn = await machines.make({ Ask: { ...machines.ask({ Catch }), End: true }, Caught: pass });
      const execution = await machines.run(arn);
      const { TaskToken } = await machines.message();
      await machines.client.send(
        new sfn.SendTaskFailureCommand({ taskToken: TaskToken, error: "NotMine", cause: "ask Bob" }),
      );
      assert.deepEqual(await machines.output(execution), { error: { Error: "NotMine", Cause: "ask Bob" } });
    });

    it("times out, and tells a late answer so", async () => {
      const Catch = [{ ErrorEquals: ["States.Timeout"], Next: "Late" }];
      const arn = await machines.make({
        Ask: { ...machines.ask({ TimeoutSeconds: 1, Catch }), End: true },
        Late: { Type: "Pass", Result: "late", End: true },
      });
      const execution = await machines.run(arn);
      const { TaskToken } = await machines.message();
      assert.equal(await machines.output(execution), "late");
      await assert.rejects(
        machines.client.send(new sfn.SendTaskSuccessCommand({ taskToken: TaskToken, output: "1" })),
        {
          name: "TaskTimedOut",
        },
      );
    });

    it("ends without a heartbeat, and lives with them", async () => {
      const arn = await machines.make({
        Ask: { ...machines.ask({ TimeoutSeconds: 60, HeartbeatSeconds: 1 }), End: true },
      });
      const silent = await machines.run(arn);
      await machines.message();
      assert.equal((await machines.ended(silent)).error, "States.Timeout");
      const alive = await machines.run(arn);
      const { TaskToken } = await machines.message();
      for (let beat = 0; beat < 3; beat++) {
        await sleep(500);
        await machines.client.send(new sfn.SendTaskHeartbeatCommand({ taskToken: TaskToken }));
      }
      await machines.client.send(new sfn.SendTaskSuccessCommand({ taskToken: TaskToken, output: '"alive"' }));
      assert.equal(await machines.output(alive), "alive");
    });

    it("refuses a second answer, a token that never was, and output that is not JSON", async () => {
      const execution = await machines.run(await machines.make({ Ask: { ...machines.ask(), End: true } }));
      const { TaskToken } = await machines.message();
      const answer = (taskToken: string, text: string) =>
        machines.client.send(new sfn.SendTaskSuccessCommand({ taskToken, output: text }));
      await assert.rejects(answer(TaskToken!, "{broken"), { name: "InvalidOutput" });
      await assert.rejects(answer("nonsense!", "1"), { name: "InvalidToken" });
      await answer(TaskToken!, "1");
      await assert.rejects(answer(TaskToken!, "2"), { name: "TaskTimedOut" });
      assert.equal(await machines.output(execution), 1);
    });
  });

  it("is stopped, without its Catch", async () => {
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "Caught" }];
    const execution = await machines.run(
      await machines.make({ Ask: { ...machines.ask({ Catch }), End: true }, Caught: pass }),
    );
    await machines.message();
    await machines.client.send(
      new sfn.StopExecutionCommand({ executionArn: execution, error: "Enough", cause: "because" }),
    );
    const { status, error, cause } = await machines.ended(execution);
    assert.deepEqual([status, error, cause], ["ABORTED", "Enough", "because"]);
  });

  it("does nothing more once it is stopped, whatever its Retry says", async () => {
    const Retry = [{ ErrorEquals: ["States.ALL"], MaxAttempts: 3, IntervalSeconds: 1 }];
    const execution = await machines.run(await machines.make({ Ask: { ...machines.ask({ Retry }), End: true } }));
    await machines.message();
    await machines.client.send(new sfn.StopExecutionCommand({ executionArn: execution }));
    const { events = [] } = await machines.client.send(new sfn.GetExecutionHistoryCommand({ executionArn: execution }));
    assert.equal(events.at(-1)?.type, "ExecutionAborted");
    const { Attributes } = await machines.test.client(sqs.SQSClient).send(
      new sqs.GetQueueAttributesCommand({
        QueueUrl: machines.queueUrl,
        AttributeNames: ["ApproximateNumberOfMessages"],
      }),
    );
    assert.equal(Attributes?.ApproximateNumberOfMessages, "0");
  });

  it("times out as a whole, without its Catch", async () => {
    const execution = await machines.run(
      await machines.make({ Wait: { Type: "Wait", Seconds: 30, End: true } }, { TimeoutSeconds: 1 }),
    );
    const { status, error } = await machines.ended(execution);
    assert.deepEqual([status, error], ["TIMED_OUT", undefined]);
  });

  it("goes on after a restart: nothing is done twice, and the token that was sent out still answers", async () => {
    const first = await Machines.start();
    const Parameters = { QueueUrl: first.queueUrl, MessageBody: { note: "once" } };
    const states = {
      Tell: { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage", Parameters, ResultPath: null, Next: "Ask" },
      Ask: { ...first.ask(), ResultPath: "$.answer", End: true },
    };
    const execution = await first.run(await first.make(states), { kept: 1 });
    assert.deepEqual(await first.message(), { note: "once" });
    const { TaskToken } = await first.message();

    const second = await first.restart();
    try {
      const { client, test, queueUrl: QueueUrl } = second;
      await client.send(new sfn.SendTaskSuccessCommand({ taskToken: TaskToken, output: '"yes"' }));
      assert.deepEqual(await second.output(execution), { kept: 1, answer: "yes" });
      const { events = [] } = await client.send(new sfn.GetExecutionHistoryCommand({ executionArn: execution }));
      assert.equal(events.filter(({ type }) => type === "ExecutionStarted").length, 1);
      assert.equal(events.filter(({ type }) => type === "TaskStateEntered").length, 2);
      const count = new sqs.GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["ApproximateNumberOfMessages"] });
      const { Attributes } = await test.client(sqs.SQSClient).send(count);
      assert.equal(Attributes?.ApproximateNumberOfMessages, "0");
    } finally {
      await second.test.stop();
    }
  });

  it("has seen the time of each state once and for all, also over a restart", async () => {
    const first = await Machines.start();
    const Parameters = { "seen.$": "$$.State.EnteredTime" };
    const states = {
      Look: { Type: "Pass", Parameters, Next: "Ask" },
      Ask: { ...first.ask(), ResultPath: null, End: true },
    };
    const execution = await first.run(await first.make(states));
    const { TaskToken } = await first.message();
    const history = new sfn.GetExecutionHistoryCommand({ executionArn: execution });
    const { events = [] } = await first.client.send(history);
    const exited = events.find(({ type }) => type === "PassStateExited")?.stateExitedEventDetails?.output ?? "";
    const second = await first.restart();
    try {
      await second.client.send(new sfn.SendTaskSuccessCommand({ taskToken: TaskToken, output: "1" }));
      assert.deepEqual(await second.output(execution), JSON.parse(exited));
    } finally {
      await second.test.stop();
    }
  });
});
