import assert from "node:assert/strict";
import { EventStore } from "../../../src/services/logs/events.ts";
import { startCloud, type TestCloud } from "../../../testing/cloud.ts";

describe("the store of log events", () => {
  let test: TestCloud;
  const now = Date.now();

  before(async () => {
    test = await startCloud();
  });
  after(() => test.stop());

  it("keeps what it has on disk within bounds, the newest last", () => {
    const events = new EventStore(test.cloud.store.database);
    const text = "x".repeat(1000);
    for (let index = 0; index < 50; index++) events.append("bounded", "s", [{ timestamp: index, message: text }], now);
    events.bound(20_000);
    const everything = { from: 0, to: Number.MAX_SAFE_INTEGER };
    const left = events
      .search(
        "bounded",
        everything,
        1000,
        () => true,
        () => true,
      )
      .map(({ timestamp }) => timestamp);
    assert.ok(left.length > 10 && left.length < 20, `${left.length} left`);
    assert.equal(left.at(-1), 49);
    events.expire("bounded", 45);
    const young = events
      .search(
        "bounded",
        everything,
        1000,
        () => true,
        () => true,
      )
      .map(({ timestamp }) => timestamp);
    assert.deepEqual(young, [45, 46, 47, 48, 49]);
  });
});
