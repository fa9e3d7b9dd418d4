import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { InvokeCommand } from "@aws-sdk/client-lambda";
import {
  DescribeStateMachineCommand,
  ListExecutionsCommand,
  SendTaskSuccessCommand,
  StopExecutionCommand,
  UpdateStateMachineCommand,
} from "@aws-sdk/client-sfn";
import { AwsError, type Operation } from "local-aws/service";
import type { Deployed } from "./deployed.ts";

/** What fails around the archiver. */
export function faultSuite(deployed: Deployed): void {
  const records = async (arn: string) => (await deployed.records()).filter(({ Execution }) => Execution === arn);
  const reconcile = async (): Promise<{ recorded: number }> => {
    const { Payload, FunctionError } = await deployed.lambda.send(
      new InvokeCommand({ FunctionName: deployed.outputs.reconcileName }),
    );
    const answer = Buffer.from(Payload!).toString();
    assert.equal(FunctionError, undefined, answer);
    return JSON.parse(answer);
  };

  /** Puts another operation in the place of one, as long as `work` takes. */
  async function replaced(service: string, name: string, run: Operation["run"], work: () => Promise<void>) {
    const { operations } = deployed.platform.local.services.get(service)!;
    const before = operations[name]!;
    operations[name] = { ...before, run };
    try {
      await work();
    } finally {
      operations[name] = before;
    }
  }

  describe("when something fails", () => {
    it("records what the table took only when it was back, after five seconds", async () => {
      const down = () => {
        throw new AwsError("InternalServerError", "The request processing has failed.", 500);
      };
      const arns: string[] = [];
      await replaced("dynamodb", "PutItem", down, async () => {
        for (let n = 0; n < 5; n++) arns.push(await deployed.startExecution({ archive: true, quality: 80, n }));
        await sleep(5_000);
      });
      for (const arn of arns) {
        assert.equal((await deployed.ended(arn)).status, "SUCCEEDED");
        assert.deepEqual(
          (await records(arn)).map(({ Action }) => Action),
          ["Archived"],
        );
      }
    });

    it("finds executions whose end nobody heard of, and records each once", async () => {
      const arns: string[] = [];
      await replaced(
        "events",
        "PutEvents",
        () => ({ FailedEntryCount: 0, Entries: [] }),
        async () => {
          for (let n = 0; n < 3; n++) {
            const arn = await deployed.startExecution({ approval_needed: true });
            await deployed.question();
            await deployed.sfn.send(new StopExecutionCommand({ executionArn: arn, cause: "lost" }));
            arns.push(arn);
          }
        },
      );
      for (const arn of arns) assert.deepEqual(await records(arn), []);
      const found = await Promise.all([reconcile(), reconcile()]);
      assert.equal(found[0]!.recorded + found[1]!.recorded, 3);
      assert.equal((await reconcile()).recorded, 0);
      for (const arn of arns) {
        assert.deepEqual(
          (await records(arn)).map(({ Action, Reason }) => [Action, Reason]),
          [["Stopped", "lost"]],
        );
      }
    });

    it("gives the next try to a function that crashed, and records what never worked", async () => {
      let calls = 0;
      const { run } = deployed.platform.local.services.get("lambda")!.operations.Invoke!;
      const crash =
        (times: number): Operation["run"] =>
        (input, call) => {
          if (!String(input.FunctionName).includes(":archiver-act-") || calls++ >= times) return run(input, call);
          const Payload = Buffer.from('{"errorType":"Runtime.ExitError","errorMessage":"Runtime exited"}');
          return { StatusCode: 200, FunctionError: "Unhandled", Payload };
        };
      await replaced("lambda", "Invoke", crash(1), async () => {
        const arn = await deployed.startExecution({ archive: true, quality: 80 });
        assert.equal((await deployed.ended(arn)).status, "SUCCEEDED");
        assert.equal((await deployed.recordOf(arn)).Action, "Archived");
      });
      assert.ok(calls >= 2);
      await replaced("lambda", "Invoke", crash(Number.POSITIVE_INFINITY), async () => {
        const arn = await deployed.startExecution({ archive: true, quality: 80 });
        assert.equal((await deployed.ended(arn)).status, "FAILED");
        const { Action, Error: name } = await deployed.recordOf(arn);
        assert.deepEqual([Action, name], ["Failed", "Runtime.ExitError"]);
      });
    });

    it("lets executions that wait go on by the machine as it was when they began", async () => {
      const stateMachineArn = deployed.outputs.archiverStateMachineArn;
      const { definition } = await deployed.sfn.send(new DescribeStateMachineCommand({ stateMachineArn }));
      const input = { approval_needed: true, archive: true, quality: 60 };
      const before = await deployed.startExecution(input);
      const asked = await deployed.question();
      const stricter = JSON.parse(definition!);
      stricter.States["Quality?"].Choices[0].NumericGreaterThanEquals = 90;
      await deployed.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition: JSON.stringify(stricter) }));
      const after = await deployed.startExecution(input);
      await deployed.sfn.send(new UpdateStateMachineCommand({ stateMachineArn, definition }));
      for (const { TaskToken } of [await deployed.question(), asked]) {
        await deployed.sfn.send(new SendTaskSuccessCommand({ taskToken: TaskToken, output: '{"approved":true}' }));
      }
      const actions = [await deployed.recordOf(before), await deployed.recordOf(after)].map(({ Action }) => Action);
      assert.deepEqual(actions, ["Archived", "Quality_Fail"]);
    });
  });

  // A suite's own tests run before those of its parts: this one is a part, to come last.
  describe("in the end", () => {
    it("leaves exactly one record for every execution of all these", async () => {
      const machines = [deployed.outputs.archiverStateMachineArn, deployed.outputs.mailedStateMachineArn];
      const listed = await Promise.all(
        machines.map((stateMachineArn) =>
          deployed.sfn.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 1_000 })),
        ),
      );
      const executions = listed.flatMap((page) => page.executions ?? []);
      assert.ok(executions.length > 40);
      for (const { executionArn } of executions) await deployed.recordOf(executionArn!);
      const recorded = (await deployed.records()).map(({ Execution }) => Execution);
      assert.equal(new Set(recorded).size, recorded.length);
      const standard = recorded.filter((arn) => !arn.includes(":express:"));
      assert.deepEqual(standard.sort(), executions.map(({ executionArn }) => executionArn!).sort());
    });
  });
}
