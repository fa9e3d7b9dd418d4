import assert from "node:assert/strict";
import { output } from "@pulumi/pulumi";
import { succeed } from "../../components/asl.ts";
import { createStateMachine } from "../../components/stateMachine.ts";
import { type Recording, record } from "./support/record.ts";

const definition = { StartAt: "Done", States: { Done: succeed() } };
const publish = { Effect: "Allow" as const, Action: ["sns:Publish"], Resource: ["arn:aws:sns:eu-west-1:1:news"] };

describe("createStateMachine", () => {
  let made: Recording;
  before(async () => {
    made = await record(() =>
      createStateMachine("nightly", { definition: output(definition), statements: [publish], logRetention: 7 }),
    );
  });

  it("makes a machine with its definition, traced, and logged without data", () => {
    const { inputs, dependencies } = made.get("aws:sfn/stateMachine:StateMachine", "nightly");
    assert.deepEqual(JSON.parse(inputs.definition), definition);
    assert.equal(inputs.type, "STANDARD");
    assert.deepEqual(inputs.tracingConfiguration, { enabled: true });
    assert.deepEqual(inputs.loggingConfiguration, {
      level: "ALL",
      includeExecutionData: false,
      logDestination: "arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vendedlogs/states/platform-test-nightly:*",
    });
    assert.ok(dependencies.includes("aws:iam/rolePolicy:RolePolicy nightly-policy"));
  });

  it("lets it do what its statements say, deliver logs and trace, and nothing else", () => {
    const [first, second, ...others] = made.statements("nightly-policy") as { Action: string[] }[];
    assert.deepEqual(first, publish);
    assert.ok(second!.Action.every((action) => /^(logs|xray):/.test(action)));
    assert.deepEqual(others, []);
  });

  it("keeps logs for as long as it is asked to", () => {
    assert.equal(made.get("aws:cloudwatch/logGroup:LogGroup", "nightly-logs").inputs.retentionInDays, 7);
  });
});
