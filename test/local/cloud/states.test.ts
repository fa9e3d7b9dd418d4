import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import * as sfn from "@aws-sdk/client-sfn";
import * as sqs from "@aws-sdk/client-sqs";
import { startCloud, type TestCloud } from "../support/cloud.ts";

type States = Record<string, unknown>;
const pass = { Type: "Pass", End: true };

describe("Step Functions", () => {
  let test: TestCloud;
  let client: sfn.SFNClient;
  let queueUrl: string;
  let roleArn: string;
  let count = 0;

  /** What a machine of the tests may do: send to queue `ask`, start other machines. */
  const statements = [
    { Effect: "Allow", Action: "sqs:SendMessage", Resource: "arn:aws:sqs:*:000000000000:ask" },
    { Effect: "Allow", Action: "states:StartExecution", Resource: "*" },
  ];
  const machine = async (States: States, more: object = {}, on = client, role = roleArn): Promise<string> => {
    const definition = JSON.stringify({
      StartAt: Object.keys(States)[0],
      States,
      ...("TimeoutSeconds" in more ? more : {}),
    });
    const name = `machine-${++count}`;
    const { stateMachineArn } = await on.send(
      new sfn.CreateStateMachineCommand({ name, definition, roleArn: role, ...("TimeoutSeconds" in more ? {} : more) }),
    );
    return stateMachineArn!;
  };
  const start = async (stateMachineArn: string, input: unknown = {}, on = client): Promise<string> => {
    const { executionArn } = await on.send(
      new sfn.StartExecutionCommand({ stateMachineArn, input: JSON.stringify(input) }),
    );
    return executionArn!;
  };
  const ended = async (executionArn: string, on = client): Promise<sfn.DescribeExecutionCommandOutput> => {
    for (let attempt = 0; attempt < 400; attempt++) {
      const described = await on.send(new sfn.DescribeExecutionCommand({ executionArn }));
      if (described.status !== "RUNNING") return described;
      await sleep(10);
    }
    throw new Error("the execution did not end");
  };
  const output = async (executionArn: string) => JSON.parse((await ended(executionArn)).output ?? "null");
  const message = async (url = queueUrl, of = test): Promise<Record<string, string>> => {
    const queue = of.client(sqs.SQSClient);
    const { Messages } = await queue.send(new sqs.ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 5 }));
    await queue.send(new sqs.DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: Messages![0]!.ReceiptHandle }));
    return JSON.parse(Messages![0]!.Body!);
  };
  const ask = (more: object = {}) => ({
    Type: "Task",
    Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken",
    Parameters: {
      QueueUrl: queueUrl,
      MessageBody: { "TaskToken.$": "$$.Task.Token", "execution.$": "$$.Execution.Id", "state.$": "$$.State.Name" },
    },
    ...more,
  });

  before(async () => {
    test = await startCloud();
    client = test.client(sfn.SFNClient, { config: { disableHostPrefix: true } });
    ({ roleArn } = await test.mintRole(statements, { name: "machine", trust: "states.amazonaws.com" }));
    const created = await test.client(sqs.SQSClient).send(new sqs.CreateQueueCommand({ QueueName: "ask" }));
    queueUrl = created.QueueUrl!;
  });
  after(() => test.stop());

  it("runs Pass, Choice, Map and Parallel with JSONPath, intrinsics and the context object", async () => {
    const arn = await machine({
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
    assert.deepEqual(await output(await start(arn, { name: "Ada", items: [1, 2] })), {
      who: "Ada!",
      state: "Name",
      items: [1, 2],
      each: [{ n: 1 }, { n: 2 }],
      both: ["A", "B"],
    });
  });

  it("starts one execution by name: again with the same input, refused with another", async () => {
    const arn = await machine({ Ask: { ...ask(), End: true } });
    const input = { stateMachineArn: arn, name: "once", input: '{"a":1}' };
    const first = await client.send(new sfn.StartExecutionCommand(input));
    const second = await client.send(new sfn.StartExecutionCommand(input));
    assert.equal(second.executionArn, first.executionArn);
    await assert.rejects(client.send(new sfn.StartExecutionCommand({ ...input, input: "{}" })), {
      name: "ExecutionAlreadyExists",
    });
    const { TaskToken } = await message();
    await client.send(new sfn.SendTaskSuccessCommand({ taskToken: TaskToken, output: "1" }));
    await ended(first.executionArn!);
  });

  describe("with a task token", () => {
    it("sends it out, and the answer decides", async () => {
      const arn = await machine({ Ask: { ...ask({ ResultPath: "$.answer" }), End: true } });
      const execution = await start(arn, { kept: true });
      const { TaskToken, execution: seen, state } = await message();
      assert.equal(seen, execution);
      assert.equal(state, "Ask");
      await client.send(new sfn.SendTaskSuccessCommand({ taskToken: TaskToken, output: '{"approved":false}' }));
      assert.deepEqual(await output(execution), { kept: true, answer: { approved: false } });
    });

    it("catches a failure that is sent, by its name", async () => {
      const Catch = [{ ErrorEquals: ["NotMine"], ResultPath: "$.error", Next: "Caught" }];
      const arn = await machine({ Ask: { ...ask({ Catch }), End: true }, Caught: pass });
      const execution = await start(arn);
      const { TaskToken } = await message();
      await client.send(new sfn.SendTaskFailureCommand({ taskToken: TaskToken, error: "NotMine", cause: "ask Bob" }));
      assert.deepEqual(await output(execution), { error: { Error: "NotMine", Cause: "ask Bob" } });
    });

    it("times out, and tells a late answer so", async () => {
      const Catch = [{ ErrorEquals: ["States.Timeout"], Next: "Late" }];
      const arn = await machine({
        Ask: { ...ask({ TimeoutSeconds: 1, Catch }), End: true },
        Late: { Type: "Pass", Result: "late", End: true },
      });
      const execution = await start(arn);
      const { TaskToken } = await message();
      assert.equal(await output(execution), "late");
      await assert.rejects(client.send(new sfn.SendTaskSuccessCommand({ taskToken: TaskToken, output: "1" })), {
        name: "TaskTimedOut",
      });
    });

    it("ends without a heartbeat, and lives with them", async () => {
      const arn = await machine({ Ask: { ...ask({ TimeoutSeconds: 60, HeartbeatSeconds: 1 }), End: true } });
      const silent = await start(arn);
      await message();
      assert.equal((await ended(silent)).error, "States.HeartbeatTimeout");
      const alive = await start(arn);
      const { TaskToken } = await message();
      for (let beat = 0; beat < 3; beat++) {
        await sleep(500);
        await client.send(new sfn.SendTaskHeartbeatCommand({ taskToken: TaskToken }));
      }
      await client.send(new sfn.SendTaskSuccessCommand({ taskToken: TaskToken, output: '"alive"' }));
      assert.equal(await output(alive), "alive");
    });

    it("refuses a second answer, a token that never was, and output that is not JSON", async () => {
      const execution = await start(await machine({ Ask: { ...ask(), End: true } }));
      const { TaskToken } = await message();
      const answer = (taskToken: string, text: string) =>
        client.send(new sfn.SendTaskSuccessCommand({ taskToken, output: text }));
      await assert.rejects(answer(TaskToken!, "{broken"), { name: "InvalidOutput" });
      await assert.rejects(answer("nonsense!", "1"), { name: "InvalidToken" });
      await answer(TaskToken!, "1");
      await assert.rejects(answer(TaskToken!, "2"), { name: "TaskTimedOut" });
      assert.equal(await output(execution), 1);
    });
  });

  it("is stopped, without its Catch", async () => {
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "Caught" }];
    const execution = await start(await machine({ Ask: { ...ask({ Catch }), End: true }, Caught: pass }));
    await message();
    await client.send(new sfn.StopExecutionCommand({ executionArn: execution, error: "Enough", cause: "because" }));
    const { status, error, cause } = await ended(execution);
    assert.deepEqual([status, error, cause], ["ABORTED", "Enough", "because"]);
  });

  it("times out as a whole, without its Catch", async () => {
    const execution = await start(
      await machine({ Wait: { Type: "Wait", Seconds: 30, End: true } }, { TimeoutSeconds: 1 }),
    );
    assert.equal((await ended(execution)).status, "TIMED_OUT");
  });

  it("calls services as its role: what is not granted fails with the service's error", async () => {
    const { roleArn: poor } = await test.mintRole([], { name: "poor", trust: "states.amazonaws.com" });
    const send = {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage",
      Parameters: { QueueUrl: queueUrl, MessageBody: "x" },
    };
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "Caught" }];
    const arn = await machine({ Send: { ...send, Catch, End: true }, Caught: pass }, {}, client, poor);
    const { Error: name, Cause } = await output(await start(arn));
    assert.match(name, /^SQS\..*AccessDenied/);
    assert.match(Cause, /sqs:SendMessage/);
  });

  it("retries by name, a limited number of times", async () => {
    const send = {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage",
      Parameters: { QueueUrl: `${queueUrl}-nowhere`, MessageBody: "x" },
      Retry: [
        { ErrorEquals: ["States.TaskFailed"], MaxAttempts: 2, IntervalSeconds: 1, BackoffRate: 1, MaxDelaySeconds: 1 },
      ],
      End: true,
    };
    const execution = await start(await machine({ Send: send }));
    assert.equal((await ended(execution)).status, "FAILED");
    const { events = [] } = await client.send(new sfn.GetExecutionHistoryCommand({ executionArn: execution }));
    assert.equal(events.filter(({ type }) => type === "TaskFailed").length, 3);
  });

  it("writes its history in AWS's event types", async () => {
    const execution = await start(await machine({ Ask: { ...ask(), Next: "Done" }, Done: { Type: "Succeed" } }));
    await client.send(new sfn.SendTaskSuccessCommand({ taskToken: (await message()).TaskToken, output: "1" }));
    await ended(execution);
    const { events = [] } = await client.send(new sfn.GetExecutionHistoryCommand({ executionArn: execution }));
    assert.deepEqual(
      events.map(({ type }) => type),
      [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSubmitted",
        "TaskSucceeded",
        "TaskStateExited",
        "SucceedStateEntered",
        "SucceedStateExited",
        "ExecutionSucceeded",
      ],
    );
    assert.equal(events[1]?.stateEnteredEventDetails?.name, "Ask");
  });

  it("runs an Express machine synchronously", async () => {
    const arn = await machine({ Say: { Type: "Pass", Result: { said: 1 }, End: true } }, { type: "EXPRESS" });
    const result = await client.send(new sfn.StartSyncExecutionCommand({ stateMachineArn: arn, input: "{}" }));
    assert.equal(result.status, "SUCCEEDED");
    assert.deepEqual(JSON.parse(result.output!), { said: 1 });
  });

  describe("refuses at creation", () => {
    const refused: [string, States, object, RegExp][] = [
      ["a machine without its start", {}, {}, /SCHEMA_VALIDATION_FAILED/],
      ["a state that nobody knows", { A: { Type: "Pass", Next: "B" } }, {}, /SCHEMA_VALIDATION_FAILED/],
      ["JSONata", { A: { ...pass, QueryLanguage: "JSONata" } }, {}, /runs JSONPath only/],
      [
        "a distributed Map",
        {
          A: {
            Type: "Map",
            ItemProcessor: { ProcessorConfig: { Mode: "DISTRIBUTED" }, StartAt: "B", States: { B: pass } },
            End: true,
          },
        },
        {},
        /inline ones only/,
      ],
    ];
    for (const [what, states, more, expected] of refused) {
      it(what, async () => {
        await assert.rejects(
          machine(states, more),
          (error: Error) => error.name === "InvalidDefinition" && expected.test(error.message),
        );
      });
    }

    it("a role that Step Functions may not assume", async () => {
      const { roleArn: foreign } = await test.mintRole([], { name: "foreign" });
      await assert.rejects(machine({ A: pass }, {}, client, foreign), { name: "AccessDeniedException" });
    });

    it("logging that the role may not deliver", async () => {
      const loggingConfiguration = { level: "ALL", destinations: [] } as const;
      await assert.rejects(machine({ A: pass }, { loggingConfiguration }), (error: Error) =>
        /not authorized to access the Log Destination/.test(error.message),
      );
    });
  });

  it("goes on after a restart: nothing is done twice, and the token that was sent out still answers", async () => {
    const first = await startCloud();
    const { roleArn: role } = await first.mintRole(statements, { name: "machine", trust: "states.amazonaws.com" });
    const queue = first.client(sqs.SQSClient);
    const { QueueUrl } = await queue.send(new sqs.CreateQueueCommand({ QueueName: "ask" }));
    const Parameters = { QueueUrl, MessageBody: { note: "once" } };
    const states = {
      Tell: { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage", Parameters, ResultPath: null, Next: "Ask" },
      Ask: {
        ...ask(),
        Parameters: { QueueUrl, MessageBody: { "TaskToken.$": "$$.Task.Token" } },
        ResultPath: "$.answer",
        End: true,
      },
    };
    const execution = await start(
      await machine(states, {}, first.client(sfn.SFNClient), role),
      { kept: 1 },
      first.client(sfn.SFNClient),
    );
    assert.deepEqual(await message(QueueUrl, first), { note: "once" });
    const { TaskToken } = await message(QueueUrl, first);
    await first.stop({ keep: true });

    const second = await startCloud({ directory: first.directory });
    try {
      const again = second.client(sfn.SFNClient);
      await again.send(new sfn.SendTaskSuccessCommand({ taskToken: TaskToken, output: '"yes"' }));
      const { status, output: text } = await ended(execution, again);
      assert.deepEqual([status, JSON.parse(text!)], ["SUCCEEDED", { kept: 1, answer: "yes" }]);
      const { events = [] } = await again.send(new sfn.GetExecutionHistoryCommand({ executionArn: execution }));
      assert.equal(events.filter(({ type }) => type === "ExecutionStarted").length, 1);
      assert.equal(events.filter(({ type }) => type === "TaskStateEntered").length, 2);
      const { Attributes } = await second.client(sqs.SQSClient).send(
        new sqs.GetQueueAttributesCommand({
          QueueUrl: QueueUrl!.replace(first.origin, second.origin),
          AttributeNames: ["ApproximateNumberOfMessages"],
        }),
      );
      assert.equal(Attributes?.ApproximateNumberOfMessages, "0");
    } finally {
      await second.stop();
    }
  });
});
