import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { type ArchiverParts, archiverDefinition } from "../../../components/archiver/stateMachine.ts";
import { longestWait, type Machine } from "../../../components/asl.ts";

const validate = createRequire(__filename)("asl-validator") as (
  machine: Machine,
  options: object,
) => { isValid: boolean; errorsText(separator: string): string };

const lambda = (name: string) => `arn:aws:lambda:eu-west-1:123456789012:function:${name}:live`;
const base: ArchiverParts = {
  gatherInfo: lambda("gatherInfo"),
  act: lambda("act"),
  table: "ArchiveTable",
  qualityThreshold: 50,
  express: false,
  fileTimeout: 900,
  timeout: 90_000,
};
const queueUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/HumanSQS";
/** Every option of the machine. */
const options: Record<string, ArchiverParts> = {
  "without approval": base,
  "an Express machine": { ...base, express: true, fileTimeout: 270, timeout: 300 },
  "approval by queue": { ...base, approval: { timeout: 86_400, queueUrl } },
  "approval by a function": { ...base, approval: { timeout: 60, askFunction: lambda("ask") } },
  "any quality": { ...base, qualityThreshold: 0, approval: { timeout: 60, queueUrl } },
};

/** Where a state may lead. */
function nextOf(state: Machine["States"][string]): string[] {
  switch (state.Type) {
    case "Choice":
      return [state.Default, ...state.Choices.map(({ Next }) => Next)];
    case "Task":
      return [...(state.Next ? [state.Next] : []), ...state.Catch.map(({ Next }) => Next)];
    case "Pass":
      return state.Next ? [state.Next] : [];
    default:
      return [];
  }
}

describe("the archiver's definition", () => {
  for (const [what, parts] of Object.entries(options)) {
    describe(what, () => {
      const machine = archiverDefinition(parts);
      const tasks = Object.entries(machine.States).flatMap(([name, state]) =>
        state.Type === "Task" ? [{ name, ...state }] : [],
      );

      it("is valid Amazon States Language", () => {
        const { isValid, errorsText } = validate(machine, { checkPaths: true, checkArn: true });
        assert.ok(isValid, errorsText("\n"));
      });

      it("reaches every state, and leads from each to an end", () => {
        const reached = new Set<string>();
        const visit = (name: string) => {
          if (reached.has(name)) return;
          assert.ok(machine.States[name], `${name} is not there`);
          reached.add(name);
          nextOf(machine.States[name]).forEach(visit);
        };
        visit(machine.StartAt);
        assert.deepEqual([...reached].sort(), Object.keys(machine.States).sort());
      });

      it("passes the record on every way to an end, and by itself says no more than once that it has none", () => {
        const ends = Object.entries(machine.States).filter(([, { Type }]) => Type === "Succeed" || Type === "Fail");
        assert.deepEqual(ends.map(([name]) => name).sort(), ["Done", "Not Archived", "Not Recorded"]);
        const before = Object.entries(machine.States).filter(([, state]) =>
          nextOf(state).some((next) => ends.some(([name]) => name === next)),
        );
        assert.deepEqual(before.map(([name]) => name).sort(), ["Done?", "Record Result"]);
      });

      it("catches whatever a task may throw, ends each task in time, and tries for a finite time", () => {
        for (const { name, Catch, TimeoutSeconds, Retry } of tasks) {
          assert.ok(Catch.at(-1)!.ErrorEquals.includes("States.ALL"), `${name} lets errors through`);
          assert.ok(TimeoutSeconds > 0 && TimeoutSeconds <= 1_209_600, name);
          const waits = Retry.reduce((sum, retrier) => sum + longestWait(retrier), 0);
          // Of a delay between no tries the specification says nothing.
          for (const { MaxAttempts, ...delays } of Retry.filter((retrier) => retrier.MaxAttempts === 0)) {
            assert.deepEqual(Object.keys(delays), ["ErrorEquals"], name);
          }
          assert.ok(waits <= 30, `${name} waits ${waits} s between its tries`);
        }
      });

      it("asks with a token only where somebody can be asked, and gives up in time", () => {
        const asking = tasks.filter(({ Resource }) => Resource.endsWith(".waitForTaskToken"));
        assert.deepEqual(
          asking.map(({ name, TimeoutSeconds }) => [name, TimeoutSeconds]),
          parts.approval ? [["Data Manager Approval", parts.approval.timeout]] : [],
        );
      });
    });
  }

  it("keeps the states of the contract in their order", () => {
    const { States, StartAt } = archiverDefinition(options["approval by queue"]!);
    assert.equal(StartAt, "Set Defaults");
    const leads = (from: string) => nextOf(States[from]!);
    assert.ok(leads("Set Defaults").includes("Gather Info"));
    assert.ok(leads("Gather Info").includes("Need Approval?"));
    assert.deepEqual(leads("Need Approval?").sort(), ["Archive or Not?", "Data Manager Approval"]);
    assert.deepEqual(leads("Archive or Not?").sort(), ["Do Not Archive", "Quality?"]);
    assert.deepEqual(leads("Quality?").sort(), ["Archive Granule", "Bad Granule"]);
    for (const action of ["Archive Granule", "Bad Granule", "Do Not Archive", "Rejected", "Expired"]) {
      assert.ok(leads(action).includes("Compose Record"), action);
    }
  });

  it("sends the message that readers of the queue expect", () => {
    const state = archiverDefinition(options["approval by queue"]!).States["Data Manager Approval"];
    assert.ok(state?.Type === "Task");
    assert.equal(state.Resource, "arn:aws:states:::sqs:sendMessage.waitForTaskToken");
    const body = state.Parameters.MessageBody as Record<string, unknown>;
    assert.equal(body.Message, "Approve me!");
    assert.equal(body["TaskToken.$"], "$$.Task.Token");
  });
});
