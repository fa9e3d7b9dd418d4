import assert from "node:assert/strict";
import { mock } from "node:test";
import { after as later, longestTimer } from "../src/timers.ts";

describe("timers of any length", () => {
  const day = 86_400_000;
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout", "Date"] }));
  afterEach(() => mock.timers.reset());

  it("are over when their time is, beyond the longest of Node, too", () => {
    let over = 0;
    later(60 * day, () => over++);
    later(10, () => (over += 10));
    mock.timers.tick(10);
    assert.equal(over, 10);
    mock.timers.tick(longestTimer);
    mock.timers.tick(longestTimer);
    assert.equal(over, 10);
    mock.timers.tick(60 * day - 2 * longestTimer);
    assert.equal(over, 11);
  });

  it("can be ended before", () => {
    let over = 0;
    const timer = later(60 * day, () => over++);
    mock.timers.tick(longestTimer);
    timer.cancel();
    mock.timers.tick(60 * day);
    assert.equal(over, 0);
  });
});
