import assert from "node:assert/strict";
import { readOptions } from "../../../scripts/soak/options.ts";

describe("The options of npm run soak", () => {
  it("have defaults, and a seed of their own", () => {
    const { seed, ...options } = readOptions([])!;
    assert.deepEqual(options, { minutes: 3, calm: false, config: [], keep: false });
    assert.ok(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 31);
    assert.equal(readOptions(["--help"]), undefined);
    assert.deepEqual(readOptions(["--config", "a=b", "--config", "c=d"])?.config, ["a=b", "c=d"]);
  });

  it("are refused by name, value and what is allowed", () => {
    assert.throws(
      () => readOptions(["--minutes", "soon"]),
      /^Failure: --minutes is "soon"; allowed is a number from 0.5 to 1440$/,
    );
    assert.throws(() => readOptions(["--minutes", "0"]), /--minutes is "0"/);
    assert.throws(() => readOptions(["--seed", "1.5"]), /--seed is "1.5"; allowed is a whole number/);
    assert.throws(() => readOptions(["--loud"]), /Unknown option '--loud'/);
  });
});
