import assert from "node:assert/strict";
import * as sfn from "@aws-sdk/client-sfn";
import { Machines } from "./support.ts";

describe("TestState", () => {
  let machines: Machines;
  before(async () => {
    machines = await Machines.start();
  });
  after(() => machines.test.stop());

  const run = (state: object, more: Partial<sfn.TestStateCommandInput> = {}) =>
    machines.client.send(new sfn.TestStateCommand({ definition: JSON.stringify(state), ...more }));
  const task = {
    Type: "Task",
    Resource: "arn:aws:states:::sqs:sendMessage",
    Parameters: { QueueUrl: "q", "MessageBody.$": "$.text" },
    ResultPath: "$.sent",
    End: true,
  };

  it("shows how a state's data change on their way", async () => {
    const { status, output, inspectionData } = await run(task, {
      input: '{"text":"hi"}',
      inspectionLevel: "DEBUG",
      mock: { result: '{"MessageId":"1"}', fieldValidationMode: "PRESENT" },
    });
    assert.equal(status, "SUCCEEDED");
    assert.deepEqual(JSON.parse(output!), { text: "hi", sent: { MessageId: "1" } });
    assert.deepEqual(JSON.parse(inspectionData!.afterParameters!), { QueueUrl: "q", MessageBody: "hi" });
    assert.equal(inspectionData?.result, '{"MessageId":"1"}');
  });

  it("tells who retries and who catches a mocked error", async () => {
    const ErrorEquals = ["Wrong"];
    const both = {
      ...task,
      Retry: [{ ErrorEquals, IntervalSeconds: 2, MaxAttempts: 2 }],
      Catch: [{ ErrorEquals, Next: "B" }],
    };
    const given = {
      input: '{"text":"hi"}',
      mock: { errorOutput: { error: "Wrong", cause: "c" } },
      inspectionLevel: "DEBUG",
    } as const;
    const again = await run(both, { ...given, stateConfiguration: { retrierRetryCount: 1 } });
    assert.equal(again.status, "RETRIABLE");
    assert.deepEqual(again.inspectionData?.errorDetails, { retryIndex: 0, retryBackoffIntervalSeconds: 4 });
    const caught = await run(both, { ...given, stateConfiguration: { retrierRetryCount: 2 } });
    assert.deepEqual(
      [caught.status, caught.nextState, caught.error, caught.cause],
      ["CAUGHT_ERROR", "B", "Wrong", "c"],
    );
  });

  it("runs a task under a role, and passes through the states of a machine by name", async () => {
    const Parameters = { QueueUrl: machines.queueUrl, MessageBody: { real: true } };
    const sent = await run({ ...task, Parameters }, { input: "{}", roleArn: machines.roleArn });
    assert.ok(JSON.parse(sent.output!).sent.MessageId);
    assert.deepEqual(await machines.message(), { real: true });
    const States = { A: { Type: "Pass", Result: 1, Next: "B" }, B: { Type: "Succeed" } };
    const named = await run({ StartAt: "A", States }, { stateName: "A" });
    assert.deepEqual([named.output, named.nextState], ["1", "B"]);
  });

  for (const [what, state, more, message] of [
    ["a task without a role or a mock", task, {}, /RoleArn must be specified/],
    [
      "a mock for what takes none",
      { Type: "Succeed" },
      { mock: { result: "1" } },
      /State type 'Succeed' is not supported/,
    ],
    ["a result that is no JSON", task, { mock: { result: "{" } }, /Mocked result must be valid JSON/],
    [
      "a result that the service does not give",
      task,
      { mock: { result: '{"MessageId":1}' } },
      /Field 'MessageId' must be a string/,
    ],
    [
      "a context that is none",
      task,
      { mock: { result: "{}" }, context: '{"Other":{}}' },
      /Field 'Other' is not allowed/,
    ],
    [
      "a state that is not there",
      { StartAt: "A", States: { A: { Type: "Succeed" } } },
      { stateName: "B" },
      /State not found/,
    ],
  ] as const) {
    it(`refuses ${what}`, async () => {
      await assert.rejects(
        run(state, more),
        (error: Error) => error.name === "ValidationException" && message.test(error.message),
      );
    });
  }
});
