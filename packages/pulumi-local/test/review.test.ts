import assert from "node:assert/strict";
import { stripVTControlCharacters } from "node:util";
import type { StackSnapshot } from "../src/engine/index.ts";
import { reviewer } from "../src/review.ts";

describe("the review of a stack", () => {
  const stack: StackSnapshot = { project: "shop", stack: "local", config: { "shop:size": "2" }, resources: [] };
  const engine = { snapshot: () => stack };

  /** What a call prints, line by line. */
  let lines: string[] = [];
  const print = (line: string) => lines.push(stripVTControlCharacters(line));
  async function printed(call: () => Promise<void>): Promise<string[]> {
    lines = [];
    await call();
    return lines;
  }

  it("prints each line once, and again when it comes back after a review without it", async () => {
    const answers = [["a", "b", "a"], ["b", "c"], [], ["b"]];
    const review = reviewer(
      engine,
      async ({ config }) => {
        assert.deepEqual(config, { "shop:size": "2" });
        return answers.shift()!;
      },
      print,
    );
    const all = [];
    while (answers.length > 0) all.push(await printed(review));
    assert.deepEqual(all, [["warning a", "warning b"], ["warning c"], [], ["warning b"]]);
  });

  it("says what went wrong with it, and ends nothing", async () => {
    const review = reviewer(
      engine,
      () => {
        throw new Error("no rules");
      },
      print,
    );
    assert.deepEqual(await printed(review), ["warning local.config.ts: review: no rules"]);
  });

  it("prints nothing where the program has none", async () => {
    assert.deepEqual(await printed(reviewer(engine, undefined, print)), []);
  });
});
