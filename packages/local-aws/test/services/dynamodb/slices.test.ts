import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { Turns } from "../../../src/services/dynamodb/slices.ts";

describe("turns of requests", () => {
  /** Keeps the thread. */
  const work = (milliseconds: number) => {
    for (const end = performance.now() + milliseconds; performance.now() < end; );
  };

  it("let others in between requests that arrive at once", async () => {
    const turns = new Turns();
    const done: string[] = [];
    const requests = Array.from({ length: 6 }, async () => {
      while (turns.isOver) await turns.rest();
      work(3);
      done.push("request");
    });
    const others = (async () => {
      for (let i = 0; i < 6 && done.filter((one) => one === "request").length < 6; i++) {
        await setImmediate();
        done.push("other");
      }
    })();
    await Promise.all([...requests, others]);
    assert.ok(done.indexOf("other") < done.lastIndexOf("request"), done.join(", "));
    assert.equal(done.filter((one) => one === "request").length, 6);
  });

  it("are not over for one that is alone", async () => {
    const turns = new Turns();
    assert.equal(turns.isOver, false);
    await setImmediate();
    work(10);
    assert.equal(turns.isOver, false);
  });
});
