import { setTimeout as sleep } from "node:timers/promises";
import { explain, Failure } from "./failure.ts";
import { output, type Stack } from "./stack.ts";

/** One promise of the stack, tried from outside. */
export interface Exercise {
  name: string;
  /** @throws {Failure} when the promise is not kept. */
  run(stack: Stack): Promise<void>;
}

/** What a client may depend on, by output. The same against AWS (`npm run smoke:aws`) and the local cloud (the tests). */
export const exercises: Exercise[] = [
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
      for (let attempt = 0; attempt < 100; attempt++) {
        const answer = await fetch(`${url}/${id}`);
        const { pred_target: target } = (await answer.json()) as { pred_target?: string };
        if (answer.status === 200) return expect(target === "virginica", `it is "${target}", not virginica`);
        await sleep(200);
      }
      throw new Failure(`${id} was not predicted within 20 s`);
    },
  },
];

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
  for (const { name, run } of exercises) {
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
