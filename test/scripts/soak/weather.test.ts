import assert from "node:assert/strict";
import fc from "fast-check";
import { readPlan } from "local-aws/faults";
import { chance } from "../../../scripts/soak/random.ts";
import { nextSpell } from "../../../scripts/soak/weather.ts";

const spells = (seed: number) => {
  const own = chance(seed, "weather");
  return Array.from({ length: 40 }, () => nextSpell(own));
};

describe("The soak's weather", () => {
  it("is the same for the same seed, and another for another", () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => assert.deepEqual(spells(seed), spells(seed))),
      { numRuns: 20 },
    );
    assert.notDeepEqual(spells(1), spells(2));
  });

  it("is what the injector takes, of every kind, with calm between", () => {
    const all = [1, 2, 3].flatMap(spells);
    for (const { seed, rules, lull } of all) assert.ok(readPlan({ seed, rules }).rules.length > 1 && lull > 1);
    assert.equal(new Set(all.flatMap(({ rules }) => rules.map(({ kind }) => kind))).size, 5);
  });

  it("leaves to each part a chance of its own", () => {
    const [one, other] = [chance(1, "irises 0"), chance(1, "irises 1")];
    assert.notDeepEqual([one.draw(), one.draw()], [other.draw(), other.draw()]);
    for (let n = 0; n < 100; n++) assert.ok([2, 3, 4].includes(one.between(2, 4)));
  });
});
