/** The load, the weather, and what is left of it. */
import { setTimeout as sleep } from "node:timers/promises";
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
  const around = [measureMemory(world, platform, goesOn)];
  if (!calm) {
    const faults = faultsAt(world.stack.client);
    around.push(weather(faults, seed, goesOn, result), killing(platform, seed, goesOn, result));
  }
  await Promise.all([...clients, ...around]);
  return result;
}

async function weather(faults: FaultsOf, seed: number, goesOn: () => boolean, result: LoadResult): Promise<void> {
  const own = chance(seed, "weather");
  try {
    while (goesOn()) {
      const { seconds, rules, seed: spell } = nextSpell(own);
      if (rules.length > 0) await faults.start({ seed: spell, rules });
      for (const end = Date.now() + seconds * 1_000; Date.now() < end && goesOn(); ) await sleep(250);
      const { rules: counted } = await faults.stop();
      if (rules.length > 0) result.faults += counted.reduce((sum, { faults: count }) => sum + count, 0);
    }
  } finally {
    await faults.stop();
  }
}

async function killing(platform: SoakPlatform, seed: number, goesOn: () => boolean, result: LoadResult): Promise<void> {
  const own = chance(seed, "kills");
  while (goesOn()) {
    for (const end = Date.now() + own.between(15, 30) * 1_000; Date.now() < end && goesOn(); ) await sleep(250);
    if (goesOn() && platform.killContainer((of) => own.one(of))) result.kills++;
  }
}

async function measureMemory({ measures }: World, platform: SoakPlatform, goesOn: () => boolean): Promise<void> {
  while (goesOn()) {
    const megabytes = platform.memory();
    if (megabytes !== undefined) measures.add("memory", megabytes);
    await sleep(2_000);
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
    await meanwhile();
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
