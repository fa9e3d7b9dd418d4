import assert from "node:assert/strict";
import { idleTags } from "../../bootstrap/localNotebooks.ts";
import { tags } from "../../handlers/notebooks/idleReport.ts";

const at = new Date("2026-01-31T12:00:00.123Z");
const earlier = new Date("2026-01-31T11:00:00.456Z");
const idle = { state: "idle", lastActivity: earlier };

describe("what a notebook instance on one machine reports", () => {
  for (const [what, activity, busy, active] of [
    ["a kernel at work", { kernels: [idle, { ...idle, state: "busy" }], terminals: [] }, "kernel", "12:00:00Z"],
    ["an open terminal", { kernels: [idle], terminals: [{ lastActivity: earlier }] }, "terminal", "12:00:00Z"],
    ["kernels that rest", { kernels: [idle, { ...idle, lastActivity: new Date(0) }], terminals: [] }, "", "11:00:00Z"],
    ["nothing at all", { kernels: [], terminals: [] }, "", undefined],
  ] as const) {
    it(`with ${what} is what the script in it reports on AWS`, () => {
      const found = idleTags({ at, kernels: [...activity.kernels], terminals: [...activity.terminals] });
      assert.deepEqual(found, {
        [tags.reported]: "2026-01-31T12:00:00Z",
        [tags.busy]: busy,
        ...(active && { [tags.active]: `2026-01-31T${active}` }),
      });
    });
  }
});
