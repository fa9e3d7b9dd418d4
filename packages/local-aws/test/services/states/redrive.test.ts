import assert from "node:assert/strict";
import * as sfn from "@aws-sdk/client-sfn";
import * as sqs from "@aws-sdk/client-sqs";
import { Machines, pass } from "./support.ts";

describe("executions that are redriven", () => {
  let machines: Machines;
  before(async () => {
    machines = await Machines.start();
  });
  after(() => machines.test.stop());

  const redrive = (executionArn: string, clientToken?: string) =>
    machines.client.send(new sfn.RedriveExecutionCommand({ executionArn, clientToken }));
  const describeOf = (executionArn: string) => machines.client.send(new sfn.DescribeExecutionCommand({ executionArn }));
  const typesOf = async (executionArn: string) => {
    const { events } = await machines.client.send(new sfn.GetExecutionHistoryCommand({ executionArn }));
    return events!.map(({ type }) => type);
  };
  const fail = async () => {
    const { TaskToken: taskToken } = await machines.message();
    await machines.client.send(new sfn.SendTaskFailureCommand({ taskToken, error: "Refused", cause: "no" }));
  };
  const agree = async (output: unknown) => {
    const { TaskToken: taskToken } = await machines.message();
    await machines.client.send(new sfn.SendTaskSuccessCommand({ taskToken, output: JSON.stringify(output) }));
  };
  const askThenPass = () => ({
    First: { ...machines.ask({ ResultPath: "$.first" }), Next: "Ask" },
    Ask: { ...machines.ask(), Next: "Last" },
    Last: pass,
  });

  it("go on at the state that failed, with what came before; nothing is done twice", async () => {
    const executionArn = await machines.run(await machines.make(askThenPass()), { kept: 1 });
    await agree("yes");
    await fail();
    const failed = await machines.ended(executionArn);
    assert.deepEqual(
      [failed.status, failed.error, failed.redriveCount, failed.redriveStatus, failed.redriveDate],
      ["FAILED", "Refused", 0, "REDRIVABLE", undefined],
    );

    const { redriveDate } = await redrive(executionArn);
    const again = await describeOf(executionArn);
    assert.deepEqual(
      [again.status, again.error, again.stopDate, again.redriveCount, again.redriveStatus, again.redriveStatusReason],
      ["RUNNING", undefined, undefined, 1, "NOT_REDRIVABLE", "Execution is RUNNING and cannot be redriven"],
    );
    assert.deepEqual(again.redriveDate, redriveDate);
    await agree("now");
    const ended = await machines.ended(executionArn);
    assert.deepEqual([ended.status, ended.output], ["SUCCEEDED", '"now"']);
    assert.deepEqual(await typesOf(executionArn), [
      ...["ExecutionStarted", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"],
      ...["TaskStateExited", "TaskStateEntered", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskFailed"],
      ...["ExecutionFailed", "ExecutionRedriven", "TaskScheduled", "TaskStarted", "TaskSubmitted", "TaskSucceeded"],
      ...["TaskStateExited", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"],
    ]);
  });

  it("are those that failed, were stopped or ran out of time, and no others", async () => {
    const machine = await machines.make({ Ask: { ...machines.ask(), End: true } });
    const executionArn = await machines.run(machine);
    await assert.rejects(redrive(executionArn), {
      name: "ExecutionNotRedrivable",
      message: "Execution is RUNNING and cannot be redriven",
    });
    await machines.message();
    await machines.client.send(new sfn.StopExecutionCommand({ executionArn }));
    await redrive(executionArn);
    await agree(1);
    assert.equal((await machines.ended(executionArn)).status, "SUCCEEDED");
    await assert.rejects(redrive(executionArn), {
      name: "ExecutionNotRedrivable",
      message: "Execution is SUCCEEDED and cannot be redriven",
    });
    await assert.rejects(redrive(`${executionArn}x`), { name: "ExecutionDoesNotExist" });

    const slow = await machines.run(
      await machines.make({ Ask: { ...machines.ask(), End: true } }, { TimeoutSeconds: 1 }),
    );
    await machines.message();
    assert.equal((await machines.ended(slow)).status, "TIMED_OUT");
    await redrive(slow);
    await agree(2);
    assert.equal((await machines.ended(slow)).output, "2");
  });

  it("count once for one token of a client", async () => {
    const executionArn = await machines.run(await machines.make({ Ask: { ...machines.ask(), End: true } }));
    await fail();
    await machines.ended(executionArn);
    const first = await redrive(executionArn, "token-1");
    assert.deepEqual((await redrive(executionArn, "token-1")).redriveDate, first.redriveDate);
    await fail();
    assert.equal((await machines.ended(executionArn)).redriveCount, 1);
    await redrive(executionArn, "token-2");
    await agree(1);
    assert.equal((await machines.ended(executionArn)).redriveCount, 2);
  });

  it("run branches and iterations again that failed, and keep the others", async () => {
    const branch = (States: object) => ({ StartAt: Object.keys(States)[0], States });
    const once = {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage",
      Parameters: { QueueUrl: machines.queueUrl, MessageBody: '{"sent":1}' },
      ResultSelector: { "id.$": "$.MessageId" },
      End: true,
    };
    const executionArn = await machines.run(
      await machines.make({
        Both: {
          Type: "Parallel",
          Branches: [
            branch({ Send: once }),
            branch({ Wait: { Type: "Wait", Seconds: 1, Next: "Ask" }, Ask: { ...machines.ask(), End: true } }),
          ],
          End: true,
        },
      }),
    );
    assert.deepEqual(await machines.message(), { sent: 1 });
    await fail();
    assert.equal((await machines.ended(executionArn)).error, "Refused");
    await redrive(executionArn);
    await agree("later");
    const [sent, asked] = await machines.output(executionArn);
    assert.deepEqual([typeof sent.id, asked], ["string", "later"]);
    const queue = machines.test.client(sqs.SQSClient);
    const { Messages = [] } = await queue.send(new sqs.ReceiveMessageCommand({ QueueUrl: machines.queueUrl }));
    assert.deepEqual(Messages, [], "the branch that went well is not run again");
  });

  it("leave what was caught as it was, and try a retried state anew", async () => {
    const Retry = [{ ErrorEquals: ["Refused"], IntervalSeconds: 1, MaxAttempts: 1 }];
    const executionArn = await machines.run(
      await machines.make({
        Caught: { ...machines.ask(), Catch: [{ ErrorEquals: ["States.ALL"], Next: "Tried" }], Next: "Tried" },
        Tried: { ...machines.ask({ Retry, ResultPath: "$.tried" }), End: true },
      }),
    );
    for (let times = 0; times < 3; times++) await fail();
    assert.equal((await machines.ended(executionArn)).status, "FAILED");
    await redrive(executionArn);
    await fail();
    await agree("at last");
    assert.deepEqual(await machines.output(executionArn), { Error: "Refused", Cause: "no", tried: "at last" });
  });

  it("run children of a map run again that failed", async () => {
    const executionArn = await machines.run(
      await machines.make({
        Each: {
          Type: "Map",
          ItemProcessor: {
            ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType: "STANDARD" },
            StartAt: "Kind",
            States: {
              Kind: { Type: "Choice", Choices: [{ Variable: "$", NumericEquals: 1, Next: "Pass" }], Default: "Ask" },
              Pass: pass,
              Ask: { ...machines.ask(), End: true },
            },
          },
          End: true,
        },
      }),
      [1, 2],
    );
    await fail();
    assert.equal((await machines.ended(executionArn)).status, "FAILED");
    await redrive(executionArn);
    await agree("two");
    assert.deepEqual(await machines.output(executionArn), [1, "two"]);
    const { mapRuns } = await machines.client.send(new sfn.ListMapRunsCommand({ executionArn }));
    const described = await machines.client.send(new sfn.DescribeMapRunCommand({ mapRunArn: mapRuns![0]!.mapRunArn }));
    assert.deepEqual([mapRuns!.length, described.status, described.redriveCount], [1, "SUCCEEDED", 1]);
    const types = await typesOf(executionArn);
    assert.deepEqual(
      types.filter((type) => type?.startsWith("MapRun")),
      ["MapRunStarted", "MapRunFailed", "MapRunRedriven", "MapRunSucceeded"],
    );
  });

  it("take who may, on the execution", async () => {
    const machine = await machines.make({ Ask: { ...machines.ask(), End: true } });
    const executionArn = await machines.run(machine);
    await fail();
    await machines.ended(executionArn);
    const other = await machines.test.mintRole([
      { Effect: "Allow", Action: "states:RedriveExecution", Resource: executionArn.replace(/[^:]+$/, "another") },
    ]);
    const client = machines.test.client(sfn.SFNClient, { credentials: other.credentials });
    await assert.rejects(client.send(new sfn.RedriveExecutionCommand({ executionArn })), {
      name: "AccessDeniedException",
    });
  });

  it("see how often in the context object, and go on over a restart", async () => {
    const count = { Type: "Pass", Parameters: { "count.$": "$$.Execution.RedriveCount" }, End: true };
    const executionArn = await machines.run(
      await machines.make({
        First: { ...machines.ask({ ResultPath: "$.first" }), Next: "Ask" },
        Ask: { ...machines.ask({ ResultPath: null }), Next: "Count" },
        Count: count,
      }),
    );
    await agree(1);
    await fail();
    await machines.ended(executionArn);
    machines = await machines.restart();
    await redrive(executionArn);
    const { TaskToken: taskToken } = await machines.message();
    machines = await machines.restart();
    await machines.client.send(new sfn.SendTaskSuccessCommand({ taskToken, output: "1" }));
    assert.deepEqual(await machines.output(executionArn), { count: 1 });
    const types = await typesOf(executionArn);
    assert.equal(types.filter((type) => type === "ExecutionRedriven").length, 1);
    assert.equal(types.filter((type) => type === "TaskScheduled").length, 3);
  });
});
