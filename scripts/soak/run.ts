/** The load, the weather, and what is left of it. */
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Worker } from "node:worker_threads";
import { type FaultsOf, faultsAt } from "../lib/localFaults.ts";
import type { Found, Invariant } from "./invariants/invariant.ts";
import type { SoakPlatform } from "./platform.ts";
import { chance } from "./random.ts";
import type { Load } from "./systems/load.ts";
import { nextSpell } from "./weather.ts";
import type { World } from "./world.ts";

export interface LoadResult {
  /** By load: steps that were done, and those that were refused or not answered. */
  steps: Map<string, { done: number; refused: number }>;
  faults: number;
  kills: number;
}

/** All loads at once, until that time (milliseconds since 1970). */
export async function runLoad(
  world: World,
  platform: SoakPlatform,
  { loads, until, seed, calm }: { loads: Load[]; until: number; seed: number; calm: boolean },
): Promise<LoadResult> {
  const result: LoadResult = { steps: new Map(), faults: 0, kills: 0 };
  const goesOn = () => Date.now() < until && platform.runs;
  const client = async (load: Load, number: number) => {
    const own = chance(seed, `${load.name} ${number}`);
    const counts = result.steps.get(load.name) ?? { done: 0, refused: 0 };
    result.steps.set(load.name, counts);
    while (goesOn()) {
      await load.step(world, own).then(
        () => counts.done++,
        () => counts.refused++,
      );
      await sleep(Math.min(load.pause * (0.5 + own.draw() / 2), Math.max(0, until - Date.now())));
    }
  };
  const clients = loads.flatMap((load) => Array.from({ length: load.clients ?? 1 }, (_, at) => client(load, at)));
  const around = [measureMemory(world, platform, goesOn), measureMachine(world, goesOn)];
  if (!calm) {
    const faults = faultsAt(world.stack.client);
    around.push(weather(world, faults, seed, goesOn, result), killing(platform, seed, goesOn, result));
  }
  await Promise.all([...clients, ...around]);
  return result;
}

async function weather(
  { measures }: World,
  faults: FaultsOf,
  seed: number,
  goesOn: () => boolean,
  result: LoadResult,
): Promise<void> {
  const own = chance(seed, "weather");
  try {
    while (goesOn()) {
      const { seconds, rules, seed: spell, lull } = nextSpell(own);
      measures.calm = false;
      await faults.start({ seed: spell, rules });
      await lasts(seconds, goesOn);
      const { rules: counted } = await faults.stop();
      result.faults += counted.reduce((sum, { faults: count }) => sum + count, 0);
      // What was tried again, and what was killed, is under way for a moment.
      await lasts(1, goesOn);
      measures.calm = true;
      await lasts(lull, goesOn);
    }
  } finally {
    await faults.stop();
    measures.calm = true;
  }
}

async function lasts(seconds: number, goesOn: () => boolean): Promise<void> {
  for (const end = Date.now() + seconds * 1_000; Date.now() < end && goesOn(); ) await sleep(250);
}

async function killing(platform: SoakPlatform, seed: number, goesOn: () => boolean, result: LoadResult): Promise<void> {
  const own = chance(seed, "kills");
  while (goesOn()) {
    await lasts(own.between(15, 30), goesOn);
    if (goesOn() && platform.killContainer((of) => own.one(of))) result.kills++;
  }
}

async function measureMemory({ measures }: World, platform: SoakPlatform, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    const { cloud, all } = platform.memory() ?? {};
    if (cloud !== undefined) measures.add("memory of the cloud", cloud);
    if (all !== undefined) measures.add("memory of all", all);
    await sleep(2_000);
  }
}

/** How long the machine itself takes for the same work, by and by: it may have other things to do. */
async function measureMachine({ measures }: World, goesOn: () => boolean): Promise<void> {
  const worker = new Worker(join(import.meta.dirname, "machineWorker.ts"));
  try {
    while (goesOn()) {
      const began = performance.now();
      worker.postMessage(64 * 1024);
      await once(worker, "message");
      measures.add("machine", performance.now() - began);
      await sleep(250);
    }
  } finally {
    await worker.terminate();
  }
}

/** Looks until nothing is broken that may still come true, or so many seconds are over. */
export async function settle(
  world: World,
  invariants: Invariant[],
  seconds: number,
  meanwhile: () => Promise<void> = async () => {},
): Promise<Map<Invariant, Found>> {
  const found = new Map<Invariant, Found>();
  for (const end = Date.now() + seconds * 1_000; ; await sleep(2_000)) {
    await meanwhile().catch(() => {});
    for (const invariant of invariants) {
      const before = found.get(invariant);
      if (before && (invariant.final || before.broken.length === 0)) continue;
      found.set(
        invariant,
        await invariant.check(world).catch((error: Error) => ({
          checked: 0,
          broken: [`it cannot be looked at: ${error.name}: ${error.message}`],
        })),
      );
    }
    const waits = invariants.some((one) => !one.final && (found.get(one)?.broken.length ?? 0) > 0);
    if (!waits || Date.now() > end) return found;
  }
}
