import assert from "node:assert/strict";
import { readPlan } from "local-aws/faults";
import { presets, readDuration, readShare, rulesOf } from "../../../scripts/lib/chaosRules.ts";
import { faultsOf } from "../../../scripts/lib/localFaults.ts";

describe("Rules of dsp chaos", () => {
  it("are what the options say", () => {
    assert.deepEqual(rulesOf({ latency: "200ms", throttle: "5%", kill: "0.01" }), [
      { kind: "latency", probability: 1, from: 200, to: 200 },
      { kind: "throttle", probability: 0.05 },
      { kind: "kill", probability: 0.01 },
    ]);
    assert.deepEqual(rulesOf({ latency: "50-400ms" }), [{ kind: "latency", probability: 1, from: 50, to: 400 }]);
    assert.deepEqual(rulesOf({ latency: "500ms-1s" }), [{ kind: "latency", probability: 1, from: 500, to: 1_000 }]);
    assert.deepEqual(rulesOf({ service: "s3" }), []);
    assert.equal(readDuration("for", "1.5m"), 90_000);
    assert.equal(readShare("error", "100%"), 1);
  });

  it("are refused by option, value and what is allowed", () => {
    assert.throws(() => readShare("throttle", "a few"), /--throttle is "a few"; allowed is a share of calls: 5%/);
    assert.throws(() => readShare("throttle", "101%"), /--throttle is "101%"/);
    assert.throws(() => readShare("kill", "5"), /--kill is "5"/);
    assert.throws(() => readDuration("for", "soon"), /--for is "soon"; allowed is a time/);
    assert.throws(() => rulesOf({ latency: "400-50ms" }), /--latency is "400-50ms"/);
  });

  for (const [name, rules] of Object.entries(presets)) {
    it(`are there as the preset ${name}, which the local cloud takes`, () => {
      assert.equal(readPlan({ seed: 1, rules }).rules.length, rules.length);
    });
  }

  it("are never for a stack on AWS", () => {
    assert.throws(
      () => faultsOf("prod"),
      /Stack "prod" is not the local one; dsp chaos lets calls go wrong there alone/,
    );
  });
});
