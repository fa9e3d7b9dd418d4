import assert from "node:assert/strict";
import { type Segment, spansOf, timeOfTrace } from "../../../app/pages/traces/spans.ts";

const segment = (id: string, from: number, to: number | undefined, more: Partial<Segment> = {}): Segment => ({
  ...{ id, name: id, start_time: 100 + from },
  ...(to !== undefined && { end_time: 100 + to }),
  ...more,
});

describe("a trace's waterfall", () => {
  it("puts each part below who asked for it, in the order of time, whatever order they came in", () => {
    const api = segment("api", 0, 1);
    const late = segment("late", 0.5, 0.75, { parent_id: "api" });
    const early = segment("early", 0.25, 0.5, { parent_id: "api", subsegments: [segment("inner", 0.3, 0.4)] });
    const spans = spansOf([late, early, api].map((one) => JSON.stringify(one)));
    assert.deepEqual(
      spans.map(({ segment: { id }, depth, from, milliseconds }) => [
        id,
        depth,
        Math.round(from),
        Math.round(milliseconds),
      ]),
      [
        ["api", 0, 0, 1000],
        ["early", 1, 250, 250],
        ["inner", 2, 300, 100],
        ["late", 1, 500, 250],
      ],
    );
  });

  it("begins anew with a part whose parent is not there, and ends with the trace what goes on", () => {
    const spans = spansOf(
      [segment("a", 0, 2), segment("b", 1, undefined, { parent_id: "gone" })].map((one) => JSON.stringify(one)),
    );
    assert.deepEqual(
      spans.map(({ segment: { id }, depth, milliseconds }) => [id, depth, milliseconds]),
      [
        ["a", 0, 2000],
        ["b", 0, 1000],
      ],
    );
  });

  it("knows the time of a trace by its id", () => {
    assert.equal(timeOfTrace("1-65920080-a03ed4dcb4c54f828fd45bfc"), 1_704_067_200_000);
  });
});
