import assert from "node:assert/strict";
import { rules } from "../../../policy/check.ts";
import { rule } from "../support/rule.ts";

const waiting = { Type: "Task", Resource: "arn:aws:states:::sqs:sendMessage.waitForTaskToken" };
const machine = (Ask: object, rest: object = {}) => ({
  props: {
    loggingConfiguration: { level: "ALL", includeExecutionData: false },
    tracingConfiguration: { enabled: true },
    definition: JSON.stringify({ States: { Branch: { Type: "Parallel", Branches: [{ States: { Ask } }] } } }),
    ...rest,
  },
});
const timed = { ...waiting, TimeoutSeconds: 60 };

describe("rules of state machines:", () => {
  rule("state-machine-is-logged-and-traced", "sfn/stateMachine:StateMachine", machine(timed), [
    ["errors only", machine(timed, { loggingConfiguration: { level: "ERROR" } }), /^loggingConfiguration.level/],
    ["no traces", machine(timed, { tracingConfiguration: undefined }), /^tracingConfiguration/],
    [
      "tokens in the log",
      machine(timed, { loggingConfiguration: { level: "ALL", includeExecutionData: true } }),
      /writes task tokens/,
    ],
  ]);
  rule("token-task-times-out", "sfn/stateMachine:StateMachine", machine(timed), [
    ["a wait for ever", machine(waiting), /^definition: Ask waits for a token without TimeoutSeconds/],
  ]);
});

describe("rules of a state machine's role:", () => {
  const granting = (
    Resource: string | string[],
    service = "states.amazonaws.com",
    Action = "lambda:InvokeFunction",
  ) => ({
    props: { policy: JSON.stringify({ Statement: [{ Effect: "Allow", Action, Resource }] }) },
    sources: {
      role: [
        {
          type: "aws:iam/role:Role",
          name: "machine",
          props: { assumeRolePolicy: JSON.stringify({ Statement: [{ Principal: { Service: service } }] }) },
        },
      ],
    },
  });
  const function_ = "arn:aws:lambda:eu-west-1:1:function:archive";
  rule("state-machine-role-is-exact", "iam/rolePolicy:RolePolicy", granting([function_, `${function_}:live`]), [
    ["any version of a function", granting(`${function_}:*`), /Resource is .*archive:\* for lambda:InvokeFunction/],
    [
      "every queue",
      granting("*", "states.amazonaws.com", "sqs:SendMessage"),
      /^policy.Statement\[0\].Resource is \* for sqs/,
    ],
  ]);
  it("leaves other roles, logs and traces alone", () => {
    const exact = rules.find(({ name }) => name === "state-machine-role-is-exact")!;
    const facts = { stack: "prod", publicRoutes: [], resources: [] };
    for (const given of [
      granting(`${function_}:*`, "lambda.amazonaws.com"),
      granting("*", "states.amazonaws.com", "xray:PutTraceSegments"),
    ]) {
      assert.deepEqual(exact.check({ type: "aws:iam/rolePolicy:RolePolicy", name: "it", ...given }, facts), []);
    }
  });
});

describe("rules of deployments:", () => {
  const group = {
    alarmConfiguration: { enabled: true, alarms: ["errors"] },
    autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"] },
  };
  rule("deployment-rolls-back", "codedeploy/deploymentGroup:DeploymentGroup", { props: group }, [
    ["no alarms", { props: { ...group, alarmConfiguration: { enabled: true, alarms: [] } } }, /^alarmConfiguration/],
    ["no rollback", { props: { ...group, autoRollbackConfiguration: { enabled: false } } }, /is not enabled/],
    [
      "alarms that change nothing",
      { props: { ...group, autoRollbackConfiguration: { enabled: true, events: ["DEPLOYMENT_FAILURE"] } } },
      /lacks DEPLOYMENT_STOP_ON_ALARM/,
    ],
  ]);
});
