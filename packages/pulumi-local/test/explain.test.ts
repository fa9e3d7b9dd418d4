import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import { UsageError } from "local-aws/process";
import { EngineError, type EngineEvent } from "../src/engine/index.ts";
import { explain, noteShown } from "../src/explain.ts";

describe("what ends a run", () => {
  const urn = "urn:pulumi:local::shop::aws:sqs/queue:Queue::jobs";
  const said = (error: Error) => stripVTControlCharacters(explain(error));

  it("is a user's mistake in one line, with where it is", () => {
    assert.equal(said(new UsageError("--name is empty")), "--name is empty");
    assert.equal(said(new EngineError("size is 0", urn, "index.ts:3")), `error: ${urn} at index.ts:3: size is 0`);
  });

  it("is not said twice", () => {
    const error = "deployment d-1 stopped: an alarm\nAll traffic is with the old version";
    const step: EngineEvent = {
      kind: "step",
      urn,
      type: "t",
      operation: "update",
      status: "failed",
      seconds: 1,
      changes: [],
      error,
    };
    noteShown(step);
    assert.equal(said(new EngineError(error, urn, "index.ts:3")), "error: jobs at index.ts:3 failed, as said above");
  });
});
