import assert from "node:assert/strict";
import { display } from "../../src/engine/display.ts";
import { type Counts, type EngineEvent, type Operation, operations, type StepEnd } from "../../src/engine/events.ts";

const type = "aws:lambda/function:Function";
const step = (operation: Operation, rest: Partial<StepEnd> = {}): EngineEvent => ({
  kind: "step",
  urn: `urn:pulumi:dev::shop::${type}::hello`,
  type,
  operation,
  status: "done",
  seconds: 0.0214,
  changes: [],
  ...rest,
});
const counts = (given: Partial<Counts>) =>
  ({ ...Object.fromEntries(operations.map((operation) => [operation, 0])), ...given }) as Counts;

describe("What a run prints", () => {
  let lines: string[];
  const show = (events: EngineEvent[], options: object = {}) => {
    lines = [];
    const print = display({ write: (line) => lines.push(line), colour: false, ...options });
    for (const event of events) print(event);
    return lines;
  };
  const start = (preview: boolean): EngineEvent => ({ kind: "start", preview, stack: "dev" });

  it("is a line a resource, with what changed and how long it took", () => {
    show([
      start(false),
      { kind: "step", urn: "u", type, operation: "create", status: "started" },
      step("create"),
      step("update", { changes: ["code", "timeout"], seconds: 1.26 }),
      step("replace", { changes: ["name"] }),
      step("delete-replaced"),
      step("delete", { seconds: 0 }),
      step("same"),
      { kind: "end", preview: false, ok: true, counts: counts({ create: 1, same: 30 }), seconds: 2.04 },
    ]);
    assert.deepEqual(lines, [
      "+  aws:lambda:Function hello created 21 ms",
      "~  aws:lambda:Function hello updated 1.3 s [code, timeout]",
      "+- aws:lambda:Function hello replaced 21 ms [name]",
      "-- aws:lambda:Function hello deleted after its replacement 21 ms",
      "-  aws:lambda:Function hello deleted",
      "Resources: 1 created, 30 unchanged in 2.0 s",
    ]);
  });

  it("is in the conditional for a preview", () => {
    show([
      start(true),
      step("create", { seconds: 0 }),
      { kind: "end", preview: true, ok: true, counts: counts({ create: 1, delete: 2, same: 1 }), seconds: 0.5 },
    ]);
    assert.deepEqual(lines, [
      "+  aws:lambda:Function hello would be created",
      "Resources: 1 to create, 2 to delete, 1 unchanged in 500 ms",
    ]);
  });

  it("says what failed, and leaves the rest to who ends the run", () => {
    show([
      start(false),
      step("create", { status: "failed", error: "Throttled: too fast" }),
      { kind: "message", urn: undefined, severity: "error", text: "said once, at the end" },
      { kind: "end", preview: false, ok: false, counts: counts({}), seconds: 1 },
    ]);
    assert.deepEqual(lines, ["✗  aws:lambda:Function hello: create failed: Throttled: too fast"]);
  });

  it("relays messages, and with verbose all that there is", () => {
    const events: EngineEvent[] = [
      start(false),
      { kind: "message", urn: "urn:pulumi:dev::shop::t:i:T::hello", severity: "info", text: "building" },
      { kind: "message", urn: undefined, severity: "debug", text: "details" },
      step("same", { seconds: 0 }),
    ];
    assert.deepEqual(show(events), ["   hello: building"]);
    assert.deepEqual(show(events, { verbose: true }), [
      "   hello: building",
      "   details",
      "   aws:lambda:Function hello unchanged",
    ]);
  });

  it("has colours only where they are wanted", () => {
    assert.ok(show([step("create")], { colour: true })[0]?.startsWith("\u001b[32m+"));
  });
});
