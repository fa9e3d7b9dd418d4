import assert from "node:assert/strict";
import * as sfn from "@aws-sdk/client-sfn";
import { Machines, type States } from "./support.ts";

describe("machines in JSONata", () => {
  let machines: Machines;
  before(async () => {
    machines = await Machines.start();
  });
  after(() => machines.test.stop());

  const make = async (states: States, more: object = {}) => {
    const definition = JSON.stringify({
      StartAt: Object.keys(states)[0],
      QueryLanguage: "JSONata",
      States: states,
      ...more,
    });
    const name = `jsonata-${Math.random().toString(36).slice(2)}`;
    const { stateMachineArn } = await machines.client.send(
      new sfn.CreateStateMachineCommand({ name, definition, roleArn: machines.roleArn }),
    );
    return stateMachineArn!;
  };
  const run = async (states: States, input: unknown = {}) =>
    machines.ended(await machines.run(await make(states), input));
  const output = async (states: States, input: unknown = {}) => JSON.parse((await run(states, input)).output ?? "null");

  it("read input, context and variables, and set variables from state to state", async () => {
    assert.deepEqual(
      await output(
        {
          First: {
            Type: "Pass",
            Assign: { total: "{% $sum($states.input.prices) %}", label: "plain" },
            Output: { name: "{% $states.context.State.Name %}" },
            Next: "Large?",
          },
          "Large?": {
            Type: "Choice",
            Choices: [{ Condition: "{% $total > 5 %}", Assign: { label: "{% $label & '!' %}" }, Next: "Last" }],
            Default: "Last",
          },
          Last: { Type: "Pass", Output: ["{% $label %}", "{% $total %}", "{% $states.input.name %}", 1], End: true },
        },
        { prices: [1, 2, 3] },
      ),
      ["plain!", 6, "First", 1],
    );
  });

  for (const [expression, expected] of [
    ["$partition([1, 2, 3], 2)", [[1, 2], [3]]],
    ["$range(1, 7, 3)", [1, 4, 7]],
    ["$hash('input data', 'SHA-1')", "aaff4a450a104cd177d28d18d74485e8cae074b7"],
    ["$parse('{\"a\": [1]}').a", [1]],
    ["$random(7) = $random(7)", true],
    ["$length($uuid())", 36],
    ["$states.input.words[$match($, /^a/i)]", ["Ab", "ac"]],
    ["$replace('a1b22', /\\d+/, '-')", "a-b-"],
  ] as const) {
    it(`evaluate ${expression}`, async () => {
      const states = { A: { Type: "Pass", Output: `{% ${expression} %}`, End: true } };
      assert.deepEqual(await output(states, { words: ["Ab", "ba", "ac"] }), expected);
    });
  }

  for (const [state, cause, location] of [
    [
      { Type: "Pass", Output: { a: ["{% $nothing %}"] }, End: true },
      /'\$nothing' specified for the field 'Output\/a\[0\]' returned nothing/,
      "Output/a[0]",
    ],
    [{ Type: "Pass", Output: "{% $eval('1') %}", End: true }, /T1006: Attempted to invoke a non-function/, "Output"],
    [{ Type: "Wait", Seconds: "{% -1 %}", End: true }, /Seconds/, "Seconds"],
    [{ Type: "Pass", Output: "{% ($f := function($n) { $f($n + 1) }; $f(0)) %}", End: true }, /./, "Output"],
  ] as const) {
    it(`fail where they cannot go on: ${JSON.stringify(state).slice(0, 70)}`, async () => {
      const executionArn = await machines.run(await make({ A: state }));
      const { error, cause: said = "" } = await machines.ended(executionArn);
      assert.equal(error, "States.QueryEvaluationError");
      assert.match(said, cause);
      assert.match(said, /^An error occurred while executing the state 'A' \(entered at the event id #2\)\./);
      const { events = [] } = await machines.client.send(new sfn.GetExecutionHistoryCommand({ executionArn }));
      const { type, evaluationFailedEventDetails: details } = events.at(-2)!;
      assert.deepEqual([type, details?.location, details?.state], ["EvaluationFailed", location, "A"]);
    });
  }

  it("catch what fails, with the error's output, and map over what an expression gives", async () => {
    const states = {
      Each: {
        Type: "Map",
        Items: "{% $states.input.n %}",
        ItemSelector: { index: "{% $states.context.Map.Item.Index %}", value: "{% $states.context.Map.Item.Value %}" },
        ItemProcessor: {
          StartAt: "One",
          States: { One: { Type: "Pass", Output: "{% $states.input.index + $states.input.value %}", End: true } },
        },
        Catch: [
          { ErrorEquals: ["States.QueryEvaluationError"], Output: "{% $states.errorOutput.Error %}", Next: "Caught" },
        ],
        End: true,
      },
      Caught: { Type: "Pass", End: true },
    };
    assert.deepEqual(await output(states, { n: [10, 20] }), [10, 21]);
    assert.equal(await output(states, { n: 1 }), "States.QueryEvaluationError");
  });
});
