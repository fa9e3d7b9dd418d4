import assert from "node:assert/strict";
import fc from "fast-check";
import { type Activity, decide } from "../../../handlers/notebooks/idleness.ts";

const minute = 60_000;
const time = fc.integer({ min: 0, max: 3_000 }).map((minutes) => minutes * minute);
const activity: fc.Arbitrary<Activity> = fc.record({
  now: fc.constant(3_000 * minute),
  started: time,
  active: fc.option(time, { nil: undefined }),
  reported: fc.option(time, { nil: undefined }),
  busy: fc.boolean(),
  stopsAt: fc.option(time, { nil: undefined }),
  idleMinutes: fc.integer({ min: 30, max: 600 }),
});

describe("idleness", () => {
  it("stops nothing that is busy, silent, lately used or not warned", () =>
    fc.assert(
      fc.property(activity, (one) => {
        const decision = decide(one);
        if (decision.kind !== "stop") return;
        assert.equal(one.busy, false);
        assert.ok(one.now - one.reported! < 30 * minute, "it has reported");
        assert.ok(one.reported! >= one.started, "of this session");
        assert.ok(one.now - Math.max(one.started, one.active ?? 0) >= one.idleMinutes * minute, "it is idle");
        assert.ok(one.stopsAt! <= one.now, "its warning is over");
      }),
      { numRuns: 5_000 },
    ));

  it("warns of at least fifteen minutes, and not before they are due", () =>
    fc.assert(
      fc.property(activity, (one) => {
        const decision = decide(one);
        if (decision.kind !== "warn") return;
        assert.ok(decision.stopsAt - one.now >= 15 * minute);
        assert.ok(decision.stopsAt >= Math.max(one.started, one.active ?? 0) + one.idleMinutes * minute);
      }),
      { numRuns: 5_000 },
    ));

  it("stops in the end whatever reports that nobody uses it", () =>
    fc.assert(
      fc.property(fc.integer({ min: 30, max: 600 }), fc.integer({ min: 1, max: 9 }), (idleMinutes, every) => {
        let stopsAt: number | undefined;
        for (let now = 0; now < (idleMinutes + 60) * minute; now += every * minute) {
          const decision = decide({
            now,
            started: 0,
            active: undefined,
            reported: now,
            busy: false,
            stopsAt,
            idleMinutes,
          });
          if (decision.kind === "stop") return assert.ok(now >= idleMinutes * minute);
          if (decision.kind === "warn") stopsAt = decision.stopsAt;
        }
        assert.fail("it was never stopped");
      }),
    ));

  it("gives one that has just started the time to report", () => {
    const quiet = { active: undefined, reported: undefined, busy: false, stopsAt: undefined, idleMinutes: 60 };
    assert.equal(decide({ ...quiet, started: 0, now: 29 * minute }).kind, "keep");
    assert.equal(decide({ ...quiet, started: 0, now: 30 * minute }).kind, "silent");
  });
});
