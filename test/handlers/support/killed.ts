import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { TestCloud } from "local-aws/testing";
import { during } from "./environment.ts";

/** An operation of a service, and whether it is done when the process that asked for it is killed. */
export interface Moment {
  service: string;
  operation: string;
  isDone: boolean;
}

/**
 * Runs a handler in a process of its own, which is killed (SIGKILL) in the middle: while it waits for the answer of an
 * operation, which is done by then, or is never done.
 * @param file of the handler, relative to `handlers`.
 */
export async function killedAt(cloud: TestCloud, moment: Moment, file: string, event: object): Promise<void> {
  const { run } = cloud.services.get(moment.service)!.operations[moment.operation]!;
  let reached = () => {};
  const there = new Promise<void>((resolve) => {
    reached = resolve;
  });
  const stuck: typeof run = async (...call) => {
    if (moment.isDone) await run(...call);
    reached();
    return new Promise(() => {});
  };
  await during(cloud, moment.service, { [moment.operation]: stuck }, async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, "runHandler.ts")], {
      stdio: ["pipe", "ignore", "inherit"],
    });
    const ended = once(child, "exit");
    child.stdin.end(JSON.stringify({ file: join(import.meta.dirname, "../../../handlers", file), event }));
    await Promise.race([
      there,
      ended.then(([code]) => assert.fail(`${file} ended with exit code ${code}, and was never at ${moment.operation}`)),
    ]);
    child.kill("SIGKILL");
    assert.deepEqual(await ended, [null, "SIGKILL"]);
  });
}
