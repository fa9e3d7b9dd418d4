import assert from "node:assert/strict";
import { latencyFlat, memoryFlat } from "../../../scripts/soak/invariants/run.ts";
import { growthOf, type Measures, type Sample } from "../../../scripts/soak/measures.ts";
import type { World } from "../../../scripts/soak/world.ts";

/** A sample a second. */
const series = (...values: number[]): Sample[] => values.map((value, index) => ({ at: index * 1_000, value }));
const times = (count: number, value: number) => Array.from({ length: count }, () => value);

/** @param machine what it took itself for the same work. Default: not measured. */
const world = (name: string, samples: Sample[], machine: Sample[] = []) =>
  ({
    measures: {
      of: (prefix) => (name.startsWith(prefix) ? [name] : []),
      growth: (series, fewest) => growthOf(series === name ? samples : machine, fewest),
    } as Pick<Measures, "of" | "growth">,
  }) as unknown as World;

describe("What is measured under load", () => {
  it("grows by the last third over the first, without the warm-up, whatever single samples are", () => {
    const flat = series(...times(12, 900), ...times(20, 100), 9_000, ...times(30, 100));
    assert.equal(growthOf(flat)?.ratio, 1);
    const leaks = series(...Array.from({ length: 60 }, (_, index) => 100 + 10 * index));
    assert.ok(growthOf(leaks)!.ratio > 1.5);
    assert.equal(growthOf(series(1, 2, 3)), undefined);
    assert.equal(growthOf(flat, 30), undefined);
  });

  it("breaks an invariant where it grows, and says how far", async () => {
    const leaks = series(...Array.from({ length: 60 }, (_, index) => 100 + 10 * index));
    const { broken } = await memoryFlat.check(world("memory of the cloud", leaks));
    assert.match(broken[0] ?? "", /^memory of the cloud: \d+ MB at first, \d+ at last; allowed is 1.5 times as much$/);
    const { checked, broken: none } = await memoryFlat.check(world("memory of the cloud", series(...times(60, 100))));
    assert.deepEqual([checked, none], [1, []]);
    const slower = series(...times(60, 10), ...times(60, 100));
    assert.equal((await latencyFlat.check(world("latency whodis", slower))).broken.length, 1);
    // The machine was slower, not the platform.
    assert.equal((await latencyFlat.check(world("latency whodis", slower, slower))).broken.length, 0);
  });
});
