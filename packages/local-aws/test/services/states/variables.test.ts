import assert from "node:assert/strict";
import { variableReferences } from "../../../src/services/states/variables.ts";

const references = (States: Record<string, object>, more: object = {}) =>
  variableReferences(JSON.stringify({ StartAt: Object.keys(States)[0], States, ...more }));
const set = { Type: "Pass", Assign: { rate: 1, "name.$": "$.name", limit: 2 } };

describe("variables that states refer to", () => {
  it("are those of paths and intrinsic functions, sorted, each once", () => {
    const states = {
      Set: { ...set, Next: "Use" },
      Use: {
        Type: "Pass",
        InputPath: "$rate",
        Parameters: { "text.$": "States.Format('costs $limit: {} {}', $rate, $name.first)", plain: "$limit" },
        Next: "Choose",
      },
      Choose: {
        Type: "Choice",
        Choices: [{ Variable: "$limit", NumericEqualsPath: "$$.Execution.Input.x", Next: "Use" }],
      },
    };
    assert.deepEqual(references(states), { Use: ["name", "rate"], Choose: ["limit"] });
  });

  it("are those of expressions, without their own variables, functions and $states", () => {
    const expression =
      "{% ($own := $states.input.x; $map([$rate], function($item) { $item + $own + $sum([$limit]) })) %}";
    const states = { Set: { ...set, Next: "Use" }, Use: { Type: "Pass", Output: { a: [expression] }, End: true } };
    assert.deepEqual(references(states, { QueryLanguage: "JSONata" }), { Use: ["limit", "rate"] });
  });

  it("belong to the state within a Map or a branch, not to the one around it", () => {
    const inner = { StartAt: "In", States: { In: { Type: "Pass", InputPath: "$rate", End: true } } };
    const states = {
      Set: { ...set, Next: "Each" },
      Each: { Type: "Map", ItemProcessor: inner, MaxConcurrencyPath: "$limit", Next: "Both" },
      Both: {
        Type: "Parallel",
        Branches: [{ StartAt: "Left", States: { Left: { Type: "Fail", CausePath: "$name" } } }],
      },
    };
    assert.deepEqual(references(states), { Each: ["limit"], In: ["rate"], Left: ["name"] });
  });

  it("are none where there are none", () => {
    assert.equal(references({ Set: { ...set, Result: { "a.$": "$rate" }, Comment: "$rate", End: true } }), undefined);
  });
});
