import assert from "node:assert/strict";
import { Events, describe as line } from "../../../scripts/conformance/events.ts";

const urn = (name: string) => `urn:pulumi:local::p::dsp:index:X$aws:sqs/queue:Queue::${name}`;

describe("an operation's events", () => {
  it("tell what is not left as it was, once, with the properties that differ", () => {
    const events = new Events();
    const step = (op: string, name: string, more = {}) => ({ metadata: { op, urn: urn(name), ...more } });
    events.take({ resourcePreEvent: step("same", "a") });
    events.take({ resourcePreEvent: step("update", "b", { detailedDiff: { "tags.x": { diffKind: "add" } } }) });
    events.take({ resOutputsEvent: step("update", "b") });
    events.take({ resourcePreEvent: step("update", "c", { detailedDiff: null, diffs: ["policy"] }) });
    // A replacement is three steps.
    for (const op of ["create-replacement", "replace", "delete-replaced"])
      events.take({ resourcePreEvent: step(op, "d") });
    // What a refresh finds is said at its end.
    events.take({ resourcePreEvent: step("refresh", "e") });
    events.take({ resOutputsEvent: step("update", "e", { diffs: ["timeout"] }) });
    assert.deepEqual(events.changes.map(line), [
      "update aws:sqs/queue:Queue b: tags.x",
      "update aws:sqs/queue:Queue c: policy",
      "replace aws:sqs/queue:Queue d",
      "update aws:sqs/queue:Queue e: timeout",
    ]);
  });

  it("tell errors, and the violations that end an operation", () => {
    const events = new Events();
    events.take({ diagnosticEvent: { severity: "warning", message: "old\n" } });
    events.take({ diagnosticEvent: { severity: "error", message: "no\n" } });
    events.take({ policyEvent: { policyName: "p", message: "open\n", enforcementLevel: "mandatory" } });
    events.take({ policyEvent: { policyName: "p", message: "so so", enforcementLevel: "advisory" } });
    assert.deepEqual([events.errors, events.violations], [["no"], ["p: open"]]);
  });
});
