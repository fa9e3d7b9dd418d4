import assert from "node:assert/strict";
import fc from "fast-check";
import { Random } from "../../../containers/recommender/random.ts";

describe("random numbers", () => {
  const draw = (seed: number, count: number, next: (random: Random) => number) => {
    const random = new Random(seed);
    return Array.from({ length: count }, () => next(random));
  };

  it("are the same for the same seed and others for another", () => {
    const bits = (seed: number) => draw(seed, 100, (random) => random.next());
    assert.deepEqual(bits(42), bits(42));
    assert.notDeepEqual(bits(42), bits(43));
  });

  it("are uniform in [0, 1)", () => {
    const values = draw(1, 100_000, (random) => random.uniform());
    assert.ok(values.every((value) => value >= 0 && value < 1));
    const buckets = new Array<number>(10).fill(0);
    for (const value of values) buckets[Math.floor(value * 10)]!++;
    // Chi-squared with 9 degrees of freedom: 27.9 is exceeded once in a thousand times.
    const chi = buckets.reduce((sum, count) => sum + (count - 10_000) ** 2 / 10_000, 0);
    assert.ok(chi < 27.9, `chi-squared is ${chi}`);
  });

  it("are normal with mean 0 and deviation 1", () => {
    const values = draw(7, 100_000, (random) => random.normal());
    const moment = (power: number) => values.reduce((sum, value) => sum + value ** power, 0) / values.length;
    assert.ok(Math.abs(moment(1)) < 0.02);
    assert.ok(Math.abs(moment(2) - 1) < 0.03);
    assert.ok(Math.abs(moment(4) - 3) < 0.2);
  });

  it("shuffle a range and nothing else", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.array(fc.nat(), { maxLength: 30 }),
        fc.nat(30),
        fc.nat(30),
        (seed, numbers, a, b) => {
          const start = Math.min(a, b, numbers.length);
          const end = Math.min(Math.max(a, b), numbers.length);
          const shuffled = Int32Array.from(numbers);
          new Random(seed).shuffle(shuffled, start, end);
          assert.deepEqual([...shuffled.slice(0, start)], numbers.slice(0, start));
          assert.deepEqual([...shuffled.slice(end)], numbers.slice(end));
          assert.deepEqual([...shuffled.slice(start, end)].sort(), numbers.slice(start, end).sort());
        },
      ),
    );
  });
});
