import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiFailure, PlatformClient } from "../../lib/platformClient.ts";
import type { JobEntry, Named } from "../ledger.ts";
import type { World } from "../world.ts";
import { isTransient, type Load } from "./load.ts";

/** As a client with work to do: again, under the same key. What is refused for good is thrown. */
async function persistently<T>(ask: () => Promise<T>): Promise<T> {
  for (let asked = 1; ; asked++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ApiFailure && isTransient(error.status)) || asked === 5) throw error;
      await sleep(200 * 2 ** asked * Math.random());
    }
  }
}

const post = (stack: World["stack"], path: string, body?: object) => {
  const key = randomUUID();
  return persistently(() => new PlatformClient(stack).post(path, body, key));
};

async function remove(stack: World["stack"], path: string, entry: Named): Promise<void> {
  entry.deletion = "asked";
  await persistently(() => new PlatformClient(stack).delete(path)).catch((error) => {
    // An earlier try has done it.
    if (!(error instanceof ApiFailure && error.status === 404)) throw error;
  });
  entry.deletion = "accepted";
}

/** Data scientists' notebooks: made, and most of them deleted again. */
export const notebooks: Load = {
  name: "notebooks",
  pause: 12_000,
  async step({ stack, ledger, measures }, chance) {
    const old = ledger.notebooks.filter(({ created, deletion }) => created && deletion === undefined);
    // Each is a process: a few at a time.
    if (old.length > 2 || (old.length > 0 && chance.happens(0.4))) {
      const entry = chance.one(old);
      return remove(stack, `/notebooks/${entry.id}`, entry);
    }
    const entry: Named = { id: `soak-${ledger.notebooks.length}`, created: false };
    ledger.notebooks.push(entry);
    await measures.timed("latency notebook", () => post(stack, "/notebooks", { Name: entry.id }));
    entry.created = true;
  },
};

/** Their jobs: made with a first run, run again, and some deleted. */
export const jobs: Load = {
  name: "jobs",
  pause: 8_000,
  async step({ stack, ledger, measures }, chance) {
    const old = ledger.jobs.filter(({ created, deletion }) => created && deletion === undefined);
    if (old.length > 0 && chance.happens(0.2)) {
      const entry = chance.one(old);
      return remove(stack, `/jobs/${entry.id}`, entry);
    }
    if (old.length > 0 && chance.happens(0.4)) {
      const entry = chance.one(old);
      entry.asked++;
      const { RunId } = await measures.timed("latency run", () => post(stack, `/jobs/${entry.id}/runs`));
      entry.runs.push(RunId);
      return;
    }
    const entry: JobEntry = {
      id: `soak-${ledger.jobs.length}`,
      created: false,
      scheduled: chance.happens(0.5),
      runs: [],
      asked: 1,
    };
    ledger.jobs.push(entry);
    const schedule = entry.scheduled && { schedule: "cron(30 2 * * ? *)" };
    const asked = { job_name: entry.id, run_on_init: true, ...schedule };
    const made = await measures.timed("latency job", () => post(stack, "/jobs", asked));
    entry.created = true;
    if (made.LastRunId) entry.runs.push(made.LastRunId);
  },
};
