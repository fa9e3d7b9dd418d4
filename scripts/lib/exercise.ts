import { setTimeout as sleep } from "node:timers/promises";
import { StartExecutionCommand } from "@aws-sdk/client-sfn";
import { archiveClients, readRecords } from "./archive.ts";
import { explain, Failure } from "./failure.ts";
import { PlatformClient } from "./platformClient.ts";
import { SnowflakeClient } from "./snowflake/client.ts";
import { findFunction } from "./snowflake/functions.ts";
import { output, type Stack } from "./stack.ts";

/** One promise of the stack, tried from outside. */
export interface Exercise {
  name: string;
  /** Whether the stack is configured so that it can be tried. Default: it is. */
  applies?(stack: Stack): boolean;
  /** @throws {Failure} when the promise is not kept. */
  run(stack: Stack): Promise<void>;
}

/** What a client may depend on, by output. The same against AWS (`npm run smoke:aws`) and the local cloud (the tests). */
const exercises: Exercise[] = [
  greeting("whodisUrl", "Whoop whoop! This is the sound of the Python"),
  greeting("oleoleoleUrl", "Feelin' hot hot hot!"),
  {
    name: "an unknown route is refused",
    async run(stack) {
      const answer = await fetch(`${output(stack, "whodisUrl")}/nowhere`);
      const { message } = (await answer.json()) as { message: string };
      expect(
        answer.status === 403 && message === "Missing Authentication Token",
        `it answered ${answer.status} ${message}`,
      );
    },
  },
  {
    name: "an iris is predicted",
    async run(stack) {
      const url = output(stack, "irisUrl");
      const record = { sepal_length: "6.3", sepal_width: 3.3, petal_length: 6, petal_width: 2.5 };
      const posted = await fetch(url, { method: "POST", body: JSON.stringify(record) });
      const { id } = (await posted.json()) as { id: string };
      expect(posted.ok, `POST answered ${posted.status}`);
      const target = await eventually(`${id} was not predicted`, async () => {
        const answer = await fetch(`${url}/${id}`);
        const { pred_target } = (await answer.json()) as { pred_target?: string };
        return answer.status === 200 ? pred_target : undefined;
      });
      expect(target === "virginica", `it is "${target}", not virginica`);
    },
  },
  {
    name: "an execution of the archiver ends in its record",
    async run(stack) {
      const { sfn } = archiveClients(stack);
      const stateMachineArn = output(stack, "archiverStateMachineArn");
      const input = JSON.stringify({ archive: true, quality: 100, mission: "exercise" });
      const { executionArn = "" } = await sfn.send(new StartExecutionCommand({ stateMachineArn, input }));
      const id = executionArn.split(":").at(-1);
      const record = await eventually(`there is no record of ${executionArn}`, async () =>
        (await readRecords(stack)).find(({ Id }) => Id === id),
      );
      expect(record.Action === "Archived", `its action is ${record.Action}, not Archived`);
    },
  },
  {
    // As long as the trust is pending: then only Snowflake's user may.
    name: "the recommender answers as Snowflake asks",
    applies: (stack) => output(stack, "snowflakeTrust") === "pending",
    async run(stack) {
      const client = await SnowflakeClient.open(stack, {});
      const [answer] = await client.call(findFunction("model_status"), [["exercise"]]);
      const { status } = answer as { status?: string };
      expect(status === "NotDeployed", `it answers ${JSON.stringify(answer)}`);
    },
  },
  {
    name: "a notebook is made, opened and deleted",
    async run(stack) {
      const client = new PlatformClient(stack);
      const path = "/notebooks/exercise";
      await client.post("/notebooks", { Name: "exercise" });
      try {
        const url = await eventually(
          "the notebook was not InService",
          async () => (await client.find(path))?.Url,
          slow,
        );
        expect(/^https?:/.test(url), `its URL is "${url}"`);
      } finally {
        await client.delete(path);
      }
      const gone = async () => ((await client.find(path)) === undefined ? true : undefined);
      await eventually("the notebook was not gone", gone, slow);
    },
  },
  {
    name: "a job runs to its end, and its history has it",
    async run(stack) {
      const client = new PlatformClient(stack);
      const { JobId, LastRunId } = await client.post("/jobs", { job_name: "exercise", run_on_init: true });
      try {
        const run = await eventually(
          "the run did not end",
          async () => {
            const { items } = await client.get(`/jobs/${JobId}/runs`);
            return items.find((one: Run) => one.RunId === LastRunId && /^(SUCCESS|FAILED)$/.test(one.State)) as Run;
          },
          slow,
        );
        // One machine may be without Spark, and then says so.
        const isWell = run.State === "SUCCESS" || /not installed on this machine/.test(run.StateDetails ?? "");
        expect(isWell, `it is ${run.State}: ${run.StateDetails}`);
      } finally {
        await client.delete(`/jobs/${JobId}`);
      }
    },
  },
];

interface Run {
  RunId: string;
  State: string;
  StateDetails?: string;
}

/** A machine of SageMaker or of EMR Serverless takes minutes to start. */
const slow = 900;

/** @throws {Failure} when there is nothing within so many seconds. */
async function eventually<T>(otherwise: string, look: () => Promise<T | undefined>, seconds = 20): Promise<T> {
  for (const end = Date.now() + seconds * 1_000; Date.now() < end; ) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await sleep(seconds > 60 ? 1_000 : 200);
  }
  throw new Failure(`${otherwise} within ${seconds} s`);
}

function greeting(key: string, message: string): Exercise {
  return {
    name: `${key} greets`,
    async run(stack) {
      const answer = await fetch(output(stack, key));
      const body = (await answer.json()) as { message: string; version: string; location: string };
      expect(answer.status === 200, `it answered ${answer.status}: ${JSON.stringify(body)}`);
      expect(body.message === message, `its message is "${body.message}"`);
      expect(/^v/.test(body.version), `its version is "${body.version}"`);
      expect(/^[0-9a-f.:]+$/i.test(body.location), `its location is "${body.location}", no address`);
    },
  };
}

function expect(holds: boolean, found: string): asserts holds {
  if (!holds) throw new Failure(found);
}

/** Runs them all. @returns what failed, by name. */
export async function exercise(stack: Stack, report: (line: string) => void): Promise<string[]> {
  const failed: string[] = [];
  for (const { name, applies = () => true, run } of exercises) {
    if (!applies(stack)) continue;
    try {
      await run(stack);
      report(`ok    ${name}`);
    } catch (error) {
      failed.push(name);
      report(`FAIL  ${name}: ${explain(error)}`);
    }
  }
  return failed;
}
