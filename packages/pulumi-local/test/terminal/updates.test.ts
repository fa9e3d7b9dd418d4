import assert from "node:assert/strict";
import { createColors } from "picocolors";
import type { Change } from "../../src/engine/changes.ts";
import { type Counts, type EngineEvent, type Operation, operations, type StepEnd } from "../../src/engine/events.ts";
import { type UpdateOptions, updates } from "../../src/terminal/updates.ts";

const stack = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev";
const component = "urn:pulumi:dev::shop::dsp:index:ApiWithLambdas::api";
const inner = "urn:pulumi:dev::shop::dsp:index:ApiWithLambdas$dsp:index:NodeFunction::hello";
const type = "aws:lambda/function:Function";
const leaf = `${inner.replace("::hello", "")}$${type}::hello`;
const counts = (given: Partial<Counts>) =>
  ({ ...Object.fromEntries(operations.map((operation) => [operation, 0])), ...given }) as Counts;
const step = (operation: Operation, rest: Partial<StepEnd> = {}): EngineEvent => ({
  ...{ kind: "step", urn: `urn:pulumi:dev::shop::${type}::hello`, type, parent: stack, operation, status: "done" },
  ...{ seconds: 0.0214, changes: [], ...rest },
});
const start = (preview = false): EngineEvent => ({ kind: "start", preview, stack: "dev" });
const end = (
  given: Partial<Counts>,
  rest: { preview?: boolean; ok?: boolean; seconds?: number } = {},
): EngineEvent => ({
  ...{ kind: "end", preview: false, ok: true, counts: counts(given), seconds: 2.04, ...rest },
});
/** A component with another in it, and that with a function. */
const nested = (operation: Operation, own: Partial<StepEnd> = {}, around: Operation = operation): EngineEvent[] => [
  step(around, { urn: component, parent: stack, seconds: 0 }),
  step(around, { urn: inner, parent: component, seconds: 0 }),
  step(operation, { urn: leaf, parent: inner, ...own }),
];

