import assert from "node:assert/strict";
import * as sfn from "@aws-sdk/client-sfn";
import { Machines, pass, type States } from "./support.ts";

describe("state machines", () => {
  let machines: Machines;
  before(async () => {
    machines = await Machines.start();
  });
  after(() => machines.test.stop());

  it("calls services as its role: what is not granted fails with the service's error", async () => {
    const { roleArn: poor } = await machines.test.mintRole([], { name: "poor", trust: "states.amazonaws.com" });
    const send = {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage",
      Parameters: { QueueUrl: machines.queueUrl, MessageBody: "x" },
    };
    const Catch = [{ ErrorEquals: ["States.ALL"], Next: "Caught" }];
    const arn = await machines.make({ Send: { ...send, Catch, End: true }, Caught: pass }, {}, poor);
    const { Error: name, Cause } = await machines.output(await machines.run(arn));
    assert.match(name, /^SQS\..*AccessDenied/);
    assert.match(Cause, /sqs:SendMessage/);
  });

  it("has no versions, of which tools ask all the same", async () => {
    const stateMachineArn = await machines.make({ A: pass });
    const { stateMachineVersions } = await machines.client.send(
      new sfn.ListStateMachineVersionsCommand({ stateMachineArn }),
    );
    assert.deepEqual(stateMachineVersions, []);
  });

  it("takes a role that trusts Step Functions in its region", async () => {
    const { roleArn } = await machines.test.mintRole([], { name: "regional", trust: "states.amazonaws.com" });
    const trust = (Service: string) =>
      machines.test.cloud.call("iam", "UpdateAssumeRolePolicy", {
        RoleName: "regional",
        PolicyDocument: JSON.stringify({
          Version: "2012-10-17",
          Statement: { Effect: "Allow", Principal: { Service }, Action: "sts:AssumeRole" },
        }),
      });
    await trust("states.us-east-1.amazonaws.com");
    await machines.make({ A: pass }, {}, roleArn);
    await trust("lambda.us-east-1.amazonaws.com");
    await assert.rejects(machines.make({ A: pass }, {}, roleArn), { name: "AccessDeniedException" });
  });

  it("retries by name, a limited number of times", async () => {
    const send = {
      Type: "Task",
      Resource: "arn:aws:states:::sqs:sendMessage",
      Parameters: { QueueUrl: `${machines.queueUrl}-nowhere`, MessageBody: "x" },
      Retry: [
        { ErrorEquals: ["States.TaskFailed"], MaxAttempts: 2, IntervalSeconds: 1, BackoffRate: 1, MaxDelaySeconds: 1 },
      ],
      End: true,
    };
    const execution = await machines.run(await machines.make({ Send: send }));
    assert.equal((await machines.ended(execution)).status, "FAILED");
    const { events = [] } = await machines.client.send(new sfn.GetExecutionHistoryCommand({ executionArn: execution }));
    assert.equal(events.filter(({ type }) => type === "TaskFailed").length, 3);
  });

  it("writes its history in AWS's event types", async () => {
    const execution = await machines.run(
      await machines.make({ Ask: { ...machines.ask(), Next: "Done" }, Done: { Type: "Succeed" } }),
    );
    await machines.client.send(
      new sfn.SendTaskSuccessCommand({ taskToken: (await machines.message()).TaskToken, output: "1" }),
    );
    await machines.ended(execution);
    const { events = [] } = await machines.client.send(new sfn.GetExecutionHistoryCommand({ executionArn: execution }));
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
    const arn = await machines.make({ Say: { Type: "Pass", Result: { said: 1 }, End: true } }, { type: "EXPRESS" });
    const result = await machines.client.send(new sfn.StartSyncExecutionCommand({ stateMachineArn: arn, input: "{}" }));
    assert.equal(result.status, "SUCCEEDED");
    assert.deepEqual(JSON.parse(result.output!), { said: 1 });
  });

  it("tests for what is not there, and reads no more operands than it needs", async () => {
    const to = (Result: string) => ({ Type: "Pass", Result, End: true });
    const arn = await machines.make({
      Choose: {
        Type: "Choice",
        Choices: [
          { Variable: "$.x", IsPresent: false, Next: "Absent" },
          {
            Or: [
              { Variable: "$.x", BooleanEquals: true },
              { Variable: "$.missing", IsNull: true },
            ],
            Next: "Yes",
          },
          {
            And: [{ Variable: "$.x", IsString: false }, { Not: { Variable: "$.x", IsNumeric: false } }],
            Next: "Number",
          },
        ],
        Default: "Other",
      },
      Absent: to("absent"),
      Yes: to("yes"),
      Number: to("number"),
      Other: to("other"),
    });
    const inputs = [{}, { x: true }, { x: 1, missing: 0 }, { x: "1", missing: 0 }];
    const outputs = [];
    for (const input of inputs) outputs.push(await machines.output(await machines.run(arn, input)));
    assert.deepEqual(outputs, ["absent", "yes", "number", "other"]);
  });

  it("maps as many at a time as a path says, a text, too, and tolerates failures in no one's name", async () => {
    const each = (more: object) => ({
      Type: "Map",
      ItemProcessor: { StartAt: "One", States: { One: pass } },
      ItemsPath: "$.items",
      MaxConcurrencyPath: "$.many",
      ...more,
      End: true,
    });
    const arn = await machines.make({ Each: each({ ToleratedFailureCount: 1 }) });
    assert.deepEqual(await machines.output(await machines.run(arn, { items: [1, 2], many: "1" })), [1, 2]);
    const failed = await machines.ended(await machines.run(arn, { items: [1, 2], many: "one" }));
    assert.match(failed.cause ?? "", /refers to value "one" which is not a valid integer/);
  });

  it("validates a definition without making a machine of it", async () => {
    const validated = (definition: string) =>
      machines.client.send(new sfn.ValidateStateMachineDefinitionCommand({ definition }));
    const right = await validated(JSON.stringify({ StartAt: "A", States: { A: pass } }));
    assert.deepEqual([right.result, right.diagnostics], ["OK", []]);
    for (const [definition, expected] of [
      ["{", /INVALID_JSON_DESCRIPTION/],
      [JSON.stringify({ StartAt: "B", States: { A: pass } }), /MISSING_TRANSITION_TARGET \/StartAt/],
      [JSON.stringify({ StartAt: "A" }), /SCHEMA_VALIDATION_FAILED \/ These fields are required: \[States\]/],
    ] as const) {
      const { result, diagnostics } = await validated(definition);
      assert.equal(result, "FAIL");
      const { code, location, message } = diagnostics![0]!;
      assert.match(`${code} ${location} ${message}`, expected);
    }
  });

  describe("refuses at creation", () => {
    const refused: [string, States, object, RegExp][] = [
      ["a machine without its start", {}, {}, /SCHEMA_VALIDATION_FAILED/],
      [
        "a state that nobody knows",
        { A: { Type: "Pass", Next: "B" } },
        {},
        /MISSING_TRANSITION_TARGET.* at \/States\/A\/Next/,
      ],
      [
        "a path that is none",
        { A: { ...pass, InputPath: "$.a[" } },
        {},
        /not a valid JSONPath at \/States\/A\/InputPath/,
      ],
      [
        "a function that nobody knows",
        { A: { ...pass, Parameters: { "d.$": "States.Nothing($.a)" } } },
        {},
        /'d\.\$' must be a valid JSONPath or a valid intrinsic function call at \/States\/A\/Parameters/,
      ],
      [
        "an expression of JSONata that is none",
        { A: { ...pass, QueryLanguage: "JSONata", Output: "{% $states. %}" } },
        {},
        /\/States\/A\/Output/,
      ],
      [
        "an expression of JSONata where it is not the language",
        { A: { Type: "Wait", Timestamp: "{% '2030-01-01T00:00:00Z' %}", End: true } },
        {},
        /String does not match RFC3339 timestamp at \/States\/A\/Timestamp/,
      ],
      [
        "a task of nothing",
        { A: { Type: "Task", Resource: "arn:aws:states:::nothing", End: true } },
        {},
        /is not recognized|Resource/,
      ],
    ];
    for (const [what, states, more, expected] of refused) {
      it(what, async () => {
        await assert.rejects(
          machines.make(states, more),
          (error: Error) => error.name === "InvalidDefinition" && expected.test(error.message),
        );
      });
    }

    it("a role that Step Functions may not assume", async () => {
      const { roleArn: foreign } = await machines.test.mintRole([], { name: "foreign" });
      await assert.rejects(machines.make({ A: pass }, {}, foreign), { name: "AccessDeniedException" });
    });

    it("logging that the role may not deliver", async () => {
      const group = "/aws/vendedlogs/states/refused";
      await machines.test.cloud.call("logs", "CreateLogGroup", { logGroupName: group });
      const logGroupArn = `arn:aws:logs:us-east-1:000000000000:log-group:${group}:*`;
      const loggingConfiguration = {
        level: "ALL",
        destinations: [{ cloudWatchLogsLogGroup: { logGroupArn } }],
      } as const;
      await assert.rejects(machines.make({ A: pass }, { loggingConfiguration }), (error: Error) =>
        /not authorized to access the Log Destination/.test(error.message),
      );
    });
  });
});
