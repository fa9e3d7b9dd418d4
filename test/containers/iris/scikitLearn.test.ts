import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { fitByScikitLearn } from "../../../containers/iris/scikitLearn.ts";
import { trainIris } from "../../../containers/iris/train.ts";

describe("training by scikit-learn", function () {
  this.timeout(60_000);
  before(function () {
    if (existsSync("node_modules/.cache/scikit-learn")) return;
    console.log("    scikit-learn is not installed (`npm run model:train -- --python` does that)");
    this.skip();
  });

  it("has the weights of this program's own regression, on the same split", () => {
    const [own, theirs] = [trainIris(), trainIris(fitByScikitLearn)];
    assert.deepEqual(theirs.model.classes, own.model.classes);
    const numbers = ({ model: { scaling, weights, intercepts } }: typeof own) =>
      [scaling.means, scaling.deviations, ...weights, intercepts].flat();
    const differences = numbers(theirs).map((value, index) => Math.abs(value - numbers(own)[index]!));
    assert.ok(Math.max(...differences) < 1e-5, String(Math.max(...differences)));
    assert.deepEqual(theirs.heldOut, own.heldOut);
  });
});