describe("What a run prints", () => {
  const show = (events: EngineEvent[], options: Partial<UpdateOptions> = {}): string[] => {
    const lines: string[] = [];
    const print = updates({ write: (line) => lines.push(line), ...options });
    for (const event of events) print(event);
    return lines;
  };

  it("is a line a resource, with how long it took", () => {
    const urn = (name: string) => ({ urn: `urn:pulumi:dev::shop::${type}::${name}` });
    const lines = show([
      start(),
      { kind: "step", urn: "u", type, operation: "create", status: "started" },
      step("create", urn("a")),
      step("update", { ...urn("b"), changes: ["code"], seconds: 1.26 }),
      step("replace", urn("c")),
      step("delete-replaced", urn("c")),
      step("delete", { ...urn("d"), seconds: 0 }),
      step("same", urn("e")),
      end({ create: 1, same: 30 }),
    ]);
    assert.deepEqual(lines, [
      "+  a aws:lambda:Function created 21 ms",
      "~  b aws:lambda:Function updated 1.3 s [code]",
      "+- c aws:lambda:Function replaced 21 ms",
      "-- c aws:lambda:Function deleted after its replacement 21 ms",
      "-  d aws:lambda:Function deleted",
      "Resources: 1 created, 30 unchanged in 2.0 s",
    ]);
  });

  it("is a line a component where all of it is new, and every resource with verbose", () => {
    const events = [
      start(),
      step("create", { urn: stack, parent: undefined as never }),
      ...nested("create"),
      end({ create: 4 }),
    ];
    assert.deepEqual(show(events), ["+  api ApiWithLambdas created with 2 in it", "Resources: 4 created in 2.0 s"]);
    assert.deepEqual(show(events, { verbose: true }), [
      "+  api ApiWithLambdas created",
      "   +  hello NodeFunction created",
      "      +  hello aws:lambda:Function created 21 ms",
      "Resources: 4 created in 2.0 s",
    ]);
  });

  it("is a tree down to what changed, with the values before and after", () => {
    const values: Change[] = [
      { path: "timeout", before: 3, after: 10 },
      { path: "environment.variables.SIZE", after: "2" },
      { path: "tags.old", before: "x".repeat(100) },
    ];
    const lines = show([
      start(),
      ...nested("update", { changes: ["timeout"], values }, "same"),
      end({ update: 1, same: 2 }),
    ]);
    assert.deepEqual(lines, [
      "   api ApiWithLambdas",
      "      hello NodeFunction",
      "      ~  hello aws:lambda:Function updated 21 ms",
      "            timeout: 3 → 10",
      '            environment.variables.SIZE: (none) → "2"',
      `            tags.old: "${"x".repeat(79)}… → (none)`,
      "Resources: 1 updated, 2 unchanged in 2.0 s",
    ]);
  });

  it("shows the first values of many", () => {
    const values = Array.from({ length: 10 }, (_, index): Change => ({ path: `tags.t${index}`, after: "x" }));
    const events = [start(), step("update", { changes: ["tags"], values }), end({ update: 1 })];
    assert.equal(show(events).at(-2), "      and 2 more");
    assert.equal(show(events, { verbose: true }).length, 12);
  });

  it("is one line when nothing changed", () => {
    assert.deepEqual(show([start(), ...nested("same"), end({ same: 3 })]), ["Nothing changed: 3 resources in 2.0 s"]);
    assert.deepEqual(show([start(true), end({ same: 3 }, { preview: true })]), [
      "Nothing would change: 3 resources in 2.0 s",
    ]);
  });

  it("is in the conditional for a preview", () => {
    const lines = show([
      start(true),
      step("create", { seconds: 0 }),
      end({ create: 1, delete: 2, same: 1 }, { preview: true, seconds: 0.5 }),
    ]);
    assert.deepEqual(lines, [
      "+  hello aws:lambda:Function would be created",
      "Resources: 1 to create, 2 to delete, 1 unchanged in 500 ms",
    ]);
  });

  it("says what failed when it fails, and leaves the rest to who ends the run", () => {
    const events: EngineEvent[] = [
      start(),
      step("create", { status: "failed", error: "Throttled: too fast" }),
      { kind: "message", urn: undefined, severity: "error", text: "said once, at the end" },
    ];
    const failed = ["✗  hello aws:lambda:Function: create failed: Throttled: too fast"];
    assert.deepEqual(show(events), failed);
    assert.deepEqual(show([...events, end({}, { ok: false })]), failed);
  });

  it("says on a terminal what is under way, and takes it away at the end", async () => {
    const shown: string[] = [];
    const print = updates({ write: () => {}, status: (text) => shown.push(text) });
    print(start());
    print({ kind: "step", urn: leaf, type, operation: "create", status: "started" });
    while (shown.length === 0) await new Promise((again) => setTimeout(again, 10));
    print(end({}));
    assert.match(shown[0] ?? "", /^… 0 done, under way: hello [\d.]+ m?s$/);
    assert.equal(shown.at(-1), "");
  });

  it("relays messages, and with verbose all that there is", () => {
    const events: EngineEvent[] = [
      start(),
      { kind: "message", urn: "urn:pulumi:dev::shop::t:i:T::hello", severity: "info", text: "building" },
      { kind: "message", urn: undefined, severity: "debug", text: "details" },
      step("same", { seconds: 0 }),
      end({ same: 1 }),
    ];
    assert.deepEqual(show(events).slice(0, -1), ["   hello: building"]);
    assert.deepEqual(show(events, { verbose: true }).slice(0, -1), [
      "   hello: building",
      "   details",
      "   hello aws:lambda:Function unchanged",
    ]);
  });

  it("has colours only where they are wanted", () => {
    const lines = show([start(), step("create"), end({ create: 1 })], { colours: createColors(true) });
    assert.ok(lines[0]?.startsWith("\u001b[32m+"));
  });
});
